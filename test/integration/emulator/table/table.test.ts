import { afterAll, describe, expect, test } from "vitest";
import { startEmulator, type Emulator } from "../../../../src/emulator/index.js";
import { allMethods } from "../../../../src/wire/allMethods.js";
import { RawSocket } from "../rawSocket.js";
import { validCalls } from "./validCalls.js";
import { usesTransport, rows } from "./rows.js";
import { createContext, namespaceName, transports, type OpenBackend } from "./backend.js";

// One table for all methods: a valid call of each is written by hand, the other rows are derived
// from the fields of the method table.

const emulators = new Map<string, Promise<Emulator>>();
afterAll(async () => {
  for (const emulator of emulators.values()) await (await emulator).stop();
});

/** One emulator for each combination of settings, reset each time. */
const openBackend: OpenBackend = async (settings) => {
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
  expect(Object.keys(validCalls).sort()).toEqual(allMethods.map(({ name }) => name).sort());
  expect(allMethods).toHaveLength(28);
});

describe.each(transports)("over %s", (transport) => {
  test.each(rows.filter(usesTransport(transport)))("$title", async ({ settings = {}, check }) => {
    await check(await createContext(await openBackend(settings), transport));
  });
});
