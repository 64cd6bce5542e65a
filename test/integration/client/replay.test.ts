// A recording is made of one session, and drives another.
import { describe, expect, test } from "vitest";
import { startRecording } from "../../../src/devtools/index.js";
import type {
  Emulator,
  EmulatorLogEntry,
  EmulatorState,
  RecordedFrame,
  Recording,
} from "../../../src/emulator/index.js";
import { connectEmulator } from "../../../src/testing/index.js";
import { rejectionOf } from "../../support/promises.js";
import { leakedSecrets, plantedSecret } from "../../support/secretLeaks.js";
import { until } from "../../support/until.js";
import { createTestClient, namespaceName, startTestEmulator } from "./testEmulator.js";

const frameAt = (atMs: number, frame: Partial<RecordedFrame>): RecordedFrame => ({
  atMs,
  transport: "socket",
  direction: "toClient",
  type: "notification",
  connectionId: "socket-1",
  players: [],
  method: null,
  requestId: null,
  status: null,
  size: 0,
  body: null,
  ...frame,
});

const bindOf = (userId: string, atMs: number, connectionId = "socket-1"): RecordedFrame =>
  frameAt(atMs, {
    type: "reply",
    method: "gateway.webSocketSession.setUserId",
    status: 200,
    connectionId,
    body: { requestId: "1", status: 200, body: { item: { userId, namespaceName } } },
  });

const noticeFor = (userId: string, atMs: number, text: string, more: Partial<RecordedFrame> = {}) =>
  frameAt(atMs, {
    players: [{ userId, namespaceName }],
    body: { type: "notification", body: { issuer: "i", subject: "talk", payload: text } },
    ...more,
  });

const recordingWith = (...frames: RecordedFrame[]): Recording => ({
  version: 1,
  startedAt: 1_700_000_000_000,
  frames,
});

/** A player whose notifications are recorded by their payload. */
async function bind(emulator: Emulator, userId: string) {
  const { gateway } = createTestClient(emulator);
  const got: unknown[] = [];
  gateway.on("*", ({ rawPayload }) => got.push(rawPayload));
  await gateway.setUserId({ accessToken: await emulator.issueAccessToken({ userId }) });
  return { gateway, got };
}

/** What was sent so far has come: a later notification has. */
async function settled(emulator: Emulator, userId: string, got: unknown[]): Promise<unknown[]> {
  await emulator.notify({ userId, key: "end", payload: "end" });
  await until("the last notification has come", () => got.at(-1) === "end");
  got.pop();
  return [...got];
}

test("a recording of a game is sent again to another player, at the same distances", async () => {
  const before = await startTestEmulator();
  const { gateway } = createTestClient(before);
  const recorder = startRecording(gateway);
  await gateway.setUserId({ accessToken: await before.issueAccessToken({ userId: "alice" }) });
  for (const taskName of ["one", "two"]) {
    const received = gateway.waitFor("Gs2Mission:Complete");
    await before.notify({ userId: "alice", key: "Gs2Mission:Complete", payload: { taskName } });
    await received;
  }
  const recording = JSON.parse(JSON.stringify(recorder.recording())) as Recording;
  expect(recording.frames.map(({ type, direction }) => `${type} ${direction}`)).toEqual([
    "call toServer",
    "reply toClient",
    "call toServer",
    "reply toClient",
    "notification toClient",
    "notification toClient",
  ]);

  const emulator = await startTestEmulator();
  const { players } = emulator.replay(recording);
  expect(players).toMatchObject([{ userId: "alice", notifications: 2 }]);
  const bob = createTestClient(emulator).gateway;
  const tasks: string[] = [];
  bob.on("Gs2Mission:Complete", ({ payload }) => tasks.push(payload.taskName));
  await bob.setUserId({ accessToken: await emulator.issueAccessToken({ userId: "bob" }) });
  emulator.clock.advance(players[0]!.durationMs + 1);
  await until("both have come", () => tasks.length === 2);
  expect(tasks).toEqual(["one", "two"]);
});

