// The plugin in games on Phaser 3 and 4, in a real browser, against the emulator.
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { createServer, type ViteDevServer } from "vite";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startEmulator, type Emulator } from "../../src/emulator/index.js";
import { launchBrowser } from "../support/browser.js";
import { inRepo, readInRepo } from "../support/repo.js";
import { drawFewFrames } from "./fewFrames.js";
import { recordPageErrors } from "./pageErrors.js";
import type {} from "./phaser/page.js";

const phasers = [
  { name: "Phaser 3.90", folder: "phaser3", version: /^3\.90/ },
  { name: "Phaser 4.2", folder: "phaser", version: /^4\.2/ },
];

const html = (...scripts: string[]) =>
  `<!doctype html><title>game</title><link rel="icon" href="data:,"><body>${scripts.join("")}`;
const src = (file: string) => `<script src="${file}"></script>`;

/** The first program of a page's section on Phaser. */
function recipeOf(page: string): string {
  const [, section = ""] = /\n## Phaser([^]*?)\n## /.exec(readInRepo(page)) ?? [];
  const [, recipe] = /```(?:ts|html)\n([^]*?)```/.exec(section) ?? [];
  if (recipe === undefined) throw new Error(`${page} shows no game on Phaser.`);
  return recipe;
}

/** Replaces the emulator's default URL by the page's origin, which this test's emulator serves. */
const withOwnOrigin = (code: string) =>
  code.replaceAll('"http://127.0.0.1:9480"', "location.origin");

/** Messages of Chromium about software rendering, and about audio before the first click. */
const isBrowserMessage = (message: string) => /GL Driver Message|AudioContext/.test(message);

/** The files below /page/, with a folder for each Phaser. */
const files = new Map<string, string>();

let browser: Browser;
let emulator: Emulator;
let context: BrowserContext;
let gamePage: Page;
let allErrors: string[];
let pageErrors: string[];

beforeAll(async () => {
  for (const { folder } of phasers) {
    const { outputFiles } = await build({
      entryPoints: [inRepo("test/browser/phaser/page.ts")],
      alias: { phaser: inRepo("node_modules", folder, "dist", "phaser.esm.js") },
      bundle: true,
      // Unminified, parsing Phaser takes a third of a page's time.
      minify: true,
      format: "iife",
      write: false,
      logLevel: "error",
    });
    files.set(`/page/${folder}/`, html(src("page.js")));
    files.set(`/page/${folder}/page.js`, outputFiles[0]!.text);
    files.set(
      `/page/${folder}/phaser.min.js`,
      readInRepo("node_modules", folder, "dist/phaser.min.js"),
    );
    const ours = ["gs2-gateway.global.js", "gs2-gateway-phaser.global.js"] as const;
    for (const file of ours) files.set(`/page/${folder}/${file}`, readInRepo("dist", file));
    const recipe = await build({
      stdin: { contents: withOwnOrigin(recipeOf("README.md")), loader: "ts", resolveDir: inRepo() },
      alias: {
        phaser: inRepo("node_modules", folder, "dist", "phaser.esm.js"),
        "gs2-gateway": inRepo("dist/index.js"),
        "gs2-gateway/phaser": inRepo("dist/phaser.js"),
        "gs2-gateway/phaser/global": inRepo("dist/phaser-global.js"),
      },
      bundle: true,
      format: "esm",
      write: false,
      logLevel: "error",
    });
    files.set(`/page/${folder}/recipe.js`, recipe.outputFiles[0]!.text);
    files.set(
      `/page/${folder}/recipe.html`,
      html('<script type="module" src="recipe.js"></script>'),
    );
    files.set(`/page/${folder}/recipe-tags.html`, html(withOwnOrigin(recipeOf("docs/recipes.md"))));
    files.set(`/page/${folder}/tags.html`, html(src("phaser.min.js"), ...ours.map(src)));
    files.set(`/page/${folder}/loader.html`, html(src("phaser.min.js"), src(ours[0])));
  }
  browser = await launchBrowser();
  // One page for all games: each emulator is an origin of its own, and a window of Firefox takes
  // more CPU time than a test.
  context = await browser.newContext();
  allErrors = recordPageErrors(context);
  gamePage = await context.newPage();
});
afterAll(() => browser.close());

