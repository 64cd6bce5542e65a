import { describe, expect, test } from "vitest";
import { everything } from "../../../src/inspector/log/rows.js";
import { LogStore } from "../../../src/inspector/log/store.js";
import type { FrameLogEntry, LoggedFrame } from "../../../src/wire/frameLog.js";

let lastId = 0;
const frame = (given: Partial<LoggedFrame> = {}): LoggedFrame => ({
  kind: "frame",
  id: ++lastId,
  at: lastId,
  transport: "socket",
  direction: "out",
  type: "notification",
  connectionId: "connection-1",
  players: [],
  method: null,
  requestId: null,
  replyTo: null,
  status: null,
  size: 10,
  body: { type: "notification", body: { issuer: "", subject: "Gs2JobQueue:Push", payload: "{}" } },
  ...given,
});
const call = (given: Partial<LoggedFrame> = {}) =>
  frame({
    direction: "in",
    type: "call",
    method: "gateway.webSocketSession.setUserId",
    body: { namespaceName: "game-0001" },
    ...given,
  });
const event = (name: string, detail: Record<string, unknown> = {}): FrameLogEntry => ({
  kind: "event",
  id: ++lastId,
  at: lastId,
  level: "info",
  event: name,
  text: `${name} happened`,
  detail,
});
const alice = { namespaceName: "game-0001", userId: "alice" };

/** A store whose screen is drawn by hand. */
function store() {
  const draws: (() => void)[] = [];
  const log = new LogStore((draw) => draws.push(draw));
  const draw = () => draws.splice(0).forEach((one) => one());
  const take = (...entries: FrameLogEntry[]) => {
    log.take("run", entries);
    draw();
  };
  return { log, draws, draw, take, whats: () => log.shown.value.map(({ what }) => what) };
}

describe("the log of the page", () => {
  test("draws once, however much has come", () => {
    const { log, draws, draw } = store();
    for (let left = 500; left > 0; left--) log.take("run", [frame()]);
    expect(draws).toHaveLength(1);
    expect(log.shown.value).toHaveLength(0);
    draw();
    expect(log.shown.value).toHaveLength(500);
  });

  test("keeps the last 1,000, seen or not", () => {
    const { log, draws, draw, take } = store();
    for (let left = 50; left > 0; left--) {
      log.take(
        "run",
        Array.from({ length: 100 }, () => frame()),
      );
    }
    expect(draws).toHaveLength(1);
    draw();
    expect(log.shown.value).toHaveLength(1_000);
    take(frame());
    expect(log.shown.value).toHaveLength(1_000);
    expect(log.shown.value.at(-1)!.entry.id).toBe(lastId);
  });

  test("names a row by its key, method or event", () => {
    const { take, whats } = store();
    take(frame(), call(), event("opened"), event("notified"));
    expect(whats()).toEqual(["Gs2JobQueue:Push", "setUserId", "opened"]);
  });

  test("stands still while paused, counts what comes, and then shows it", () => {
    const { log, take, whats } = store();
    take(call());
    log.pause();
    take(frame(), frame());
    expect([whats(), log.held.value]).toEqual([["setUserId"], 2]);
    log.setFilter({ kind: "notifications" });
    expect(whats()).toEqual([]);
    log.setFilter(everything);
    log.resume();
    expect([whats().length, log.held.value, log.isPaused.value]).toEqual([3, 0, false]);
  });

  test("filters by kind, words, player and socket", () => {
    const { log, take, whats } = store();
    const other = "connection-2";
    take(
      call({ connectionId: other, method: "identifier.projectToken.login" }),
      call({ connectionId: other }),
      frame({
        type: "reply",
        status: 409,
        method: "gateway.webSocketSession.setUserId",
        body: {},
      }),
      frame({ connectionId: other, players: [alice] }),
      event("bound", { userId: "bob", connectionId: "connection-3" }),
    );
    const shows = (filter: Parameters<LogStore["setFilter"]>[0]) => {
      log.setFilter({ ...everything, ...filter });
      return whats();
    };
    expect(shows({ kind: "calls" })).toEqual(["login", "setUserId", "setUserId"]);
    expect(shows({ kind: "notifications" })).toEqual(["Gs2JobQueue:Push"]);
    expect(shows({ kind: "events" })).toEqual(["bound"]);
    expect(shows({ kind: "problems" })).toEqual(["setUserId"]);
    expect(shows({ text: "GAME-0001 setuserid" })).toEqual(["setUserId"]);
    expect(shows({ text: "409" })).toEqual(["setUserId"]);
    // What the player's socket said before the bind belongs to the player.
    expect(shows({ userId: "alice" })).toEqual(["login", "setUserId", "Gs2JobQueue:Push"]);
    expect(shows({ userId: "bob" })).toEqual(["bound"]);
    expect(shows({ connectionId: "connection-3" })).toEqual(["bound"]);
    expect(log.userIds.value).toEqual(["alice"]);
    expect(shows({})).toHaveLength(5);
    expect(log.isFiltered.value).toBe(false);
  });

  test("finds the other half of a call", () => {
    const { log, take } = store();
    const asked = call();
    const answered = frame({ type: "reply", status: 200, replyTo: asked.id, body: {} });
    take(asked, answered, frame());
    const [first, second, third] = log.shown.value;
    expect(log.partner(first!)).toBe(second);
    expect(log.partner(second!)).toBe(first);
    expect(log.partner(third!)).toBe(undefined);
  });

  test("says that the emulator was started anew", () => {
    const { log, draw } = store();
    log.take("one", [frame()]);
    log.take("two", [frame()]);
    draw();
    expect(log.shown.value.map(({ kind }) => kind)).toEqual([
      "notification",
      "restart",
      "notification",
    ]);
  });

  test("is empty when it is emptied, also while paused", () => {
    const { log, take, whats } = store();
    take(frame());
    log.pause();
    log.clear();
    expect([whats(), log.isPaused.value]).toEqual([[], false]);
    take(call());
    expect(whats()).toEqual(["setUserId"]);
  });
});
