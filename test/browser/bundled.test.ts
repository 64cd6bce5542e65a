// The packed package in a page built by common bundlers: it builds without warnings, and runs.
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { extname, join } from "node:path";
import type { Browser } from "playwright-core";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { libraryEntries } from "../../scripts/entries.mjs";
import { startEmulator } from "../../src/emulator/index.js";
import { launchBrowser } from "../support/browser.js";
import { entriesFor } from "../support/entryEnvironments.js";
import { inRepo, readInRepo } from "../support/repo.js";
import { createConsumerProject, type ConsumerProject } from "../support/consumerProject.js";
import { bundlers } from "./bundlers.js";
import { recordPageErrors } from "./pageErrors.js";

const onPages = entriesFor("page");
/** The entries for Node only. */
const forNode = libraryEntries
  .filter(
    ({ path, typesOf }) =>
      typesOf !== undefined || !onPages.includes(`gs2-gateway${path!.slice(1)}`),
  )
  .map(({ name }) => name);

let browser: Browser;
let consumer: ConsumerProject;
let source: string;

beforeAll(async () => {
  [browser, consumer] = await Promise.all([
    launchBrowser(),
    createConsumerProject(["ws", "firebase"]),
  ]);
  // Inside the project, as files outside do not resolve its packages.
  source = join(consumer.folder, "page");
  await cp(inRepo("test/package/consumers/page"), source, { recursive: true });
});
afterAll(() => Promise.all([browser.close(), consumer.remove()]));

const types: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
};

async function serve(folder: string) {
  const emulator = await startEmulator({
    namespaces: ["game-0001"],
    mount: {
      "/page": async (request) => {
        const name = new URL(request.url).pathname.replace("/page/", "") || "index.html";
        const text = await readFile(join(folder, name)).catch(() => undefined);
        return text === undefined
          ? new Response("Nothing here", { status: 404 })
          : new Response(text, { headers: { "content-type": types[extname(name)] ?? "" } });
      },
    },
  });
  const context = await browser.newContext();
  const errors = recordPageErrors(context);
  const page = await context.newPage();
  return {
    emulator,
    page,
    errors,
    async close() {
      await context.close();
      await emulator.stop();
    },
  };
}

test("both pages use every entry for pages", () => {
  for (const script of ["main.js", "required.js"]) {
    const text = readInRepo("test/package/consumers/page", script);
    const imported = ts.preProcessFile(text, true, true).importedFiles.map((one) => one.fileName);
    const ours = imported.filter((name) => !name.startsWith("."));
    expect(ours.sort(), script).toEqual([...onPages].sort());
  }
});

describe.each(bundlers)("a page bundled with $name", ({ name, script, bundle }) => {
  let built: Awaited<ReturnType<typeof bundle>>;
  let site: Awaited<ReturnType<typeof serve>>;

  beforeAll(async () => {
    const folder = join(consumer.folder, "built", name.replace(/\W+/g, "-"));
    await mkdir(folder, { recursive: true });
    const html = await readFile(join(source, "index.html"), "utf8");
    await writeFile(join(folder, "index.html"), html.replace("main.js", script));
    built = await bundle(source, script, folder);
    site = await serve(folder);
  });
  afterAll(() => site.close());

  test("builds without warnings", () => {
    expect(built.warnings).toEqual([]);
  });

  test("contains nothing for Node only", () => {
    const ours = built.modules.filter((file) => file.includes("gs2-gateway/dist/"));
    expect(ours.some((file) => /dist\/index\.c?js$/.test(file))).toBe(true);
    const forbidden = new RegExp(`dist/(${forNode.join("|")})\\.c?js$`);
    expect(ours.filter((file) => forbidden.test(file))).toEqual([]);
    expect(
      built.modules.filter((file) =>
        /node_modules\/ws\/|^node:|__vite-browser-external/.test(file),
      ),
    ).toEqual([]);
  });

  test("uses every entry in Chromium, and so does its Web Worker", async () => {
    const { page, emulator, errors } = site;
    await page.goto(`${emulator.url}/page/`);
    expect(await page.evaluate("played")).toEqual({
      userId: "alice",
      taskName: "bundled",
      namespaces: ["game-0001"],
      compat: "moved",
      version: { warnings: [], errors: [] },
      faked: "faked",
      plugin: true,
      push: "string",
      panel: true,
      recorded: ["call", "reply", "call", "reply", "notification"],
      measured: ["call", "connect"],
    });
    // A page finds its worker by `import.meta.url`, which only modules have.
    if (script === "main.js") {
      expect(await page.evaluate("playedInWorker")).toEqual({
        userId: "bob",
        taskName: "worker",
        window: "undefined",
      });
    }
    expect(errors).toEqual([]);
  });
});
