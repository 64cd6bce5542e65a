import { describe, expect, test, vi } from "vitest";
import type { Report } from "../../../src/core/diagnostics.js";
import { createEmitter, type Handler } from "../../../src/notify/emitter.js";
import type { Notification } from "../../../src/notify/notification.js";
import type { NotificationSelector } from "../../../src/notify/notificationSource.js";
import { Notifications } from "../../../src/notify/notify.js";
import { manualClock } from "../../support/manualClock.js";
import { createDeferred, rejectionOf, flushPromises } from "../../support/promises.js";

type Selector = NotificationSelector;

function setup() {
  const clock = manualClock();
  const onError = vi.fn<(error: unknown, message: string) => void>();
  const onNotJson = vi.fn<(key: string) => void>();
  const onOverrun = vi.fn<(held: number) => void>();
  const report = ((_level, code, _message, detail) =>
    code === "payloadNotJson"
      ? onNotJson((detail as { key: string }).key)
      : onOverrun((detail as { held: number }).held)) as Report;
  const notify = new Notifications(clock, createEmitter(onError), report);
  const received: unknown[] = [];
  notify.on("*", (notification: Notification) => received.push(notification.payload));
  return {
    clock,
    onError,
    onNotJson,
    onOverrun,
    notify,
    /** Payloads in the order of delivery. */
    received,
    on: (selector: unknown, handler: Handler, options?: object) =>
      notify.on(selector as Selector, handler, options),
    waitFor: (selector: unknown, options?: object) => {
      const promise = notify.waitFor(selector as Selector, options);
      promise.catch(() => undefined);
      return promise;
    },
    /** Runs a sync with these functions alone. */
    runSync: (runs: readonly Handler[], sync?: unknown) => {
      const removals = runs.map((run) => notify.onSync(run));
      const done = notify.sync(sync);
      removals.forEach((remove) => remove());
      return done;
    },
    /** Receives a notification. */
    receive: (subject: string, payload: unknown = null, issuer = "") =>
      notify.receive({ issuer, subject, payload: JSON.stringify(payload) }, clock.now(), "socket"),
  };
}
const numbers = (to: number): number[] => Array.from({ length: to }, (_, n) => n);
/** Whether a promise has settled, without waiting for it. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const end = (): void => void (settled = true);
  promise.then(end, end);
  await flushPromises();
  return settled;
}

describe("a handler", () => {
  test("for a key receives that key alone, with every field", () => {
    const { clock, on, receive } = setup();
    const handler = vi.fn();
    on("Gs2Chat:Post", handler);
    receive("Gs2Chat:Post", { roomName: "r" }, "Gs2Chat");
    receive("Gs2Mission:Complete");
    expect(handler).toHaveBeenCalledTimes(1);
    expect({ ...(handler.mock.calls[0]![0] as object) }).toEqual({
      key: "Gs2Chat:Post",
      issuer: "Gs2Chat",
      subject: "Gs2Chat:Post",
      payload: { roomName: "r" },
      rawPayload: '{"roomName":"r"}',
      receivedAt: clock.now(),
      via: "socket",
    });
  });

  test("for a key receives it from either field", () => {
    const { on, receive } = setup();
    const handler = vi.fn();
    on("Gs2Chat:Post", handler);
    receive("Gs2Chat:Post", 1, "");
    receive("posted", 2, "Gs2Chat:Post");
    receive("Gs2Chat:Post", 3, "Gs2Chat:Post");
    expect(handler).toHaveBeenCalledTimes(3);
  });

  test.each<[string, object, number[]]>([
    ["issuer and subject", { issuer: "i", subject: "s" }, [1]],
    ["an issuer", { issuer: "i" }, [1, 2]],
    ["a subject", { subject: "s" }, [1, 3]],
    ["an empty issuer", { issuer: "" }, [4]],
    ["neither", {}, [1, 2, 3, 4]],
  ])("for %s matches the raw pair", (_, pair, expected) => {
    const { on, receive } = setup();
    const payloads: unknown[] = [];
    on(pair, (notification: Notification) => payloads.push(notification.payload));
    receive("s", 1, "i");
    receive("t", 2, "i");
    receive("s", 3, "j");
    receive("t", 4, "");
    expect(payloads).toEqual(expected);
  });

  test.each(["*", {}, { subject: "*" }])(
    "for %j receives a notification whose subject is * once",
    (selector) => {
      const { on, receive } = setup();
      const handler = vi.fn();
      on(selector, handler);
      receive("*");
      expect(handler).toHaveBeenCalledTimes(1);
    },
  );

  test("added twice for one pair runs once", () => {
    const { on, receive } = setup();
    const handler = vi.fn();
    const first = on({ subject: "s" }, handler);
    on({ subject: "s" }, handler);
    receive("s");
    first();
    receive("s");
    expect(handler).toHaveBeenCalledTimes(2);
  });

  test("for * and a handler for a pair are two, even with the same function", () => {
    const { on, receive } = setup();
    const handler = vi.fn();
    on("*", handler);
    on({}, handler);
    on("s", handler);
    receive("s");
    expect(handler).toHaveBeenCalledTimes(3);
  });

  test("for a pair is separate from a key that looks like the pair", () => {
    const { on, receive } = setup();
    const payloads: unknown[] = [];
    const record = (notification: Notification): unknown => payloads.push(notification.payload);
    on('{"issuer":"i"}', record);
    on({ issuer: "i" }, record);
    receive("s", 1, "i");
    receive('{"issuer":"i"}', 2, "j");
    expect(payloads).toEqual([1, 2]);
  });

  test("supports once and signal", () => {
    const { on, receive } = setup();
    const handler = vi.fn();
    const controller = new AbortController();
    on("s", handler, { once: true });
    on({ subject: "s" }, handler, { signal: controller.signal });
    receive("s");
    expect(handler).toHaveBeenCalledTimes(2);
    controller.abort();
    receive("s");
    expect(handler).toHaveBeenCalledTimes(2);
  });

  test("that throws is reported, and the next notification is delivered", () => {
    const { on, receive, onError, received } = setup();
    on("s", () => {
      throw new Error("mine");
    });
    receive("s", 1);
    receive("s", 2);
    expect(onError).toHaveBeenCalledTimes(2);
    expect(received).toEqual([1, 2]);
  });

  test("receives text that is not JSON, and the key is reported", () => {
    const { clock, notify, received, onNotJson } = setup();
    notify.receive({ issuer: "", subject: "shop:sale", payload: "sale!" }, clock.now(), "push");
    expect(received).toEqual(["sale!"]);
    expect(onNotJson.mock.calls).toEqual([["shop:sale"]]);
  });
});

describe("a hold", () => {
  test("delays notifications until its release, in the order of arrival", () => {
    const { notify, receive, received } = setup();
    receive("s", 1);
    const release = notify.hold();
    receive("s", 2);
    receive("s", 3);
    expect(received).toEqual([1]);
    release();
    expect(received).toEqual([1, 2, 3]);
    receive("s", 4);
    expect(received).toEqual([1, 2, 3, 4]);
  });

  test("lasts until every hold is released, each counted once", () => {
    const { notify, receive, received } = setup();
    const first = notify.hold();
    const second = notify.hold();
    receive("s", 1);
    first();
    first();
    expect(received).toEqual([]);
    second();
    expect(received).toEqual([1]);
  });

  test("keeps the time of arrival", () => {
    const { clock, notify, receive, on } = setup();
    const times: number[] = [];
    on("s", (notification: Notification) => times.push(notification.receivedAt));
    const release = notify.hold();
    receive("s");
    const arrivedAt = clock.now();
    clock.advance(3_000);
    release();
    expect(times).toEqual([arrivedAt]);
  });

  test("that starts again in a handler delays the remaining notifications", () => {
    const { notify, receive, received, on } = setup();
    let releaseAgain: (() => void) | undefined;
    on("first", () => (releaseAgain = notify.hold()));
    const release = notify.hold();
    receive("first", 1);
    receive("s", 2);
    release();
    expect(received).toEqual([1]);
    releaseAgain!();
    expect(received).toEqual([1, 2]);
  });

  test("that ends in a handler delivers to every handler in the order of arrival", () => {
    const { clock, notify, receive, on } = setup();
    const seen: string[] = [];
    const release = notify.hold();
    on("s", ({ payload }: Notification) => {
      seen.push(`first ${String(payload)}`);
      release();
      // As a double in tests may.
      if (payload === 1) receive("s", 3);
    });
    on("s", ({ payload }: Notification) => seen.push(`second ${String(payload)}`));
    receive("s", 1);
    clock.advance(1_000);
    receive("s", 2);
    clock.advance(4_000);
    expect(seen).toEqual([1, 2, 3].flatMap((n) => [`first ${n}`, `second ${n}`]));
  });

  test("delays waiters, too", async () => {
    const { notify, receive, waitFor } = setup();
    const waiting = waitFor("s");
    const release = notify.hold();
    receive("s", 1);
    expect(await isSettled(waiting)).toBe(false);
    release();
    expect((await waiting).payload).toBe(1);
  });

  test("ends at 1,000 notifications: it delivers and reports them, and delays no more", () => {
    const { notify, receive, received, onOverrun } = setup();
    const release = notify.hold();
    for (const n of numbers(999)) receive("s", n);
    expect(received).toEqual([]);
    receive("s", 999);
    expect(received).toEqual(numbers(1_000));
    expect(onOverrun.mock.calls).toEqual([[1_000]]);
    receive("s", 1_000);
    expect(received).toEqual(numbers(1_001));
    release();
    expect(onOverrun).toHaveBeenCalledTimes(1);
  });

  test("works again after an overrun", () => {
    const { notify, receive, received } = setup();
    const release = notify.hold();
    for (const n of numbers(1_000)) receive("s", n);
    release();
    const releaseAgain = notify.hold();
    receive("s", "new");
    expect(received).toHaveLength(1_000);
    releaseAgain();
    expect(received.at(-1)).toBe("new");
  });
});

describe("a long hold", () => {
  test("ends after 5 seconds, and is reported", () => {
    const { clock, notify, receive, received, onOverrun } = setup();
    notify.hold();
    receive("s", 1);
    clock.advance(4_999);
    expect(received).toEqual([]);
    clock.advance(1);
    expect(received).toEqual([1]);
    expect(onOverrun.mock.calls).toEqual([[1]]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("delays a notification by 5 seconds at most, however holds overlap", () => {
    const { clock, notify, receive, received } = setup();
    notify.hold();
    clock.advance(1_000);
    receive("s", 1);
    clock.advance(2_000);
    receive("s", 2);
    notify.hold();
    clock.advance(2_999);
    expect(received).toEqual([]);
    clock.advance(1);
    expect(received).toEqual([1]);
    clock.advance(2_000);
    expect(received).toEqual([1, 2]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("delivers nothing when another one ends after the host was blocked, until that is reported", () => {
    const { clock, notify, onOverrun, received, receive } = setup();
    const release = notify.hold();
    clock.advance(1_000);
    notify.hold();
    receive("a", 1);
    const atRelease: unknown[][] = [];
    clock.setTimer(() => {
      release();
      atRelease.push([...received]);
    }, 1_500);
    clock.jump(7_000);
    expect(atRelease).toEqual([[]]);
    expect(onOverrun.mock.calls).toEqual([[1]]);
    expect(received).toEqual([1]);
  });

  test("that begins late has its 5 seconds, whatever hold was before it", () => {
    const { clock, notify, receive, received } = setup();
    notify.hold();
    clock.advance(4_000);
    notify.hold();
    clock.advance(1_000);
    receive("s", 1);
    clock.advance(3_999);
    expect(received).toEqual([]);
    clock.advance(1);
    expect(received).toEqual([1]);
  });

  test("counts anew when holds do not overlap", () => {
    const { clock, notify, receive, received } = setup();
    notify.hold()();
    clock.advance(4_000);
    const release = notify.hold();
    receive("s", 1);
    clock.advance(4_000);
    expect(received).toEqual([]);
    release();
    expect(received).toEqual([1]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("that is released late does not end the next hold", () => {
    const { clock, notify, receive, received } = setup();
    const late = notify.hold();
    clock.advance(5_000);
    const next = notify.hold();
    receive("s", 1);
    late();
    expect(received).toEqual([]);
    next();
    expect(received).toEqual([1]);
  });

  test("ended by endHolds delivers, leaves no timer, and does not affect the next hold", () => {
    const { clock, notify, receive, received, onOverrun } = setup();
    const first = notify.hold();
    receive("s", 1);
    notify.endHolds();
    expect(received).toEqual([1]);
    expect(clock.pendingTimers).toBe(0);
    const next = notify.hold();
    receive("s", 2);
    first();
    expect(received).toEqual([1]);
    next();
    expect(received).toEqual([1, 2]);
    expect(onOverrun).not.toHaveBeenCalled();
  });
});

describe("a sync", () => {
  test("holds notifications until its function settles, and then delivers in order", async () => {
    const { clock, receive, received, onOverrun, runSync } = setup();
    const refetch = createDeferred();
    const sync = { reason: "gap" };
    const run = vi.fn(() => refetch.promise);
    const done = runSync([run], sync);
    expect(run.mock.calls).toEqual([[sync]]);
    receive("s", 1);
    clock.advance(4_999);
    receive("s", 2);
    await flushPromises();
    expect(received).toEqual([]);
    refetch.resolve();
    await done;
    expect(received).toEqual([1, 2]);
    expect(clock.pendingTimers).toBe(0);
    expect(onOverrun).not.toHaveBeenCalled();
  });

  test("runs all functions at once, and waits for the slowest", async () => {
    const { receive, received, runSync } = setup();
    const [quick, slow] = [createDeferred(), createDeferred()];
    const done = runSync([() => quick.promise, () => slow.promise]);
    receive("s", 1);
    quick.resolve();
    await flushPromises();
    expect(received).toEqual([]);
    slow.resolve();
    await done;
    expect(received).toEqual([1]);
  });

  test("without functions holds nothing", () => {
    const { clock, receive, received, runSync } = setup();
    void runSync([]);
    receive("s", 1);
    expect(received).toEqual([1]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("reports a function that fails, and waits for the others", async () => {
    const { receive, received, onError, runSync } = setup();
    const other = createDeferred();
    const bad = new Error("bad");
    const done = runSync([
      () => {
        throw bad;
      },
      () => Promise.reject(bad),
      () => other.promise,
    ]);
    receive("s", 1);
    await flushPromises();
    expect(onError.mock.calls).toEqual([
      [bad, String(bad)],
      [bad, String(bad)],
    ]);
    expect(received).toEqual([]);
    other.resolve();
    await done;
    expect(received).toEqual([1]);
  });

  test("delivers and reports after 5 seconds, and delays no more", () => {
    const { clock, receive, received, onOverrun, runSync } = setup();
    void runSync([() => createDeferred().promise]);
    receive("s", 1);
    clock.advance(4_999);
    expect(received).toEqual([]);
    clock.advance(1);
    expect(received).toEqual([1]);
    expect(onOverrun.mock.calls).toEqual([[1]]);
    receive("s", 2);
    expect(received).toEqual([1, 2]);
  });

  test("does not end the hold of a bind under way", async () => {
    const { notify, receive, received, runSync } = setup();
    const release = notify.hold();
    await runSync([() => undefined]);
    receive("s", 1);
    expect(received).toEqual([]);
    release();
    expect(received).toEqual([1]);
  });

  test("that never ends does not end the hold of the next sync", async () => {
    const { clock, receive, received, runSync } = setup();
    void runSync([() => createDeferred().promise]);
    clock.advance(5_000);
    const next = createDeferred();
    const done = runSync([() => next.promise]);
    receive("s", 1);
    expect(received).toEqual([]);
    next.resolve();
    await done;
    expect(received).toEqual([1]);
  });

  test("that ends late does not end the hold of the next sync", async () => {
    const { clock, receive, received, runSync } = setup();
    const late = createDeferred();
    const lateDone = runSync([() => late.promise]);
    clock.advance(5_000);
    const next = createDeferred();
    const done = runSync([() => next.promise]);
    late.resolve();
    await lateDone;
    receive("s", 1);
    expect(received).toEqual([]);
    next.resolve();
    await done;
    expect(received).toEqual([1]);
  });
});

describe("waitFor", () => {
  test("resolves with the next notification of its key", async () => {
    const { waitFor, receive } = setup();
    receive("s", "before");
    const waiting = waitFor("s");
    receive("t", "other");
    receive("s", 1);
    receive("s", 2);
    expect((await waiting).payload).toBe(1);
  });

  test.each<[unknown, number]>([
    ["*", 1],
    [{ issuer: "i" }, 2],
    [{ subject: "s", issuer: "i" }, 3],
  ])("accepts the selector %j", async (selector, expected) => {
    const { waitFor, receive } = setup();
    const waiting = waitFor(selector);
    receive("t", 1);
    receive("t", 2, "i");
    receive("s", 3, "i");
    expect((await waiting).payload).toBe(expected);
  });

  test("waits for a notification that where accepts", async () => {
    const { waitFor, receive } = setup();
    const waiting = waitFor("s", { where: ({ payload }: Notification) => payload === 2 });
    for (const n of [1, 2, 3]) receive("s", n);
    expect((await waiting).payload).toBe(2);
  });

  test("rejects with what where throws, and other waiters and handlers still receive", async () => {
    const { waitFor, receive, received } = setup();
    const mine = new Error("mine");
    const waiting = waitFor("s", {
      where: () => {
        throw mine;
      },
    });
    const other = waitFor("s");
    receive("s", 1);
    expect(await rejectionOf(waiting)).toMatchObject({ kind: "invalidArgument", cause: mine });
    expect((await other).payload).toBe(1);
    expect(received).toEqual([1]);
  });

  test("gives a notification to the oldest waiter alone, and to all handlers", async () => {
    const { waitFor, receive, received } = setup();
    const first = waitFor("s");
    const second = waitFor("*");
    receive("s", 1);
    expect((await first).payload).toBe(1);
    expect(await isSettled(second)).toBe(false);
    receive("s", 2);
    expect((await second).payload).toBe(2);
    expect(received).toEqual([1, 2]);
  });

  test("rejects at its deadline, with its key in the message", async () => {
    const { clock, waitFor, receive } = setup();
    const waiting = waitFor("Gs2Chat:Post", { timeoutMs: 1_000 });
    clock.advance(999);
    expect(await isSettled(waiting)).toBe(false);
    clock.advance(1);
    expect(await rejectionOf(waiting)).toMatchObject({
      kind: "requestTimeout",
      message: expect.stringContaining("Gs2Chat:Post") as string,
    });
    const next = waitFor("Gs2Chat:Post");
    receive("Gs2Chat:Post", 1);
    expect((await next).payload).toBe(1);
  });

  test("rejects when its signal is aborted, and then takes no notification", async () => {
    const { waitFor, receive } = setup();
    const controller = new AbortController();
    const waiting = waitFor("s", { signal: controller.signal });
    const next = waitFor("s");
    controller.abort();
    receive("s", 1);
    expect(await rejectionOf(waiting)).toMatchObject({ kind: "aborted" });
    expect((await next).payload).toBe(1);
  });

  test("takes no notification with an aborted signal", async () => {
    const { notify, waitFor, receive } = setup();
    const since = notify.mark();
    receive("s", 1);
    const waiting = waitFor("s", { signal: AbortSignal.abort(), since });
    receive("s", 2);
    expect(await rejectionOf(waiting)).toMatchObject({ kind: "aborted" });
    expect((await waitFor("s", { since })).payload).toBe(1);
  });

  test("leaves no timer after it resolves", async () => {
    const { clock, waitFor, receive } = setup();
    const waiting = waitFor("s", { timeoutMs: 1_000 });
    receive("s");
    await waiting;
    expect(clock.pendingTimers).toBe(0);
  });
});

describe("waitFor with since", () => {
  test("finds the first match after the mark", async () => {
    const { notify, waitFor, receive } = setup();
    receive("s", "before");
    const since = notify.mark();
    receive("t", "other");
    receive("s", 1);
    receive("s", 2);
    const where = ({ payload }: Notification): boolean => payload !== 1;
    expect((await waitFor("s", { since, where })).payload).toBe(2);
    expect((await waitFor("s", { since })).payload).toBe(1);
  });

  test("keeps waiting when nothing matches", async () => {
    const { notify, waitFor, receive } = setup();
    const since = notify.mark();
    const waiting = waitFor("s", { since });
    expect(await isSettled(waiting)).toBe(false);
    receive("s", 1);
    expect((await waiting).payload).toBe(1);
  });

  test("gives a notification to one waiter only", async () => {
    const { notify, waitFor, receive } = setup();
    const since = notify.mark();
    receive("s", 1);
    expect((await waitFor("s", { since })).payload).toBe(1);
    const second = waitFor("s", { since });
    expect(await isSettled(second)).toBe(false);
    receive("s", 2);
    expect((await second).payload).toBe(2);
    expect(await isSettled(waitFor("s", { since }))).toBe(false);
  });

  test("finds the current notification in a handler, but not from a mark made there", async () => {
    const { notify, waitFor, receive, on } = setup();
    const since = notify.mark();
    const found: Promise<Notification>[] = [];
    on("s", () => found.push(waitFor("s", { since: notify.mark() }), waitFor("s", { since })), {
      once: true,
    });
    receive("s", 1);
    expect((await found[1]!).payload).toBe(1);
    expect(await isSettled(found[0]!)).toBe(false);
  });

  test("searches the last 128 notifications", async () => {
    const { notify, waitFor, receive } = setup();
    const since = notify.mark();
    receive("lost", 0);
    receive("kept", 1);
    for (const n of numbers(127)) receive("s", n);
    expect((await waitFor("kept", { since })).payload).toBe(1);
    expect(await isSettled(waitFor("lost", { since }))).toBe(false);
  });

  test("searches the last 256 KB", async () => {
    const { notify, waitFor, receive } = setup();
    const since = notify.mark();
    const size = 262_144 / 4;
    // With its quotes each payload is a quarter of the limit.
    const big = "x".repeat(size - 2);
    receive("lost", big);
    receive("kept", big);
    for (const n of numbers(3)) receive(`s${n}`, big);
    expect(await isSettled(waitFor("kept", { since }))).toBe(true);
    expect(await isSettled(waitFor("lost", { since }))).toBe(false);
    receive("huge", "x".repeat(262_144));
    for (const subject of ["huge", "s0", "s2"]) {
      expect(await isSettled(waitFor(subject, { since })), subject).toBe(false);
    }
    receive("small", 1);
    expect((await waitFor("small", { since })).payload).toBe(1);
  });

  test("searches the last 30 seconds", async () => {
    const { clock, notify, waitFor, receive } = setup();
    const since = notify.mark();
    receive("s", 1);
    clock.advance(1);
    receive("s", 2);
    clock.advance(30_000);
    expect((await waitFor("s", { since })).payload).toBe(2);
    expect(await isSettled(waitFor("s", { since }))).toBe(false);
  });

  test("counts an expired notification as a gap, with onGap reject", async () => {
    const { clock, notify, waitFor, receive } = setup();
    const since = notify.mark();
    receive("s", 1);
    clock.advance(30_001);
    expect(await isSettled(waitFor("s", { since }))).toBe(false);
    expect(await rejectionOf(waitFor("s", { since, onGap: "reject" }))).toMatchObject({
      kind: "gap",
    });
  });

  test("finds nothing from before forgetFormer", async () => {
    const { notify, waitFor, receive } = setup();
    const since = notify.mark();
    receive("s", "theirs");
    notify.forgetFormer();
    const waiting = waitFor("s", { since });
    expect(await isSettled(waiting)).toBe(false);
    receive("s", "mine");
    expect((await waiting).payload).toBe("mine");
  });
});

describe("a gap", () => {
  test("rejects the waiters with onGap reject, and no others", async () => {
    const { notify, waitFor, receive } = setup();
    const rejecting = waitFor("s", { onGap: "reject" });
    const keeping = waitFor("s", { onGap: "keep" });
    const silent = waitFor("s");
    notify.addGap();
    expect(await rejectionOf(rejecting)).toMatchObject({ kind: "gap" });
    receive("s", 1);
    receive("s", 2);
    expect([(await keeping).payload, (await silent).payload]).toEqual([1, 2]);
  });

  test("after the mark rejects a wait at once, unless the history has a match", async () => {
    const { notify, waitFor, receive } = setup();
    const since = notify.mark();
    receive("seen", 1);
    notify.addGap();
    expect((await waitFor("seen", { since, onGap: "reject" })).payload).toBe(1);
    expect(await rejectionOf(waitFor("s", { since, onGap: "reject" }))).toMatchObject({
      kind: "gap",
    });
    expect(await isSettled(waitFor("s", { since }))).toBe(false);
  });

  test("directly after the mark counts", async () => {
    const { notify, waitFor } = setup();
    const since = notify.mark();
    notify.addGap();
    expect(await rejectionOf(waitFor("s", { since, onGap: "reject" }))).toMatchObject({
      kind: "gap",
    });
  });

  test("before the mark is ignored", async () => {
    const { notify, waitFor, receive } = setup();
    notify.addGap();
    const waiting = waitFor("s", { since: notify.mark(), onGap: "reject" });
    expect(await isSettled(waiting)).toBe(false);
    receive("s", 1);
    expect((await waiting).payload).toBe(1);
  });

  test("before a wait without a mark is ignored", async () => {
    const { notify, waitFor } = setup();
    notify.addGap();
    expect(await isSettled(waitFor("s", { onGap: "reject" }))).toBe(false);
  });

  test("is assumed when the history overflows after the mark", async () => {
    const { notify, waitFor, receive } = setup();
    const since = notify.mark();
    for (const n of numbers(128)) receive("t", n);
    expect(await isSettled(waitFor("s", { since, onGap: "reject" }))).toBe(false);
    receive("t", 128);
    expect(await rejectionOf(waitFor("s", { since, onGap: "reject" }))).toMatchObject({
      kind: "gap",
    });
    expect(await isSettled(waitFor("s", { since: notify.mark(), onGap: "reject" }))).toBe(false);
  });
});

describe("dispose", () => {
  test("rejects every waiter, drops held notifications, and leaves no timer", async () => {
    const { clock, notify, waitFor, receive, received } = setup();
    const all = [waitFor("s"), waitFor("*", { timeoutMs: 1_000 }), waitFor({ issuer: "i" })];
    const release = notify.hold();
    receive("s", 1);
    notify.dispose();
    for (const waiter of all) {
      expect(await rejectionOf(waiter)).toMatchObject({ kind: "notConnected", outcome: "notSent" });
    }
    release();
    expect(received).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });
});
