import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import {
  startEmulator,
  type Emulator,
  type EmulatorClock,
  type EmulatorLogEntry,
  type EmulatorOptions,
} from "../../../src/emulator/index.js";
import { frame, RawSocket, restLogin } from "./rawSocket.js";

const running: Emulator[] = [];
async function start(options: EmulatorOptions = {}): Promise<Emulator> {
  const emulator = await startEmulator(options);
  running.push(emulator);
  return emulator;
}
afterEach(async () => {
  await Promise.all(running.splice(0).map((emulator) => emulator.stop()));
});

async function bound(emulator: Emulator, accessToken = "accessToken-0001"): Promise<RawSocket> {
  const socket = await RawSocket.open(emulator.endpoints.webSocket);
  const params = { namespaceName: "game-0001", accessToken };
  await socket.ask(frame("setUserId", params, await restLogin(emulator.url)));
  return socket;
}

const portOf = (emulator: Emulator) => Number(new URL(emulator.url).port);

/** Time stands still until it is told otherwise, and timers that are set can be counted. */
function heldClock(): EmulatorClock & { timers: Set<() => void> } {
  const timers = new Set<() => void>();
  return {
    timers,
    now: () => 1_700_000_000_000,
    setTimer(callback) {
      timers.add(callback);
      return () => void timers.delete(callback);
    },
  };
}

describe("options", () => {
  test.each<[string, unknown, string]>([
    [
      "an option nobody knows",
      { prot: 9480 },
      "startEmulator: prot is unknown; known are port, host",
    ],
    [
      "a setting nobody knows",
      { settings: { idleTimeout: 1 } },
      "settings.idleTimeout is unknown; known are projectTokenExpiresInSeconds",
    ],
    [
      "a setting of the wrong kind",
      { settings: { notificationGoesTo: "some" } },
      'notificationGoesTo takes "all" or "latest"',
    ],
    ["a setting out of range", { settings: { idleTimeoutMs: 0 } }, "idleTimeoutMs takes"],
    ["a close code nobody may send", { settings: { closeCodeOnCut: 1005 } }, "closeCodeOnCut"],
    ["a port that is none", { port: 70_000 }, "port takes a whole number"],
    ["a log that is none", { log: "xml" }, 'takes "text", "json" or a function'],
    [
      "a log that is switched off by a word it does not know",
      { log: false },
      'takes "text", "json" or a function',
    ],
    [
      "an origin that is none",
      { allowOrigins: ["localhost:5173"] },
      "allowOrigins[0] takes an origin such as",
    ],
    ["a mount over its own paths", { mount: { "/gateway": () => new Response() } }, "mounted"],
    ["a mount over everything", { mount: { "/": () => new Response() } }, "mounted"],
  ])("reject %s, and name it", async (_, options, said) => {
    await expect(startEmulator(options as EmulatorOptions)).rejects.toThrow(said);
  });

  test("with the same seed make the same identifiers", async () => {
    const [one, other] = [await start({ seed: 7 }), await start({ seed: 7 })];
    const tokens = [await restLogin(one.url), await restLogin(other.url)];
    expect(tokens[0]).toBe(tokens[1]);
    expect(await restLogin(one.url)).not.toBe(tokens[0]);
    expect(await restLogin((await start({ seed: 8 })).url)).not.toBe(tokens[0]);
  });
});

