import { describe, expect, test } from "vitest";
import { noFilter } from "../../../src/inspector/log/rows.js";
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

/** A log store whose animation frames are run by the test. */
function store() {
  const draws: (() => void)[] = [];
  const log = new LogStore((draw) => draws.push(draw));
  const draw = () => draws.splice(0).forEach((one) => one());
  const append = (...entries: FrameLogEntry[]) => {
    log.append("run", entries);
    draw();
  };
  return { log, draws, draw, append, titles: () => log.shown.value.map(({ what }) => what) };
}

describe("the log store", () => {
  test("draws once for all entries of one animation frame", () => {
    const { log, draws, draw } = store();
    for (let left = 500; left > 0; left--) log.append("run", [frame()]);
    expect(draws).toHaveLength(1);
    expect(log.shown.value).toHaveLength(0);
    draw();
    expect(log.shown.value).toHaveLength(500);
  });

  test("keeps the last 1,000 entries, drawn or not", () => {
    const { log, draws, draw, append } = store();
    for (let left = 50; left > 0; left--) {
      log.append(
        "run",
        Array.from({ length: 100 }, () => frame()),
      );
    }
    expect(draws).toHaveLength(1);
    draw();
    expect(log.shown.value).toHaveLength(1_000);
    append(frame());
    expect(log.shown.value).toHaveLength(1_000);
    expect(log.shown.value.at(-1)!.entry.id).toBe(lastId);
  });

  test("shows the key, method or event of a row", () => {
    const { append, titles } = store();
    append(frame(), call(), event("opened"), event("notified"));
    expect(titles()).toEqual(["Gs2JobQueue:Push", "setUserId", "opened"]);
  });

  test("counts new entries while paused, and shows them after resume", () => {
    const { log, append, titles } = store();
    append(call());
    log.pause();
    append(frame(), frame());
    expect([titles(), log.held.value]).toEqual([["setUserId"], 2]);
    log.setFilter({ kind: "notifications" });
    expect(titles()).toEqual([]);
    log.setFilter(noFilter);
    log.resume();
    expect([titles().length, log.held.value, log.isPaused.value]).toEqual([3, 0, false]);
  });

  test("filters by kind, text, player and socket", () => {
    const { log, append, titles } = store();
    const other = "connection-2";
    append(
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
      log.setFilter({ ...noFilter, ...filter });
      return titles();
    };
    expect(shows({ kind: "calls" })).toEqual(["login", "setUserId", "setUserId"]);
    expect(shows({ kind: "notifications" })).toEqual(["Gs2JobQueue:Push"]);
    expect(shows({ kind: "events" })).toEqual(["bound"]);
    expect(shows({ kind: "problems" })).toEqual(["setUserId"]);
    expect(shows({ text: "GAME-0001 setuserid" })).toEqual(["setUserId"]);
    expect(shows({ text: "409" })).toEqual(["setUserId"]);
    // Frames of the player's socket from before the bind match too.
    expect(shows({ userId: "alice" })).toEqual(["login", "setUserId", "Gs2JobQueue:Push"]);
    expect(shows({ userId: "bob" })).toEqual(["bound"]);
    expect(shows({ connectionId: "connection-3" })).toEqual(["bound"]);
    expect(log.userIds.value).toEqual(["alice"]);
    expect(shows({})).toHaveLength(5);
    expect(log.isFiltered.value).toBe(false);
  });

  test("finds the reply of a call and the call of a reply", () => {
    const { log, append } = store();
    const request = call();
    const reply = frame({ type: "reply", status: 200, replyTo: request.id, body: {} });
    append(request, reply, frame());
    const [first, second, third] = log.shown.value;
    expect(log.counterpart(first!)).toBe(second);
    expect(log.counterpart(second!)).toBe(first);
    expect(log.counterpart(third!)).toBe(undefined);
  });

  test("adds a row when the emulator was restarted", () => {
    const { log, draw } = store();
    log.append("one", [frame()]);
    log.append("two", [frame()]);
    draw();
    expect(log.shown.value.map(({ kind }) => kind)).toEqual([
      "notification",
      "restart",
      "notification",
    ]);
  });

  test("is empty after clear, also while paused", () => {
    const { log, append, titles } = store();
    append(frame());
    log.pause();
    log.clear();
    expect([titles(), log.isPaused.value]).toEqual([[], false]);
    append(call());
    expect(titles()).toEqual(["setUserId"]);
  });
});
