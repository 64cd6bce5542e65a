// Notifications per second in Chromium: a WebSocket by hand and the script tag's file, in turns.
import { readFileSync } from "node:fs";
import { chromium } from "playwright-core";
import { findChromium } from "../support/chromium.mjs";
import { credential, frame, player } from "./competitors.mjs";
import { KEY } from "./dialects.mjs";
import { median, rounded } from "./figures.mjs";

const script = readFileSync(new URL("../../dist/gs2-gateway.global.js", import.meta.url), "utf8");

/* These two run in the page. */

async function byHand({ url, count, frames }) {
  const socket = new WebSocket(url);
  await new Promise((resolve) => (socket.onopen = resolve));
  for (const text of frames) {
    const answered = new Promise((resolve) => (socket.onmessage = resolve));
    socket.send(text);
    await answered;
  }
  let heard = 0;
  let characters = 0;
  const begun = performance.now();
  await new Promise((resolve) => {
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      if (message.type !== "notification") return;
      characters += JSON.parse(message.body.payload).gatheringName.length;
      if (++heard === count) resolve();
    };
    socket.send(JSON.stringify({ x_gs2: { function: "go", requestId: "go" } }));
  });
  const ms = performance.now() - begun;
  socket.close();
  return { ms, characters };
}

async function byClient({ url, count, key, credential, player }) {
  const gateway = new globalThis.Gs2Gateway.GatewayClient({
    namespaceName: player.namespaceName,
    credential,
    endpoints: { rest: url.replace(/^ws/, "http"), webSocket: url },
    logger: false,
  });
  await gateway.setUserId({ accessToken: player.accessToken });
  let heard = 0;
  let characters = 0;
  const begun = performance.now();
  const all = new Promise((resolve) => {
    gateway.on(key, ({ payload }) => {
      characters += payload.gatheringName.length;
      if (++heard === count) resolve();
    });
  });
  await gateway.call({ service: "gateway", component: "namespace", function: "go" });
  await all;
  const ms = performance.now() - begun;
  gateway.dispose();
  return { ms, characters };
}

/** Medians, and the ratio of the two turn by turn. @param {{ port: number, count: number, rounds: number }} of */
export async function inChromium({ port, count, rounds }) {
  const browser = await chromium.launch({
    executablePath: findChromium(),
    args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
  });
  try {
    const page = await browser.newPage();
    // A page of the server, so that its socket is one of the same origin.
    await page.goto(`http://127.0.0.1:${port}/`);
    await page.addScriptTag({ content: script });
    const frames = [frame("login", "1", credential), frame("setUserId", "2", player)];
    const given = {
      url: `ws://127.0.0.1:${port}/gs2`,
      count,
      frames,
      key: KEY,
      credential,
      player,
    };
    const rates = { hand: [], client: [] };
    for (let round = 0; round < rounds; round++) {
      rates.hand.push((count / (await page.evaluate(byHand, given)).ms) * 1_000);
      rates.client.push((count / (await page.evaluate(byClient, given)).ms) * 1_000);
    }
    return {
      handPerSecond: Math.round(median(rates.hand)),
      perSecond: Math.round(median(rates.client)),
      ratio: rounded(median(rates.client.map((rate, n) => rate / rates.hand[n]))),
    };
  } finally {
    await browser.close();
  }
}
