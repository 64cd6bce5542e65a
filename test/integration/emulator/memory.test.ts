// What a caller can make the emulator keep is limited.
import { expect, test } from "vitest";
import { createStore } from "../../../src/emulator/store/store.js";
import { readSettings } from "../../../src/emulator/settings.js";
import { seededIds } from "../../../src/emulator/store/ids.js";
import { handleCall } from "../../../src/emulator/calls/handleCall.js";
import { takeUpload } from "../../../src/emulator/store/jobs.js";
import { startTestEmulator } from "../client/testEmulator.js";
import { frame, RawSocket, restLogin } from "./rawSocket.js";

test("a wait keeps no long text", async () => {
  const emulator = await startTestEmulator();
  const long = "x".repeat(2_000);
  for (const [path, body] of [
    ["sessions/wait", { userId: long }],
    ["sessions/wait", { userId: "u", namespaceName: long }],
    ["pushes/take", { userId: long }],
    ["pushes/take", { namespaceName: long }],
    ["pushes/take", { token: long }],
  ] as const) {
    const response = await fetch(`${emulator.url}/_emulator/${path}`, {
      method: "POST",
      body: JSON.stringify({ ...body, timeoutMs: 1 }),
    });
    expect([path, response.status]).toEqual([path, 400]);
  }
});

test("a frame is logged with 20 players of its socket at most", async () => {
  const emulator = await startTestEmulator();
  const socket = await RawSocket.open(emulator.endpoints.webSocket);
  const token = await restLogin(emulator.url);
  for (let player = 0; player < 25; player++) {
    const params = { namespaceName: "game-0001", userId: `user-${player}` };
    await socket.ask(frame("setUserIdByUserId", params, token));
  }
  const left = new AbortController();
  const log = await fetch(`${emulator.url}/_emulator/log`, { signal: left.signal });
  const reader = log.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!/user-24.*\n/.test(text)) text += (await reader.read()).value ?? "";
  left.abort();
  // The last line may be cut.
  const counts = [...text.matchAll(/^data: (.*)\n/gm)].map(
    ([, entry]) => (JSON.parse(entry!) as { players?: unknown[] }).players?.length ?? 0,
  );
  expect(Math.max(...counts)).toBe(20);
  expect(emulator.sessions()).toHaveLength(25);
});

/** A store without a server, and calls of one client in it. */
function offline() {
  const store = createStore(
    {
      settings: readSettings(),
      strict: false,
      credentials: [],
      namespaces: ["game-0001"],
      ids: seededIds(1),
      url: () => "",
    },
    0,
  );
  const call = (service: string, component: string, name: string, params: object, avoid?: string) =>
    handleCall(
      store,
      {
        transport: "rest",
        target: { service, component, function: name },
        params: { ...params },
        projectToken: "token-0001",
        accessToken: undefined,
        connectionId: undefined,
        duplicationAvoider: avoid,
      },
      0,
    ).result;
  store.projectTokens.set("token-0001", { clientId: "client-0001", expiresAt: Infinity });
  return { store, call };
}

test("the emulator keeps the last 100 prepared uploads", () => {
  const { store, call } = offline();
  const tokens = Array.from({ length: 101 }, () => {
    const { body } = call("gateway", "namespace", "prepareImportUserDataByUserId", {
      userId: "alice",
    });
    return (body as { uploadToken: string }).uploadToken;
  });
  expect(store.uploads.size).toBe(100);
  const [first = "", second = ""] = tokens;
  expect(takeUpload(store, first, "{}").result).toBe(false);
  expect(takeUpload(store, second, "{}").result).toBe(true);
});

test("the emulator keeps the last 10,000 jobs", () => {
  const { store, call } = offline();
  const job = {
    kind: "dump",
    startedAt: 0,
    dueAt: 0,
    done: { at: 0, fileId: "", text: "" },
  } as const;
  for (let user = 0; user < 10_000; user++) {
    store.jobs.set(String(user), { ...job, userId: `user-${user}` });
  }
  call("gateway", "namespace", "dumpUserDataByUserId", { userId: "last" });
  expect(store.jobs.size).toBe(10_000);
  expect(store.jobs.has("0")).toBe(false);
  expect([...store.jobs.values()].at(-1)).toMatchObject({ userId: "last" });
});

test("replies kept for a duplicationAvoider take 16 million characters at most, the newest", () => {
  const { store, call } = offline();
  const avoider = (index: number) => `${index}-${"x".repeat(100_000)}`;
  const params = { namespaceName: "game-0001", userId: "alice", token: "device-0001" };
  const set = (index: number) =>
    call("gateway", "firebaseToken", "setFirebaseTokenByUserId", params, avoider(index)).body as {
      item: { revision: number };
    };
  for (let index = 0; index < 200; index++) set(index);
  expect(store.idempotencyCache.size).toBeLessThan(165);
  expect(store.idempotencyCache.size).toBeGreaterThan(150);
  expect(set(199).item.revision).toBe(199);
  expect(set(0).item.revision).toBe(200);
});
