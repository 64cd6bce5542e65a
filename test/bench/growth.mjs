// How the cost of notifications grows: with handlers, slots, payload size, held notifications and
// clients of one page, without a network. `node growth.mjs SERIES` sends the processor time of each step.
import { GatewayClient, defineNotification } from "../../dist/node.js";
import { credential, player } from "./competitors.mjs";
import { fakeSocket, messageEvents } from "./fakeSocket.mjs";
import { growthSeries } from "./growthSeries.mjs";
import { FRAME_BYTES, KEY, notificationTexts, protocols } from "./protocols.mjs";
import { median } from "./statistics.mjs";

const TURNS = 15;
const WARM_UP_TURNS = 5;

const read = { count: 0, characters: 0 };
const onPayload = ({ payload }) => {
  read.characters += payload.gatheringName.length;
  read.count++;
};

async function openClient() {
  const Fake = fakeSocket(protocols.gs2);
  const gateway = new GatewayClient({
    namespaceName: player.namespaceName,
    credential,
    endpoints: { rest: "http://127.0.0.1", webSocket: "ws://127.0.0.1" },
    logger: false,
    WebSocket: Fake,
  });
  await gateway.setUserId({ accessToken: player.accessToken });
  return { gateway, socket: Fake.last };
}

const eventsOf = (bytes = FRAME_BYTES, count = 1_000) =>
  messageEvents(notificationTexts("gs2", bytes, count));

/** As long as the usual key, so that the frames are as long, too. */
const keysOf = (count) =>
  Array.from({ length: count }, (_, i) => `key-${i}`.padEnd(KEY.length, "-"));

const eventsWithKeys = (names) =>
  messageEvents(
    notificationTexts("gs2").map((text, i) => text.replaceAll(KEY, names[i % names.length])),
  );

/** Feeds events to the sockets in turns; each time lasts about as long. */
const feed = (sockets, events, count) => () => {
  for (let i = 0; i < count; i++)
    sockets[i % sockets.length].receiveEvent(events[i % events.length]);
};

/**
 * Each makes the work of one size, with the number of units in one run of it: a unit is one
 * notification, all that are held, or one notification to each client.
 */
const series = {
  async handlers(keys) {
    const { gateway, socket } = await openClient();
    const names = keysOf(keys);
    for (const name of names) gateway.on(name, onPayload);
    return { units: 10_000, run: feed([socket], eventsWithKeys(names), 10_000) };
  },

  async definitions(keys) {
    const { gateway, socket } = await openClient();
    const schema = {
      "~standard": { version: 1, vendor: "bench", validate: (value) => ({ value }) },
    };
    const names = keysOf(keys);
    for (const name of names) gateway.on(defineNotification(name, schema), onPayload);
    return { units: 2_000, run: feed([socket], eventsWithKeys(names), 2_000) };
  },

  async slots(slots) {
    const { gateway, socket } = await openClient();
    for (let n = 1; n < slots; n++) {
      await gateway.setUserId({ accessToken: player.accessToken, slot: `slot-${n}` });
    }
    gateway.on(KEY, onPayload);
    return { units: 10_000, run: feed([socket], eventsOf(), 10_000) };
  },

  async payloadBytes(bytes) {
    const { gateway, socket } = await openClient();
    gateway.on(KEY, onPayload);
    const count = Math.max(100, Math.floor(2_000_000 / bytes));
    // Few texts, so that the large ones fit the cache as the small ones do.
    const events = eventsOf(bytes + FRAME_BYTES, 8);
    return {
      units: count,
      run: feed([socket], events, count),
      /** Two JSON.parse: V8 itself takes more for texts above its limit for usual objects. */
      limit() {
        for (let i = 0; i < count; i++) {
          const { body } = JSON.parse(events[i % events.length].data);
          onPayload({ payload: JSON.parse(body.payload) });
        }
      },
    };
  },

  /** Notifications come during a bind, and are delivered after its reply. */
  async held(count) {
    const { gateway, socket } = await openClient();
    gateway.on(KEY, onPayload);
    const reply = socket.reply;
    const events = eventsOf();
    const units = 20;
    let binds = 0;
    return {
      units,
      async run() {
        for (let unit = 0; unit < units; unit++) {
          const asked = new Promise((resolve) => (socket.reply = resolve));
          // Another token than before: a bind with the same one has nothing to ask.
          const bound = gateway.setUserId({ accessToken: `accessToken-${++binds % 2}` });
          const text = await asked;
          for (let i = 0; i < count; i++) socket.receiveEvent(events[i]);
          socket.reply = reply;
          socket.reply(text);
          await bound;
        }
      },
    };
  },

  async clients(clients) {
    const opened = [];
    for (let n = 0; n < clients; n++) opened.push(await openClient());
    for (const { gateway } of opened) gateway.on(KEY, onPayload);
    const sockets = opened.map(({ socket }) => socket);
    const units = Math.ceil(10_000 / clients);
    return { units, run: feed(sockets, eventsOf(), units * clients) };
  },
};

const id = process.argv[2];
const { sizes } = growthSeries.find((one) => one.id === id);
const processorTime = async (run) => {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) * 1_000;
};

const steps = [];
for (const size of sizes) {
  steps.push({ size, times: [], limitTimes: [], ...(await series[id](size)) });
}
// The steps take turns, so that other load of the machine affects all alike.
for (let turn = 0; turn < WARM_UP_TURNS + TURNS; turn++) {
  for (const { run, limit, units, times, limitTimes } of steps) {
    const before = read.count;
    const time = await processorTime(run);
    if (read.count === before) throw new Error(`${id}: nothing was delivered`);
    const limitTime = limit && (await processorTime(limit));
    if (turn < WARM_UP_TURNS) continue;
    times.push(time / units);
    if (limit) limitTimes.push(limitTime / units);
  }
}
process.send(
  steps.map(({ size, times, limit, limitTimes }) => ({
    size,
    nanoseconds: Math.round(median(times)),
    ...(limit && { limitNanoseconds: Math.round(median(limitTimes)) }),
  })),
);
process.exit();
