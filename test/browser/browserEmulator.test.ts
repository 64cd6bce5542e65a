// A client and the emulator for pages in one page, whose policy forbids every request.
import { build } from "esbuild";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type * as BrowserEntry from "../../src/emulator/browser/index.js";
import type * as Player from "../../src/index.js";
import { launchBrowser } from "../support/browser.js";
import { inRepo } from "../support/repo.js";

declare global {
  var inPage: typeof BrowserEntry & Pick<typeof Player, "GatewayClient">;
  var violations: string[];
}

/** What the built entries export, as one script. A module of Node would make this fail. */
async function bundleEntries(): Promise<string> {
  const { outputFiles } = await build({
    stdin: {
      contents: `
        import { GatewayClient } from "./dist/index.js";
        import * as emulator from "./dist/emulator-browser.js";
        globalThis.inPage = { ...emulator, GatewayClient };`,
      resolveDir: inRepo(),
    },
    bundle: true,
    format: "iife",
    platform: "browser",
    target: "es2022",
    write: false,
    logLevel: "silent",
  });
  return outputFiles[0]!.text.replaceAll("</script", "<\\/script");
}

let browser: Browser;
let context: BrowserContext;
let page: Page;
let server: Server;
let requested: string[];

beforeAll(async () => {
  browser = await launchBrowser();
  const html = `<!doctype html><title>page</title><link rel="icon" href="data:,"><script>
    var violations = [];
    document.addEventListener("securitypolicyviolation", ({ blockedURI }) => violations.push(blockedURI));
    ${await bundleEntries()}</script>`;
  server = createServer(({ url = "" }, response) => {
    requested.push(url);
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.setHeader(
      "content-security-policy",
      "default-src 'none'; script-src 'unsafe-inline'; img-src data:",
    );
    response.end(html);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
});
afterAll(async () => {
  await browser.close();
  server.closeAllConnections();
  server.close();
});

beforeEach(async () => {
  requested = [];
  context = await browser.newContext();
  page = await context.newPage();
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
});
afterEach(async () => {
  const violated = await page.evaluate(() => violations);
  await context.close();
  expect([requested, violated]).toEqual([["/"], []]);
});

test("a page plays against its own emulator without a request: bind, notify, drop, reset", async () => {
  const seen = await page.evaluate(async () => {
    const { createBrowserEmulator, GatewayClient } = inPage;
    const emulator = createBrowserEmulator({ namespaces: ["game-0001"] });
    const frames: string[] = [];
    emulator.onFrame(({ direction, type }) => frames.push(`${direction} ${type}`));
    const gateway = new GatewayClient({
      namespaceName: "game-0001",
      credential: { clientId: "client", clientSecret: "secret" },
      endpoints: emulator.endpoints,
      WebSocket: emulator.WebSocket,
      fetch: emulator.fetch,
      logger: false,
    });
    let synced = (): void => {};
    gateway.onSync(({ reason }) => {
      if (reason === "gap") synced();
    });
    await gateway.setUserId({ accessToken: await emulator.issueAccessToken({ userId: "alice" }) });
    const pushed = gateway.waitFor("Gs2JobQueue:Push");
    const payload = { namespaceName: "jobs", userId: "alice" };
    await emulator.notify({ userId: "alice", key: "Gs2JobQueue:Push", payload });
    const received = (await pushed).payload.namespaceName;
    const dropped = new Promise<void>((resolve) => (synced = resolve));
    emulator.faults.set([{ fault: "drop", userId: "alice" }]);
    await dropped;
    const afterDrop = emulator.sessions().length;
    gateway.dispose();
    await emulator.reset();
    const afterReset = emulator.sessions().length;
    await emulator.stop();
    return { received, afterDrop, afterReset, frames: frames.slice(0, 5) };
  });
  expect(seen).toEqual({
    received: "jobs",
    afterDrop: 1,
    afterReset: 0,
    frames: ["in call", "out reply", "in call", "out reply", "out notification"],
  });
});

test("its fetch sends bodies, gzipped or not, and its WebSocket has this browser's events", async () => {
  const seen = await page.evaluate(async () => {
    const { fetch, WebSocket, url, endpoints } = inPage.createBrowserEmulator();
    const json = JSON.stringify({ client_id: "client", client_secret: "secret" });
    const packed = new Response(json).body!.pipeThrough(new CompressionStream("gzip"));
    const login = async (body: BodyInit, headers: Record<string, string> = {}) =>
      (await fetch(`${url}/identifier/projectToken/login`, { method: "POST", body, headers }))
        .status;
    const statuses = [
      await login(json),
      await login(await new Response(packed).arrayBuffer(), { "content-encoding": "gzip" }),
      await login("x".repeat(1_048_577)),
    ];
    const socket = new WebSocket(endpoints.webSocket);
    await new Promise((resolve) => (socket.onopen = resolve));
    const closed = new Promise<CloseEvent>((resolve) => (socket.onclose = resolve));
    socket.close(3000, "enough");
    const event = await closed;
    return [statuses, event instanceof CloseEvent, event.code, event.reason, event.wasClean];
  });
  expect(seen).toEqual([[200, 200, 413], true, 3000, "enough", true]);
});

test("a client that was given neither reaches nothing", async () => {
  const failed = await page.evaluate(async () => {
    const { url, endpoints } = inPage.createBrowserEmulator();
    const socket = await new Promise((resolve) => {
      try {
        new WebSocket(endpoints.webSocket).onclose = ({ code }) => resolve(code);
      } catch {
        // WebKit and Firefox refuse the port in the constructor.
        resolve(1006);
      }
    });
    const rest = await fetch(url).then(
      () => "answered",
      () => "failed",
    );
    violations.length = 0;
    return [socket, rest];
  });
  expect(failed).toEqual([1006, "failed"]);
});
