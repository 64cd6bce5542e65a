import { afterEach, describe, expect, test } from "vitest";
import {
  startEmulator,
  type Emulator,
  type EmulatorFault,
  type EmulatorLogEntry,
  type EmulatorOptions,
} from "../../../../src/emulator/index.js";
import { manualClock } from "../../../support/manualClock.js";
import { rejectionOf } from "../../../support/promises.js";
import { until } from "../../../support/until.js";
import { frame, RawSocket, restLogin } from "../rawSocket.js";

const running: Emulator[] = [];
async function start(options: EmulatorOptions = {}): Promise<Emulator> {
  const emulator = await startEmulator({ namespaces: ["game-0001"], ...options });
  running.push(emulator);
  return emulator;
}
afterEach(async () => {
  await Promise.all(running.splice(0).map((emulator) => emulator.stop()));
});

async function bound(emulator: Emulator, accessToken: string, params = {}): Promise<RawSocket> {
  const socket = await RawSocket.open(emulator.endpoints.webSocket);
  const all = { namespaceName: "game-0001", accessToken, ...params };
  const reply = await socket.ask(frame("setUserId", all, await restLogin(emulator.url)));
  expect(reply.status).toBe(200);
  return socket;
}

const put = (emulator: Emulator, body: unknown) =>
  fetch(`${emulator.url}/_emulator/faults`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });

const get = async (emulator: Emulator) =>
  (await (await fetch(`${emulator.url}/_emulator/faults`)).json()) as {
    faults: unknown;
    known: Record<string, unknown>;
  };

describe("faults over HTTP", () => {
  test("are set, listed with their hits, and cleared by an empty list", async () => {
    const emulator = await start();
    const faults: EmulatorFault[] = [{ fault: "refuse", status: 502, times: 3 }];
    const answer = await put(emulator, { faults });
    expect(answer.status).toBe(200);
    const asSet = { faults: [{ ...faults[0], hits: 0, exhausted: false }] };
    expect(await answer.json()).toEqual(asSet);
    await expect(RawSocket.open(emulator.endpoints.webSocket)).rejects.toThrow("refused with 502");
    expect((await get(emulator)).faults).toEqual([{ ...faults[0], hits: 1, exhausted: false }]);
    expect((await get(emulator)).known).toHaveProperty("halfOpen");
    await put(emulator, { faults: [] });
    expect((await get(emulator)).faults).toEqual([]);
    await (await RawSocket.open(emulator.endpoints.webSocket)).close();
  });

  test.each([
    [{ faults: [{ fault: "dorp" }] }, "faults[0].fault", 'cannot be "dorp"'],
    [{ faults: "drop" }, "faults", "takes a list of faults"],
    [{}, "faults", "must be supplied"],
    [{ faults: [], seed: 1 }, "seed", "is unknown; known are faults"],
    [{ faults: [{ fault: "close", code: 99 }] }, "faults[0].code", "takes 1000 or 3000 to 4999"],
  ])("that are wrong get 400, and the active ones stay: %j", async (body, field, problem) => {
    const emulator = await start({ faults: [{ fault: "replyLost" }] });
    const answer = await put(emulator, body);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({
      message: expect.stringContaining(`faults.set: ${field} ${problem}`) as string,
      errors: [{ field, message: expect.stringContaining(problem) as string }],
    });
    expect(emulator.faults.list()).toEqual([{ fault: "replyLost", hits: 0, exhausted: false }]);
  });
});

