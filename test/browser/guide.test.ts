// The blocks of the guide that need a page: a canvas, a worker, script tags. The others run in test/package/guide.test.ts.
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { GatewayAdmin } from "../../src/admin.js";
import { startEmulator, type Emulator } from "../../src/emulator/index.js";
import { blocksOf, type Block } from "../package/guide/blocks.js";
import { staged, stageScript } from "../package/guide/build.js";
import { pageBlocks } from "../package/guide/cast.js";
import { drives } from "../package/guide/pageDrives.mjs";
import { launchBrowser } from "../support/browser.js";
import { readInRepo } from "../support/repo.js";
import { complaintsOf } from "./pages.js";

/** A block that never settles. */
const LONGEST_MS = 15_000;

/** Lets `phaser` be imported, which would take long to bundle for each block. */
const html = `<!doctype html><title>game</title>
  <script type="importmap">{ "imports": { "phaser": "./phaser.esm.js" } }</script>
  <script type="module" src="block.js"></script>`;

let browser: Browser;
let stage: string;
let served: Map<string, string>;
let emulator: Emulator;
let context: BrowserContext;
let complaints: string[];

beforeAll(async () => {
  browser = await launchBrowser();
  stage = await stageScript();
  const myWorker = blocksOf("docs/push.md").find(({ code }) => code.includes("importScripts"))!;
  served = new Map([
    ["my-worker.js", myWorker.code],
    ["phaser.esm.js", readInRepo("node_modules/phaser/dist/phaser.esm.js")],
    ["phaser.min.js", readInRepo("node_modules/phaser/dist/phaser.min.js")],
    ...["firebase-messaging-sw.js", "gs2-gateway.global.js", "gs2-gateway-phaser.global.js"].map(
      (name): [string, string] => [name, readInRepo("dist", name)],
    ),
  ]);
});
afterAll(() => browser.close());

beforeEach(async () => {
  emulator = await startEmulator({
    namespaces: ["game-0001"],
    mount: {
      "/page": (request) => {
        const name = new URL(request.url).pathname.split("/").at(-1)!;
        const text = served.get(name === "" ? "index.html" : name);
        const type = name === "" ? "text/html" : "text/javascript";
        return text === undefined
          ? new Response("Nothing here", { status: 404 })
          : new Response(text, { headers: { "content-type": `${type}; charset=utf-8` } });
      },
    },
  });
  const admin = new GatewayAdmin({
    namespaceName: "game-0001",
    credential: { clientId: "client", clientSecret: "secret" },
    endpoints: emulator.endpoints,
  });
  await admin.updateNamespace({ firebaseSecret: "secret" });
  context = await browser.newContext({ permissions: ["notifications"] });
  complaints = complaintsOf(context);
  await context.route("**/favicon.ico", (route) => route.fulfill({ status: 204 }));
  await context.addInitScript(stage);
});
afterEach(async () => {
  await context.close();
  await emulator.stop();
});

async function play(page: Page, { code, id, language, ...rest }: Block): Promise<void> {
  const isPage = language === "html";
  const block = isPage ? undefined : { code, id, language, ...rest };
  served.set("index.html", isPage ? code : html).set("block.js", await staged(block, id, "page"));
  await page.goto(`${emulator.url}/page/`);
  if (isPage) await page.addScriptTag({ type: "module", url: "block.js" });
  await page.waitForFunction(() => "over" in globalThis, undefined, { timeout: LONGEST_MS });
}

describe("the blocks for a page", () => {
  test.each(pageBlocks)("$id", async (block) => {
    const page = await context.newPage();
    const thrown = new Promise<never>((_, reject) => page.once("pageerror", reject));
    thrown.catch(() => undefined);
    await Promise.race([play(page, block), thrown]);
    // Of the graphics driver, about its own speed.
    expect(complaints.filter((text) => !text.includes("GL Driver Message"))).toEqual([]);
  });

  test("are there for each drive", () => {
    const ids = pageBlocks.map(({ id }) => id);
    expect(Object.keys(drives).filter((id) => !ids.includes(id))).toEqual([]);
  });
});
