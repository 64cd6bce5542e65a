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

describe("a fault in the active", () => {
  test("strikes as often as it was told, and is shown as spent", () => {
    const active = activeOf([{ fault: "refuse", times: 2 }]);
    expect(pattern(active, "refuse", 4)).toBe("xx..");
    expect(active.list()).toEqual([{ fault: "refuse", times: 2, hits: 2, exhausted: true }]);
    expect(active.active()).toEqual([]);
  });

  test("leaves the rest to the next of its name", () => {
    const active = activeOf([
      { fault: "refuse", status: 500, times: 1 },
      { fault: "refuse", status: 502 },
    ]);
    const statuses = [1, 2, 3].map(() => active.trigger("refuse", noTarget)?.values.status);
    expect(statuses).toEqual([500, 502, 502]);
  });

  test.each<[string, Partial<EmulatorFault>, boolean]>([
    ["everybody", {}, true],
    ["this user", { userId: "alice" }, true],
    ["another user", { userId: "bob" }, false],
    ["this connection", { connectionId: "c1" }, true],
    ["another connection", { connectionId: "c2" }, false],
    ["this session", { sessionId: "s1" }, true],
    ["another session", { sessionId: "s2" }, false],
    ["this user elsewhere", { userId: "alice", connectionId: "c2" }, false],
    ["this user here", { userId: "alice", connectionId: "c1", sessionId: "s1" }, true],
  ])("for %s strikes whom it is meant for", (_, scope, strikes) => {
    const active = activeOf([{ fault: "replyLost", ...scope } as EmulatorFault]);
    expect(active.trigger("replyLost", alice) !== undefined).toBe(strikes);
    expect(active.list()[0]!.hits).toBe(strikes ? 1 : 0);
  });

  test("strikes by the seed: the same seed, the same story", () => {
    const story = (seed: number) =>
      pattern(activeOf([{ fault: "replyLost", chance: 0.5 }], seededRandom(seed)), "replyLost", 40);
    expect(story(7)).toBe(story(7));
    expect(story(7)).not.toBe(story(8));
    const often = [...Array(50).keys()].map(story).join("").replaceAll(".", "").length;
    expect(often / 2_000).toBeCloseTo(0.5, 1);
  });

  test("draws nothing where nothing is left to chance", () => {
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

describe("answers", () => {
  function schedulerOf(...faults: EmulatorFault[]) {
    const active = activeOf(faults);
    return new ReplyScheduler((...args) => active.trigger(...args));
  }
  const answer = (text: string, target = alice, method = "m") => ({
    connectionId: target().connectionId!,
    target,
    method,
    text,
  });

  test("pass where there is no fault", () => {
    expect(schedulerOf().plan(answer("a"))).toEqual({ now: ["a"] });
  });

  test("are lost, or come twice", () => {
    const scheduler = schedulerOf(
      { fault: "replyLost", times: 1 },
      { fault: "replyDuplicated", times: 1 },
    );
    expect(["a", "b", "c"].map((text) => scheduler.plan(answer(text)).now)).toEqual([
      [],
      ["b", "b"],
      ["c"],
    ]);
  });

  test("are meant by their method alone where one is named", () => {
    const scheduler = schedulerOf({ fault: "replyLost", method: "login" });
    expect(scheduler.plan(answer("a", alice, "setUserId")).now).toEqual(["a"]);
    expect(scheduler.plan(answer("b", alice, "login")).now).toEqual([]);
  });

  test("overtake each other, and none is held twice", () => {
    const scheduler = schedulerOf({ fault: "repliesOutOfOrder", withinMs: 70 });
    expect(scheduler.plan(answer("a"))).toEqual({ now: [], held: { texts: ["a"], forMs: 70 } });
    expect(scheduler.plan(answer("b"))).toEqual({ now: ["b", "a"] });
    expect(scheduler.release("c1")).toEqual([]);
  });

  test("that nobody overtakes are released, but only by their own time-out", () => {
    const scheduler = schedulerOf({ fault: "repliesOutOfOrder" });
    const first = scheduler.plan(answer("a")).held!;
    scheduler.plan(answer("b"));
    const second = scheduler.plan(answer("c")).held!;
    expect(scheduler.release("c1", first.texts)).toEqual([]);
    expect(scheduler.release("c1", second.texts)).toEqual(["c"]);
  });

  test("overtake on their own socket only", () => {
    const scheduler = schedulerOf({ fault: "repliesOutOfOrder" });
    scheduler.plan(answer("a"));
    const bob = (): FaultTarget => ({ connectionId: "c2", userIds: ["bob"], sessionIds: [] });
    expect(scheduler.plan(answer("b", bob)).now).toEqual([]);
  });

  test("come on the next socket of their player, and of nobody else", () => {
    const scheduler = schedulerOf({ fault: "replyAfterReconnect" });
    expect(scheduler.plan(answer("a")).now).toEqual([]);
    expect(scheduler.releaseAfterBind("c1", "alice")).toEqual([]);
    expect(scheduler.releaseAfterBind("c2", "bob")).toEqual([]);
    expect(scheduler.releaseAfterBind("c2", "alice")).toEqual(["a"]);
    expect(scheduler.releaseAfterBind("c3", "alice")).toEqual([]);
    expect(
      scheduler.plan(answer("login", () => ({ ...noTarget(), connectionId: "c4" }))).now,
    ).toEqual(["login"]);
  });

  test("come after the notification of what they tell", () => {
    const scheduler = schedulerOf({
      fault: "notificationBeforeReply",
      key: "Gs2Chat:Post",
      payload: { n: 1 },
    });
    const [first, second] = scheduler.plan(answer("a")).now;
    expect(JSON.parse(first!)).toEqual({
      type: "notification",
      body: { issuer: "Gs2Chat:Post", subject: "Gs2Chat:Post", payload: '{"n":1}' },
    });
    expect(second).toBe("a");
  });
});

describe("a lane", () => {
  function laneOfAgenda() {
    const agenda = new TaskQueue();
    const time = { now: 0 };
    const lane = new DelayLine(
      () => time.now,
      (at, run) => agenda.add(at, run),
    );
    const out: string[] = [];
    return {
      out,
      pass: (text: string, delayMs: number) => lane.pass(delayMs, () => out.push(text)),
      at(now: number) {
        time.now = now;
        agenda.runDue(now);
        return out.join("");
      },
    };
  }

  test("lets through at once what nothing holds up", () => {
    const { pass, out } = laneOfAgenda();
    pass("a", 0);
    expect(out).toEqual(["a"]);
  });

  test("keeps the order, whatever each is late", () => {
    const { pass, at } = laneOfAgenda();
    pass("a", 30);
    pass("b", 10);
    pass("c", 0);
    pass("d", 40);
    expect([at(29), at(30), at(39), at(40)]).toEqual(["", "abc", "abc", "abcd"]);
    pass("e", 0);
    expect(at(40)).toBe("abcde");
  });
});

test("an agenda does what is due in the order of time, and what is added meanwhile", () => {
  const agenda = new TaskQueue();
  const done: string[] = [];
  agenda.add(20, () => done.push("b"));
  agenda.add(10, () => {
    done.push("a");
    agenda.add(15, () => done.push("late"));
  });
  agenda.add(20, () => done.push("c"));
  agenda.add(30, () => done.push("d"));
  expect(agenda.nextAt).toBe(10);
  agenda.runDue(20);
  expect(done).toEqual(["a", "late", "b", "c"]);
  expect(agenda.nextAt).toBe(30);
  agenda.clear();
  expect(agenda.nextAt).toBe(Infinity);
});
