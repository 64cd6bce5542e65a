import { describe, expect, onTestFinished, test } from "vitest";
import { login } from "../../../src/calls/index.js";
import type { CommandContext } from "../../../src/emulator/cli/context.js";
import { examine, maxCalls, type DoctorOptions } from "../../../src/emulator/cli/doctor/doctor.js";
import { realClock, type DoctorGateway } from "../../../src/emulator/cli/doctor/gateway.js";
import { limits, type DoctorReport } from "../../../src/emulator/cli/doctor/rows.js";
import { watchSockets } from "../../../src/emulator/cli/doctor/watch.js";
import { runCommand } from "../../../src/emulator/cli/program.js";
import {
  startEmulator,
  type Emulator,
  type EmulatorLimits,
  type EmulatorSettings,
} from "../../../src/emulator/index.js";
import { readUpstream } from "../../../src/emulator/options.js";
import { readSettings } from "../../../src/emulator/settings.js";
import { startTestEmulator } from "../client/testEmulator.js";

const credential = { clientId: "client-0001", clientSecret: "secret-0001" };

interface Run {
  /** Default: as the command has it. */
  readonly patienceMs?: number;
  /** Called when the run begins to wait. */
  readonly onWait?: (emulator: Emulator, userId: string) => Promise<unknown>;
}

/** GS2-Auth, which the emulator leaves to added functions. */
function handleAuth(emulator: Emulator): void {
  emulator.handle(login, async ({ params: { userId }, emulator: controls }) => {
    const token = await controls.issueAccessToken({ userId });
    const held = controls.state().accessTokens.find(({ accessToken }) => accessToken === token);
    return { token, userId, expire: held!.expiresAt };
  });
}

async function examined(
  settings: Partial<EmulatorSettings> = {},
  { patienceMs = 120_000, onWait }: Run = {},
): Promise<{ emulator: Emulator; report: DoctorReport }> {
  const emulator = await startTestEmulator({ settings, strict: true, credentials: [credential] });
  handleAuth(emulator);
  let waited: Promise<unknown> | undefined;
  const report = await examineEmulator(emulator, {
    patienceMs,
    progress: (line) => {
      const [, userId] = /^Waits for .* to the user (\S+)/.exec(line) ?? [];
      if (userId !== undefined) waited = onWait?.(emulator, userId);
    },
    clock: {
      now: () => emulator.clock.now(),
      // No time passes: the emulator's clock is put forward.
      async wait(ms) {
        await waited;
        emulator.clock.advance(ms);
      },
    },
  });
  return { emulator, report };
}

const examineEmulator = (
  emulator: Emulator,
  more: Partial<DoctorOptions> = {},
): Promise<DoctorReport> =>
  examine({
    name: emulator.url,
    endpoints: emulator.endpoints,
    ...credential,
    origin: "http://localhost:5173",
    graceMs: 0,
    patienceMs: 0,
    clock: realClock,
    signal: new AbortController().signal,
    progress: () => {},
    ...more,
  });

/**
 * Every reading of GS2 with the values that a run reports, the default among them; `beside`: what
 * makes them visible. The rest of the table are limits, which no run looks for.
 */
type Reading = Exclude<keyof EmulatorSettings, keyof EmulatorLimits>;

interface Turned<Value> extends Run {
  readonly to: readonly Value[];
  readonly beside?: Partial<EmulatorSettings>;
  /** Examines in another way than {@link examined}. */
  readonly examine?: (settings: Partial<EmulatorSettings>) => Promise<DoctorReport>;
}

/** What a job queue would send. */
const notifyJob = (emulator: Emulator, userId: string) =>
  emulator.notify({ userId, key: "Gs2JobQueue:Push", payload: "{}" });

