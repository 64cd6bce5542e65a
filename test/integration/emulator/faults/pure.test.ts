import { describe, expect, test } from "vitest";
import { TaskQueue } from "../../../../src/emulator/engine/scheduler.js";
import { ReplyScheduler } from "../../../../src/emulator/faults/replies.js";
import { ActiveFaults } from "../../../../src/emulator/faults/activeFaults.js";
import { DelayLine } from "../../../../src/emulator/faults/delayLine.js";
import { parseFaults } from "../../../../src/emulator/faults/parse.js";
import { noTarget, type FaultTarget } from "../../../../src/emulator/faults/target.js";
import type { EmulatorFault } from "../../../../src/emulator/index.js";
import { seededRandom } from "../../../../src/emulator/store/ids.js";

function activeOf(faults: EmulatorFault[], random = seededRandom(1)): ActiveFaults {
  const active = new ActiveFaults(random);
  active.set(parseFaults(faults));
  return active;
}

const alice = (): FaultTarget => ({ connectionId: "c1", userIds: ["alice"], sessionIds: ["s1"] });

const pattern = (active: ActiveFaults, name: "replyLost" | "refuse", tries: number) =>
  Array.from({ length: tries }, () => (active.trigger(name, alice) ? "x" : ".")).join("");

describe("ActiveFaults", () => {
  test("triggers a fault as often as times says, then reports it as exhausted", () => {
    const active = activeOf([{ fault: "refuse", times: 2 }]);
    expect(pattern(active, "refuse", 4)).toBe("xx..");
    expect(active.list()).toEqual([{ fault: "refuse", times: 2, hits: 2, exhausted: true }]);
    expect(active.active()).toEqual([]);
  });

  test("triggers the next fault of a name when the first is exhausted", () => {
    const active = activeOf([
      { fault: "refuse", status: 500, times: 1 },
      { fault: "refuse", status: 502 },
    ]);
    const statuses = [1, 2, 3].map(() => active.trigger("refuse", noTarget)?.values.status);
    expect(statuses).toEqual([500, 502, 502]);
  });

  test.each<[string, Partial<EmulatorFault>, boolean]>([
    ["any target", {}, true],
    ["this user", { userId: "alice" }, true],
    ["another user", { userId: "bob" }, false],
    ["this connection", { connectionId: "c1" }, true],
    ["another connection", { connectionId: "c2" }, false],
    ["this session", { sessionId: "s1" }, true],
    ["another session", { sessionId: "s2" }, false],
    ["this user on another connection", { userId: "alice", connectionId: "c2" }, false],
    [
      "this user on this connection",
      { userId: "alice", connectionId: "c1", sessionId: "s1" },
      true,
    ],
  ])("triggers a fault for %s only if it matches", (_, scope, hits) => {
    const active = activeOf([{ fault: "replyLost", ...scope } as EmulatorFault]);
    expect(active.trigger("replyLost", alice) !== undefined).toBe(hits);
    expect(active.list()[0]!.hits).toBe(hits ? 1 : 0);
  });

  test("triggers by chance, the same for the same seed", () => {
    const trace = (seed: number) =>
      pattern(activeOf([{ fault: "replyLost", chance: 0.5 }], seededRandom(seed)), "replyLost", 40);
    expect(trace(7)).toBe(trace(7));
    expect(trace(7)).not.toBe(trace(8));
    const hits = [...Array(50).keys()].map(trace).join("").replaceAll(".", "").length;
    expect(hits / 2_000).toBeCloseTo(0.5, 1);
  });

  test("draws a random number only for a chance below 1", () => {
    let draws = 0;
    const active = activeOf(
      [{ fault: "refuse" }, { fault: "replyLost", userId: "bob", chance: 0.5 }],
      () => {
        draws++;
        return 0;
      },
    );
    active.trigger("refuse", noTarget);
    active.trigger("replyLost", alice);
    expect(draws).toBe(0);
  });
});

