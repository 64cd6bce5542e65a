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
  const threw = vi.fn<(error: unknown, said: string) => void>();
  const notJson = vi.fn<(key: string) => void>();
  const overrun = vi.fn<(held: number) => void>();
  const report = ((_level, code, _said, detail) =>
    code === "payloadNotJson"
      ? notJson((detail as { key: string }).key)
      : overrun((detail as { held: number }).held)) as Report;
  const notify = new Notifications(clock, createEmitter(threw), report);
  const heard: unknown[] = [];
  notify.on("*", (one: Notification) => heard.push(one.payload));
  return {
    clock,
    threw,
    notJson,
    overrun,
    notify,
    /** Payloads in the order of delivery. */
    heard,
    on: (selector: unknown, handler: Handler, options?: object) =>
      notify.on(selector as Selector, handler, options),
    waitFor: (selector: unknown, options?: object) => {
      const promise = notify.waitFor(selector as Selector, options);
      promise.catch(() => undefined);
      return promise;
    },
    /** A sync with these functions alone. */
    syncBy: (runs: readonly Handler[], sync?: unknown) => {
      const undos = runs.map((run) => notify.onSync(run));
      const over = notify.sync(sync);
      undos.forEach((undo) => undo());
      return over;
    },
    /** Something arrives. */
    take: (subject: string, payload: unknown = null, issuer = "") =>
      notify.receive({ issuer, subject, payload: JSON.stringify(payload) }, clock.now(), "socket"),
  };
}
const numbers = (to: number): number[] => Array.from({ length: to }, (_, n) => n);
/** Whether a promise has an end, asked without waiting for one. */
async function hasEnded(promise: Promise<unknown>): Promise<boolean> {
  let ended = false;
  const end = (): void => void (ended = true);
  promise.then(end, end);
  await flushPromises();
  return ended;
}

describe("a handler", () => {
  test("of a key hears that key alone, with all there is to know", () => {
    const { clock, on, take } = setup();
    const told = vi.fn();
    on("Gs2Chat:Post", told);
    take("Gs2Chat:Post", { roomName: "r" }, "Gs2Chat");
    take("Gs2Mission:Complete");
    expect(told).toHaveBeenCalledTimes(1);
    expect({ ...(told.mock.calls[0]![0] as object) }).toEqual({
      key: "Gs2Chat:Post",
      issuer: "Gs2Chat",
      subject: "Gs2Chat:Post",
      payload: { roomName: "r" },
      rawPayload: '{"roomName":"r"}',
      receivedAt: clock.now(),
      via: "socket",
    });
  });

  test("of a key hears it in whichever of the two fields it comes", () => {
    const { on, take } = setup();
    const told = vi.fn();
    on("Gs2Chat:Post", told);
    take("Gs2Chat:Post", 1, "");
    take("posted", 2, "Gs2Chat:Post");
    take("Gs2Chat:Post", 3, "Gs2Chat:Post");
    expect(told).toHaveBeenCalledTimes(3);
  });

  test.each<[string, object, number[]]>([
    ["issuer and subject", { issuer: "i", subject: "s" }, [1]],
    ["an issuer", { issuer: "i" }, [1, 2]],
    ["a subject", { subject: "s" }, [1, 3]],
    ["an empty issuer", { issuer: "" }, [4]],
    ["neither", {}, [1, 2, 3, 4]],
  ])("of %s hears the raw pair", (_, pair, expected) => {
    const { on, take } = setup();
    const told: unknown[] = [];
    on(pair, (one: Notification) => told.push(one.payload));
    take("s", 1, "i");
    take("t", 2, "i");
    take("s", 3, "j");
    take("t", 4, "");
    expect(told).toEqual(expected);
  });

  test.each(["*", {}, { subject: "*" }])(
    "of %j hears a notification whose subject is * once",
    (selector) => {
      const { on, take } = setup();
      const told = vi.fn();
      on(selector, told);
      take("*");
      expect(told).toHaveBeenCalledTimes(1);
    },
  );

  test("given twice for one pair is told once", () => {
    const { on, take } = setup();
    const told = vi.fn();
    const first = on({ subject: "s" }, told);
    on({ subject: "s" }, told);
    take("s");
    first();
    take("s");
    expect(told).toHaveBeenCalledTimes(2);
  });

  test("for * and one for a pair are not the same, be the function the same", () => {
    const { on, take } = setup();
    const told = vi.fn();
    on("*", told);
    on({}, told);
    on("s", told);
    take("s");
    expect(told).toHaveBeenCalledTimes(3);
  });

  test("for a pair is not that of a subject which looks like the pair", () => {
    const { on, take } = setup();
    const told: unknown[] = [];
    const hear = (one: Notification): unknown => told.push(one.payload);
    on('{"issuer":"i"}', hear);
    on({ issuer: "i" }, hear);
    take("s", 1, "i");
    take('{"issuer":"i"}', 2, "j");
    expect(told).toEqual([1, 2]);
  });

  test("takes once and signal", () => {
    const { on, take } = setup();
    const told = vi.fn();
    const controller = new AbortController();
    on("s", told, { once: true });
    on({ subject: "s" }, told, { signal: controller.signal });
    take("s");
    expect(told).toHaveBeenCalledTimes(2);
    controller.abort();
    take("s");
    expect(told).toHaveBeenCalledTimes(2);
  });

  test("that throws is reported, and the next notification still comes", () => {
    const { on, take, threw, heard } = setup();
    on("s", () => {
      throw new Error("mine");
    });
    take("s", 1);
    take("s", 2);
    expect(threw).toHaveBeenCalledTimes(2);
    expect(heard).toEqual([1, 2]);
  });

  test("reads text that is no JSON, and the key is reported", () => {
    const { clock, notify, heard, notJson } = setup();
    notify.receive({ issuer: "", subject: "shop:sale", payload: "sale!" }, clock.now(), "push");
    expect(heard).toEqual(["sale!"]);
    expect(notJson.mock.calls).toEqual([["shop:sale"]]);
  });
});

