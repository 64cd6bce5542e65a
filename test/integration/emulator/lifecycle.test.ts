import { createServer, type Server } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { networkInterfaces } from "node:os";
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

/** A clock that stands still, with a set of pending timers. */
function frozenClock(): EmulatorClock & { timers: Set<() => void> } {
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

describe("startEmulator", () => {
  test.each<[string, unknown, string]>([
    [
      "an unknown option",
      { prot: 9480 },
      "startEmulator: prot is unknown (did you mean port?); known are",
    ],
    [
      "an unknown setting",
      { settings: { idleTimeout: 1 } },
      "settings.idleTimeout is unknown (did you mean idleTimeoutMs?); known are projectTokenExpiresInSeconds",
    ],
    [
      "a setting of the wrong kind",
      { settings: { notificationGoesTo: "some" } },
      'notificationGoesTo takes "all" or "latest"',
    ],
    ["a setting out of range", { settings: { idleTimeoutMs: 0 } }, "idleTimeoutMs takes"],
    ["a close code that may not be sent", { settings: { closeCodeOnCut: 1005 } }, "closeCodeOnCut"],
    ["an empty host, which would listen everywhere", { host: "" }, "host takes an address"],
    ["a host of spaces", { host: " " }, "host takes an address"],
    ["an empty host name", { allowHosts: [""] }, "allowHosts[0] takes a text"],
    ["an invalid port", { port: 70_000 }, "port takes a whole number"],
    ["an unknown log format", { log: "xml" }, 'takes "text", "json" or a function'],
    ["a log of false", { log: false }, 'takes "text", "json" or a function'],
    [
      "an invalid origin",
      { allowOrigins: ["localhost:5173"] },
      "allowOrigins[0] takes an origin such as",
    ],
    ["a mount over its own paths", { mount: { "/gateway": () => new Response() } }, "mounted"],
    ["a mount of the root", { mount: { "/": () => new Response() } }, "mounted"],
  ])("rejects %s and names it", async (_, options, message) => {
    await expect(startEmulator(options as EmulatorOptions)).rejects.toThrow(message);
  });

  test("generates the same identifiers for the same seed", async () => {
    const [one, other] = [await start({ seed: 7 }), await start({ seed: 7 })];
    const tokens = [await restLogin(one.url), await restLogin(other.url)];
    expect(tokens[0]).toBe(tokens[1]);
    expect(await restLogin(one.url)).not.toBe(tokens[0]);
    expect(await restLogin((await start({ seed: 8 })).url)).not.toBe(tokens[0]);
  });
});

describe("the emulator's address", () => {
  test("is one port on both loopback families", async () => {
    const emulator = await start();
    const { port } = new URL(emulator.url);
    for (const host of ["127.0.0.1", "[::1]", "localhost"]) {
      expect((await fetch(`http://${host}:${port}/_emulator/ready`)).status).toBe(200);
      const socket = await RawSocket.open(`ws://${host}:${port}/gateway-ws`);
      await socket.close();
    }
  });

  test("is reached from loopback only", async () => {
    const { port } = new URL((await start()).url);
    const others = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ internal, scopeid = 0 }) => !internal && scopeid === 0)
      .map(({ address }) => address);
    // 127.0.0.2 is loopback too, but not an address that the emulator listens on.
    for (const host of [...others, ...(process.platform === "linux" ? ["127.0.0.2"] : [])]) {
      const refused = await new Promise<string>((resolve) => {
        const socket = connect({ host, port: Number(port) });
        socket.once("connect", () => resolve("connected")).once("error", () => resolve("refused"));
        socket.once("close", () => socket.destroy());
      });
      expect([host, refused]).toEqual([host, "refused"]);
    }
  });

  test("may be one address", async () => {
    const emulator = await start({ host: "::1" });
    expect(emulator.url).toMatch(/^http:\/\/\[::1\]:\d+$/);
    expect((await fetch(`${emulator.url}/_emulator/ready`)).status).toBe(200);
    await expect(fetch(`http://127.0.0.1:${portOf(emulator)}/`)).rejects.toThrow();
  });

  test("may be every address, and the URL is a loopback one", async () => {
    const emulator = await start({ host: "0.0.0.0" });
    expect(emulator.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });

  test("that is in use rejects with a hint", async () => {
    const port = portOf(await start());
    await expect(startEmulator({ port })).rejects.toMatchObject({
      name: "GatewayError",
      message: `Port ${port} is in use: another emulator may be running. Stop it, or try --port N or PORT=N.`,
    });
  });

  test("that is in use in one family rejects", async () => {
    const other: Server = createServer();
    await new Promise<void>((listening) => other.listen({ host: "::1", port: 0 }, listening));
    const { port } = other.address() as AddressInfo;
    await expect(startEmulator({ port })).rejects.toThrow(`Port ${port} is in use`);
    await new Promise((closed) => other.close(closed));
    await start({ port });
  });
});

