// Notifications per second in Chromium: a bare WebSocket and the client, in turns.
import { readFileSync } from "node:fs";
import { chromium } from "playwright-core";
import { findChromium } from "../support/chromium.mjs";
import { credential, frame, player } from "./competitors.mjs";
import { KEY } from "./protocols.mjs";
import { median, rounded } from "./statistics.mjs";

const script = readFileSync(new URL("../../dist/gs2-gateway.global.js", import.meta.url), "utf8");

/* The next two functions run in the page. */

async function runBareSocket({ url, count, frames }) {
  const socket = new WebSocket(url);
  await new Promise((resolve) => (socket.onopen = resolve));
  for (const text of frames) {
    const replied = new Promise((resolve) => (socket.onmessage = resolve));
    socket.send(text);
    await replied;
  }
  let received = 0;
  let characters = 0;
  const startedAt = performance.now();
  await new Promise((resolve) => {
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      if (message.type !== "notification") return;
      characters += JSON.parse(message.body.payload).gatheringName.length;
      if (++received === count) resolve();
    };
    socket.send(JSON.stringify({ x_gs2: { function: `go:${count}`, requestId: "go" } }));
  });
  const ms = performance.now() - startedAt;
  socket.close();
  return { ms, characters };
}

async function runClient({ url, count, key, credential, player }) {
  const gateway = new globalThis.Gs2Gateway.GatewayClient({
    namespaceName: player.namespaceName,
    credential,
    endpoints: { rest: url.replace(/^ws/, "http"), webSocket: url },
    logger: false,
  });
  await gateway.setUserId({ accessToken: player.accessToken });
  let received = 0;
  let characters = 0;
  const startedAt = performance.now();
  const all = new Promise((resolve) => {
    gateway.on(key, ({ payload }) => {
      characters += payload.gatheringName.length;
      if (++received === count) resolve();
    });
  });
  await gateway.call({ service: "gateway", component: "namespace", function: `go:${count}` });
  await all;
  const ms = performance.now() - startedAt;
  gateway.dispose();
  return { ms, characters };
}

/**
 * The medians of both, and the median of their ratios by round.
 *
 * @param {{ port: number, count: number, rounds: number }} settings
 */
export async function chromiumThroughput({ port, count, rounds }) {
  const browser = await chromium.launch({
    executablePath: findChromium(),
    args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
  });
  try {
    const page = await browser.newPage();
    // A page of the server, so that its socket has the same origin.
    await page.goto(`http://127.0.0.1:${port}/`);
    await page.addScriptTag({ content: script });
    const frames = [frame("login", "1", credential), frame("setUserId", "2", player)];
    const settings = {
      url: `ws://127.0.0.1:${port}/gs2`,
      count,
      frames,
      key: KEY,
      credential,
      player,
    };
    const rates = { bare: [], client: [] };
    for (let round = 0; round < rounds; round++) {
      rates.bare.push((count / (await page.evaluate(runBareSocket, settings)).ms) * 1_000);
      rates.client.push((count / (await page.evaluate(runClient, settings)).ms) * 1_000);
    }
    return {
      handPerSecond: Math.round(median(rates.bare)),
      perSecond: Math.round(median(rates.client)),
      ratio: rounded(median(rates.client.map((rate, n) => rate / rates.bare[n]))),
    };
  } finally {
    await browser.close();
  }
}