describe("holding back", () => {
  test("delivers in the order of arrival once it is over, and at once from then on", () => {
    const { notify, take, heard } = setup();
    take("s", 1);
    const release = notify.hold();
    take("s", 2);
    take("s", 3);
    expect(heard).toEqual([1]);
    release();
    expect(heard).toEqual([1, 2, 3]);
    take("s", 4);
    expect(heard).toEqual([1, 2, 3, 4]);
  });

  test("lasts until every hold is released, each counted once", () => {
    const { notify, take, heard } = setup();
    const first = notify.hold();
    const second = notify.hold();
    take("s", 1);
    first();
    first();
    expect(heard).toEqual([]);
    second();
    expect(heard).toEqual([1]);
  });

  test("keeps the time of arrival", () => {
    const { clock, notify, take, on } = setup();
    const times: number[] = [];
    on("s", (one: Notification) => times.push(one.receivedAt));
    const release = notify.hold();
    take("s");
    const arrivedAt = clock.now();
    clock.advance(3_000);
    release();
    expect(times).toEqual([arrivedAt]);
  });

  test("that begins again in a handler keeps the rest back", () => {
    const { notify, take, heard, on } = setup();
    let again: (() => void) | undefined;
    on("first", () => (again = notify.hold()));
    const release = notify.hold();
    take("first", 1);
    take("s", 2);
    release();
    expect(heard).toEqual([1]);
    again!();
    expect(heard).toEqual([1, 2]);
  });

  test("answers no waiter before it is over", async () => {
    const { notify, take, waitFor } = setup();
    const waiting = waitFor("s");
    const release = notify.hold();
    take("s", 1);
    expect(await hasEnded(waiting)).toBe(false);
    release();
    expect((await waiting).payload).toBe(1);
  });

  test("stops at 1,000: they are delivered, it is told, and the next come at once", () => {
    const { notify, take, heard, overrun } = setup();
    const release = notify.hold();
    for (const n of numbers(999)) take("s", n);
    expect(heard).toEqual([]);
    take("s", 999);
    expect(heard).toEqual(numbers(1_000));
    expect(overrun.mock.calls).toEqual([[1_000]]);
    take("s", 1_000);
    expect(heard).toEqual(numbers(1_001));
    release();
    expect(overrun).toHaveBeenCalledTimes(1);
  });

  test("works anew after it was too much", () => {
    const { notify, take, heard } = setup();
    const release = notify.hold();
    for (const n of numbers(1_000)) take("s", n);
    release();
    const again = notify.hold();
    take("s", "new");
    expect(heard).toHaveLength(1_000);
    again();
    expect(heard.at(-1)).toBe("new");
  });
});

