// The tables and charts of the guide, made from bench.json. record.mjs writes them, and
// test/package/figures.test.ts compares them.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { barChart, growthChart, strips } from "./chart.mjs";
import { growthSeries } from "./growthSeries.mjs";
import { measures } from "./measures.mjs";

const root = new URL("../../", import.meta.url);

/** The pages with generated parts, by language. */
const pages = {
  en: ["docs/benchmarks.md", "docs/simulation.md", "README.md"],
  ja: ["docs/ja/benchmarks.md", "docs/ja/simulation.md", "README.ja.md"],
};

const words = {
  en: {
    missing: (command) => `Not measured yet: \`${command}\`.`,
    machine: (on, versions) => `Measured on ${on}, with ${versions}.`,
    who: "Library",
    heads: {
      overSocket: "received per second",
      processorTime: "processor time each",
      inProcess: "time without a network",
      call: "one call",
      connect: "connect to bound",
    },
    target: "target for gs2-gateway",
    bound: ["Until the player is bound", "Round trips", "Measured", "Target"],
    boundRows: ["first", "rebind after a dropped connection"],
    download: ["A page's bundle with", "Bytes, gzip"],
    installed: ["On disk after `npm install`", "Bytes"],
    ceiling: (perSecond, factor) =>
      `The sender can send ${perSecond} notifications per second, ${factor} of what the fastest library receives.`,
    growth: ["Time for", "Sizes", "Nanoseconds"],
    growthLimit: "two `JSON.parse` alone, by bytes of the payload",
    growthOf: {
      handlers: "one notification, by keys with a handler",
      definitions: "one notification, by definitions with a handler",
      slots: "one notification, by bound slots",
      payloadBytes: "one notification, by bytes of its payload",
      held: "all held notifications with the bind that held them, by their number",
      clients: "one notification to each client of a page, by clients",
    },
    emulator: [
      "Players",
      "Start to ready",
      "Memory",
      "Heap by socket",
      "Sent per second",
      "Latency: median",
      "p99",
    ],
    exec: (clients, ms) =>
      `\`gs2-gateway exec\` with a program of ${clients} clients, each of which binds and gets a notification, takes ${ms} from start to exit.`,
    targetRow: "target",
    inspector: (perSecond, task, clock) =>
      `At ${perSecond} notifications per second the inspector's longest task took ${task} ms of processor time (${clock} ms of wall time); the target is 100 ms.`,
    chromium: (perSecond, bare, ratio) =>
      `In Chromium the script for script tags receives ${perSecond} notifications per second, a bare WebSocket ${bare}: ${ratio}.`,
    heap: ["After", "Heap retained, bytes"],
    heapOf: { reconnects: "reconnects", notifications: "notifications" },
    outages: [
      "Server",
      "Outage",
      "99 % reconnected after",
      "Busiest 100 ms",
      "Ratio to an even spread",
    ],
    away: { refusing: "refuses", hanging: "does not answer" },
    mutations: ["Mutation", "Found by seed"],
    escaped: (most) => `not in ${most} seeds`,
    summary: {
      head: ["Measured", "Result"],
      gzip: ["A page's bundle, gzip", (ours, official) => `${ours} bytes (\`gs2\`: ${official})`],
      bound: [
        "Until the player is bound, with 50 ms each way",
        (first, again) => `${first} ms; after a dropped connection ${again} ms`,
      ],
      heap: (count) => `Heap retained after ${count} notifications`,
      bytes: "bytes",
    },
    images: {
      overSocket:
        "A bar chart: notifications received per second over a socket, relative to bare ws",
      gzipBytes: "A bar chart: bytes of a page's bundle with each library",
      growth: "A line chart: how the time grows with each size, below a line that is linear growth",
      returnAfterOutage:
        "Arrivals in each second after the server is back, for outages of 1 s to 10 minutes: spread over the retry window, without a spike at its start",
    },
  },
  ja: {
    missing: (command) => `未計測です（\`${command}\` で計測します）。`,
    machine: (on, versions) => `計測環境：${on}。比較対象：${versions}。`,
    who: "ライブラリ",
    heads: {
      overSocket: "1 秒あたりの受信数",
      processorTime: "通知 1 件の CPU 時間",
      inProcess: "ネットワークなしの処理時間",
      call: "呼び出し 1 回",
      connect: "接続から紐付けまで",
    },
    target: "gs2-gateway の目標",
    bound: ["プレイヤーの紐付けまで", "往復回数", "計測値", "目標"],
    boundRows: ["初回", "切断後の再紐付け"],
    download: ["ページのバンドル", "バイト（gzip）"],
    installed: ["`npm install` 後のディスク使用量", "バイト"],
    ceiling: (perSecond, factor) =>
      `送信側は 1 秒に ${perSecond} 件の通知を送れます。最も速いライブラリの受信数の ${factor} です。`,
    growth: ["何の時間か", "大きさ", "ナノ秒"],
    growthLimit: "2 回の `JSON.parse` だけ（payload のバイト数）",
    growthOf: {
      handlers: "通知 1 件（ハンドラーのあるキーの数）",
      definitions: "通知 1 件（ハンドラーのある定義の数）",
      slots: "通知 1 件（紐付けたスロットの数）",
      payloadBytes: "通知 1 件（payload のバイト数）",
      held: "保留した通知の全件と、保留の原因となった紐付け（件数）",
      clients: "ページの各クライアントに通知 1 件ずつ（クライアント数）",
    },
    emulator: [
      "プレイヤー数",
      "起動から準備完了まで",
      "メモリー",
      "ソケット 1 つのヒープ",
      "1 秒あたりの送信数",
      "遅延：中央値",
      "p99",
    ],
    exec: (clients, ms) =>
      `${clients} 個のクライアントがそれぞれ紐付けて通知を 1 件受け取るプログラムを \`gs2-gateway exec\` で動かすと、開始から終了まで ${ms} かかります。`,
    targetRow: "目標",
    inspector: (perSecond, task, clock) =>
      `毎秒 ${perSecond} 件の通知を流したとき、インスペクターの最長タスクは CPU 時間で ${task} ms（実時間で ${clock} ms）でした。目標は 100 ms です。`,
    chromium: (perSecond, bare, ratio) =>
      `Chromium では、script タグ用のファイルは毎秒 ${perSecond} 件、WebSocket を直接使うと毎秒 ${bare} 件の通知を受け取ります（${ratio}）。`,
    heap: ["何のあとか", "残ったヒープ（バイト）"],
    heapOf: { reconnects: "回の再接続", notifications: "件の通知" },
    outages: [
      "サーバー",
      "停止時間",
      "99 % が戻るまで",
      "最も混んだ 100 ms",
      "均等に分散した場合との比",
    ],
    away: { refusing: "拒否する", hanging: "応答しない" },
    mutations: ["わざと入れたバグ", "見つけたシード"],
    escaped: (most) => `${most} 個では見つからず`,
    summary: {
      head: ["計測したもの", "結果"],
      gzip: [
        "ページのバンドル（gzip）",
        (ours, official) => `${ours} バイト（\`gs2\` は ${official}）`,
      ],
      bound: [
        "プレイヤーの紐付けまで（片道 50 ms）",
        (first, again) => `${first} ms、切断後は ${again} ms`,
      ],
      heap: (count) => `${count} 件の通知のあとに残ったヒープ`,
      bytes: "バイト",
    },
    images: {
      overSocket: "棒グラフ：ソケットから 1 秒間に受信できる通知の数（素の ws との比）",
      gzipBytes: "棒グラフ：それぞれを使ったページのバンドルのバイト数",
      growth: "折れ線グラフ：大きさとともに時間がどう増えるか。破線は比例した増え方",
      returnAfterOutage:
        "サーバー復旧後の 1 秒ごとの到着数（停止時間 1 秒から 10 分）。最初に集中せず、時間枠全体に散らばっている",
    },
  },
};

