// Runs one measure of one competitor in a process of its own, and sends the results to the parent:
// `node measure.mjs MEASURE COMPETITOR COUNT PORT`.
import { WebSocket } from "ws";
import { competitors, limits, payloadText } from "./competitors.mjs";
import { fakeSocket, messageEvents } from "./fakeSocket.mjs";
import { notificationTexts, protocols } from "./protocols.mjs";
import { median } from "./statistics.mjs";

const [measure, name, count, port] = process.argv.slice(2);
const competitor = competitors[name] ?? limits[name];
const COUNT = Number(count);
const TURNS = 15;

const endpointsWith = (WebSocketClass) => ({
  host: "127.0.0.1",
  port,
  rest: `http://127.0.0.1:${port}`,
  webSocket: `ws://127.0.0.1:${port}/gs2`,
  nakama: `ws://127.0.0.1:${port}/nakama`,
  phoenix: `ws://127.0.0.1:${port}/phoenix`,
  WebSocket: WebSocketClass,
});

const timed = async (run) => {
  const start = performance.now();
  await run();
  return performance.now() - start;
};

/** Milliseconds of this process's processor time, which other processes do not disturb. */
const processorTime = (run) => {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
};

/**
 * Reads every payload; the sum uses what was read, so that the engine cannot optimize the reads
 * away.
 */
const read = { count: 0, characters: 0, finish: undefined, finishAt: 0 };
function onPayload({ gatheringName }) {
  read.characters += gatheringName.length;
  if (++read.count === read.finishAt) read.finish();
}

/** Resolves with the last notification, which may be before the reply to the request for them. */
async function receive(session, notifications) {
  const all = new Promise((resolve) => (read.finish = resolve));
  read.finishAt = read.count + notifications;
  session.start(notifications);
  await all;
}

const measures = {
  /**
   * Notifications per second over a socket, and the processor time of this process for each, in
   * nanoseconds. A first part warms the engine up.
   */
  async overSocket() {
    const session = await competitor.open(endpointsWith(WebSocket));
    session.onPayload(onPayload);
    await receive(session, COUNT / 4);
    const before = process.cpuUsage();
    const ms = await timed(() => receive(session, COUNT));
    const { user, system } = process.cpuUsage(before);
    await session.close();
    return {
      overSocket: { value: (COUNT / ms) * 1_000 },
      processorTime: { value: ((user + system) * 1_000) / COUNT },
    };
  },

  /**
   * The processor time without a network: message events handed to the client's socket, and to the limit,
   * which is two JSON.parse and a call, in turns.
   */
  async inProcess() {
    const Fake = fakeSocket(protocols[competitor.protocol]);
    const session = await competitor.open(endpointsWith(Fake));
    const socket = Fake.last;
    session.onPayload(onPayload);
    const textOf = payloadText[competitor.protocol];
    const limit = ({ data }) => onPayload(JSON.parse(textOf(JSON.parse(data))));
    const events = messageEvents(notificationTexts(competitor.protocol));
    const ratios = [];
    for (let turn = 0; turn < TURNS; turn++) {
      const limitMs = processorTime(() => {
        for (let i = 0; i < COUNT; i++) limit(events[i % events.length]);
      });
      const ms = processorTime(() => {
        for (let i = 0; i < COUNT; i++) socket.receiveEvent(events[i % events.length]);
      });
      ratios.push(ms / limitMs);
    }
    await session.close();
    if (read.count !== 2 * TURNS * COUNT) throw new Error(`${name} has lost notifications`);
    return { inProcess: { value: median(ratios) } };
  },

  /**
   * Milliseconds of one call in sequence, and of one on a bare socket in the same process. They
   * take turns, as a call is about as short as the noise of the machine.
   */
  async call() {
    const session = await competitor.open(endpointsWith(WebSocket));
    const limit = await competitors["bare ws"].open(endpointsWith(WebSocket));
    const times = { own: [], limit: [] };
    const readBy = async (caller) => {
      if ((await caller.read()) !== 1) throw new Error(`${name} has read no session`);
    };
    const calls = Math.ceil(COUNT / TURNS);
    for (let turn = 0; turn < TURNS; turn++) {
      for (let n = 0; n < 100; n++) times.limit.push(await timed(() => readBy(limit)));
      for (let n = 0; n < calls; n++) times.own.push(await timed(() => readBy(session)));
    }
    await session.close();
    await limit.close();
    return { call: { value: median(times.own), limit: median(times.limit) } };
  },

  /** Milliseconds from connect to a bound player. */
  async connect() {
    const times = [];
    for (let n = 0; n < COUNT; n++) {
      let session;
      times.push(
        await timed(async () => (session = await competitor.open(endpointsWith(WebSocket)))),
      );
      await session.close();
    }
    return { connect: { value: median(times) } };
  },
};

process.send(await measures[measure]());
process.exit();
