// The hosts that games run in: a strict policy, a sandboxed frame, a proxy, no storage, a worker.
import { createServer, request as sendRequest } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from "vitest";
import { blocksOf } from "../package/guide/blocks.js";
import { launchBrowser } from "../support/browser.js";
import { CLIENT_SCRIPT, openGamePages, type GamePages, type PageFile } from "./gamePages.js";

let browser: Browser;
let game: GamePages;

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());
afterEach(() => game.end());

const script = (text: string): PageFile => ({ type: "text/javascript", text });
const html = (body: string, headers: Record<string, string> = {}): PageFile => ({
  type: "text/html",
  text: `<!doctype html><title>game</title><link rel="icon" href="data:,">${body}`,
  headers,
});
const tags = `<script src="gs2-gateway.global.js"></script><script src="client.js"></script>`;
const client = script(CLIENT_SCRIPT);

const mission = (taskName: string) => `Gs2Mission:Complete {"taskName":"${taskName}"}`;

async function open(files: Record<string, PageFile>, path: string): Promise<Page> {
  game = await openGamePages(browser, { "client.js": client, ...files });
  const page = await game.context.newPage();
  await page.goto(`${game.emulator.url}/page/${path}`);
  return page;
}

test("a page with a strict content security policy and Trusted Types binds and receives", async () => {
  const policy = blocksOf("docs/hosts.md")
    .find(({ language }) => language === "http")!
    .code.trim();
  const page = await open({ strict: html(tags, { "content-security-policy": policy }) }, "strict");
  await game.bind(page, "alice");
  await game.finishMission("alice", "strict");
  await game.untilSeen(page, mission("strict"));
});

test("a sandboxed frame with an opaque origin binds and receives, without its own storage", async () => {
  const frame = script(`
    const show = (text) => parent.postMessage(text, "*");
    addEventListener("message", async ({ data: accessToken }) => {
      try {
        const { state } = await gateway.setUserId({ accessToken, allowConcurrentAccess: false });
        show(origin + " " + state);
        const { payload } = await gateway.waitFor("Gs2Mission:Complete");
        show(payload.taskName);
      } catch (error) { show(String(error)); }
    });
    show("loaded");
  `);
  const page = await open(
    {
      "frame.js": frame,
      frame: html(`${tags}<script src="frame.js"></script>`),
      outer:
        html(`<script>var shown = []; addEventListener("message", ({ data }) => shown.push(data));</script>
        <iframe sandbox="allow-scripts" src="frame"></iframe>`),
    },
    "outer",
  );
  const untilShown = (text: string) =>
    page.waitForFunction(
      (wanted) => (globalThis as unknown as { shown: string[] }).shown.includes(wanted),
      text,
    );
  await untilShown("loaded");
  const accessToken = await game.emulator.issueAccessToken({ userId: "alice" });
  await page.evaluate((token) => frames[0]!.postMessage(token, "*"), accessToken);
  await untilShown("null held");
  await game.finishMission("alice", "framed");
  await untilShown("framed");
});

/** A server that serves an emulator below `/.proxy/gs2/`, as the hosts of embedded games do. */
async function startPathProxy(target: () => string): Promise<string> {
  const prefix = "/.proxy/gs2";
  const sockets = new Set<Socket>();
  const pathOf = (url = "") => (url.startsWith(prefix) ? url.slice(prefix.length) : url);
  const upstream = () => ({ host: "127.0.0.1", port: Number(new URL(target()).port) });
  const server = createServer((request, response) => {
    const { method, headers } = request;
    const forwarded = sendRequest({ ...upstream(), method, headers, path: pathOf(request.url) });
    forwarded.on("response", (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    request.pipe(forwarded);
  });
  server.on("connection", (socket) => sockets.add(socket));
  server.on("upgrade", (request, socket) => {
    const onward = connect(upstream(), () => {
      const lines = [`GET ${pathOf(request.url)} HTTP/1.1`];
      for (let i = 0; i < request.rawHeaders.length; i += 2) {
        lines.push(`${request.rawHeaders[i]}: ${request.rawHeaders[i + 1]}`);
      }
      onward.write(`${lines.join("\r\n")}\r\n\r\n`);
      onward.pipe(socket).pipe(onward);
    });
    onward.on("error", () => socket.destroy());
    socket.on("error", () => onward.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("a proxy that rewrites paths carries REST and the socket, by the endpoints option", async () => {
  game = await openGamePages(browser, {
    "endpoints.js": script(`var clientOptions = {
      endpoints: Gs2Gateway.emulatorEndpoints(location.origin + "/.proxy/gs2"),
    };`),
    "client.js": client,
    proxied: html(
      tags.replace('<script src="client.js">', '<script src="endpoints.js"></script>$&'),
    ),
  });
  const url = await startPathProxy(() => game.emulator.url);
  const page = await game.context.newPage();
  await page.goto(`${url}/page/proxied`);
  await game.bind(page, "alice");
  await game.finishMission("alice", "proxied");
  await game.untilSeen(page, mission("proxied"));
});

test("a page whose storage is forbidden binds and receives, with a sessionId until it is left", async () => {
  const forbid = script(`for (const name of ["sessionStorage", "localStorage"]) {
    Object.defineProperty(globalThis, name, {
      get() { throw new DOMException("The operation is insecure.", "SecurityError"); },
    });
  }`);
  const page = await open(
    { "forbid.js": forbid, forbidden: html(`<script src="forbid.js"></script>${tags}`) },
    "forbidden",
  );
  const sessionId = await game.bind(page, "alice");
  expect(sessionId).toMatch(/^\w{20,128}$/);
  await game.finishMission("alice", "forbidden");
  await game.untilSeen(page, mission("forbidden"));
});

test("a service worker binds and receives", async () => {
  const worker = script(`
    importScripts("gs2-gateway.global.js", "client.js");
    self.onmessage = async ({ data: accessToken, source }) => {
      const { state } = await gateway.setUserId({ accessToken });
      source.postMessage(state);
      const { payload } = await gateway.waitFor("Gs2Mission:Complete");
      source.postMessage(payload.taskName);
    };
    self.oninstall = () => self.skipWaiting();
    self.onactivate = (event) => event.waitUntil(self.clients.claim());
  `);
  const page = await open(
    { "sw.js": worker, registers: html("<script>var shown = [];</script>") },
    "registers",
  );
  const accessToken = await game.emulator.issueAccessToken({ userId: "alice" });
  await page.evaluate(async (token) => {
    const { shown } = globalThis as unknown as { shown: unknown[] };
    navigator.serviceWorker.addEventListener("message", ({ data }) => shown.push(data));
    navigator.serviceWorker.startMessages();
    await navigator.serviceWorker.register("sw.js");
    (await navigator.serviceWorker.ready).active!.postMessage(token);
  }, accessToken);
  const untilShown = (text: string) =>
    page.waitForFunction(
      (wanted) => (globalThis as unknown as { shown: string[] }).shown.includes(wanted),
      text,
    );
  await untilShown("held");
  await game.finishMission("alice", "served");
  await untilShown("served");
});