const grouped = (value) => Math.round(value).toLocaleString("en-US");
const times = (ratio) => `${ratio >= 10 ? grouped(ratio) : ratio.toFixed(2)} x`;
const range = ([lowest, highest]) => `${times(lowest).slice(0, -2)}–${times(highest).slice(0, -2)}`;
const seconds = (ms) => `${ms / 1_000} s`;

const table = (head, rows) =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

/** The SVG of each chart; undefined if its figures are missing. */
export function chartsOf({ measures: measured, gzipBytes, growth, returnAfterOutage }) {
  const arrivals = returnAfterOutage?.results.filter(
    ({ away, perSecond }) => away === "refusing" && perSecond,
  );
  const ours = (name) => name.startsWith("gs2-gateway");
  return {
    overSocket:
      measured &&
      barChart({
        title: "Notifications received per second, relative to bare ws",
        limit: 1,
        rows: Object.entries(measured.overSocket).map(([name, { ratio }]) => ({
          name,
          value: ratio,
          label: times(ratio),
          ours: ours(name),
        })),
      }),
    gzipBytes:
      gzipBytes &&
      barChart({
        title: "Bytes a page downloads, gzip",
        rows: Object.entries(gzipBytes)
          .sort(([, a], [, b]) => a - b)
          .map(([name, bytes]) => ({
            name,
            value: bytes,
            label: grouped(bytes),
            ours: ours(name),
          })),
      }),
    growth:
      growth &&
      growthChart({
        title: "Time of each size, relative to the smallest",
        linear: "linear",
        rows: growth.map(({ id, steps }) => ({
          name: id,
          points: steps.map(({ size, nanoseconds }) => [
            size / steps[0].size,
            nanoseconds / steps[0].nanoseconds,
          ]),
        })),
      }),
    returnAfterOutage:
      arrivals?.length > 0
        ? strips({
            title: "Arrivals per second after the server is back",
            axis: "after the end of the outage",
            rows: arrivals.map(({ outageMs, perSecond }) => ({
              name: `outage ${seconds(outageMs)}`,
              values: perSecond,
            })),
          })
        : undefined,
  };
}