describe("holding back for too long", () => {
  test("ends after 5 seconds, be it for a bind nobody answers, and is told", () => {
    const { clock, notify, take, heard, overrun } = setup();
    notify.hold();
    take("s", 1);
    clock.advance(4_999);
    expect(heard).toEqual([]);
    clock.advance(1);
    expect(heard).toEqual([1]);
    expect(overrun.mock.calls).toEqual([[1]]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("counts from the first of holds that overlap, so that they cannot go on for ever", () => {
    const { clock, notify, take, heard } = setup();
    notify.hold();
    clock.advance(4_000);
    notify.hold();
    take("s", 1);
    clock.advance(1_000);
    expect(heard).toEqual([1]);
  });

  test("counts anew for holds that do not overlap", () => {
    const { clock, notify, take, heard } = setup();
    notify.hold()();
    clock.advance(4_000);
    const release = notify.hold();
    take("s", 1);
    clock.advance(4_000);
    expect(heard).toEqual([]);
    release();
    expect(heard).toEqual([1]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("does not let a late release end the next hold", () => {
    const { clock, notify, take, heard } = setup();
    const late = notify.hold();
    clock.advance(5_000);
    const next = notify.hold();
    take("s", 1);
    late();
    expect(heard).toEqual([]);
    next();
    expect(heard).toEqual([1]);
  });

  test("may be stopped: what was held comes, no timer is left, and the next hold is like the first", () => {
    const { clock, notify, take, heard, overrun } = setup();
    const first = notify.hold();
    take("s", 1);
    notify.endHolds();
    expect(heard).toEqual([1]);
    expect(clock.pendingTimers).toBe(0);
    const next = notify.hold();
    take("s", 2);
    first();
    expect(heard).toEqual([1]);
    next();
    expect(heard).toEqual([1, 2]);
    expect(overrun).not.toHaveBeenCalled();
  });
});

describe("while the game refetches", () => {
  test("notifications are held until it has, and then come in order", async () => {
    const { clock, take, heard, overrun, syncBy } = setup();
    const refetch = createDeferred();
    const sync = { reason: "gap" };
    const run = vi.fn(() => refetch.promise);
    const over = syncBy([run], sync);
    expect(run.mock.calls).toEqual([[sync]]);
    take("s", 1);
    clock.advance(4_999);
    take("s", 2);
    await flushPromises();
    expect(heard).toEqual([]);
    refetch.resolve();
    await over;
    expect(heard).toEqual([1, 2]);
    expect(clock.pendingTimers).toBe(0);
    expect(overrun).not.toHaveBeenCalled();
  });

  test("all of its functions run at once, and the slowest counts", async () => {
    const { take, heard, syncBy } = setup();
    const [quick, slow] = [createDeferred(), createDeferred()];
    const over = syncBy([() => quick.promise, () => slow.promise]);
    take("s", 1);
    quick.resolve();
    await flushPromises();
    expect(heard).toEqual([]);
    slow.resolve();
    await over;
    expect(heard).toEqual([1]);
  });

  test("nothing is held where there is nothing to do", () => {
    const { clock, take, heard, syncBy } = setup();
    void syncBy([]);
    take("s", 1);
    expect(heard).toEqual([1]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("a failure of one function is reported, and the others still count", async () => {
    const { take, heard, threw, syncBy } = setup();
    const other = createDeferred();
    const bad = new Error("bad");
    const over = syncBy([
      () => {
        throw bad;
      },
      () => Promise.reject(bad),
      () => other.promise,
    ]);
    take("s", 1);
    await flushPromises();
    expect(threw.mock.calls).toEqual([
      [bad, String(bad)],
      [bad, String(bad)],
    ]);
    expect(heard).toEqual([]);
    other.resolve();
    await over;
    expect(heard).toEqual([1]);
  });

  test("after 5 seconds they come all the same, it is told, and the next come at once", () => {
    const { clock, take, heard, overrun, syncBy } = setup();
    void syncBy([() => createDeferred().promise]);
    take("s", 1);
    clock.advance(4_999);
    expect(heard).toEqual([]);
    clock.advance(1);
    expect(heard).toEqual([1]);
    expect(overrun.mock.calls).toEqual([[1]]);
    take("s", 2);
    expect(heard).toEqual([1, 2]);
  });

  test("a bind that is still under way goes on holding", async () => {
    const { notify, take, heard, syncBy } = setup();
    const release = notify.hold();
    await syncBy([() => undefined]);
    take("s", 1);
    expect(heard).toEqual([]);
    release();
    expect(heard).toEqual([1]);
  });

  test("one refetch that never ends does not undo the holding of the next", async () => {
    const { clock, take, heard, syncBy } = setup();
    void syncBy([() => createDeferred().promise]);
    clock.advance(5_000);
    const next = createDeferred();
    const over = syncBy([() => next.promise]);
    take("s", 1);
    expect(heard).toEqual([]);
    next.resolve();
    await over;
    expect(heard).toEqual([1]);
  });

  test("a refetch that ends late does not end the holding of the next", async () => {
    const { clock, take, heard, syncBy } = setup();
    const late = createDeferred();
    const lateOver = syncBy([() => late.promise]);
    clock.advance(5_000);
    const next = createDeferred();
    const over = syncBy([() => next.promise]);
    late.resolve();
    await lateOver;
    take("s", 1);
    expect(heard).toEqual([]);
    next.resolve();
    await over;
    expect(heard).toEqual([1]);
  });
});

describe("waitFor", () => {
  test("answers with the next of its key", async () => {
    const { waitFor, take } = setup();
    take("s", "before");
    const waiting = waitFor("s");
    take("t", "other");
    take("s", 1);
    take("s", 2);
    expect((await waiting).payload).toBe(1);
  });

  test.each<[unknown, number]>([
    ["*", 1],
    [{ issuer: "i" }, 2],
    [{ subject: "s", issuer: "i" }, 3],
  ])("takes the selector %j, too", async (selector, expected) => {
    const { waitFor, take } = setup();
    const waiting = waitFor(selector);
    take("t", 1);
    take("t", 2, "i");
    take("s", 3, "i");
    expect((await waiting).payload).toBe(expected);
  });

  test("waits for one that where is true for", async () => {
    const { waitFor, take } = setup();
    const waiting = waitFor("s", { where: ({ payload }: Notification) => payload === 2 });
    for (const n of [1, 2, 3]) take("s", n);
    expect((await waiting).payload).toBe(2);
  });

  test("rejects with what where throws, and everybody else is still told", async () => {
    const { waitFor, take, heard } = setup();
    const mine = new Error("mine");
    const waiting = waitFor("s", {
      where: () => {
        throw mine;
      },
    });
    const other = waitFor("s");
    take("s", 1);
    expect(await rejectionOf(waiting)).toBe(mine);
    expect((await other).payload).toBe(1);
    expect(heard).toEqual([1]);
  });

  test("gives one notification to one waiter, the one who has waited longest, and to all handlers", async () => {
    const { waitFor, take, heard } = setup();
    const first = waitFor("s");
    const second = waitFor("*");
    take("s", 1);
    expect((await first).payload).toBe(1);
    expect(await hasEnded(second)).toBe(false);
    take("s", 2);
    expect((await second).payload).toBe(2);
    expect(heard).toEqual([1, 2]);
  });

  test("ends at its time, naming what it waited for", async () => {
    const { clock, waitFor, take } = setup();
    const waiting = waitFor("Gs2Chat:Post", { timeoutMs: 1_000 });
    clock.advance(999);
    expect(await hasEnded(waiting)).toBe(false);
    clock.advance(1);
    expect(await rejectionOf(waiting)).toMatchObject({
      kind: "requestTimeout",
      message: expect.stringContaining("Gs2Chat:Post") as string,
    });
    const next = waitFor("Gs2Chat:Post");
    take("Gs2Chat:Post", 1);
    expect((await next).payload).toBe(1);
  });

  test("ends with its signal, and takes nothing then", async () => {
    const { waitFor, take } = setup();
    const controller = new AbortController();
    const waiting = waitFor("s", { signal: controller.signal });
    const next = waitFor("s");
    controller.abort();
    take("s", 1);
    expect(await rejectionOf(waiting)).toMatchObject({ kind: "aborted" });
    expect((await next).payload).toBe(1);
  });

  test("takes nothing with a signal that was aborted before", async () => {
    const { notify, waitFor, take } = setup();
    const since = notify.mark();
    take("s", 1);
    const waiting = waitFor("s", { signal: AbortSignal.abort(), since });
    take("s", 2);
    expect(await rejectionOf(waiting)).toMatchObject({ kind: "aborted" });
    expect((await waitFor("s", { since })).payload).toBe(1);
  });

  test("leaves no timer behind", async () => {
    const { clock, waitFor, take } = setup();
    const waiting = waitFor("s", { timeoutMs: 1_000 });
    take("s");
    await waiting;
    expect(clock.pendingTimers).toBe(0);
  });
});

describe("waitFor with since", () => {
  test("finds the first after the mark that fits", async () => {
    const { notify, waitFor, take } = setup();
    take("s", "before");
    const since = notify.mark();
    take("t", "other");
    take("s", 1);
    take("s", 2);
    const where = ({ payload }: Notification): boolean => payload !== 1;
    expect((await waitFor("s", { since, where })).payload).toBe(2);
    expect((await waitFor("s", { since })).payload).toBe(1);
  });

  test("waits on where nothing is found", async () => {
    const { notify, waitFor, take } = setup();
    const since = notify.mark();
    const waiting = waitFor("s", { since });
    expect(await hasEnded(waiting)).toBe(false);
    take("s", 1);
    expect((await waiting).payload).toBe(1);
  });

  test("gives one notification to one waiter only", async () => {
    const { notify, waitFor, take } = setup();
    const since = notify.mark();
    take("s", 1);
    expect((await waitFor("s", { since })).payload).toBe(1);
    const second = waitFor("s", { since });
    expect(await hasEnded(second)).toBe(false);
    take("s", 2);
    expect((await second).payload).toBe(2);
    expect(await hasEnded(waitFor("s", { since }))).toBe(false);
  });

  test("finds what is being delivered when asked by a handler, and not what a mark made there follows", async () => {
    const { notify, waitFor, take, on } = setup();
    const since = notify.mark();
    const found: Promise<Notification>[] = [];
    on("s", () => found.push(waitFor("s", { since: notify.mark() }), waitFor("s", { since })), {
      once: true,
    });
    take("s", 1);
    expect((await found[1]!).payload).toBe(1);
    expect(await hasEnded(found[0]!)).toBe(false);
  });

  test("looks at the last 128 alone", async () => {
    const { notify, waitFor, take } = setup();
    const since = notify.mark();
    take("lost", 0);
    take("kept", 1);
    for (const n of numbers(127)) take("s", n);
    expect((await waitFor("kept", { since })).payload).toBe(1);
    expect(await hasEnded(waitFor("lost", { since }))).toBe(false);
  });

  test("looks at the last 256 KB alone", async () => {
    const { notify, waitFor, take } = setup();
    const since = notify.mark();
    const size = 262_144 / 4;
    // With its quotes each is a quarter of what is kept.
    const big = "x".repeat(size - 2);
    take("lost", big);
    take("kept", big);
    for (const n of numbers(3)) take(`s${n}`, big);
    expect(await hasEnded(waitFor("kept", { since }))).toBe(true);
    expect(await hasEnded(waitFor("lost", { since }))).toBe(false);
    take("huge", "x".repeat(262_144));
    for (const subject of ["huge", "s0", "s2"]) {
      expect(await hasEnded(waitFor(subject, { since })), subject).toBe(false);
    }
    take("small", 1);
    expect((await waitFor("small", { since })).payload).toBe(1);
  });

  test("looks at the last 30 seconds alone", async () => {
    const { clock, notify, waitFor, take } = setup();
    const since = notify.mark();
    take("s", 1);
    clock.advance(1);
    take("s", 2);
    clock.advance(30_000);
    expect((await waitFor("s", { since })).payload).toBe(2);
    expect(await hasEnded(waitFor("s", { since }))).toBe(false);
  });

  test("counts what was too long ago as missed, for those who want to know", async () => {
    const { clock, notify, waitFor, take } = setup();
    const since = notify.mark();
    take("s", 1);
    clock.advance(30_001);
    expect(await hasEnded(waitFor("s", { since }))).toBe(false);
    expect(await rejectionOf(waitFor("s", { since, onGap: "reject" }))).toMatchObject({
      kind: "gap",
    });
  });

  test("finds nothing of a player who has left", async () => {
    const { notify, waitFor, take } = setup();
    const since = notify.mark();
    take("s", "theirs");
    notify.forgetHistory();
    const waiting = waitFor("s", { since });
    expect(await hasEnded(waiting)).toBe(false);
    take("s", "mine");
    expect((await waiting).payload).toBe("mine");
  });
});

describe("a gap", () => {
  test("ends those who asked for it, and nobody else", async () => {
    const { notify, waitFor, take } = setup();
    const rejecting = waitFor("s", { onGap: "reject" });
    const keeping = waitFor("s", { onGap: "keep" });
    const silent = waitFor("s");
    notify.addGap();
    expect(await rejectionOf(rejecting)).toMatchObject({ kind: "gap" });
    take("s", 1);
    take("s", 2);
    expect([(await keeping).payload, (await silent).payload]).toEqual([1, 2]);
  });

  test("that lies after the mark ends the wait at once, unless what is waited for was seen", async () => {
    const { notify, waitFor, take } = setup();
    const since = notify.mark();
    take("seen", 1);
    notify.addGap();
    expect((await waitFor("seen", { since, onGap: "reject" })).payload).toBe(1);
    expect(await rejectionOf(waitFor("s", { since, onGap: "reject" }))).toMatchObject({
      kind: "gap",
    });
    expect(await hasEnded(waitFor("s", { since }))).toBe(false);
  });

  test("right after the mark counts, although nothing came in between", async () => {
    const { notify, waitFor } = setup();
    const since = notify.mark();
    notify.addGap();
    expect(await rejectionOf(waitFor("s", { since, onGap: "reject" }))).toMatchObject({
      kind: "gap",
    });
  });

  test("that lies before the mark is no matter", async () => {
    const { notify, waitFor, take } = setup();
    notify.addGap();
    const waiting = waitFor("s", { since: notify.mark(), onGap: "reject" });
    expect(await hasEnded(waiting)).toBe(false);
    take("s", 1);
    expect((await waiting).payload).toBe(1);
  });

  test("before a wait without a mark is no matter", async () => {
    const { notify, waitFor } = setup();
    notify.addGap();
    expect(await hasEnded(waitFor("s", { onGap: "reject" }))).toBe(false);
  });

  test("is what too much since the mark comes to as well", async () => {
    const { notify, waitFor, take } = setup();
    const since = notify.mark();
    for (const n of numbers(128)) take("t", n);
    expect(await hasEnded(waitFor("s", { since, onGap: "reject" }))).toBe(false);
    take("t", 128);
    expect(await rejectionOf(waitFor("s", { since, onGap: "reject" }))).toMatchObject({
      kind: "gap",
    });
    expect(await hasEnded(waitFor("s", { since: notify.mark(), onGap: "reject" }))).toBe(false);
  });
});

describe("the end", () => {
  test("rejects all who wait, delivers nothing that was held, and leaves no timer of theirs", async () => {
    const { clock, notify, waitFor, take, heard } = setup();
    const all = [waitFor("s"), waitFor("*", { timeoutMs: 1_000 }), waitFor({ issuer: "i" })];
    const release = notify.hold();
    take("s", 1);
    notify.dispose();
    for (const one of all) {
      expect(await rejectionOf(one)).toMatchObject({ kind: "notConnected", outcome: "notSent" });
    }
    release();
    expect(heard).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });
});
