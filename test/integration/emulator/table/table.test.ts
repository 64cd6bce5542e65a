import { afterAll, describe, expect, test } from "vitest";
import { startEmulator, type Emulator } from "../../../../src/emulator/index.js";
import { allMethods } from "../../../../src/wire/allMethods.js";
import { RawSocket } from "../rawSocket.js";
import { goodCalls } from "./goodCalls.js";
import { goesBy, rows } from "./rows.js";
import { enter, namespaceName, roads, type OpenStage } from "./stage.js";

// One table for all methods: a good call of each is written by hand, what else is asked of them follows from the rows of the reference.

const emulators = new Map<string, Promise<Emulator>>();
afterAll(async () => {
  for (const emulator of emulators.values()) await (await emulator).stop();
});

/** One emulator for each choice of settings, as at the start each time. */
const openStage: OpenStage = async (settings) => {
  const key = JSON.stringify(settings);
  const started = emulators.get(key) ?? startEmulator({ namespaces: [namespaceName], settings });
  emulators.set(key, started);
  const emulator = await started;
  await emulator.reset();
  return {
    emulator,
    send: fetch,
    openSocket: () => RawSocket.open(emulator.endpoints.webSocket),
  };
};

test("the table has all methods", () => {
  expect(Object.keys(goodCalls).sort()).toEqual(allMethods.map(({ name }) => name).sort());
  expect(allMethods).toHaveLength(28);
});

describe.each(roads)("over %s", (road) => {
  test.each(rows.filter(goesBy(road)))("$says", async ({ settings = {}, holds }) => {
    await holds(await enter(await openStage(settings), road));
  });
});