/** Three figures for the READMEs. */
function summaryOf({ gzipBytes, boundAgain, heap }, { head, gzip, bound, heap: retained, bytes }) {
  const notifications = heap.find(({ of }) => of === "notifications");
  const [bundle, sizes] = gzip;
  const [binding, durations] = bound;
  return table(head, [
    [bundle, sizes(grouped(gzipBytes["gs2-gateway"]), grouped(gzipBytes.gs2))],
    [binding, durations(Math.round(boundAgain.firstMs), Math.round(boundAgain.againMs))],
    [retained(grouped(notifications.count)), `${grouped(notifications.heapBytes)} ${bytes}`],
  ]);
}

/** The texts between the markers, by name. */
export function partsOf(figures, language) {
  const text = words[language];
  const charts = chartsOf(figures);
  const bench = "npm run bench";
  const part = (figure, command, make) => (figure ? make(figure) : text.missing(command));
  const withChart = (name, rest) =>
    charts[name] === undefined
      ? rest
      : `![${text.images[name]}](${language === "en" ? "" : "../"}images/${name}.svg)\n\n${rest}`;
  const hasSummary =
    figures.gzipBytes?.gs2 !== undefined &&
    figures.boundAgain !== undefined &&
    figures.heap?.some(({ of }) => of === "notifications");
  return {
    summary: part(hasSummary, `${bench} -- --all`, () => summaryOf(figures, text.summary)),
    machine: part(figures.measuredOn, bench, (on) =>
      text.machine(
        on,
        Object.entries(figures.versions ?? {})
          .map(([name, version]) => `${name} ${version}`)
          .join(", "),
      ),
    ),
    measures: part(figures.measures, bench, (measured) => {
      const ids = measures.map(({ id }) => id).filter((id) => measured[id]);
      const names = Object.keys(measured[ids[0]]);
      const targets = measures
        .filter(({ id }) => measured[id])
        .map(({ target, moreIsBetter }) => `${moreIsBetter ? ">=" : "<="} ${target.toFixed(2)} x`);
      return withChart(
        "overSocket",
        table(
          [text.who, ...ids.map((id) => text.heads[id])],
          [
            ...names.map((name) => [
              name,
              ...ids.map((id) => {
                const { ratio, spread } = measured[id][name];
                return `${times(ratio)} (${range(spread)})`;
              }),
            ]),
            [text.target, ...targets],
          ],
        ),
      );
    }),
    senderCeiling: part(figures.measures && figures.senderCeiling, bench, ({ median }) => {
      const rates = Object.values(figures.measures.overSocket).map((figure) => figure.median);
      return text.ceiling(grouped(median), times(median / Math.max(...rates)));
    }),
    growth: part(figures.growth, bench, (growth) =>
      withChart(
        "growth",
        table(
          text.growth,
          growthSeries.flatMap(({ id }) => {
            const { steps } = growth.find((one) => one.id === id);
            const list = (name) => steps.map((step) => grouped(step[name])).join(" / ");
            const row = [text.growthOf[id], list("size"), list("nanoseconds")];
            const hasLimit = steps[0].limitNanoseconds !== undefined;
            return hasLimit
              ? [row, [text.growthLimit, list("size"), list("limitNanoseconds")]]
              : [row];
          }),
        ),
      ),
    ),
    boundAgain: part(figures.boundAgain, bench, ({ roundTripMs, firstMs, againMs }) =>
      table(
        text.bound,
        [
          [3, firstMs],
          [2, againMs],
        ].map(([trips, ms], i) => [
          text.boundRows[i],
          trips,
          `${Math.round(ms)} ms`,
          `<= ${trips * roundTripMs + 20} ms`,
        ]),
      ),
    ),
    gzipBytes: part(figures.gzipBytes, bench, (sizes) =>
      withChart(
        "gzipBytes",
        table(
          text.download,
          Object.entries(sizes).map(([name, bytes]) => [name, grouped(bytes)]),
        ),
      ),
    ),
    installedBytes: part(figures.installedBytes, bench, (sizes) =>
      table(
        text.installed,
        Object.entries(sizes).map(([name, bytes]) => [name, grouped(bytes)]),
      ),
    ),
    emulator: part(figures.emulator, `${bench} -- --all`, (loads) =>
      table(text.emulator, [
        ...loads.map(({ sockets, readyMs, rssMegabytes, bytesPerSocket, ...load }) => [
          grouped(sockets),
          `${readyMs} ms`,
          `${rssMegabytes} MB`,
          `${(bytesPerSocket / 1_000).toFixed(1)} kB`,
          grouped(load.sentPerSecond),
          `${load.p50Ms} ms`,
          `${load.p99Ms} ms`,
        ]),
        [text.targetRow, "<= 1,000 ms", "<= 400 MB", "", "", "", "<= 1,000 ms"],
      ]),
    ),
    exec: part(figures.exec, `${bench} -- --all`, ({ clients, ms }) =>
      text.exec(clients, `${grouped(ms)} ms`),
    ),
    inspector: part(figures.inspector, `${bench} -- --all`, (inspector) =>
      text.inspector(inspector.perSecond, inspector.longestTaskMs, inspector.longestByClockMs),
    ),
    chromium: part(figures.chromium, `${bench} -- --all`, ({ perSecond, handPerSecond, ratio }) =>
      text.chromium(grouped(perSecond), grouped(handPerSecond), times(ratio)),
    ),
    heap: part(figures.heap, `${bench} -- --all`, (results) =>
      table(text.heap, [
        ...results.map(({ of, count, heapBytes }) => [
          `${grouped(count)} ${text.heapOf[of]}`,
          grouped(heapBytes),
        ]),
        [text.targetRow, "<= 2,097,152"],
      ]),
    ),
    returnAfterOutage: part(figures.returnAfterOutage, "npm run sim -- --outages", ({ results }) =>
      withChart(
        "returnAfterOutage",
        table(
          text.outages,
          results.map(({ away, outageMs, t99Ms, peak, peakOverEven }) => [
            text.away[away],
            seconds(outageMs),
            seconds(t99Ms),
            grouped(peak),
            times(peakOverEven),
          ]),
        ),
      ),
    ),
    mutations: part(figures.mutations, "npm run sim -- --mutations", ({ mostSeeds, results }) =>
      table(
        text.mutations,
        results.map(({ name, caught, seeds }) => [
          name,
          caught ? grouped(seeds) : text.escaped(grouped(mostSeeds)),
        ]),
      ),
    ),
  };
}

const MARKED = /(<!-- bench\.json: (\w+) -->\n)[^]*?(<!-- end -->)/g;

/** The text of a page with its parts in place. */
export function withParts(text, parts) {
  return text.replace(MARKED, (_, begin, name, end) => {
    if (!(name in parts)) throw new Error(`bench.json has no part ${name}.`);
    return `${begin}\n${parts[name]}\n\n${end}`;
  });
}

export const pagesOfFigures = Object.entries(pages).flatMap(([language, files]) =>
  files.map((file) => ({ language, file })),
);

export const chartFile = (name) => `docs/images/${name}.svg`;

export function writePages(figures) {
  for (const { language, file } of pagesOfFigures) {
    const url = new URL(file, root);
    if (!existsSync(url)) continue;
    writeFileSync(url, withParts(readFileSync(url, "utf8"), partsOf(figures, language)));
  }
  mkdirSync(fileURLToPath(new URL("docs/images", root)), { recursive: true });
  for (const [name, chart] of Object.entries(chartsOf(figures))) {
    const url = new URL(chartFile(name), root);
    if (chart === undefined) rmSync(url, { force: true });
    else writeFileSync(url, chart);
  }
}
