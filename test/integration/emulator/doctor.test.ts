import { describe, expect, onTestFinished, test } from "vitest";
import type { CommandContext } from "../../../src/emulator/cli/context.js";
import { examine, maxCalls, type DoctorOptions } from "../../../src/emulator/cli/doctor/doctor.js";
import type { DoctorGateway } from "../../../src/emulator/cli/doctor/gateway.js";
import { notObserved, type DoctorReport } from "../../../src/emulator/cli/doctor/rows.js";
import { watchSockets } from "../../../src/emulator/cli/doctor/watch.js";
import { runCommand } from "../../../src/emulator/cli/program.js";
import {
  startEmulator,
  type Emulator,
  type EmulatorSettings,
} from "../../../src/emulator/index.js";
import { readUpstream } from "../../../src/emulator/options.js";
import { readSettings } from "../../../src/emulator/settings.js";
import { startTestEmulator } from "../client/testEmulator.js";

const credential = { clientId: "client-0001", clientSecret: "secret-0001" };

async function examined(
  settings: Partial<EmulatorSettings> = {},
): Promise<{ emulator: Emulator; report: DoctorReport }> {
  const emulator = await startTestEmulator({ settings, strict: true, credentials: [credential] });
  return { emulator, report: await examineEmulator(emulator) };
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
    signal: new AbortController().signal,
    progress: () => {},
    ...more,
  });

/**
 * Every value that a run can see, beside the default; `beside`: what makes it visible. A setting
 * that is neither here nor in `notObserved` fails to compile.
 */
type Observed = Exclude<keyof EmulatorSettings, NotObserved>;
type NotObserved =
  | "accessTokenExpiresInMs"
  | "accessTokenExpiryEndsSession"
  | "serviceNotificationKeyIn"
  | "duplicationAvoiderLastsMs"
  | "jobDurationMs"
  | "idleTimeoutMs"
  | "lifetimeMs"
  | "maxBodyBytes"
  | "maxConnections"
  | "maxUnsentBytes";

interface Turned<Value> {
  readonly to: readonly Value[];
  readonly beside?: Partial<EmulatorSettings>;
}

const turned: { readonly [Name in Observed]: Turned<EmulatorSettings[Name]> } = {
  projectTokenExpiresInSeconds: { to: [3600, 60] },
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
  checkWhileRunning: { to: [404, 409, "nullUrl"], beside: { jobDurationMs: 60_000 } },
  cleanCutsSessions: { to: [false, true] },
  importReplaces: { to: [false, true] },
  closeCodeOnCut: { to: [1000, 1006, 4000] },
  maxMessageBytes: { to: [131_072, 32_768, 262_144, null] },
  region: { to: ["ap-northeast-1", "eu-west-1"] },
  ownerId: { to: ["owner-0001", "owner-0002"] },
};

const cases = Object.entries(turned).flatMap(([name, { to, beside = {} }]) =>
  (to as readonly unknown[]).map((value) => ({ name, value, beside })),
);

describe("gs2-gateway doctor", () => {
  test.each(cases)("reports $name as $value", async ({ name, value, beside }) => {
    const { report } = await examined({ ...beside, [name]: value });
    const expected = { ...readSettings(), ...beside, [name]: value } as Record<string, unknown>;
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
    [10_000, 12_000],
    [11_000, 13_000],
  ])(
    "that watches reports idleTimeoutMs %i and lifetimeMs %i, for longer than a project token lives",
    async (idleTimeoutMs, lifetimeMs) => {
      const settings = { idleTimeoutMs, lifetimeMs, projectTokenExpiresInSeconds: 2 };
      const clock = { now: () => 0, setTimer: () => () => {} };
      const emulator = await startTestEmulator({ settings, clock });
      let isTicking = false;
      // The clock goes by 100 ms with each reply, so that what it causes is noticed before it goes on.
      const tick = async () => {
        for (isTicking = true; isTicking; await fetch(`${emulator.url}/_emulator/ready`)) {
          emulator.clock.advance(100);
        }
      };
      // The other probes take no time.
      const stop = () => void (isTicking = false);
      const progress = (line: string) => (line.startsWith("Watches") ? void tick() : stop());
      onTestFinished(stop);
      const watch = { watchMs: 20_000, pingMs: 2, now: () => emulator.clock.now() };
      const report = await examineEmulator(emulator, { progress, watch });
      expect(report.settings).toMatchObject(settings);
      expect(report.notObserved).not.toHaveProperty("lifetimeMs");
      expect(emulator.state().namespaces.map(({ name }) => name)).toEqual(["game-0001"]);
    },
  );

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

  test("has a row or a reason for every setting of the emulator", async () => {
    expect([...Object.keys(turned), ...Object.keys(notObserved)].sort()).toEqual(
      Object.keys(readSettings()).sort(),
    );
    const { report } = await examined();
    const unclear = report.rows.filter(({ verdict }) => verdict !== "same");
    // A dump that is done at once shows no running one.
    expect(unclear).toEqual([
      { setting: "checkWhileRunning", verdict: "unclear", evidence: "the dump was done at once" },
    ]);
  });

  test("makes no more calls than it announces, which are at most 60, and deletes its namespace", async () => {
    const { emulator, report } = await examined({ jobDurationMs: 60_000 });
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
const quick = ["--grace-ms", "0"];

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