describe("a replay", () => {
  test("runs on the emulator's clock, from the bind on, and at the given speed", async () => {
    const emulator = await startTestEmulator();
    const recording = recordingWith(
      bindOf("alice", 5_000),
      noticeFor("alice", 65_000, "after a minute"),
      noticeFor("alice", 605_000, "after ten"),
    );
    expect(emulator.replay(recording, { speed: 2 })).toEqual({
      players: [{ userId: "alice", notifications: 2, durationMs: 300_000 }],
    });
    const { got } = await bind(emulator, "alice");
    emulator.clock.advance(25_000);
    expect(await settled(emulator, "alice", got)).toEqual([]);
    emulator.clock.advance(10_000);
    expect(await settled(emulator, "alice", got)).toEqual(["after a minute"]);
    emulator.clock.advance(270_000);
    expect(await settled(emulator, "alice", got)).toEqual(["after a minute", "after ten"]);
  });

  test("gives each player of a recording the notifications of the same user", async () => {
    const log: EmulatorLogEntry[] = [];
    const emulator = await startTestEmulator({ log: (entry) => log.push(entry) });
    const recording = recordingWith(
      bindOf("alice", 0),
      bindOf("bob", 1_000, "socket-2"),
      noticeFor("alice", 1_500, "for alice"),
      noticeFor("bob", 1_500, "for bob", { connectionId: "socket-2" }),
    );
    emulator.replay(recording);
    const [bob, alice, carol] = [
      await bind(emulator, "bob"),
      await bind(emulator, "alice"),
      await bind(emulator, "carol"),
    ];
    emulator.clock.advance(2_000);
    expect(await settled(emulator, "alice", alice.got)).toEqual(["for alice"]);
    expect(await settled(emulator, "bob", bob.got)).toEqual(["for bob"]);
    expect(await settled(emulator, "carol", carol.got)).toEqual([]);
    expect(
      log.filter(({ event, level }) => event === "replay" && level === "warning"),
    ).toMatchObject([
      { text: "carol is not in the recording, which has alice, bob: nothing is replayed" },
    ]);

    emulator.replay(recording, { userId: "bob" });
    emulator.clock.advance(2_000);
    expect(await settled(emulator, "carol", carol.got)).toEqual(["for bob"]);
  });

  test("sends what came before the reply to the bind right after it", async () => {
    const emulator = await startTestEmulator();
    emulator.replay(
      recordingWith(noticeFor("", 900, "early", { players: [] }), bindOf("alice", 1_000)),
    );
    const { got } = await bind(emulator, "alice");
    await until("it has come", () => got.length === 1);
    expect(got).toEqual(["early"]);
  });

  test("loses what is due while the player has no session, and does not begin again", async () => {
    const emulator = await startTestEmulator();
    emulator.replay(
      recordingWith(
        bindOf("alice", 0),
        noticeFor("alice", 1_000, "before"),
        noticeFor("alice", 2_000, "away"),
        noticeFor("alice", 3_000, "back"),
      ),
    );
    const first = await bind(emulator, "alice");
    emulator.clock.advance(1_000);
    expect(await settled(emulator, "alice", first.got)).toEqual(["before"]);
    await first.gateway.disconnect();
    await until("the session has ended", () => emulator.sessions().length === 0);
    emulator.clock.advance(1_000);
    const { got } = await bind(emulator, "alice");
    emulator.clock.advance(1_000);
    expect(await settled(emulator, "alice", got)).toEqual(["back"]);
  });

  test("ends with the next one, and with a reset", async () => {
    const emulator = await startTestEmulator();
    const { got } = await bind(emulator, "alice");
    emulator.replay(recordingWith(noticeFor("alice", 0, "a"), noticeFor("alice", 1_000, "old")));
    emulator.replay(recordingWith(bindOf("alice", 0), noticeFor("alice", 1_000, "new")));
    emulator.clock.advance(1_000);
    const [last] = (await settled(emulator, "alice", got)).slice(-1);
    expect(last).toBe("new");
    expect(got).not.toContain("old");
    await emulator.reset();
    const after = await bind(emulator, "alice");
    emulator.clock.advance(10_000);
    expect(await settled(emulator, "alice", after.got)).toEqual([]);
  });

  test("is started over HTTP too", async () => {
    const emulator = await startTestEmulator();
    const remote = await connectEmulator(emulator.url);
    const recording = recordingWith(bindOf("alice", 0), noticeFor("alice", 1_000, "x".repeat(900)));
    const long = recordingWith(
      ...recording.frames,
      ...Array<RecordedFrame>(2_000).fill(recording.frames[1]!),
    );
    expect(await remote.replay(long, { speed: 2 })).toEqual({
      players: [{ userId: "alice", notifications: 2_001, durationMs: 500 }],
    });
    expect(await rejectionOf(remote.replay({} as Recording))).toMatchObject({
      kind: "invalidArgument",
    });
  });
});