beforeEach(async () => {
  emulator = await startEmulator({
    mount: {
      "/page": (request) => {
        const { pathname } = new URL(request.url);
        const type = pathname.endsWith(".js") ? "text/javascript" : "text/html";
        const text = files.get(pathname);
        return text === undefined
          ? new Response("Nothing here", { status: 404 })
          : new Response(text, { headers: { "content-type": type } });
      },
    },
  });
  allErrors.length = 0;
  pageErrors = allErrors;
});
afterEach(async () => {
  await gamePage.goto("about:blank");
  await emulator.stop();
  expect(pageErrors).toEqual([]);
});

const finish = (...tasks: string[]) =>
  Promise.all(
    tasks.map((taskName) =>
      emulator.notify({ userId: "alice", key: "Gs2Mission:Complete", payload: { taskName } }),
    ),
  );

async function bind(page: Page) {
  const accessToken = await emulator.issueAccessToken({ userId: "alice" });
  await page.evaluate(
    (token) => globalThis.page.client.setUserId({ accessToken: token }),
    accessToken,
  );
}

const seen = (page: Page) => page.evaluate(() => globalThis.page.seen);

async function untilSeen(page: Page, entry: string) {
  try {
    await page.waitForFunction((wanted) => globalThis.page.seen.includes(wanted), entry, {
      timeout: 20_000,
    });
  } catch {
    throw new Error(`Waited 20 s until "${entry}" is seen. Seen: ${(await seen(page)).join(", ")}`);
  }
}

/** A game has no scene before its first frame. */
const running = (page: Page) => page.waitForFunction(() => game.scene.isActive("lobby"));

