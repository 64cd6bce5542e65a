// The tables and charts of the guide, made from bench.json. record.mjs writes them, and
// test/package/figures.test.ts compares them.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { barChart, strips } from "./chart.mjs";
import { measures } from "./measures.mjs";

const root = new URL("../../", import.meta.url);

/** The pages with generated parts, by language. */
const pages = {
  en: ["docs/benchmarks.md", "docs/simulation.md"],
  ja: ["docs/ja/benchmarks.md", "docs/ja/simulation.md"],
};

const words = {
  en: {
    missing: (command) => `Not measured yet: \`${command}\`.`,
    machine: (on, versions) => `Measured on ${on}, with ${versions}.`,
    who: "Library",
    heads: {
      overSocket: "received per second",
      inProcess: "time, payload read",
      call: "one call",
      connect: "connect to bound",
    },
    target: "target for gs2-gateway",
    bound: ["Until the player is bound", "Round trips", "Measured", "Target"],
    boundRows: ["first", "rebind after a dropped connection"],
    download: ["A page's bundle with", "Bytes, gzip"],
    installed: ["On disk after `npm install`", "Bytes"],
    emulator: ["Players", "Start to ready", "Memory", "Notification to all: median", "p99"],
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
    images: {
      overSocket:
        "A bar chart: notifications received per second over a socket, relative to bare ws",
      gzipBytes: "A bar chart: bytes of a page's bundle with each library",
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
      inProcess: "処理時間（payload を読む）",
      call: "呼び出し 1 回",
      connect: "接続から紐付けまで",
    },
    target: "gs2-gateway の目標",
    bound: ["プレイヤーの紐付けまで", "往復回数", "計測値", "目標"],
    boundRows: ["初回", "切断後の再紐付け"],
    download: ["ページのバンドル", "バイト（gzip）"],
    installed: ["`npm install` 後のディスク使用量", "バイト"],
    emulator: ["プレイヤー数", "起動から準備完了まで", "メモリー", "全員への通知：中央値", "p99"],
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
    images: {
      overSocket: "棒グラフ：ソケットから 1 秒間に受信できる通知の数（素の ws との比）",
      gzipBytes: "棒グラフ：それぞれを使ったページのバンドルのバイト数",
      returnAfterOutage:
        "サーバー復旧後の 1 秒ごとの到着数（停止時間 1 秒から 10 分）。最初に集中せず、時間枠全体に散らばっている",
    },
  },
};

const grouped = (value) => Math.round(value).toLocaleString("en-US");
const times = (ratio) => `${ratio >= 10 ? grouped(ratio) : ratio.toFixed(2)} x`;
const seconds = (ms) => `${ms / 1_000} s`;

const table = (head, rows) =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

/** The SVG of each chart; undefined if its figures are missing. */
export function chartsOf({ measures: measured, gzipBytes, returnAfterOutage }) {
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
  return {
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
              ...ids.map((id) => (measured[id][name] ? times(measured[id][name].ratio) : "")),
            ]),
            [text.target, ...targets],
          ],
        ),
      );
    }),
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
        ...loads.map(({ sockets, readyMs, rssMegabytes, p50Ms, p99Ms }) => [
          grouped(sockets),
          `${readyMs} ms`,
          `${rssMegabytes} MB`,
          `${p50Ms} ms`,
          `${p99Ms} ms`,
        ]),
        [text.targetRow, "<= 1,000 ms", "<= 400 MB", "", "<= 1,000 ms"],
      ]),
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