describe("faults of the emulator", () => {
  test("that hold a login over REST release it on reset", async () => {
    const emulator = await start({ faults: [{ fault: "slowLogin", delayMs: 3_600_000 }] });
    let answered = false;
    const login = restLogin(emulator.url).finally(() => (answered = true));
    await until("the login is held", () => emulator.faults.list()[0]?.hits === 1);
    expect(answered).toBe(false);
    await emulator.reset();
    expect(await login).toMatch(/^\S+$/);
  });

  test("that are wrong throw an invalidArgument, as an option too", async () => {
    const emulator = await start();
    expect(() => emulator.faults.set([{ fault: "dorp" } as never])).toThrow('cannot be "dorp"');
    await expect(startEmulator({ faults: [{ fault: "dorp" } as never] })).rejects.toMatchObject({
      kind: "invalidArgument",
    });
  });

  test("that act at once return their hits, and are exhausted", async () => {
    const emulator = await start();
    const [alice, bob] = [
      await bound(emulator, "accessToken-0001"),
      await bound(emulator, "accessToken-0002"),
    ];
    const free = await RawSocket.open(emulator.endpoints.webSocket);
    const set = emulator.faults.set([
      { fault: "drop", userId: "user-0001" },
      { fault: "close", userId: "user-0009" },
      { fault: "close", userId: "user-0002", code: 4321, reason: "so it is" },
    ]);
    expect(set.map(({ hits, exhausted }) => [hits, exhausted])).toEqual([
      [1, true],
      [0, true],
      [1, true],
    ]);
    expect(await alice.closed()).toBe(1006);
    expect(await bob.closed()).toBe(4321);
    expect(emulator.sessions()).toEqual([]);
    // An exhausted fault is not triggered again, and a socket out of scope stays open.
    await bound(emulator, "accessToken-0001");
    expect(free.closeCode).toBeUndefined();
  });

  test("apply to one connection, to one session, or as often as times allows", async () => {
    const emulator = await start();
    const exclusive = (sessionId: string) => ({ allowConcurrentAccess: false, sessionId });
    const one = await bound(emulator, "accessToken-0001", exclusive("s1"));
    const two = await bound(emulator, "accessToken-0002", exclusive("s2"));
    const three = await bound(emulator, "accessToken-0003", exclusive("s3"));
    emulator.faults.set([{ fault: "close", sessionId: "s2", code: 4002 }]);
    expect(await two.closed()).toBe(4002);
    const { connectionId } = emulator.sessions()[1]!;
    emulator.faults.set([{ fault: "close", connectionId, code: 4003 }]);
    expect(await three.closed()).toBe(4003);
    expect(one.closeCode).toBeUndefined();
    await bound(emulator, "accessToken-0002");
    emulator.faults.set([{ fault: "close", times: 1, code: 4001 }]);
    expect(await one.closed()).toBe(4001);
    expect(emulator.sessions()).toHaveLength(1);
  });

  test("are logged each time they are triggered, without a token", async () => {
    const entries: EmulatorLogEntry[] = [];
    const emulator = await start({ log: (entry) => entries.push(entry) });
    emulator.faults.set([{ fault: "replyDuplicated", userId: "user-0001", times: 1 }]);
    await bound(emulator, "accessToken-0001");
    emulator.faults.clear();
    const [{ connectionId } = { connectionId: "" }] = emulator.sessions();
    const logged = entries.filter(({ event }) => event === "fault");
    expect(logged.map(({ text }) => text)).toEqual([
      "faults set: replyDuplicated",
      `fault replyDuplicated on ${connectionId} user-0001: the reply comes twice`,
      "no faults",
    ]);
    expect(JSON.stringify(logged)).not.toContain("accessToken-0001");
  });

  test("are cleared by reset, those of the option too", async () => {
    const emulator = await start({ faults: [{ fault: "refuse" }] });
    await expect(RawSocket.open(emulator.endpoints.webSocket)).rejects.toThrow("503");
    await emulator.reset();
    expect(emulator.faults.list()).toEqual([]);
    await (await RawSocket.open(emulator.endpoints.webSocket)).close();
  });

  test("do not affect REST and the control plane, but for logins and binds", async () => {
    const emulator = await start({
      faults: [
        { fault: "refuse" },
        { fault: "latency", delayMs: 60_000 },
        { fault: "replyLost" },
        { fault: "refuseLogin", times: 1 },
      ],
    });
    const login = () =>
      fetch(`${emulator.url}/identifier/projectToken/login`, {
        method: "POST",
        body: JSON.stringify({ client_id: "c", client_secret: "s" }),
      });
    expect((await login()).status).toBe(503);
    expect((await login()).status).toBe(200);
    expect((await fetch(`${emulator.url}/_emulator/ready`)).status).toBe(200);
  });
});