/** Watches sockets until the clock of the emulator has passed their lifetime. */
async function examineWatching(settings: Partial<EmulatorSettings>): Promise<DoctorReport> {
  const clock = { now: () => 0, setTimer: () => () => {} };
  const emulator = await startTestEmulator({ settings, clock });
  const { idleTimeoutMs, lifetimeMs } = { ...readSettings(), ...settings };
  const stopped = new AbortController();
  const countSockets = async () => {
    const response = await fetch(`${emulator.url}/_emulator/connections`);
    return ((await response.json()) as { items: unknown[] }).items.length;
  };
  const tick = async () => {
    for (let before = 2; !stopped.signal.aborted;) {
      emulator.clock.advance((before === 2 ? idleTimeoutMs! : lifetimeMs!) / 200);
      const count = await countSockets();
      // The clock stands still until the doctor has noticed that a socket was cut.
      for (let reply = 0; count < before && reply < 20; reply++) await countSockets();
      before = count;
    }
  };
  // The other probes take no time.
  const stop = () => stopped.abort();
  const progress = (line: string) => (line.startsWith("Watches") ? void tick() : stop());
  onTestFinished(stop);
  const watchMs = 2 * lifetimeMs!;
  const watch = { watchMs, pingMs: 2, now: () => emulator.clock.now() };
  const report = await examineEmulator(emulator, { progress, watch });
  expect(emulator.state().namespaces.map(({ name }) => name)).toEqual(["game-0001"]);
  return report;
}

const turned: { readonly [Name in Reading]: Turned<EmulatorSettings[Name]> } = {
  projectTokenExpiresInSeconds: { to: [3600, 60] },
  accessTokenExpiresInMs: { to: [3_600_000, 60_000, 7_200_000] },
  accessTokenExpiryEndsSession: { to: [false, true], beside: { accessTokenExpiresInMs: 30_000 } },
  accessTokenMaxLength: { to: [null, 128, 1024] },
  restSetUserIdWithoutConnectionId: { to: ["latest", "reject"] },
  conflictStatus: { to: [409, 405] },
  conflictMessage: { to: ["gateway.webSocketSession.error.conflict", "another"] },
  concurrentBesideExclusive: { to: ["accepted", "conflict"] },
  onConcurrentOldSession: { to: ["stays", "cut"] },
  exclusiveBesideOthers: { to: ["conflict", "replaces"] },
  sessionIdMatches: { to: ["any", "every"] },
  onConflictOldSession: { to: ["stays", "cut"] },
  onSameSessionIdOldSession: { to: ["cut", "stays"] },
  sameSocketConflictsWithItself: { to: [false, true] },
  severalSessionsPerSocket: { to: [true, false] },
  notificationGoesTo: { to: ["all", "latest"] },
  serviceNotificationKeyIn: { to: ["both", "subject", "issuer"], onWait: notifyJob },
  customNotificationIssuer: { to: ["Gs2Gateway:SendNotification", "", "other"] },
  protocolOfSocket: { to: ["WebSocket", "socket"] },
  protocolWhenUndelivered: { to: [null, "none"] },
  protocolOfMobile: { to: ["Firebase", "mobile"] },
  mobileNotificationWithoutToken: { to: ["notFound", "ignored"] },
  mobileNotificationWithoutSecret: { to: ["ignored", "badRequest"] },
  disconnectByUserIdEnds: { to: ["sockets", "sessions"] },
  disconnectAllEnds: { to: ["sockets", "sessions"] },
  namespaceStatus: { to: ["ACTIVE", "ready"] },
  namespaceNameTaken: { to: ["conflict", "badRequest"] },
  updateNamespaceOmitted: { to: ["keeps", "clears"] },
  strictConditions: { to: [false, true] },
  strictRequiredConditions: { to: [false, true] },
  firstRevision: { to: [0, 1] },
  errorEntriesHaveCode: { to: [true, false] },
  duplicationAvoider: { to: ["honour", "ignore"] },
  duplicationAvoiderLastsMs: {
    to: [3_600_000, 1_200_000, 300_000],
    patienceMs: 3_600_000,
    // Nothing pings by the clock of the emulator.
    beside: { idleTimeoutMs: null },
  },
  jobDurationMs: { to: [0, 10_000, 40_000, 120_000] },
  checkWhileRunning: { to: [404, 409, "nullUrl"], beside: { jobDurationMs: 40_000 } },
  cleanCutsSessions: { to: [false, true] },
  importReplaces: { to: [false, true] },
  closeCodeOnCut: { to: [1000, 1006, 4000] },
  idleTimeoutMs: { to: [600_000, 700_000], examine: examineWatching },
  lifetimeMs: { to: [7_200_000, 3_600_000], examine: examineWatching },
  maxMessageBytes: { to: [131_072, 32_768, 262_144, null] },
  region: { to: ["ap-northeast-1", "eu-west-1"] },
  ownerId: { to: ["owner-0001", "owner-0002"] },
};