describe("ReplyScheduler", () => {
  function schedulerOf(...faults: EmulatorFault[]) {
    const active = activeOf(faults);
    return new ReplyScheduler((...args) => active.trigger(...args));
  }
  const replyTo = (text: string, target = alice, method = "m") => ({
    connectionId: target().connectionId!,
    target,
    called: { service: "gateway", component: "webSocketSession", function: method },
    text,
  });

  test("sends a reply at once without a fault", () => {
    expect(schedulerOf().plan(replyTo("a"))).toEqual({ now: ["a"] });
  });

  test("drops a reply, or sends it twice", () => {
    const scheduler = schedulerOf(
      { fault: "replyLost", times: 1 },
      { fault: "replyDuplicated", times: 1 },
    );
    expect(["a", "b", "c"].map((text) => scheduler.plan(replyTo(text)).now)).toEqual([
      [],
      ["b", "b"],
      ["c"],
    ]);
  });

  test("applies a fault with a method to that method only", () => {
    const scheduler = schedulerOf({ fault: "replyLost", method: "login" });
    expect(scheduler.plan(replyTo("a", alice, "setUserId")).now).toEqual(["a"]);
    expect(scheduler.plan(replyTo("b", alice, "login")).now).toEqual([]);
  });

  test("sends a held reply after the next one, and holds none twice", () => {
    const scheduler = schedulerOf({ fault: "repliesOutOfOrder", withinMs: 70 });
    expect(scheduler.plan(replyTo("a"))).toEqual({ now: [], held: { texts: ["a"], forMs: 70 } });
    expect(scheduler.plan(replyTo("b"))).toEqual({ now: ["b", "a"] });
    expect(scheduler.release("c1")).toEqual([]);
  });

  test("releases a held reply only by its own timeout", () => {
    const scheduler = schedulerOf({ fault: "repliesOutOfOrder" });
    const first = scheduler.plan(replyTo("a")).held!;
    scheduler.plan(replyTo("b"));
    const second = scheduler.plan(replyTo("c")).held!;
    expect(scheduler.release("c1", first.texts)).toEqual([]);
    expect(scheduler.release("c1", second.texts)).toEqual(["c"]);
  });

  test("holds replies by connection", () => {
    const scheduler = schedulerOf({ fault: "repliesOutOfOrder" });
    scheduler.plan(replyTo("a"));
    const bob = (): FaultTarget => ({ connectionId: "c2", userIds: ["bob"], sessionIds: [] });
    expect(scheduler.plan(replyTo("b", bob)).now).toEqual([]);
  });

  test("sends a reply on the next connection that its player is bound on", () => {
    const scheduler = schedulerOf({ fault: "replyAfterReconnect" });
    expect(scheduler.plan(replyTo("a")).now).toEqual([]);
    expect(scheduler.releaseAfterBind("c1", "alice")).toEqual([]);
    expect(scheduler.releaseAfterBind("c2", "bob")).toEqual([]);
    expect(scheduler.releaseAfterBind("c2", "alice")).toEqual(["a"]);
    expect(scheduler.releaseAfterBind("c3", "alice")).toEqual([]);
    expect(
      scheduler.plan(replyTo("login", () => ({ ...noTarget(), connectionId: "c4" }))).now,
    ).toEqual(["login"]);
  });

  test("sends a notification before the reply", () => {
    const scheduler = schedulerOf({
      fault: "notificationBeforeReply",
      key: "Gs2Chat:Post",
      payload: { n: 1 },
    });
    const [first, second] = scheduler.plan(replyTo("a")).now;
    expect(JSON.parse(first!)).toEqual({
      type: "notification",
      body: { issuer: "Gs2Chat:Post", subject: "Gs2Chat:Post", payload: '{"n":1}' },
    });
    expect(second).toBe("a");
  });
});

describe("DelayLine", () => {
  function createLine() {
    const queue = new TaskQueue();
    const time = { now: 0 };
    const line = new DelayLine(
      () => time.now,
      (at, run) => queue.add(at, run),
    );
    const out: string[] = [];
    return {
      out,
      pass: (text: string, delayMs: number) => line.pass(delayMs, () => out.push(text)),
      at(now: number) {
        time.now = now;
        queue.runDue(now);
        return out.join("");
      },
    };
  }

  test("passes a frame at once without a delay", () => {
    const { pass, out } = createLine();
    pass("a", 0);
    expect(out).toEqual(["a"]);
  });

  test("keeps the order of delayed frames", () => {
    const { pass, at } = createLine();
    pass("a", 30);
    pass("b", 10);
    pass("c", 0);
    pass("d", 40);
    expect([at(29), at(30), at(39), at(40)]).toEqual(["", "abc", "abc", "abcd"]);
    pass("e", 0);
    expect(at(40)).toBe("abcde");
  });
});

test("TaskQueue runs due tasks in the order of time, also those added meanwhile", () => {
  const queue = new TaskQueue();
  const done: string[] = [];
  queue.add(20, () => done.push("b"));
  queue.add(10, () => {
    done.push("a");
    queue.add(15, () => done.push("late"));
  });
  queue.add(20, () => done.push("c"));
  queue.add(30, () => done.push("d"));
  expect(queue.nextAt).toBe(10);
  queue.runDue(20);
  expect(done).toEqual(["a", "late", "b", "c"]);
  expect(queue.nextAt).toBe(30);
  queue.clear();
  expect(queue.nextAt).toBe(Infinity);
});