describe("stop", () => {
  test("closes sockets with 1001, frees the port and is idempotent", async () => {
    const emulator = await start();
    const socket = await bound(emulator);
    await Promise.all([emulator.stop(), emulator.stop()]);
    expect(await socket.closed()).toBe(1001);
    await emulator.stop();
    expect((await start({ port: portOf(emulator) })).url).toBe(emulator.url);
  });

  test("does not wait for an unresponsive client", async () => {
    const emulator = await start();
    const socket = await bound(emulator);
    socket.ws.pause();
    await emulator.stop();
    socket.ws.resume();
    await socket.closed();
  });

  test("does not wait for a keep-alive connection", async () => {
    const emulator = await start();
    await fetch(emulator.url);
    await emulator.stop();
    await expect(fetch(emulator.url)).rejects.toThrow();
  });

  test("does not wait for a response that never comes", async () => {
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
    const rejection = expect(fetch(`${emulator.url}/slow/`)).rejects.toThrow();
    await asked;
    await emulator.stop();
    await rejection;
  });

  test("leaves no timer pending", async () => {
    const clock = frozenClock();
    const emulator = await start({ clock });
    await bound(emulator);
    expect(clock.timers.size).toBe(1);
    await emulator.stop();
    expect(clock.timers.size).toBe(0);
  });

  test("rejects pending waits", async () => {
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
  test("resolves with an existing session or the next one", async () => {
    const emulator = await start();
    const coming = emulator.waitForSession({ userId: "user-0001" });
    await bound(emulator);
    expect(await coming).toMatchObject({ userId: "user-0001", namespaceName: "game-0001" });
    expect(await emulator.waitForSession({ userId: "user-0001" })).toEqual(await coming);
  });

  test("times out with a message that has the awaited and the existing sessions", async () => {
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

describe("a connection", () => {
  test("ends its sessions when it closes", async () => {
    const emulator = await start();
    const socket = await bound(emulator);
    await socket.close();
    // The server may see the close after the client.
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

  test("is cut after ten minutes without a frame or a ping", async () => {
    const emulator = await start({ clock: frozenClock() });
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

  test("is cut after two hours, also if it is active", async () => {
    const emulator = await start({ settings: { idleTimeoutMs: null, closeCodeOnCut: 4000 } });
    const socket = await bound(emulator);
    emulator.clock.advance(7_200_000);
    expect(await socket.closed()).toBe(4000);
  });

  test("is closed with 1009 after a message over the limit", async () => {
    const emulator = await start({ settings: { maxMessageBytes: 1_000 } });
    const socket = await RawSocket.open(emulator.endpoints.webSocket);
    socket.send("x".repeat(1_000));
    await socket.waitFor("a reply", (one) => one["status"] === 400);
    socket.send("x".repeat(1_001));
    expect(await socket.closed()).toBe(1009);
  });

  test("is dropped when the client does not read", async () => {
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
      // Sockets are written, and closes are seen, only when the event loop turns.
      if (sent % 100 === 0) await new Promise((turn) => setImmediate(turn));
    }
    expect(emulator.sessions()).toEqual([]);
    expect(log.filter(({ level }) => level === "warning").map(({ text }) => text)).toEqual([
      expect.stringContaining("reads too slowly") as string,
    ]);
    socket.ws.resume();
    expect(await socket.closed()).toBe(1006);
  });

  test("beyond maxConnections is refused with 503 until another one closes", async () => {
    const emulator = await start({ settings: { maxConnections: 2 } });
    const { webSocket } = emulator.endpoints;
    const [one] = [await RawSocket.open(webSocket), await RawSocket.open(webSocket)];
    await expect(RawSocket.open(webSocket)).rejects.toThrow("refused with 503");
    await one.close();
    await (await RawSocket.open(webSocket)).close();
  });

  test("is cut by disconnect, with or without a close frame", async () => {
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

  test("ignores frames that arrive after it was cut", async () => {
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

describe("a bind by force", () => {
  const exclusive = (sessionId: string, force = false) => ({
    namespaceName: "game-0001",
    accessToken: "accessToken-0001",
    allowConcurrentAccess: false,
    sessionId,
    force,
  });

  test("closes the old client's socket", async () => {
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
    // The minimum, because of other load on the machine.
    expect(Math.min(...took)).toBeLessThan(5);
  });

  test("restores the initial namespaces and the clock", async () => {
    const clock = frozenClock();
    const emulator = await start({ clock, namespaces: ["game-0001"] });
    await bound(emulator);
    emulator.clock.advance(10_000);
    await emulator.reset();
    expect(emulator.clock.now()).toBe(clock.now());
    expect(clock.timers.size).toBe(0);
    expect(emulator.sessions()).toEqual([]);
  });
});

describe("the event log", () => {
  test("has the events and no secret", async () => {
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
