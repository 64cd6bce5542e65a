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
  test("are set, shown with how often they struck, and cleared by an empty list", async () => {
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
    [{ faults: [{ fault: "dorp" }] }, 'no fault "dorp"'],
    [{ faults: "drop" }, "are a list"],
    [{}, "are a list"],
    [{ faults: [], seed: 1 }, "without seed"],
    [{ faults: [{ fault: "close", code: 99 }] }, "close takes as code"],
  ])("that are wrong are 400, and those before stay: %j", async (body, said) => {
    const emulator = await start({ faults: [{ fault: "replyLost" }] });
    const answer = await put(emulator, body);
    expect(answer.status).toBe(400);
    expect(((await answer.json()) as { message: string }).message).toContain(said);
    expect(emulator.faults.list()).toEqual([{ fault: "replyLost", hits: 0, exhausted: false }]);
  });
});

describe("faults of the handle", () => {
  test("that keep a login back over REST give it up at a reset", async () => {
    const emulator = await start({ faults: [{ fault: "slowLogin", delayMs: 3_600_000 }] });
    let answered = false;
    const login = restLogin(emulator.url).finally(() => (answered = true));
    await until("the login is kept back", () => emulator.faults.list()[0]?.hits === 1);
    expect(answered).toBe(false);
    await emulator.reset();
    expect(await login).toMatch(/^\S+$/);
  });

  test("that are wrong are an error by name, of the option too", async () => {
    const emulator = await start();
    expect(() => emulator.faults.set([{ fault: "dorp" } as never])).toThrow('no fault "dorp"');
    await expect(startEmulator({ faults: [{ fault: "dorp" } as never] })).rejects.toMatchObject({
      kind: "invalidArgument",
    });
  });

  test("that are set at once answer whom they struck, and are spent", async () => {
    const emulator = await start();
    const [alice, bob] = [
      await bound(emulator, "accessToken-0001"),
      await bound(emulator, "accessToken-0002"),
    ];
    const free = await RawSocket.open(emulator.endpoints.webSocket);
    const set = emulator.faults.set([
      { fault: "drop", userId: "user-0001" },
      { fault: "close", userId: "nobody" },
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
    // Nobody is struck twice, and who was not meant is still there.
    await bound(emulator, "accessToken-0001");
    expect(free.closeCode).toBeUndefined();
  });

  test("strike one connection, one session, or so many as they are told", async () => {
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

  test("leave a trace in the log for each strike, without a token", async () => {
    const entries: EmulatorLogEntry[] = [];
    const emulator = await start({ log: (entry) => entries.push(entry) });
    emulator.faults.set([{ fault: "replyDuplicated", userId: "user-0001", times: 1 }]);
    await bound(emulator, "accessToken-0001");
    emulator.faults.clear();
    const [{ connectionId } = { connectionId: "" }] = emulator.sessions();
    const told = entries.filter(({ event }) => event === "fault");
    expect(told.map(({ text }) => text)).toEqual([
      "faults set: replyDuplicated",
      `fault replyDuplicated on ${connectionId} user-0001: the answer comes twice`,
      "no faults",
    ]);
    expect(JSON.stringify(told)).not.toContain("accessToken-0001");
  });

  test("are gone after reset, those of the option too", async () => {
    const emulator = await start({ faults: [{ fault: "refuse" }] });
    await expect(RawSocket.open(emulator.endpoints.webSocket)).rejects.toThrow("503");
    await emulator.reset();
    expect(emulator.faults.list()).toEqual([]);
    await (await RawSocket.open(emulator.endpoints.webSocket)).close();
  });

  test("leave REST and its own controls alone, but for logins and binds", async () => {
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

describe("on a clock of one's own", () => {
  test("frames are late by that clock alone, in order", async () => {
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
    const heard = () =>
      alice.frames.flatMap(({ body }) => (body as { payload?: string }).payload ?? []);
    clock.advance(3_599_999);
    // What had been sent before is answered before: nothing of the five was on its way.
    await new Promise((ponged) => {
      alice.ws.once("pong", ponged);
      alice.ws.ping();
    });
    expect(heard()).toEqual([]);
    clock.advance(1_001);
    await until("all are heard", () => heard().length === 5);
    expect(heard()).toEqual(["1", "2", "3", "4", "5"]);
  });

  test("putting it forward brings what is late at once", async () => {
    const emulator = await start();
    const alice = await bound(emulator, "accessToken-0001");
    emulator.faults.set([{ fault: "latency", delayMs: 300_000 }]);
    await emulator.notify({ userId: "user-0001", key: "Gs2Chat:Post", payload: "late" });
    emulator.clock.advance(300_000);
    expect(await alice.notification()).toMatchObject({ body: { payload: "late" } });
  });
});

describe("a line that goes dead", () => {
  test("says nothing, hears nothing, answers no ping, and keeps its session", async () => {
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
    // What happened on this line before has happened by the time another has been round.
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

  test("stays dead when the server cuts it, and is let go when the client leaves", async () => {
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
    await until("the emulator has let go of it", () =>
      entries.some(({ text }) => text.startsWith(`${connectionId} closed with`)),
    );
  });

  test("and an attempt that was never answered hold up no stop", async () => {
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
