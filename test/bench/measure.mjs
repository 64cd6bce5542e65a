// One measure of one contender, in a process of its own: `node measure.mjs MEASURE CONTENDER COUNT PORT`, the figures go to the parent.
import { WebSocket } from "ws";
import { contenders } from "./competitors.mjs";
import { dialects } from "./dialects.mjs";
import { fakeSocket } from "./fakeSocket.mjs";
import { median } from "./figures.mjs";

const [measure, name, count, port] = process.argv.slice(2);
const contender = contenders[name];
const COUNT = Number(count);

const places = (WebSocketClass) => ({
  host: "127.0.0.1",
  port,
  rest: `http://127.0.0.1:${port}`,
  webSocket: `ws://127.0.0.1:${port}/gs2`,
  phoenix: `ws://127.0.0.1:${port}/phoenix`,
  WebSocket: WebSocketClass,
});

const textsOf = (dialect) =>
  Array.from({ length: 1000 }, (_, i) => dialects[dialect].notification(i));

const timed = async (run) => {
  const start = performance.now();
  await run();
  return performance.now() - start;
};

const TURNS = 9;

async function besideTheLimit(way, look) {
  const texts = textsOf(contender.dialect);
  const limitTexts = textsOf("gs2");
  const Fake = fakeSocket(dialects[contender.dialect]);
  const session = await contender.open(places(Fake));
  const socket = Fake.last;
  // What was read is added up, or the engine would find out that nobody needs it.
  let seen = 0;
  session[way]((heard) => void (seen += look(heard)));
  const ratios = [];
  for (let turn = 0; turn < TURNS; turn++) {
    const limit = await timed(() => {
      for (let i = 0; i < COUNT; i++) {
        const { body } = JSON.parse(limitTexts[i % limitTexts.length]);
        seen += JSON.parse(body.payload).gatheringName.length;
      }
    });
    const ms = await timed(() => {
      for (let i = 0; i < COUNT; i++) socket.receive(texts[i % texts.length]);
    });
    ratios.push(ms / limit);
  }
  await session.close();
  return { value: median(ratios), seen };
}

const measures = {
  /** Notifications per second, heard and read, over a socket. */
  async overSocket() {
    const session = await contender.open(places(WebSocket));
    let heard = 0;
    let characters = 0;
    let finish;
    const all = new Promise((resolve) => (finish = resolve));
    session.hear(({ gatheringName }) => {
      characters += gatheringName.length;
      if (++heard === COUNT) finish();
    });
    const ms = await timed(() => Promise.all([session.call("go"), all]));
    await session.close();
    return { value: (COUNT / ms) * 1000, characters };
  },

  /** The same without a network, beside two JSON.parse in the same process, in turns: how many times as long it takes. */
  inProcess: () => besideTheLimit("hear", ({ gatheringName }) => gatheringName.length),

  /** Likewise, where nobody reads the payload. */
  inProcessUnread: () => besideTheLimit("unread", () => 1),

  /** Milliseconds of one call, one after another, and of one by hand in the same process, in turns: what is measured is about as long as the machine's moods. */
  async call() {
    const session = await contender.open(places(WebSocket));
    const limit = await contenders["bare ws"].open(places(WebSocket));
    const times = { own: [], limit: [] };
    for (let turn = 0; turn < TURNS; turn++) {
      for (let n = 0; n < COUNT / TURNS; n++) times.limit.push(await timed(() => limit.call()));
      for (let n = 0; n < COUNT / TURNS; n++) times.own.push(await timed(() => session.call()));
    }
    await session.close();
    await limit.close();
    return { value: median(times.own), limit: median(times.limit) };
  },

  /** Milliseconds from nothing to a bound player. */
  async connect() {
    const times = [];
    for (let n = 0; n < COUNT; n++) {
      let session;
      times.push(await timed(async () => (session = await contender.open(places(WebSocket)))));
      await session.close();
    }
    return { value: median(times) };
  },
};

process.send(await measures[measure]());
process.exit();
