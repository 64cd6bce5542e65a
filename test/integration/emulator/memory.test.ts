// What a caller can make the emulator keep is limited.
import { describe, expect, test } from "vitest";
import { createStore } from "../../../src/emulator/store/store.js";
import { readSettings, type EmulatorSettings } from "../../../src/emulator/settings.js";
import {
  allSessions,
  dropConnection,
  openConnection,
} from "../../../src/emulator/store/sessions.js";
import { importDump } from "../../../src/emulator/store/userData.js";
import { seededIds } from "../../../src/emulator/store/ids.js";
import { handleRelayed } from "../../../src/emulator/calls/relayed.js";
import type { CallResult } from "../../../src/emulator/calls/result.js";
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
function offline(settings: Partial<EmulatorSettings> = {}) {
  const store = createStore(
    {
      settings: readSettings(settings),
      strict: false,
      credentials: [],
      namespaces: ["game-0001"],
      ids: seededIds(1),
      url: () => "",
    },
    0,
  );
  const call = (
    service: string,
    component: string,
    name: string,
    params: object,
    avoid?: string,
    connectionId?: string,
  ) =>
    handleCall(
      store,
      {
        transport: "rest",
        target: { service, component, function: name },
        params: { ...params },
        projectToken: "token-0001",
        accessToken: undefined,
        connectionId,
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

const errorOf = ({ status, errors }: CallResult): unknown => [status, errors?.[0]?.message];

describe("sessions", () => {
  const start = (settings: Partial<EmulatorSettings> = {}) => {
    const { store, call } = offline({ maxSessions: 2, ...settings });
    const sockets = [0, 1, 2].map((time) => openConnection(store, time).connectionId);
    const bind = (socket: number, userId: string, params: object = {}) =>
      call(
        "gateway",
        "webSocketSession",
        "setUserIdByUserId",
        { namespaceName: "game-0001", userId, ...params },
        undefined,
        sockets[socket],
      );
    const exclusive = (sessionId: string) => ({ allowConcurrentAccess: false, sessionId });
    return { store, sockets, bind, exclusive };
  };

  test("beyond maxSessions are refused, on a bound socket and on a new one, until one ends", () => {
    const { store, sockets, bind } = start();
    expect([bind(0, "a").status, bind(0, "b").status]).toEqual([200, 200]);
    for (const socket of [0, 1]) {
      expect(errorOf(bind(socket, "c"))).toEqual([402, "emulator.maxSessions.error.exceeded"]);
    }
    expect(allSessions(store)).toHaveLength(2);
    dropConnection(store, sockets[0]!);
    expect(bind(1, "c").status).toBe(200);
  });

  test("at maxSessions may be bound again, and replaced", () => {
    const { store, bind, exclusive } = start();
    bind(0, "a", exclusive("tab-1"));
    bind(1, "b");
    expect(bind(1, "b").status).toBe(200);
    expect(bind(2, "a", exclusive("tab-1")).status).toBe(200);
    expect(allSessions(store)).toHaveLength(2);
  });

  test("at maxSessions conflict as usual, and a socket with one session may change its player", () => {
    const { bind, exclusive } = start({ severalSessionsPerSocket: false });
    bind(0, "a", exclusive("tab-1"));
    bind(1, "b");
    expect(bind(2, "a", exclusive("tab-2")).status).toBe(409);
    expect(bind(1, "c").status).toBe(200);
  });

  test("of an upstream beyond maxSessions are not kept", () => {
    const { store, sockets } = start({ maxSessions: 1 });
    const relay = (userId: string) =>
      handleRelayed(
        store,
        {
          transport: "socket",
          target: { service: "gateway", component: "webSocketSession", function: "setUserId" },
          params: { namespaceName: "game-0001" },
          projectToken: undefined,
          accessToken: undefined,
          connectionId: sockets[0],
        },
        { status: 200, body: { item: { userId } }, text: "" },
        0,
      );
    expect(relay("a").userId).toBe("a");
    expect(relay("b").userId).toBe("b");
    expect(allSessions(store).map(({ userId }) => userId)).toEqual(["a"]);
  });
});

describe("namespaces beyond maxNamespaces", () => {
  const exceeded = [402, "emulator.maxNamespaces.error.exceeded"];

  test("are refused where a call creates or names one, and a taken name still conflicts", () => {
    const { store, call } = offline({ maxNamespaces: 1 });
    const create = (name: string) => call("gateway", "namespace", "createNamespace", { name });
    expect(errorOf(create("game-0002"))).toEqual(exceeded);
    expect(create("game-0001").status).toBe(409);
    const params = { namespaceName: "game-0002", userId: "a", subject: "s", payload: "p" };
    const send = () => call("gateway", "webSocketSession", "sendNotification", params);
    expect(errorOf(send())).toEqual(exceeded);
    expect([...store.namespaces.keys()]).toEqual(["game-0001"]);
    call("gateway", "namespace", "deleteNamespace", { namespaceName: "game-0001" });
    expect(send().status).toBe(200);
  });

  test("are refused by the control plane too", async () => {
    const emulator = await startTestEmulator({ settings: { maxNamespaces: 1 } });
    const response = await fetch(`${emulator.url}/_emulator/namespaces`, {
      method: "POST",
      body: JSON.stringify({ name: "game-0002" }),
    });
    const message = "The emulator keeps no more than its setting maxNamespaces.";
    expect([response.status, await response.json()]).toEqual([503, { message }]);
    const names = [{ name: "a" }, { name: "b" }];
    await expect(emulator.setState({ version: 1, namespaces: names })).rejects.toMatchObject({
      kind: "quotaLimitExceeded",
      message,
    });
    expect(emulator.state().namespaces.map(({ name }) => name)).toEqual(["game-0001"]);
    await emulator.setState({ version: 1, namespaces: [{ name: "a" }] });
  });
});

describe("Firebase tokens beyond maxFirebaseTokens", () => {
  test("are refused, and a player's own is replaced", () => {
    const { store, call } = offline({ maxFirebaseTokens: 1 });
    const set = (userId: string, token: string) => {
      const params = { namespaceName: "game-0001", userId, token };
      return call("gateway", "firebaseToken", "setFirebaseTokenByUserId", params);
    };
    set("a", "device-0001");
    expect(errorOf(set("b", "device-0002"))).toEqual([
      402,
      "emulator.maxFirebaseTokens.error.exceeded",
    ]);
    expect(set("a", "device-0003").status).toBe(200);
    expect([...store.firebaseTokens.values()].map(({ token }) => token)).toEqual(["device-0003"]);
  });

  test("and namespaces of an import beyond the limits make it fail as a whole", () => {
    const { store } = offline({ maxFirebaseTokens: 2, maxNamespaces: 2 });
    const upload = (names: readonly string[]) =>
      JSON.stringify({
        firebaseTokens: names.map((namespaceName) => ({ namespaceName, token: "device" })),
      });
    expect(importDump(store, "a", upload(["n1", "n2", "n3"]), 0)).toEqual({
      imported: 0,
      errors: [
        "The emulator keeps no more than its setting maxNamespaces.",
        "The emulator keeps no more than its setting maxFirebaseTokens.",
      ],
    });
    expect([store.namespaces.size, store.firebaseTokens.size]).toEqual([1, 0]);
    const fitting = upload(["game-0001", "n1"]);
    expect(importDump(store, "a", fitting, 0).imported).toBe(2);
    expect(importDump(store, "a", fitting, 0).imported).toBe(2);
    expect(importDump(store, "b", fitting, 0).imported).toBe(0);
  });

  test("are refused in a state that is set", async () => {
    const emulator = await startTestEmulator({ settings: { maxFirebaseTokens: 1 } });
    const firebaseTokens = ["a", "b"].map((userId) => ({
      namespaceName: "game-0001",
      userId,
      token: "device",
    }));
    await expect(emulator.setState({ version: 1, firebaseTokens })).rejects.toMatchObject({
      kind: "quotaLimitExceeded",
    });
    expect(emulator.state().firebaseTokens).toEqual([]);
  });
});
