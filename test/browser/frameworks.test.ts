// The components of docs/frameworks.md in React, Vue and Svelte, as Vite serves and replaces them.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import react from "@vitejs/plugin-react";
import vue from "@vitejs/plugin-vue";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { createElement } from "react";
import { renderToString as renderReact } from "react-dom/server";
import type { Component as SvelteComponentOf } from "svelte";
import type * as SvelteServer from "svelte/server";
import { createServer, type ViteDevServer } from "vite";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { createSSRApp, type Component as VueComponent } from "vue";
import { renderToString as renderVue } from "vue/server-renderer";
import { startEmulator, type Emulator } from "../../src/emulator/index.js";
import type { GatewayClient } from "../../src/index.js";
import { blocksOf } from "../package/guide/blocks.js";
import { launchBrowser } from "../support/browser.js";
import { createConsumerProject, type ConsumerProject } from "../support/consumerProject.js";
import { recordPageErrors } from "./pageErrors.js";

const blocks = blocksOf("docs/frameworks.md");
const codeIn = (language: string) => blocks.find((block) => block.language === language)!.code;

type SvelteComponent = SvelteComponentOf<{ accessToken: string }>;

interface Framework {
  readonly name: string;
  /** The file of the component, in a folder of its own. */
  readonly file: string;
  readonly language: string;
  readonly main: string;
  render(component: unknown, props: { accessToken: string }): Promise<string> | string;
}

const frameworks: readonly Framework[] = [
  {
    name: "React",
    file: "Lobby.tsx",
    language: "tsx",
    main: `
      import { createElement, StrictMode } from "react";
      import { createRoot } from "react-dom/client";
      import { Lobby } from "./Lobby";
      const lobby = createElement(Lobby, { accessToken: "accessToken-0001" });
      createRoot(document.querySelector("main")).render(createElement(StrictMode, null, lobby));`,
    render: (module, props) =>
      renderReact(createElement((module as { Lobby: (given: object) => null }).Lobby, props)),
  },
  {
    name: "Vue",
    file: "Lobby.vue",
    language: "vue",
    main: `
      import { createApp } from "vue";
      import Lobby from "./Lobby.vue";
      createApp(Lobby, { accessToken: "accessToken-0001" }).mount("main");`,
    render: (module, props) =>
      renderVue(createSSRApp((module as { default: VueComponent }).default, props)),
  },
  {
    name: "Svelte",
    file: "Lobby.svelte",
    language: "svelte",
    main: `
      import { mount } from "svelte";
      import Lobby from "./Lobby.svelte";
      mount(Lobby, { target: document.querySelector("main"), props: { accessToken: "accessToken-0001" } });`,
    render: async (module, props) => {
      const svelteServer = (await server.ssrLoadModule("svelte/server")) as typeof SvelteServer;
      return svelteServer.render((module as { default: SvelteComponent }).default, { props }).body;
    },
  },
];

let consumer: ConsumerProject;
let server: ViteDevServer;
let serverUrl: string;
let browser: Browser;
let emulator: Emulator;
let context: BrowserContext;
let errors: string[];

/** Each test has a page of its own: a file that is written later makes Vite reload its page. */
const TESTS = 4;
let number = 0;
const folderOf = ({ name }: Framework) => `${name}${number}`;
const fileOf = (framework: Framework, file: string) =>
  join(consumer.folder, folderOf(framework), file);

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

const replaceIn = async (path: string, text: string, by: string): Promise<void> => {
  const before = await readFile(path, "utf8");
  expect(before).toContain(text);
  await writeFile(path, before.replace(text, by));
};

/** The files of a framework's page, as the guide has them. */
async function writePage(framework: Framework): Promise<void> {
  const { name, file, language, main } = framework;
  await write(
    fileOf(framework, "gateway.ts"),
    codeIn("ts").replace("http://127.0.0.1:9480", emulator.url),
  );
  await write(fileOf(framework, file), codeIn(language));
  await write(fileOf(framework, "main.ts"), main);
  await write(
    fileOf(framework, "index.html"),
    `<!doctype html><title>${name}</title><link rel="icon" href="data:," /><main></main>
     <script type="module" src="main.ts"></script>`,
  );
}

beforeAll(async () => {
  browser = await launchBrowser();
  consumer = await createConsumerProject(["ws", "react", "react-dom", "vue", "svelte"]);
  emulator = await startEmulator({ namespaces: ["game-0001"] });
  for (number = 0; number < TESTS; number++) {
    for (const framework of frameworks) await writePage(framework);
  }
  server = await createServer({
    configFile: false,
    root: consumer.folder,
    logLevel: "error",
    plugins: [react(), vue(), svelte({ configFile: false })],
    optimizeDeps: {
      entries: "*/index.html",
      // What a plugin adds.
      include: ["react/jsx-dev-runtime"],
    },
    server: { host: "127.0.0.1", port: 0 },
  });
  await server.listen();
  serverUrl = server.resolvedUrls!.local[0]!;
}, 120_000);
afterAll(async () => {
  await browser.close();
  await server.close();
  await emulator.stop();
  await consumer.remove();
});

