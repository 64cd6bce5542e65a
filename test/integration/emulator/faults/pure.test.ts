import { describe, expect, test } from "vitest";
import { TaskQueue } from "../../../../src/emulator/engine/scheduler.js";
import { ReplyScheduler } from "../../../../src/emulator/faults/replies.js";
import { ActiveFaults } from "../../../../src/emulator/faults/activeFaults.js";
import { DelayLine } from "../../../../src/emulator/faults/delayLine.js";
import { parseFaults } from "../../../../src/emulator/faults/parse.js";
import { noTarget, type FaultTarget } from "../../../../src/emulator/faults/target.js";
import type { EmulatorFault } from "../../../../src/emulator/index.js";
import { seededRandom } from "../../../../src/emulator/store/ids.js";

function bookOf(faults: EmulatorFault[], random = seededRandom(1)): ActiveFaults {
  const book = new ActiveFaults(random);
  book.set(parseFaults(faults));
  return book;
}

const alice = (): FaultTarget => ({ connectionId: "c1", userIds: ["alice"], sessionIds: ["s1"] });

const pattern = (book: ActiveFaults, name: "replyLost" | "refuse", tries: number) =>
  Array.from({ length: tries }, () => (book.trigger(name, alice) ? "x" : ".")).join("");

describe("a fault in the book", () => {
  test("strikes as often as it was told, and is shown as spent", () => {
    const book = bookOf([{ fault: "refuse", times: 2 }]);
    expect(pattern(book, "refuse", 4)).toBe("xx..");
    expect(book.list()).toEqual([{ fault: "refuse", times: 2, hits: 2, exhausted: true }]);
    expect(book.active()).toEqual([]);
  });

  test("leaves the rest to the next of its name", () => {
    const book = bookOf([
      { fault: "refuse", status: 500, times: 1 },
      { fault: "refuse", status: 502 },
    ]);
    const statuses = [1, 2, 3].map(() => book.trigger("refuse", noTarget)?.values.status);
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
    const book = bookOf([{ fault: "replyLost", ...scope } as EmulatorFault]);
    expect(book.trigger("replyLost", alice) !== undefined).toBe(strikes);
    expect(book.list()[0]!.hits).toBe(strikes ? 1 : 0);
  });

  test("strikes by the seed: the same seed, the same story", () => {
    const story = (seed: number) =>
      pattern(bookOf([{ fault: "replyLost", chance: 0.5 }], seededRandom(seed)), "replyLost", 40);
    expect(story(7)).toBe(story(7));
    expect(story(7)).not.toBe(story(8));
    const often = [...Array(50).keys()].map(story).join("").replaceAll(".", "").length;
    expect(often / 2_000).toBeCloseTo(0.5, 1);
  });

  test("draws nothing where nothing is left to chance", () => {
    let draws = 0;
    const book = bookOf(
      [{ fault: "refuse" }, { fault: "replyLost", userId: "bob", chance: 0.5 }],
      () => {
        draws++;
        return 0;
      },
    );
    book.trigger("refuse", noTarget);
    book.trigger("replyLost", alice);
    expect(draws).toBe(0);
  });
});

describe("answers", () => {
  function deskOf(...faults: EmulatorFault[]) {
    const book = bookOf(faults);
    return new ReplyScheduler((...asked) => book.trigger(...asked));
  }
  const answer = (text: string, subject = alice, method = "m") => ({
    connectionId: subject().connectionId!,
    subject,
    method,
    text,
  });

  test("pass where there is no fault", () => {
    expect(deskOf().take(answer("a"))).toEqual({ now: ["a"] });
  });

  test("are lost, or come twice", () => {
    const desk = deskOf({ fault: "replyLost", times: 1 }, { fault: "replyDuplicated", times: 1 });
    expect(["a", "b", "c"].map((text) => desk.take(answer(text)).now)).toEqual([
      [],
      ["b", "b"],
      ["c"],
    ]);
  });

  test("are meant by their method alone where one is named", () => {
    const desk = deskOf({ fault: "replyLost", method: "login" });
    expect(desk.take(answer("a", alice, "setUserId")).now).toEqual(["a"]);
    expect(desk.take(answer("b", alice, "login")).now).toEqual([]);
  });

  test("overtake each other, and none is held twice", () => {
    const desk = deskOf({ fault: "repliesOutOfOrder", withinMs: 70 });
    expect(desk.take(answer("a"))).toEqual({ now: [], held: { texts: ["a"], forMs: 70 } });
    expect(desk.take(answer("b"))).toEqual({ now: ["b", "a"] });
    expect(desk.release("c1")).toEqual([]);
  });

  test("that nobody overtakes are released, but only by their own time-out", () => {
    const desk = deskOf({ fault: "repliesOutOfOrder" });
    const first = desk.take(answer("a")).held!;
    desk.take(answer("b"));
    const second = desk.take(answer("c")).held!;
    expect(desk.release("c1", first.texts)).toEqual([]);
    expect(desk.release("c1", second.texts)).toEqual(["c"]);
  });

  test("overtake on their own socket only", () => {
    const desk = deskOf({ fault: "repliesOutOfOrder" });
    desk.take(answer("a"));
    const bob = (): FaultTarget => ({ connectionId: "c2", userIds: ["bob"], sessionIds: [] });
    expect(desk.take(answer("b", bob)).now).toEqual([]);
  });

  test("come on the next socket of their player, and of nobody else", () => {
    const desk = deskOf({ fault: "replyAfterReconnect" });
    expect(desk.take(answer("a")).now).toEqual([]);
    expect(desk.arriveOn("c1", "alice")).toEqual([]);
    expect(desk.arriveOn("c2", "bob")).toEqual([]);
    expect(desk.arriveOn("c2", "alice")).toEqual(["a"]);
    expect(desk.arriveOn("c3", "alice")).toEqual([]);
    expect(desk.take(answer("login", () => ({ ...noTarget(), connectionId: "c4" }))).now).toEqual([
      "login",
    ]);
  });

  test("come after the notification of what they tell", () => {
    const desk = deskOf({
      fault: "notificationBeforeReply",
      key: "Gs2Chat:Post",
      payload: { n: 1 },
    });
    const [first, second] = desk.take(answer("a")).now;
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
