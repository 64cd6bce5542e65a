import {
  lstatSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest";
import { startEmulator, type EmulatorOptions } from "../../../src/emulator/index.js";
import { dataFile } from "../../../src/emulator/engine/dataFile.js";
import { stateOf } from "../../../src/emulator/store/snapshot.js";
import * as methods from "../../../src/wire/methods.js";
import { frame, RawSocket, restLogin, type Json } from "./rawSocket.js";
import { rest } from "./restCalls.js";
import { createTestStore, START } from "./stores.js";

let folder: string;
let data: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "gs2-gateway-"));
  data = join(folder, "state.json");
});
afterEach(() => rmSync(folder, { recursive: true }));

async function start(options: EmulatorOptions = {}) {
  const emulator = await startEmulator(options);
  onTestFinished(() => emulator.stop());
  return { emulator, token: await restLogin(emulator.url) };
}

const state = (name: string) => stateOf(createTestStore({}, { namespaces: [name] }), START);
const namesIn = (file: string) =>
  (JSON.parse(readFileSync(file, "utf8")) as { namespaces: Json[] }).namespaces.map(
    ({ name }) => name,
  );

test("save replaces the data file by a new one", () => {
  const file = dataFile(data);
  file.save(state("first"));
  const before = statSync(data);
  file.save(state("second"));
  expect(statSync(data).ino).not.toBe(before.ino);
  expect(namesIn(data)).toEqual(["second"]);
  expect(readdirSync(folder)).toEqual(["state.json"]);
});

test("load and save ignore the temporary file of a crash", () => {
  dataFile(data).save(state("whole"));
  writeFileSync(`${data}.${crypto.randomUUID()}.tmp`, '{"version":1,"names');
  const file = dataFile(data);
  expect(file.load()?.namespaces).toMatchObject([{ name: "whole" }]);
  file.save(state("next"));
  expect([namesIn(data), readdirSync(folder)]).toEqual([
    ["next"],
    ["state.json", "state.json.lock"],
  ]);
  file.release();
  expect(readdirSync(folder)).toEqual(["state.json"]);
});

test.skipIf(process.platform === "win32")(
  "save keeps a symbolic link, and the file is readable by its owner only",
  () => {
    const target = join(folder, "target.json");
    dataFile(target).save(state("first"));
    symlinkSync(target, data);
    const file = dataFile(data);
    file.load();
    file.save(state("second"));
    expect(lstatSync(data).isSymbolicLink()).toBe(true);
    expect(namesIn(target)).toEqual(["second"]);
    expect(statSync(target).mode & 0o077).toBe(0);
  },
);

test("startEmulator merges the namespaces of options and data file, and reset is saved", async () => {
  dataFile(data).save(state("kept"));
  const { emulator } = await start({ data, namespaces: ["given"] });
  expect(emulator.state().namespaces.map(({ name }) => name)).toEqual(["kept", "given"]);
  await emulator.reset();
  expect(namesIn(data)).toEqual(["given"]);
});

test("a running job continues after a restart", async () => {
  const settings = { jobDurationMs: 60_000 };
  const first = await start({ data, settings });
  const { url } = first.emulator;
  await rest(url, methods.dumpUserDataByUserId, { userId: "u" }, { token: first.token });
  await first.emulator.stop();
  const emulator = await startEmulator({ data, settings });
  onTestFinished(() => emulator.stop());
  expect(emulator.state().jobs).toMatchObject([{ kind: "dump", userId: "u" }]);
  expect(emulator.state().jobs[0]?.done).toBeUndefined();
  emulator.clock.advance(60_000);
  // No call came: the timer finished the job.
  expect(emulator.state().jobs[0]?.done).toBeDefined();
});

test("a frame may carry duplicationAvoider and dryRun", async () => {
  const { emulator, token } = await start({ namespaces: ["game-0001"] });
  const socket = await RawSocket.open(emulator.endpoints.webSocket);
  const params = { namespaceName: "game-0001", accessToken: "accessToken-0001", token: "d" };
  const set = async (extra: Json) => {
    const given = frame("setFirebaseToken", { ...params, ...extra }, token, "firebaseToken");
    const { status, body } = await socket.ask(given);
    return [status, (body["item"] as Json)["revision"]];
  };
  expect(await set({ xGs2DryRun: "true" })).toEqual([200, 0]);
  expect(emulator.state().firebaseTokens).toEqual([]);
  for (let repeat = 0; repeat < 2; repeat++) {
    expect(await set({ xGs2DuplicationAvoider: "once" })).toEqual([200, 0]);
  }
  expect(await set({ xGs2DryRun: "false" })).toEqual([200, 1]);
});