describe("on a custom clock", () => {
  test("frames are late by that clock only, in order", async () => {
    const clock = manualClock();
    const emulator = await start({
      clock: {
        now: () => clock.now(),
        setTimer(run, delayMs) {
          const timer = clock.setTimer(run, delayMs);
          return () => clock.clearTimer(timer);
        },
      },
    });
    const alice = await bound(emulator, "accessToken-0001");
    emulator.faults.set([{ fault: "latency", delayMs: 3_600_000, jitterMs: 1_000, times: 4 }]);
    for (const payload of ["1", "2", "3", "4", "5"]) {
      await emulator.notify({ userId: "user-0001", key: "Gs2Chat:Post", payload });
    }
    const received = () =>
      alice.frames.flatMap(({ body }) => (body as { payload?: string }).payload ?? []);
    clock.advance(3_599_999);
    // A pong comes after all that was sent before it: none of the five was on its way.
    await new Promise((ponged) => {
      alice.ws.once("pong", ponged);
      alice.ws.ping();
    });
    expect(received()).toEqual([]);
    clock.advance(1_001);
    await until("all are received", () => received().length === 5);
    expect(received()).toEqual(["1", "2", "3", "4", "5"]);
  });

  test("advancing the clock delivers late frames at once", async () => {
    const emulator = await start();
    const alice = await bound(emulator, "accessToken-0001");
    emulator.faults.set([{ fault: "latency", delayMs: 300_000 }]);
    await emulator.notify({ userId: "user-0001", key: "Gs2Chat:Post", payload: "late" });
    emulator.clock.advance(300_000);
    expect(await alice.notification()).toMatchObject({ body: { payload: "late" } });
  });
});

describe("a half-open connection", () => {
  test("neither sends nor receives, sends no pong, and keeps its session", async () => {
    const emulator = await start();
    const alice = await bound(emulator, "accessToken-0001");
    const bob = await bound(emulator, "accessToken-0002");
    const { frames } = alice;
    const before = { frames: frames.length, calls: emulator.calls().length };
    let pongs = 0;
    alice.ws.on("pong", () => pongs++);
    emulator.faults.set([{ fault: "halfOpen", userId: "user-0001" }]);
    await emulator.notify({ userId: "user-0001", key: "Gs2Chat:Post", payload: "lost" });
    alice.send(frame("describeWebSocketSessions", { namespaceName: "game-0001" }));
    alice.ws.ping();
    // By the time another socket has made three calls, frames on this one would have arrived.
    const token = await restLogin(emulator.url);
    for (let round = 0; round < 3; round++) {
      await bob.ask(frame("getServiceVersion", {}, token, "namespace"));
    }
    expect(frames).toHaveLength(before.frames);
    expect(emulator.calls({ method: "describeWebSocketSessions" })).toEqual([]);
    expect(pongs).toBe(0);
    expect(alice.ws.readyState).toBe(alice.ws.OPEN);
    expect(emulator.sessions().map(({ userId }) => userId)).toContain("user-0001");
  });

  test("stays half-open when the server cuts it, and is released when the client leaves", async () => {
    const entries: EmulatorLogEntry[] = [];
    const emulator = await start({ log: (entry) => entries.push(entry) });
    const alice = await bound(emulator, "accessToken-0001");
    const [{ connectionId } = { connectionId: "" }] = emulator.sessions();
    emulator.faults.set([{ fault: "halfOpen" }]);
    emulator.disconnect({ userId: "user-0001", code: 4000 });
    expect(emulator.sessions()).toEqual([]);
    await bound(emulator, "accessToken-0002");
    expect(alice.closeCode).toBeUndefined();
    alice.ws.terminate();
    await until("the emulator has released it", () =>
      entries.some(({ text }) => text.startsWith(`${connectionId} closed with`)),
    );
  });

  test("and a pending handshake do not delay stop", async () => {
    const emulator = await start();
    const alice = await bound(emulator, "accessToken-0001");
    emulator.faults.set([{ fault: "halfOpen" }, { fault: "hangBeforeOpen" }]);
    const failed = rejectionOf(RawSocket.open(emulator.endpoints.webSocket));
    await until("it hangs", () => emulator.faults.list()[1]!.hits === 1);
    const since = performance.now();
    await emulator.stop();
    expect(performance.now() - since).toBeLessThan(2_000);
    expect(await failed).toBeInstanceOf(Error);
    await alice.closed();
  });
});
