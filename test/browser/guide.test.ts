// Runs the blocks of the guide that need a page. test/package/guide.test.ts runs the others.
import type { Browser, BrowserContext } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { GatewayAdmin } from "../../src/admin/index.js";
import { startEmulator, type Emulator } from "../../src/emulator/index.js";
import { blocksOf, type Block } from "../package/guide/blocks.js";
import { bundleBlock, environmentScript } from "../package/guide/bundle.js";
import { checks } from "../package/guide/pageChecks.mjs";
import { pageBlocks } from "../package/guide/programs.js";
import { launchBrowser } from "../support/browser.js";
import { readInRepo } from "../support/repo.js";
import { drawFewFrames } from "./fewFrames.js";
import { recordPageErrors } from "./pageErrors.js";

/** The timeout of a block. */
const BLOCK_TIMEOUT_MS = 30_000;

/** Imports `phaser` by an import map, as bundling it for each block would take long. */
const html = `<!doctype html><title>game</title>
  <script type="importmap">{ "imports": { "phaser": "./phaser.esm.js" } }</script>
  <script type="module" src="block.js"></script>`;

let browser: Browser;
let environment: string;
let files: ReadonlyMap<string, string>;

beforeAll(async () => {
  browser = await launchBrowser();
  environment = await environmentScript();
  const myWorker = blocksOf("docs/push.md").find(({ code }) => code.includes("importScripts"))!;
  const inDist = [
    "firebase-messaging-sw.js",
    "gs2-gateway.global.js",
    "gs2-gateway-phaser.global.js",
  ];
  const inPhaser = ["phaser.esm.js", "phaser.min.js"];
  files = new Map([
    ["my-worker.js", myWorker.code],
    ...inDist.map((name): [string, string] => [name, readInRepo("dist", name)]),
    ...inPhaser.map((name): [string, string] => [
      name,
      readInRepo("node_modules/phaser/dist", name),
    ]),
  ]);
});
afterAll(() => browser.close());

/** An emulator that serves files, with a namespace that can send pushes. */
async function serve(files: ReadonlyMap<string, string>): Promise<Emulator> {
  const emulator = await startEmulator({
    namespaces: ["game-0001"],
    mount: {
      "/page": (request) => {
        const name = new URL(request.url).pathname.split("/").at(-1)!;
        const text = files.get(name === "" ? "index.html" : name);
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
  return emulator;
}

/** Runs a block, and resolves with the errors of the page. */
async function play(block: Block, context: BrowserContext, url: string): Promise<string[]> {
  const errors = recordPageErrors(context);
  await context.route("**/favicon.ico", (route) => route.fulfill({ status: 204 }));
  await context.addInitScript(drawFewFrames);
  await context.addInitScript(environment);
  const page = await context.newPage();
  const thrown = new Promise<never>((_, reject) => page.once("pageerror", reject));
  thrown.catch(() => undefined);
  const finished = async (): Promise<void> => {
    await page.goto(`${url}/page/`);
    if (isPage(block)) await page.addScriptTag({ type: "module", url: "block.js" });
    await page.waitForFunction(() => "over" in globalThis, undefined, {
      timeout: BLOCK_TIMEOUT_MS,
    });
  };
  await Promise.race([finished(), thrown]);
  // Software rendering logs driver messages.
  return errors.filter((text) => !text.includes("GL Driver Message"));
}

const isPage = ({ language }: Block): boolean => language === "html";

describe("the blocks for a page", () => {
  test.concurrent.each(pageBlocks)("$id", async (block) => {
    const emulator = await serve(
      new Map([
        ...files,
        ["index.html", isPage(block) ? block.code : html],
        ["block.js", await bundleBlock(isPage(block) ? undefined : block, block.id, "page")],
      ]),
    );
    const context = await browser.newContext({ permissions: ["notifications"] });
    try {
      expect(await play(block, context, emulator.url)).toEqual([]);
    } finally {
      await context.close();
      await emulator.stop();
    }
  });

  test("exist for each check", () => {
    const ids = pageBlocks.map(({ id }) => id);
    expect(Object.keys(checks).filter((id) => !ids.includes(id))).toEqual([]);
  });
});