const cases = Object.entries(turned as Readonly<Record<string, Turned<unknown>>>).flatMap(
  ([name, { to, ...how }]) => to.map((value) => ({ name, value, ...how })),
);

describe("gs2-gateway doctor", () => {
  test.each(cases)("reports $name as $value", async ({ name, value, beside = {}, ...how }) => {
    const settings = { ...beside, [name]: value };
    const report = how.examine
      ? await how.examine(settings)
      : (await examined(settings, how)).report;
    const expected = { ...readSettings(), ...settings } as Record<string, unknown>;
    expect(report.settings[name]).toEqual(value);
    // The setting changes no other row, so no row is read off the wrong reply.
    for (const [other, seen] of Object.entries(report.settings)) {
      expect([other, seen]).toEqual([other, expected[other]]);
    }
    const [row] = report.rows.filter(({ setting }) => setting === name);
    const isDefault = value === (readSettings() as unknown as Record<string, unknown>)[name];
    expect(row?.verdict).toBe(isDefault ? "same" : "differs");
  });

  test.each([
    ["both end, each at its time", [600_310, 7_200_900], [600_000, 7_200_000]],
    [
      "both end together, so that nothing follows for silence",
      [7_200_900, 7_200_950],
      [undefined, 7_200_000],
    ],
    ["the silent one ends", [600_310, undefined], [600_000, undefined]],
    ["none ends", [undefined, undefined], [undefined, undefined]],
  ])("reads off two watched sockets what follows when %s", async (_, lives, values) => {
    let time = 0;
    const ends: ((code: number | undefined) => void)[] = [];
    const sockets = lives.map(() => ({
      ping: () => {},
      closed: () => new Promise<number | undefined>((end) => ends.push(end)),
    }));
    const gateway = { open: async () => sockets.shift() } as unknown as DoctorGateway;
    const options = { watchMs: 1, pingMs: 1_000, now: () => time };
    const watched = watchSockets(gateway, options);
    await new Promise((turn) => setImmediate(turn));
    for (const [index, life] of lives.entries()) {
      time = life ?? time;
      ends[index]!(life === undefined ? undefined : 1000);
      await new Promise((turn) => setImmediate(turn));
    }
    const rows = await watched;
    expect(rows.map(({ value }) => value)).toEqual([...values]);
    expect(rows.map(({ setting }) => setting)).toEqual(["idleTimeoutMs", "lifetimeMs"]);
  });

  test("reports every setting but the limits of the emulator, each with its default and another value", async () => {
    expect([...Object.keys(turned), ...limits].sort()).toEqual(Object.keys(readSettings()).sort());
    for (const [name, value] of Object.entries(readSettings())) {
      if (limits.includes(name)) continue;
      const { to } = turned[name as Reading] as Turned<unknown>;
      expect(to, name).toContain(value);
      expect(to.length, name).toBeGreaterThan(1);
    }
    const { report } = await examined();
    expect(report.limits).toEqual(limits);
    const rowed = report.rows.flatMap(({ setting }) => setting ?? []);
    expect([...rowed, ...Object.keys(report.notObserved), ...limits].sort()).toEqual(
      Object.keys(readSettings()).sort(),
    );
  });

  test("says what stays unknown within its time", async () => {
    const { report } = await examined();
    const unclear = report.rows.filter(({ verdict }) => verdict !== "same");
    expect(unclear.map(({ setting, verdict, evidence }) => [setting, verdict, evidence])).toEqual([
      ["checkWhileRunning", "unclear", "the dump was done at once"],
      [
        "duplicationAvoiderLastsMs",
        "unclear",
        "a duplicationAvoider is honoured for longer than 120 s",
      ],
      [
        "accessTokenExpiryEndsSession",
        "unclear",
        "an access token lives for 3,600 s, and the wait for 120 s",
      ],
      [
        "serviceNotificationKeyIn",
        "unclear",
        expect.stringMatching(
          /^no GS2 service sent a notification to doctor-\S+ in \S+ within 120 s$/,
        ),
      ],
    ]);
  });

  test("bounds each duration between two moments, and reports the later one", async () => {
    const { report } = await examined({ jobDurationMs: 11_000, duplicationAvoiderLastsMs: 30_000 });
    expect(report.settings).toMatchObject({
      jobDurationMs: 40_000,
      duplicationAvoiderLastsMs: 40_000,
    });
    const evidence = report.rows.map((row) => row.evidence);
    expect(evidence).toContain("a dump is not done after 10 s, and done after 40 s");
    expect(evidence).toContain(
      "a duplicationAvoider is honoured after 10 s, and no more after 40 s",
    );
  });

  test("reports a job that takes longer than its time as unclear, and what follows from it too", async () => {
    const { report } = await examined({ jobDurationMs: 121_000 });
    const rows = report.rows.filter(({ setting }) =>
      ["jobDurationMs", "importReplaces", "cleanCutsSessions"].includes(setting ?? ""),
    );
    expect(rows.map(({ verdict }) => verdict)).toEqual(["unclear", "unclear", "unclear"]);
    expect(rows[0]!.evidence).toMatch(/^a dump takes longer than 120 s/);
  });

  test("waits for nothing without patience, and needs no GS2-Auth", async () => {
    const emulator = await startTestEmulator();
    const waits: number[] = [];
    const clock = { now: () => 0, wait: async (ms: number) => void waits.push(ms) };
    const report = await examineEmulator(emulator, { clock });
    expect(waits.filter((ms) => ms > 0)).toEqual([]);
    const unclear = report.rows.filter(({ verdict }) => verdict !== "same");
    expect(unclear.map(({ setting }) => setting)).toEqual([
      "accessTokenExpiresInMs",
      "checkWhileRunning",
      "duplicationAvoiderLastsMs",
      "accessTokenExpiryEndsSession",
      "serviceNotificationKeyIn",
    ]);
    expect(report.settings).toMatchObject({ onConcurrentOldSession: "stays", jobDurationMs: 0 });
  });

  test("reports what it has seen when the second login fails", async () => {
    const { emulator, report } = await examined(
      { projectTokenExpiresInSeconds: 100 },
      {
        onWait: async (one) => one.faults.set([{ fault: "refuseLogin", status: 503, times: 1 }]),
      },
    );
    expect(report.settings).toMatchObject({ duplicationAvoider: "honour", jobDurationMs: 0 });
    expect(emulator.state().namespaces.map(({ name }) => name)).toEqual(["game-0001"]);
  });

  test("gives the import and the clean as long as the dump took", async () => {
    const { report } = await examined({ jobDurationMs: 40_000, cleanCutsSessions: true });
    expect(report.settings).toMatchObject({ importReplaces: false, cleanCutsSessions: true });
  });

  test("deletes its namespace also when its second project token has expired", async () => {
    const { emulator } = await examined({
      projectTokenExpiresInSeconds: 100,
      jobDurationMs: 120_000,
    });
    expect(emulator.state().namespaces.map(({ name }) => name)).toEqual(["game-0001"]);
    const logins = emulator.calls({ method: "login" });
    expect(logins.filter(({ service }) => service === "identifier")).toHaveLength(3);
  });

  test("makes no more calls than it announces, which are at most 60, and deletes its namespace", async () => {
    const { emulator, report } = await examined({
      jobDurationMs: 40_000,
      accessTokenExpiresInMs: 30_000,
      projectTokenExpiresInSeconds: 90,
    });
    expect(maxCalls).toBeLessThanOrEqual(60);
    const calls = emulator.calls();
    expect(report.calls).toBeLessThanOrEqual(maxCalls);
    // A message that is too long, or on a socket that is being cut, never becomes a call.
    expect(calls.length).toBeLessThanOrEqual(report.calls);
    expect(calls.length).toBeGreaterThan(report.calls - 7);
    expect(emulator.state().namespaces.map(({ name }) => name)).toEqual(["game-0001"]);
    const [last] = calls.slice(-1);
    expect(last).toMatchObject({ method: "deleteNamespace", status: 200 });
  });

  test("deletes its namespace when the gateway cuts every socket", async () => {
    const emulator = await startTestEmulator();
    emulator.faults.set([{ fault: "refuse", status: 503 }]);
    const report = await examineEmulator(emulator);
    const unopened = report.rows.filter(({ evidence }) =>
      evidence.includes("The socket cannot be opened"),
    );
    expect(unopened.length).toBeGreaterThan(5);
    expect(report.settings).toMatchObject({ updateNamespaceOmitted: "keeps" });
    expect(emulator.state().namespaces.map(({ name }) => name)).toEqual(["game-0001"]);
  });
});