describe("a file that is no recording is refused by the name of its field", () => {
  const notice = noticeFor("alice", 1, "hello");
  test.each<[unknown, string]>([
    [[], "version must be supplied"],
    [null, "the argument takes a JSON object"],
    [{}, "version must be supplied"],
    [
      { version: 2, frames: [] },
      "version takes 1: a recording is what the devtools and the inspector save",
    ],
    [{ version: 1 }, "frames must be supplied"],
    [{ version: 1, frames: {} }, "frames takes a list of frames"],
    [
      { version: 1, frames: [notice, { ...notice, atMs: "1" }] },
      "frames[1].atMs takes a number of milliseconds, 0 or more",
    ],
    [
      { version: 1, frames: [{ ...notice, atMs: -1 }] },
      "frames[0].atMs takes a number of milliseconds, 0 or more",
    ],
    [
      { version: 1, frames: [{ ...notice, direction: "in" }] },
      'frames[0].direction takes "toServer" or "toClient"',
    ],
    [{ version: 1, frames: [{ ...notice, type: 1 }] }, "frames[0].type takes"],
    [{ version: 1, frames: [{ ...notice, players: [{}] }] }, "frames[0].players[0]"],
    [
      { version: 1, frames: [{ ...notice, body: "text" }] },
      "frames[0].body takes a JSON object or null",
    ],
    [{ version: 1, frames: [] }, "frames has no notification of a bound player"],
    [{ version: 1, frames: [bindOf("alice", 0)] }, "frames has no notification of a bound player"],
  ])("%j", async (given, problem) => {
    const emulator = await startTestEmulator();
    expect(() => emulator.replay(given as Recording)).toThrow(`replay: ${problem}`);
  });

  test.each<[object, string]>([
    [{ speed: 0 }, "speed takes a number above 0"],
    [{ pace: 1 }, "pace is unknown; known are speed, userId"],
    [{ userId: "bob" }, "userId is not in the recording, which has alice"],
  ])("and so are options: %j", async (options, problem) => {
    const emulator = await startTestEmulator();
    expect(() => emulator.replay(recordingWith(notice), options)).toThrow(`replay: ${problem}`);
  });
});

test("a recording and its replay contain no planted secret", async () => {
  const log: EmulatorLogEntry[] = [];
  const credential = { clientId: "client", clientSecret: plantedSecret("client") };
  const options = { credentials: [credential], log: (entry: EmulatorLogEntry) => log.push(entry) };
  const before = await startTestEmulator(options);
  const accessToken = plantedSecret("access");
  const issued = await before.issueAccessToken({ userId: "alice" });
  const state = JSON.stringify(before.state()).replaceAll(issued, accessToken);
  await before.setState(JSON.parse(state) as EmulatorState);

  const { gateway } = createTestClient(before, { credential });
  const recorder = startRecording(gateway);
  await gateway.setUserId({ accessToken });
  await gateway.setFirebaseToken({ token: plantedSecret("firebase") });
  const params = { userId: "alice", password: plantedSecret("password"), keyId: "k" };
  const login = { service: "account", component: "account", function: "authentication", params };
  await rejectionOf(gateway.call(login));
  const texts = [...["client", "access", "firebase"].map(plantedSecret)];
  const projectToken = await gateway.getProjectToken();
  const received = gateway.waitFor({ subject: "leak" });
  await before.notify({
    userId: "alice",
    key: "leak",
    payload: { note: [...texts, projectToken].join(" "), token: plantedSecret("payload"), texts },
  });
  await received;
  const text = JSON.stringify(recorder.recording());
  expect(text).toMatch(/authentication.*"payload":"\{\\"note\\":\\"\*\*\* \*\*\* \*\*\* \*\*\*\\"/);
  expect(text).not.toContain(projectToken);
  expect(leakedSecrets(text)).toEqual([]);

  const emulator = await startTestEmulator({ log: (entry) => log.push(entry) });
  emulator.replay(JSON.parse(text) as Recording);
  const { got } = await bind(emulator, "alice");
  emulator.clock.advance(60_000);
  expect(await settled(emulator, "alice", got)).toHaveLength(1);
  expect(leakedSecrets([log, got])).toEqual([]);
});

test("a recording masks a token that became known after the frame that has it", async () => {
  const emulator = await startTestEmulator();
  const { gateway } = createTestClient(emulator);
  const recorder = startRecording(gateway);
  await gateway.setUserId({ accessToken: await emulator.issueAccessToken({ userId: "alice" }) });
  const token = plantedSecret("later");
  const received = gateway.waitFor({ subject: "leak" });
  await emulator.notify({ userId: "alice", key: "leak", payload: `see ${token}` });
  await received;
  gateway.setProjectToken(token);
  expect(leakedSecrets(recorder.recording())).toEqual([]);
  expect(JSON.stringify(recorder.recording())).toContain("see ***");
});