describe.each(phasers)("$name", ({ folder, version }) => {
  async function open(file = ""): Promise<Page> {
    await gamePage.goto(`${emulator.url}/page/${folder}/${file}`);
    return gamePage;
  }

  /** A page with a game whose lobby uses these scope options. */
  async function play(options: typeof globalThis.page.settings.options = {}, burnMs = 0) {
    const page = await open();
    await page.evaluate(
      ([given, ms]) => {
        globalThis.page.settings.options = given;
        globalThis.page.settings.burnMs = ms;
        globalThis.game = globalThis.page.newGame();
      },
      [options, burnMs] as const,
    );
    await running(page);
    return page;
  }

  /** Stops the game's loop, as a hidden page does, while the client receives the notifications. */
  async function burst(page: Page, count: number) {
    const tasks = Array.from({ length: count }, (_, i) => `task ${i}`);
    await page.evaluate((most) => {
      let received = 0;
      Object.assign(globalThis, {
        all: new Promise<void>((resolve) => {
          globalThis.page.client.on("Gs2Mission:Complete", () => ++received === most && resolve());
        }),
      });
      game.loop.sleep();
    }, count);
    for (const task of tasks) await finish(task);
    await page.evaluate(() => (globalThis as unknown as { all: Promise<void> }).all);
    return tasks;
  }

  test("the plugin gives every scene the client, and a scope delivers its events", async () => {
    const page = await play();
    expect(await page.evaluate(() => globalThis.page.version)).toMatch(version);
    expect(
      await page.evaluate(() => {
        const { client, GatewayPlugin, lobby } = globalThis.page;
        const { gs2 } = lobby(game);
        return [
          gs2 instanceof GatewayPlugin,
          gs2.client === client,
          game.plugins.get("gs2") === (gs2 as unknown),
          game.scene.getScene("shop").gs2 === gs2,
          "on" in gs2,
        ];
      }),
    ).toEqual([true, true, true, true, false]);
    await bind(page);
    await finish("one", "two");
    await untilSeen(page, "two");
    expect(await seen(page)).toEqual([
      "connecting",
      "connected",
      "ready",
      "sync first",
      "one",
      "two",
    ]);
  });

  test("attachGateway adds the plugin to a running game, once", async () => {
    const page = await open();
    await page.evaluate(() => {
      const { newGame, attachGateway, client } = globalThis.page;
      globalThis.game = newGame({ plugins: {}, scene: [] });
      if (attachGateway(game, client) !== attachGateway(game, client))
        throw new Error("two plugins");
      game.scene.add("lobby", globalThis.page.Lobby, true);
    });
    await running(page);
    await bind(page);
    await finish("attached");
    await untilSeen(page, "attached");
    const late = await page.evaluate(async () => {
      const { newGame, attachGateway, client, Shop } = globalThis.page;
      const other = newGame({ plugins: {}, scene: Shop });
      await new Promise((resolve) => other.events.once("step", resolve));
      attachGateway(other, client, { key: "net" });
      const shop = other.scene.getScene("shop");
      other.destroy(true);
      return "net" in shop && !("gs2" in shop);
    });
    expect(late).toBe(true);
  });

  test("deliver frame spreads a burst over frames, in order, up to a maximum each", async () => {
    const page = await play({ deliver: "frame" });
    await bind(page);
    const tasks = await burst(page, 1_000);
    expect(await seen(page)).not.toContain("task 0");
    await page.evaluate(() => game.loop.wake());
    await untilSeen(page, "task 999");
    expect((await seen(page)).filter((entry) => entry.startsWith("task"))).toEqual(tasks);
    const { frames } = await page.evaluate(() => ({ frames: globalThis.page.frames }));
    const counts = countEach(frames);
    expect(Math.max(...counts.values())).toBeLessThanOrEqual(100);
    expect(counts.size).toBeGreaterThanOrEqual(10);
    expect(frames.at(-1)! - frames[0]!, "no frame delivers nothing").toBe(counts.size - 1);
  });

  test("deliver frame limits the time of slow handlers in each frame", async () => {
    const page = await play({ deliver: "frame" }, 1);
    await bind(page);
    await burst(page, 100);
    await page.evaluate(() => game.loop.wake());
    await untilSeen(page, "task 99");
    const counts = countEach(await page.evaluate(() => globalThis.page.frames));
    // No handler starts after 4 ms, and each takes 1 ms.
    expect(Math.max(...counts.values())).toBeLessThanOrEqual(5);
  });

  test("deliver frame delivers the oldest at once when the queue is full, with a diagnostic", async () => {
    const page = await play({ deliver: "frame" });
    await page.evaluate(() => {
      globalThis.page.client.lifecycle.on("diagnostic", ({ code }) => {
        globalThis.page.seen.push(code);
      });
    });
    await bind(page);
    const tasks = await burst(page, 1_010);
    const last = (await seen(page)).slice(-11);
    expect(last).toEqual(["sceneOverrun", ...tasks.slice(0, 10)]);
    await page.evaluate(() => game.loop.wake());
    await untilSeen(page, "task 1009");
    expect((await seen(page)).filter((entry) => entry.startsWith("task"))).toEqual(tasks);
    pageErrors = pageErrors.filter((message) => !message.includes("sceneOverrun"));
  });

  test("a scene has one handler after a hundred restarts", async () => {
    const page = await play();
    const listeners = () =>
      page.evaluate(() =>
        ["shutdown", "destroy", "wake", "preupdate"].map((event) =>
          globalThis.page.lobby(game).sys.events.listenerCount(event),
        ),
      );
    const before = await listeners();
    await page.evaluate(async () => {
      const scene = globalThis.page.lobby(game);
      for (let i = 0; i < 100; i++) {
        const created = new Promise((resolve) => scene.events.once("create", resolve));
        scene.scene.restart();
        await created;
      }
    });
    expect(await listeners()).toEqual(before);
    await bind(page);
    await finish("after");
    await untilSeen(page, "after");
    const events = await seen(page);
    expect(events.filter((entry) => entry === "aborted")).toHaveLength(100);
    expect(events.filter((entry) => entry !== "aborted")).toEqual([
      "connecting",
      "connected",
      "ready",
      "sync first",
      "after",
    ]);
  });

  test.each([
    { deliver: "now", whileAsleep: "hold", delivered: ["asleep", "awake"] },
    { deliver: "frame", whileAsleep: "hold", delivered: ["asleep", "awake"] },
    { deliver: "now", whileAsleep: "skip", delivered: ["awake"] },
    { deliver: "frame", whileAsleep: "skip", delivered: ["awake"] },
  ] as const)(
    "a sleeping scene with $deliver and $whileAsleep delivers $delivered",
    async ({ delivered, ...options }) => {
      const page = await play(options);
      await bind(page);
      const received = page.evaluate(() => {
        globalThis.page.lobby(game).sys.sleep();
        return globalThis.page.client.waitFor("Gs2Mission:Complete").then(() => undefined);
      });
      await page.waitForFunction(() => globalThis.page.lobby(game).sys.isSleeping());
      await finish("asleep");
      await received;
      expect(await seen(page)).not.toContain("asleep");
      await page.evaluate(() => globalThis.page.lobby(game).sys.wake());
      await finish("awake");
      await untilSeen(page, "awake");
      expect((await seen(page)).slice(4)).toEqual(delivered);
    },
  );

  test("a new game takes over the client before the old one is destroyed", async () => {
    const page = await play();
    await bind(page);
    for (let i = 0; i < 3; i++) {
      await page.evaluate(() => {
        game.destroy(true);
        globalThis.game = globalThis.page.newGame();
      });
      await running(page);
    }
    await page.waitForFunction(() => document.querySelectorAll("canvas").length === 1);
    expect((await seen(page)).filter((entry) => entry === "aborted")).toHaveLength(3);
    await finish("mounted again");
    await untilSeen(page, "mounted again");
    expect((await seen(page)).filter((entry) => entry === "mounted again")).toHaveLength(1);
    expect(emulator.calls({ method: "setUserId" })).toHaveLength(1);
    expect(emulator.sessions()).toHaveLength(1);
  });

  test("games of a page with options share one client until one disposes it", async () => {
    const page = await open();
    const same = await page.evaluate(async () => {
      const { newGame, GatewayPlugin, lobby, client } = globalThis.page;
      const mount = async (disposeWithGame = false) => {
        const options = {
          namespaceName: "game-0001",
          credential: { clientId: "client", clientSecret: "secret" },
          logger: false as const,
        };
        const data = { options, disposeWithGame };
        const made = newGame({
          plugins: { global: [{ key: "gs2", plugin: GatewayPlugin, mapping: "gs2", data }] },
        });
        await new Promise((resolve) => made.events.once("step", resolve));
        const { gs2 } = lobby(made);
        made.destroy(true);
        await new Promise((resolve) => made.events.once("destroy", resolve));
        return gs2.client;
      };
      const [first, second, third, fourth] = [
        await mount(),
        await mount(),
        await mount(true),
        await mount(true),
      ];
      return [first === client, second === first, third === first, fourth === first];
    });
    expect(same).toEqual([false, true, true, false]);
  });

  test.each(["recipe.html", "recipe-tags.html"])("the guide's recipe runs: %s", async (file) => {
    await open(file);
    await emulator.waitForSession({ userId: "user-0001" });
    const { sendConnectionIds } = await emulator.notify({
      userId: "user-0001",
      key: "Gs2Matchmaking:Join",
      payload: { joinUserId: "bob" },
    });
    expect(sendConnectionIds).toHaveLength(1);
    pageErrors = pageErrors.filter((message) => !isBrowserMessage(message));
  });

  test("script tags: the plugin is a global, and creates a client from options", async () => {
    const page = await open("tags.html");
    await page.addScriptTag({
      content: `
        var received = [];
        var game = new Phaser.Game({
          type: Phaser.CANVAS, banner: false, audio: { noAudio: true },
          plugins: { global: [{
            key: "Gs2GatewayPhaser", plugin: Gs2GatewayPhaser, mapping: "gs2",
            data: { options: {
              namespaceName: "game-0001",
              credential: { clientId: "client", clientSecret: "secret" },
              endpoints: Gs2Gateway.emulatorEndpoints(location.origin),
            } },
          }] },
          scene: { create() {
            this.gs2.scope(this).on("Gs2Mission:Complete", (n) => received.push(n.payload.taskName));
            this.gs2.client.setUserId({ accessToken: "accessToken-0001" });
          } },
        });`,
    });
    await emulator.waitForSession({ userId: "user-0001" });
    await emulator.notify({
      userId: "user-0001",
      key: "Gs2Mission:Complete",
      payload: { taskName: "tag" },
    });
    await page.waitForFunction("received.includes('tag')");
    expect(
      await page.evaluate(`
        const { client } = Gs2GatewayPhaser.getGateway(game.scene.scenes[0]);
        try { Gs2GatewayPhaser.attachGateway({}); } catch (error) {
          [client instanceof Gs2Gateway.GatewayClient, error instanceof Gs2Gateway.GatewayError, error.message];
        }`),
    ).toEqual([true, true, "attachGateway: takes a Phaser.Game that is not destroyed"]);
  });

  test("Phaser's loader loads the plugin, which gets its client by configure", async () => {
    const page = await open("loader.html");
    await page.addScriptTag({
      content: `
        var received = [];
        var client = new Gs2Gateway.GatewayClient({
          namespaceName: "game-0001",
          credential: { clientId: "client", clientSecret: "secret" },
          endpoints: Gs2Gateway.emulatorEndpoints(location.origin),
        });
        var game = new Phaser.Game({
          type: Phaser.CANVAS, banner: false, audio: { noAudio: true },
          scene: [
            { key: "boot",
              preload() { this.load.plugin("Gs2GatewayPhaser", "gs2-gateway-phaser.global.js", true, "gs2"); },
              create() {
                try { this.gs2.client; } catch (error) { received.push(error.kind); }
                this.gs2.configure({ client });
                this.scene.start("play");
              } },
            { key: "play",
              create() { this.gs2.scope(this).on("*", ({ key }) => received.push(key)); } },
          ],
        });`,
    });
    await page.evaluate(`client.setUserId({ accessToken: "accessToken-0001" })`);
    await page.waitForFunction("game.scene.isActive('play')");
    await emulator.notify({ userId: "user-0001", key: "Gs2Mission:Complete", payload: {} });
    await page.waitForFunction("received.length === 2");
    expect(await page.evaluate("received")).toEqual(["invalidArgument", "Gs2Mission:Complete"]);
  });
});