describe("where it listens", () => {
  test("is both loopback families, under one port", async () => {
    const emulator = await start();
    const { port } = new URL(emulator.url);
    for (const host of ["127.0.0.1", "[::1]", "localhost"]) {
      expect((await fetch(`http://${host}:${port}/_emulator/ready`)).status).toBe(200);
      const socket = await RawSocket.open(`ws://${host}:${port}/gateway-ws`);
      await socket.close();
    }
  });

  test("may be one address", async () => {
    const emulator = await start({ host: "::1" });
    expect(emulator.url).toMatch(/^http:\/\/\[::1\]:\d+$/);
    expect((await fetch(`${emulator.url}/_emulator/ready`)).status).toBe(200);
    await expect(fetch(`http://127.0.0.1:${portOf(emulator)}/`)).rejects.toThrow();
  });

  test("may be every address; its own URL is still one that works here", async () => {
    const emulator = await start({ host: "0.0.0.0" });
    expect(emulator.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });

  test("that is taken is said in one line", async () => {
    const port = portOf(await start());
    await expect(startEmulator({ port })).rejects.toMatchObject({
      name: "GatewayError",
      message: `Port ${port} is in use: another emulator may be running. Stop it, or try --port N or PORT=N.`,
    });
  });

  test("that is taken in one family only is taken", async () => {
    const other: Server = createServer();
    await new Promise<void>((listening) => other.listen({ host: "::1", port: 0 }, listening));
    const { port } = other.address() as AddressInfo;
    await expect(startEmulator({ port })).rejects.toThrow(`Port ${port} is in use`);
    await new Promise((closed) => other.close(closed));
    await start({ port });
  });
});

describe("stop", () => {
  test("closes sockets with 1001, frees the port, and may be called twice", async () => {
    const emulator = await start();
    const socket = await bound(emulator);
    await Promise.all([emulator.stop(), emulator.stop()]);
    expect(await socket.closed()).toBe(1001);
    await emulator.stop();
    expect((await start({ port: portOf(emulator) })).url).toBe(emulator.url);
  });

  test("does not wait for a client that no longer answers", async () => {
    const emulator = await start();
    const socket = await bound(emulator);
    socket.ws.pause();
    await emulator.stop();
    socket.ws.resume();
    await socket.closed();
  });

  test("does not wait for a client that keeps its connection for later", async () => {
    const emulator = await start();
    await fetch(emulator.url);
    await emulator.stop();
    await expect(fetch(emulator.url)).rejects.toThrow();
  });

  test("does not wait for an answer that never comes", async () => {
    let arrived = (): void => {};
    const asked = new Promise<void>((resolve) => (arrived = resolve));
    const emulator = await start({
      mount: {
        "/slow/": () => {
          arrived();
          return new Promise<Response>(() => {});
        },
      },
    });
    const answer = expect(fetch(`${emulator.url}/slow/`)).rejects.toThrow();
    await asked;
    await emulator.stop();
    await answer;
  });

  test("leaves no timer behind", async () => {
    const clock = heldClock();
    const emulator = await start({ clock });
    await bound(emulator);
    expect(clock.timers.size).toBe(1);
    await emulator.stop();
    expect(clock.timers.size).toBe(0);
  });

  test("ends what still waits", async () => {
    const emulator = await start();
    const waiting = expect(emulator.waitForSession({ userId: "user-0001" })).rejects.toThrow(
      "The emulator was stopped. Waited for a session of user-0001; no session exists.",
    );
    await emulator.stop();
    await waiting;
    await expect(emulator.waitForSession({ userId: "user-0001" })).rejects.toThrow("was stopped");
  });
});

describe("waitForSession", () => {
  test("answers the session that is there, or that comes", async () => {
    const emulator = await start();
    const coming = emulator.waitForSession({ userId: "user-0001" });
    await bound(emulator);
    expect(await coming).toMatchObject({ userId: "user-0001", namespaceName: "game-0001" });
    expect(await emulator.waitForSession({ userId: "user-0001" })).toEqual(await coming);
  });

  test("ends in a sentence that names what was awaited and what is there", async () => {
    const emulator = await start();
    await bound(emulator, "accessToken-0002");
    await expect(
      emulator.waitForSession({
        userId: "user-0002",
        namespaceName: "guild-0001",
        timeoutMs: 1,
      }),
    ).rejects.toMatchObject({
      kind: "requestTimeout",
      message:
        "Waited for a session of user-0002 in guild-0001; sessions exist for user-0002 in game-0001.",
    });
  });
});

describe("a socket's life", () => {
  test("ends its sessions with it", async () => {
    const emulator = await start();
    const socket = await bound(emulator);
    await socket.close();
    // The server may hear of it a moment later than the client.
    const next = await bound(emulator);
    const token = await restLogin(emulator.url);
    const reply = await next.ask(
      frame(
        "describeWebSocketSessions",
        { namespaceName: "game-0001", accessToken: "accessToken-0001" },
        token,
      ),
    );
    expect(reply.body["items"]).toHaveLength(1);
  });

  test("ends when it was idle for ten minutes, unless a frame or a ping came", async () => {
    const emulator = await start({ clock: heldClock() });
    const [idle, busy, pinging] = [
      await bound(emulator),
      await bound(emulator, "accessToken-0002"),
      await bound(emulator, "accessToken-0003"),
    ];
    emulator.clock.advance(599_999);
    await busy.ask(frame("getServiceVersion", {}, undefined, "namespace"));
    const ponged = new Promise((pong) => pinging.ws.once("pong", pong));
    pinging.ws.ping();
    await ponged;
    expect(emulator.sessions()).toHaveLength(3);
    emulator.clock.advance(1);
    expect(await idle.closed()).toBe(1000);
    expect(emulator.sessions().map(({ userId }) => userId)).toEqual(["user-0002", "user-0003"]);
  });

  test("ends after two hours however busy it is", async () => {
    const emulator = await start({ settings: { idleTimeoutMs: null, closeCodeOnCut: 4000 } });
    const socket = await bound(emulator);
    emulator.clock.advance(7_200_000);
    expect(await socket.closed()).toBe(4000);
  });

  test("ends with 1009 when it sends too long a message, and just under it does not", async () => {
    const emulator = await start({ settings: { maxMessageBytes: 1_000 } });
    const socket = await RawSocket.open(emulator.endpoints.webSocket);
    socket.send("x".repeat(1_000));
    await socket.waitFor("an answer", (one) => one["status"] === 400);
    socket.send("x".repeat(1_001));
    expect(await socket.closed()).toBe(1009);
  });

  test("ends when it does not read what is sent to it", async () => {
    const log: EmulatorLogEntry[] = [];
    const emulator = await start({
      log: (entry) => log.push(entry),
      settings: { maxUnsentBytes: 50_000 },
    });
    const socket = await bound(emulator);
    socket.ws.pause();
    const payload = "x".repeat(1_024);
    const userId = "user-0001";
    for (let sent = 0; sent < 50_000 && emulator.sessions().length > 0; sent++) {
      await emulator.notify({ userId, key: "flood", payload });
      // The server's writes leave, and its closings are heard, only when this thread lets go.
      if (sent % 100 === 0) await new Promise((turn) => setImmediate(turn));
    }
    expect(emulator.sessions()).toEqual([]);
    expect(log.filter(({ level }) => level === "warning").map(({ text }) => text)).toEqual([
      expect.stringContaining("reads too slowly") as string,
    ]);
    socket.ws.resume();
    expect(await socket.closed()).toBe(1006);
  });

  test("ends when its owner cuts it, with a close frame or without", async () => {
    const emulator = await start();
    const [one, two, three] = [
      await bound(emulator),
      await bound(emulator, "accessToken-0002"),
      await bound(emulator, "accessToken-0003"),
    ];
    expect(emulator.disconnect({ userId: "user-0001" })).toMatchObject([{ userId: "user-0001" }]);
    expect(await one.closed()).toBe(1000);
    const { connectionId } = emulator.sessions().find(({ userId }) => userId === "user-0002")!;
    emulator.disconnect({ connectionId, code: 1006 });
    expect(await two.closed()).toBe(1006);
    expect(emulator.disconnect({ userId: "user-0003", namespaceName: "elsewhere" })).toEqual([]);
    expect(emulator.sessions().map(({ userId }) => userId)).toEqual(["user-0003"]);
    await three.close();
  });

  test("once cut, its frames do nothing", async () => {
    const emulator = await start();
    const socket = await bound(emulator);
    const token = await restLogin(emulator.url);
    const before = emulator.calls().length;
    emulator.disconnect({ userId: "user-0001" });
    const params = { namespaceName: "game-0001", accessToken: "accessToken-0001" };
    socket.send(frame("setUserId", params, token));
    await socket.closed();
    await fetch(emulator.url);
    expect([emulator.sessions(), emulator.calls().length]).toEqual([[], before]);
  });
});

describe("the old client of an exclusive player", () => {
  const exclusive = (sessionId: string, force = false) => ({
    namespaceName: "game-0001",
    accessToken: "accessToken-0001",
    allowConcurrentAccess: false,
    sessionId,
    force,
  });

  test("hears the end of its socket when another takes its place by force", async () => {
    const emulator = await start();
    const token = await restLogin(emulator.url);
    const [old, fresh] = [
      await RawSocket.open(emulator.endpoints.webSocket),
      await RawSocket.open(emulator.endpoints.webSocket),
    ];
    await old.ask(frame("setUserId", exclusive("tab-1"), token));
    expect((await fresh.ask(frame("setUserId", exclusive("tab-2"), token))).status).toBe(409);
    expect((await fresh.ask(frame("setUserId", exclusive("tab-2", true), token))).status).toBe(200);
    expect(await old.closed()).toBe(1000);
    await fresh.close();
  });
});

describe("reset", () => {
  test("takes under five milliseconds", async () => {
    const emulator = await start({ namespaces: ["game-0001"] });
    const took: number[] = [];
    for (let time = 0; time < 10; time++) {
      const sockets = await Promise.all([1, 2, 3].map(() => bound(emulator)));
      const before = performance.now();
      await emulator.reset();
      took.push(performance.now() - before);
      await Promise.all(sockets.map((socket) => socket.closed()));
    }
    // The quickest: what else the machine does is not the emulator's.
    expect(Math.min(...took)).toBeLessThan(5);
  });

  test("brings the first namespaces back and sets the clock right", async () => {
    const clock = heldClock();
    const emulator = await start({ clock, namespaces: ["game-0001"] });
    await bound(emulator);
    emulator.clock.advance(10_000);
    await emulator.reset();
    expect(emulator.clock.now()).toBe(clock.now());
    expect(clock.timers.size).toBe(0);
    expect(emulator.sessions()).toEqual([]);
  });
});

describe("the log", () => {
  test("tells what happened, and no secret", async () => {
    const log: EmulatorLogEntry[] = [];
    const emulator = await start({ log: (entry) => log.push(entry) });
    const socket = await bound(emulator);
    await emulator.notify({ userId: "user-0001", key: "Gs2Chat:Post", payload: "{}" });
    await socket.close();
    await emulator.stop();
    expect(new Set(log.map(({ event }) => event))).toEqual(
      new Set(["listening", "opened", "bound", "call", "notified", "closed", "stopped"]),
    );
    expect(log.map(({ text }) => text)).toContain("socket setUserId user-0001 game-0001 200");
    const all = JSON.stringify(log);
    for (const secret of ["secret-0001", "accessToken-0001", "projectToken-"]) {
      expect(all).not.toContain(secret);
    }
  });
});