/** A fake process. */
function fakeContext(env: Record<string, string> = {}, confirm?: () => Promise<boolean>) {
  const out: string[] = [];
  const err: string[] = [];
  const listeners = new Set<(signal: "SIGINT" | "SIGTERM") => void>();
  const lines = new Set<(line: string) => void>();
  const context: CommandContext = {
    env,
    interactive: false,
    version: "1.2.3",
    isPublished: true,
    templates: new URL("file:///templates/"),
    confirm,
    out: (line) => void out.push(line),
    err: (line) => {
      err.push(line);
      for (const listener of lines) listener(line);
    },
    onSignal(callback) {
      listeners.add(callback);
      return () => void listeners.delete(callback);
    },
  };
  const interruptAt = (part: string) =>
    lines.add((line) => {
      if (line.includes(part)) for (const listener of [...listeners]) listener("SIGINT");
    });
  return { context, out, err, interruptAt };
}

const env = { GS2_CLIENT_ID: "client-0001", GS2_CLIENT_SECRET: "secret-0001" };
const quick = ["--grace-ms", "0", "--patience-seconds", "0"];

describe("the command gs2-gateway doctor", () => {
  test("says the number of calls first, and prints settings that the emulator takes", async () => {
    const emulator = await startTestEmulator({
      settings: { conflictStatus: 405, closeCodeOnCut: 4001 },
    });
    const { context, out, err } = fakeContext(env);
    expect(await runCommand(["doctor", emulator.url, "--yes", ...quick], context)).toBe(0);
    expect(err[0]).toContain(`at most ${maxCalls} calls`);
    const text = err.join("\n");
    expect(text).toContain(
      "  differs conflictStatus = 405: a second exclusive client gets status 405",
    );
    expect(text).toContain('  same    region = "ap-northeast-1"');
    expect(text).toContain("  lifetimeMs: it takes as long as it lasts: --watch-minutes N");
    expect(text).toContain(
      "Limits of the emulator, not readings of GS2:\n  maxBodyBytes, maxUnsentBytes, maxConnections,",
    );
    expect(text).toMatch(/CORS: a page of http:\/\/localhost:5173 may call over REST/);
    const settings = JSON.parse(out.join("\n")) as Partial<EmulatorSettings>;
    const same = await startEmulator({ settings });
    onTestFinished(() => same.stop());
    expect(settings).toMatchObject({ conflictStatus: 405, closeCodeOnCut: 4001 });
    expect(text + out.join("")).not.toContain("secret-0001");
  });

  test("prints the whole report as one JSON object with --json", async () => {
    const emulator = await startTestEmulator();
    const { context, out } = fakeContext(env);
    await runCommand(["doctor", emulator.url, "--yes", "--json", ...quick], context);
    const report = JSON.parse(out.join("\n")) as DoctorReport;
    expect(report.target).toBe(emulator.url);
    expect(report.rows.length).toBeGreaterThan(30);
    expect(report.settings["conflictStatus"]).toBe(409);
  });

  test("waits as long as --patience-seconds says for what takes time", async () => {
    const emulator = await startTestEmulator({ settings: { jobDurationMs: 60 } });
    const { context, out, err } = fakeContext(env);
    const flags = ["--grace-ms", "0", "--patience-seconds", "0.9"];
    const start = performance.now();
    expect(await runCommand(["doctor", emulator.url, "--yes", ...flags], context)).toBe(0);
    expect(performance.now() - start).toBeGreaterThan(900);
    expect(err[0]).toContain("It waits for 0.9 s in between");
    expect(JSON.parse(out.join("\n"))).toMatchObject({ jobDurationMs: 75 });
  });

  test("ends its wait with Ctrl-C, and deletes its namespace", async () => {
    const emulator = await startTestEmulator();
    const { context, err, interruptAt } = fakeContext(env);
    interruptAt("Waits for");
    const flags = ["--grace-ms", "0", "--patience-seconds", "3600"];
    expect(await runCommand(["doctor", emulator.url, "--yes", ...flags], context)).toBe(130);
    expect(err.at(-1)).toBe("Stopped.");
    expect(emulator.state().namespaces.map(({ name }) => name)).toEqual(["game-0001"]);
  });

  test("calls nothing unless it is confirmed", async () => {
    const emulator = await startTestEmulator();
    for (const confirm of [undefined, () => Promise.resolve(false)]) {
      const { context, err } = fakeContext(env, confirm);
      expect(await runCommand(["doctor", emulator.url], context)).toBe(1);
      expect(err.at(-1)).toContain("Nothing was called");
    }
    expect(emulator.calls()).toEqual([]);
    const { context } = fakeContext(env, () => Promise.resolve(true));
    expect(await runCommand(["doctor", emulator.url, ...quick], context)).toBe(0);
  });

  test("deletes its namespace after Ctrl-C, and ends with 130", async () => {
    const emulator = await startTestEmulator();
    const { context, err, interruptAt } = fakeContext(env);
    interruptAt("Creates the namespace");
    expect(await runCommand(["doctor", emulator.url, "--yes", ...quick], context)).toBe(130);
    expect(err.slice(-2)).toEqual([
      expect.stringMatching(/^Deleted the namespace/) as string,
      "Stopped.",
    ]);
    // It stopped soon, with the deletion as its last call.
    expect(emulator.calls().length).toBeLessThan(6);
    expect(emulator.calls().at(-1)?.method).toBe("deleteNamespace");
  });

  test.each([
    [[], {}, "doctor needs credentials: set GS2_CLIENT_ID and GS2_CLIENT_SECRET"],
    [[], { GS2_CLIENT_ID: "a" }, "doctor needs credentials"],
    [["--grace-ms", "soon"], env, "--grace-ms takes a number from 0 to 60,000"],
    [["--patience-seconds", "-1"], env, "--patience-seconds takes a number from 0 to 86,400"],
    [["--watch-minutes", "long"], env, "--watch-minutes takes a number from 0 to 1,440"],
  ])("refuses %j with %j", async (flags, given, problem) => {
    const { context, err } = fakeContext(given);
    expect(await runCommand(["doctor", "eu-west-1", "--yes", ...flags], context)).toBe(1);
    expect(err.join()).toContain(problem);
  });

  test("sends no secret over plain http to another machine", async () => {
    const { context, err } = fakeContext(env);
    const run = runCommand(["doctor", "http://192.0.2.1:9480", "--yes"], context);
    expect(await run).toBe(1);
    expect(err.join()).toContain("takes an https: address, or one on this machine");
    expect(readUpstream("eu-west-1").rest).toMatch(/^https:/);
  });

  test("follows no redirect, which would get the secret", async () => {
    const followed: string[] = [];
    const other = await startTestEmulator({
      mount: { "/stolen/": (request) => (followed.push(request.url), new Response("{}")) },
    });
    const emulator = await startTestEmulator({
      mount: { "/fake/": () => Response.redirect(`${other.url}/stolen/`, 307) },
    });
    const { context, err } = fakeContext(env);
    expect(await runCommand(["doctor", `${emulator.url}/fake`, "--yes"], context)).toBe(1);
    expect(err.at(-1)).toContain("The login failed: no reply");
    expect(followed).toEqual([]);
  });

  test("prints no control characters of the gateway", async () => {
    const list = JSON.stringify([{ component: "c", message: "\u001b[2Jevil\u009b" }]);
    const emulator = await startTestEmulator({
      mount: { "/fake/": () => Response.json({ message: list }, { status: 401 }) },
    });
    const { context, err } = fakeContext(env);
    expect(await runCommand(["doctor", `${emulator.url}/fake`, "--yes"], context)).toBe(1);
    expect(err.join()).toContain("evil");
    // eslint-disable-next-line no-control-regex -- these are what a terminal obeys
    expect(err.join("")).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
  });

  test("reports a refused login, without the secret", async () => {
    const emulator = await startTestEmulator({ strict: true });
    const { context, err } = fakeContext(env);
    expect(await runCommand(["doctor", emulator.url, "--yes"], context)).toBe(1);
    expect(err.at(-1)).toContain("The login failed: status 401");
    expect(err.join()).not.toContain("secret-0001");
  });
});