beforeEach(async () => {
  number = (number + 1) % TESTS;
  await emulator.reset();
  context = await browser.newContext();
  errors = recordPageErrors(context);
});
afterEach(async () => {
  await context.close();
  expect(errors).toEqual([]);
});

const untilShown = (page: Page, text: string) =>
  page.waitForFunction((wanted) => document.body.innerText.includes(wanted), text);

/** What the page shows from now on: a busy machine may miss what is shown shortly. */
async function recordShown(page: Page): Promise<() => Promise<string>> {
  await page.evaluate(() => {
    const shown: string[] = [];
    Object.assign(globalThis, { shown });
    const observer = new MutationObserver(() => shown.push(document.body.innerText));
    observer.observe(document.body, { subtree: true, childList: true, characterData: true });
  });
  return () => page.evaluate("shown.join('\\n')");
}

const sendJoin = async (joinUserId: string) =>
  emulator.notify({
    userId: "user-0001",
    key: "Gs2Matchmaking:Join",
    payload: { namespaceName: "mm", gatheringName: "g-1", joinUserId },
  });

/** Opens the page, and waits until its player is bound. */
async function open(framework: Framework): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${serverUrl}${folderOf(framework)}/index.html`);
  await untilShown(page, "Lobby: ready");
  return page;
}

describe.each(frameworks)("$name", (framework) => {
  test("shows the status and what is received, over one socket", async () => {
    const page = await open(framework);
    // React's StrictMode asked for it twice.
    expect(emulator.calls({ method: "setUserId" })).toHaveLength(1);
    await sendJoin("bob");
    await untilShown(page, "Lobby: ready bob");
    const shown = await recordShown(page);
    emulator.faults.set([{ fault: "slowLogin", delayMs: 300 }]);
    emulator.disconnect({ userId: "user-0001" });
    await expect
      .poll(shown, { timeout: 15_000 })
      .toMatch(/Lobby: reconnecting bob[^]*Lobby: ready bob/);
    expect(emulator.calls({ method: "setUserId" })).toHaveLength(2);
    expect(emulator.sessions()).toHaveLength(1);
    // Nothing of the page subscribes twice.
    await sendJoin("carol");
    await untilShown(page, "Lobby: ready bob carol");
  });

  test("keeps the socket while a component is replaced", async () => {
    const page = await open(framework);
    const { connectionId } = emulator.sessions()[0]!;
    await page.evaluate(() => Object.assign(globalThis, { isSamePage: true }));
    await replaceIn(fileOf(framework, framework.file), "Lobby: ", "Waiting room: ");
    await untilShown(page, "Waiting room: ready");
    expect(await page.evaluate(() => "isSamePage" in globalThis)).toBe(true);
    expect(emulator.sessions()).toMatchObject([{ connectionId }]);
    await sendJoin("bob");
    await untilShown(page, "Waiting room: ready bob");
  });

  test("has one client after the module of the client is replaced", async () => {
    const page = await open(framework);
    const { connectionId } = emulator.sessions()[0]!;
    await replaceIn(fileOf(framework, "gateway.ts"), "export const signIn", "// saved\n$&");
    await expect
      .poll(() => emulator.sessions().map((one) => one.connectionId), { timeout: 15_000 })
      .not.toContain(connectionId);
    await untilShown(page, "Lobby: ready");
    expect(emulator.sessions()).toHaveLength(1);
    await sendJoin("bob");
    await untilShown(page, "Lobby: ready bob");
  });

  test("is rendered on a server without a connection or a warning", async () => {
    const warnings = [vi.spyOn(console, "warn"), vi.spyOn(console, "error")];
    const module = await server.ssrLoadModule(`/${folderOf(framework)}/${framework.file}`);
    const html = await framework.render(module, { accessToken: "accessToken-0001" });
    expect(html.replaceAll(/<!--.*?-->/g, "")).toContain("Lobby: idle");
    const { gateway } = (await server.ssrLoadModule(`/${folderOf(framework)}/gateway.ts`)) as {
      gateway: GatewayClient;
    };
    expect(gateway.connection.status).toBe("idle");
    expect(emulator.calls()).toEqual([]);
    for (const warning of warnings) {
      expect(warning).not.toHaveBeenCalled();
      warning.mockRestore();
    }
  });
});
