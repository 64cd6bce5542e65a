// Runs one measure of one competitor in a process of its own, and sends the results to the parent:
// `node measure.mjs MEASURE COMPETITOR COUNT PORT`.
import { WebSocket } from "ws";
import { competitors, limits, payloadText } from "./competitors.mjs";
import { fakeSocket, messageEvents } from "./fakeSocket.mjs";
import { notificationTexts, protocols } from "./protocols.mjs";
import { median } from "./statistics.mjs";

const [measure, name, count, port] = process.argv.slice(2);
const competitor = competitors[name];
const COUNT = Number(count);
const TURNS = 16;
/** They compile the code, and are not measured. */
const FIRST_TURNS = 2;

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
function processorTime() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/**
 * Measures competitor and limit in turns, so that the machine's other load affects both alike; who
 * begins changes. Each function returns one value by measure.
 */
async function inTurns(measureOwn, measureLimit) {
  const turns = [];
  for (let turn = -FIRST_TURNS; turn < TURNS; turn++) {
    const first = turn % 2 ? await measureLimit() : undefined;
    const own = await measureOwn();
    const limit = first ?? (await measureLimit());
    if (turn >= 0) turns.push({ own, limit });
  }
  const ids = Object.keys(turns[0].own);
  return Object.fromEntries(
    ids.map((id) => [
      id,
      {
        value: median(turns.map(({ own }) => own[id])),
        ratio: median(turns.map(({ own, limit }) => own[id] / limit[id])),
      },
    ]),
  );
}

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
   * nanoseconds.
   */
  async overSocket() {
    const measureBy = async (session) => {
      const before = processorTime();
      const ms = await timed(() => receive(session, COUNT));
      const processorMs = processorTime() - before;
      return {
        overSocket: (COUNT / ms) * 1_000,
        processorTime: (processorMs * 1_000_000) / COUNT,
      };
    };
    const session = await competitor.open(endpointsWith(WebSocket));
    const limit = await limits[competitor.protocol].open(endpointsWith(WebSocket));
    session.onPayload(onPayload);
    limit.onPayload(onPayload);
    const result = await inTurns(
      () => measureBy(session),
      () => measureBy(limit),
    );
    await session.close();
    await limit.close();
    return result;
  },

  /**
   * The processor time without a network: message events handed to the client's socket, and to the limit,
   * which is two JSON.parse and a call.
   */
  async inProcess() {
    const Fake = fakeSocket(protocols[competitor.protocol]);
    const session = await competitor.open(endpointsWith(Fake));
    const socket = Fake.last;
    session.onPayload(onPayload);
    const textOf = payloadText[competitor.protocol];
    const limit = ({ data }) => onPayload(JSON.parse(textOf(JSON.parse(data))));
    const events = messageEvents(notificationTexts(competitor.protocol));
    const measureBy = (take) => {
      const before = processorTime();
      for (let i = 0; i < COUNT; i++) take(events[i % events.length]);
      return { inProcess: ((processorTime() - before) * 1_000_000) / COUNT };
    };
    const result = await inTurns(
      () => measureBy((event) => socket.receiveEvent(event)),
      () => measureBy(limit),
    );
    await session.close();
    if (read.count !== 2 * (FIRST_TURNS + TURNS) * COUNT) {
      throw new Error(`${name} has lost notifications`);
    }
    return result;
  },

  /** Milliseconds of one call, and of one on a bare socket: the median of a turn. */
  async call() {
    const session = await competitor.open(endpointsWith(WebSocket));
    const limit = await competitors["bare ws"].open(endpointsWith(WebSocket));
    const measureBy = async (caller) => {
      const times = [];
      for (let n = 0; n < COUNT; n++) {
        times.push(
          await timed(async () => {
            if ((await caller.read()) !== 1) throw new Error(`${name} has read no session`);
          }),
        );
      }
      return { call: median(times) };
    };
    const result = await inTurns(
      () => measureBy(session),
      () => measureBy(limit),
    );
    await session.close();
    await limit.close();
    return result;
  },

  /** Milliseconds from connect to a bound player, and by hand: the median of a turn. */
  async connect() {
    const measureBy = async ({ open }) => {
      const times = [];
      for (let n = 0; n < COUNT; n++) {
        let session;
        times.push(await timed(async () => (session = await open(endpointsWith(WebSocket)))));
        await session.close();
      }
      return { connect: median(times) };
    };
    return inTurns(
      () => measureBy(competitor),
      () => measureBy(competitors["bare ws"]),
    );
  },
};

process.send(await measures[measure]());
process.exit();
