// Runs one measure of one competitor in a process of its own, and sends the result to the parent:
// `node measure.mjs MEASURE COMPETITOR COUNT PORT`.
import { WebSocket } from "ws";
import { competitors } from "./competitors.mjs";
import { protocols } from "./protocols.mjs";
import { fakeSocket } from "./fakeSocket.mjs";
import { median } from "./statistics.mjs";

const [measure, name, count, port] = process.argv.slice(2);
const competitor = competitors[name];
const COUNT = Number(count);

const endpointsWith = (WebSocketClass) => ({
  host: "127.0.0.1",
  port,
  rest: `http://127.0.0.1:${port}`,
  webSocket: `ws://127.0.0.1:${port}/gs2`,
  phoenix: `ws://127.0.0.1:${port}/phoenix`,
  WebSocket: WebSocketClass,
});

const textsOf = (protocol) =>
  Array.from({ length: 1000 }, (_, i) => protocols[protocol].notification(i));

const timed = async (run) => {
  const start = performance.now();
  await run();
  return performance.now() - start;
};

const TURNS = 9;

async function timeRelativeToParsing() {
  const texts = textsOf(competitor.protocol);
  const limitTexts = textsOf("gs2");
  const Fake = fakeSocket(protocols[competitor.protocol]);
  const session = await competitor.open(endpointsWith(Fake));
  const socket = Fake.last;
  // The sum uses what was read, so that the engine cannot optimize the reads away.
  let sum = 0;
  session.onPayload(({ gatheringName }) => void (sum += gatheringName.length));
  const ratios = [];
  for (let turn = 0; turn < TURNS; turn++) {
    const limit = await timed(() => {
      for (let i = 0; i < COUNT; i++) {
        const { body } = JSON.parse(limitTexts[i % limitTexts.length]);
        sum += JSON.parse(body.payload).gatheringName.length;
      }
    });
    const ms = await timed(() => {
      for (let i = 0; i < COUNT; i++) socket.receive(texts[i % texts.length]);
    });
    ratios.push(ms / limit);
  }
  await session.close();
  return { value: median(ratios), sum };
}

const measures = {
  /** Notifications per second over a socket, with the payload read. */
  async overSocket() {
    const session = await competitor.open(endpointsWith(WebSocket));
    let received = 0;
    let characters = 0;
    let finish;
    const all = new Promise((resolve) => (finish = resolve));
    session.onPayload(({ gatheringName }) => {
      characters += gatheringName.length;
      if (++received === COUNT) finish();
    });
    const ms = await timed(() => Promise.all([session.call("go"), all]));
    await session.close();
    return { value: (COUNT / ms) * 1000, characters };
  },

  /** The time without a network, as a multiple of two JSON.parse in the same process, in turns. */
  inProcess: timeRelativeToParsing,

  /**
   * Milliseconds of one call in sequence, and of one on a bare socket in the same process. They
   * take turns, as a call is about as short as the noise of the machine.
   */
  async call() {
    const session = await competitor.open(endpointsWith(WebSocket));
    const limit = await competitors["bare ws"].open(endpointsWith(WebSocket));
    const times = { own: [], limit: [] };
    for (let turn = 0; turn < TURNS; turn++) {
      for (let n = 0; n < COUNT / TURNS; n++) times.limit.push(await timed(() => limit.call()));
      for (let n = 0; n < COUNT / TURNS; n++) times.own.push(await timed(() => session.call()));
    }
    await session.close();
    await limit.close();
    return { value: median(times.own), limit: median(times.limit) };
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
    return { value: median(times) };
  },
};

process.send(await measures[measure]());
process.exit();