const countEach = (values: number[]) =>
  values.reduce(
    (counts, value) => counts.set(value, (counts.get(value) ?? 0) + 1),
    new Map<number, number>(),
  );

describe("the template", () => {
  let folder: string;
  let server: ViteDevServer;
  let endHandlers: () => void;
  let url: string;

  beforeAll(() => gamePage.context().addInitScript(drawFewFrames));
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "gs2-gateway-template-"));
    await cp(inRepo("src/emulator/cli/templates/phaser-vite"), folder, { recursive: true });
    process.env["VITE_GS2_GATEWAY_EMULATOR_URL"] = emulator.url;
    await mkdir(join(folder, "node_modules"));
    await symlink(inRepo(), join(folder, "node_modules/gs2-gateway"), "junction");
    const { handlers } = (await import(join(folder, "handlers.mjs"))) as {
      handlers: (emulator: Emulator) => () => void;
    };
    endHandlers = handlers(emulator);
    server = await createServer({
      root: folder,
      configFile: false,
      logLevel: "error",
      cacheDir: join(folder, ".vite"),
      server: { host: "127.0.0.1", port: 0, fs: { strict: false } },
      resolve: {
        alias: [
          { find: /^gs2-gateway$/, replacement: inRepo("dist/index.js") },
          { find: /^gs2-gateway\/calls$/, replacement: inRepo("dist/calls.js") },
          { find: /^gs2-gateway\/phaser$/, replacement: inRepo("dist/phaser.js") },
          { find: /^gs2-gateway\/phaser\/global$/, replacement: inRepo("dist/phaser-global.js") },
          { find: /^phaser$/, replacement: inRepo("node_modules/phaser/dist/phaser.esm.min.js") },
        ],
      },
      optimizeDeps: { noDiscovery: true },
    });
    await server.listen();
    url = server.resolvedUrls!.local[0]!;
  });
  afterEach(async () => {
    await server.close();
    endHandlers();
    delete process.env["VITE_GS2_GATEWAY_EMULATOR_URL"];
    await rm(folder, { recursive: true, force: true });
  });

  test("signs its player in, and puts the player into a match with a robot", async () => {
    const page = gamePage;
    await page.goto(url);
    await expect
      .poll(() => page.title(), { timeout: 60_000 })
      .toMatch(/^Match of user-\S+ and robot$/);
    const [session] = emulator.sessions();
    expect(await page.title()).toBe(`Match of ${session!.userId} and robot`);
    pageErrors = pageErrors.filter((message) => !isBrowserMessage(message));
  }, 120_000);

  test("restarts when a file is saved, and leaves no second game or connection", async () => {
    const page = gamePage;
    // `load` comes late, as Vite serves the whole of Phaser.
    await page.goto(url, { waitUntil: "commit" });
    await expect.poll(() => emulator.sessions().length, { timeout: 60_000 }).toBe(1);
    const [first] = emulator.sessions();
    await page.evaluate(() => Object.assign(globalThis, { marker: "still the same page" }));
    const scene = join(folder, "src/LobbyScene.ts");
    for (let i = 1; i <= 3; i++) {
      const text = await readFile(scene, "utf8");
      await writeFile(scene, `${text}\nconsole.debug("version ${i}");\n`);
      await page.waitForEvent("console", (message) => message.text() === `version ${i}`);
      await expect
        .poll(() => emulator.calls({ method: "setUserId" }).length, { timeout: 10_000 })
        .toBe(i + 1);
      await expect.poll(() => emulator.sessions().length, { timeout: 10_000 }).toBe(1);
    }
    expect(emulator.sessions()[0]!.connectionId).not.toBe(first!.connectionId);
    await page.waitForFunction(() => document.querySelectorAll("canvas").length === 1);
    expect(await page.evaluate("marker")).toBe("still the same page");
    pageErrors = pageErrors.filter((message) => !isBrowserMessage(message));
  }, 180_000);
});
