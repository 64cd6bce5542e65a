import { describe, expect, test } from "vitest";
import type { RunOptions, UserResult } from "../../../src/admin/index.js";
import { gate, rejection, settled } from "../../support/settled.js";
import { fakeWorld, networkFailure, refusal, type Ask, type Reply } from "./fakes.js";

const userOf = ({ url }: Ask): string => decodeURIComponent(url.split("/").at(-2)!);
const users = (many: number): string[] =>
  Array.from({ length: many }, (_, nth) => `user-${nth + 1}`);
const HEARD: Reply = [200, { protocol: "WebSocket", sendConnectionIds: ["conn-1"] }];
const sale = { subject: "sale", payload: { percent: 20 } };

const recorder = () => {
  const results: UserResult[] = [];
  return { results, onResult: (result: UserResult): void => void results.push(result) };
};

describe("sending to many users", () => {
  test("sends to each once and says what became of it", async () => {
    const answers: Record<string, Reply> = {
      "user-1": HEARD,
      "user-2": [200, { protocol: "Firebase", sendConnectionIds: [] }],
      "user-3": [200, { protocol: null }],
      "user-4": refusal(400),
      "user-5": networkFailure(),
      "user-6": [200, { protocol: "WebSocket" }],
      "user-7": [200, { protocol: "WebSocket", sendConnectionIds: [] }],
    };
    const { admin, asks, finish } = fakeWorld((ask) => answers[userOf(ask)]!);
    const { results, onResult } = recorder();
    const summary = await finish(admin.sendNotificationToUsers(users(7), sale, { onResult }));
    expect(summary).toEqual({ delivered: 2, forwarded: 1, undelivered: 2, failed: 2 });
    expect(asks).toHaveLength(7);
    expect(asks[0]!.body).toBe('{"subject":"sale","payload":"{\\"percent\\":20}"}');
    const outcomes = results.map(({ userId, outcome }) => [userId, outcome]);
    expect(Object.fromEntries(outcomes)).toEqual({
      "user-1": "delivered",
      "user-2": "forwarded",
      "user-3": "undelivered",
      "user-4": "failed",
      "user-5": "failed",
      "user-6": "delivered",
      "user-7": "undelivered",
    });
    const failed = results.flatMap(({ error }) => (error ? [error.outcome] : []));
    expect(failed.sort()).toEqual(["refused", "unknown"]);
  });

  test("keeps no more calls under way than it was told, nor takes more users", async () => {
    let open = 0;
    let most = 0;
    let taken = 0;
    function* list() {
      for (const userId of users(50)) {
        taken++;
        yield userId;
      }
    }
    const hold = gate();
    const { admin, finish } = fakeWorld(async () => {
      most = Math.max(most, ++open);
      await hold.promise;
      open--;
      return HEARD;
    });
    const run = admin.sendNotificationToUsers(list(), sale, { concurrency: 3 });
    await settled();
    expect([open, taken]).toEqual([3, 3]);
    hold.open();
    expect(await finish(run)).toMatchObject({ delivered: 50 });
    expect(most).toBe(3);
  });

  test("takes users from an async list one at a time", async () => {
    let looking = 0;
    let left = 5;
    const list: AsyncIterable<string> = {
      [Symbol.asyncIterator]: () => ({
        async next() {
          expect(++looking).toBe(1);
          await settled();
          looking--;
          return left-- > 0
            ? { done: false, value: `user-${left}` }
            : { done: true, value: undefined };
        },
      }),
    };
    const { admin, finish } = fakeWorld(() => HEARD);
    expect(await finish(admin.sendNotificationToUsers(list, sale))).toMatchObject({ delivered: 5 });
  });

  test("refuses what is wrong for all before it takes a user", async () => {
    const { admin, asks, logins } = fakeWorld(() => HEARD);
    function* list() {
      yield "user-1";
      throw new Error("was asked");
    }
    const wrong: [unknown, object, RunOptions, string][] = [
      [list(), { ...sale, subject: "" }, {}, "subject"],
      [list(), { ...sale, payload: "x".repeat(1025) }, {}, "payload"],
      [list(), { ...sale, namespaceName: "" }, {}, "namespaceName"],
      [list(), sale, { concurrency: 0 }, "concurrency"],
      [list(), sale, { runId: "a\nb" }, "runId"],
      ["user-1", sale, {}, "userIds"],
      [undefined, sale, {}, "userIds"],
      [{}, sale, {}, "userIds"],
    ];
    for (const [userIds, notification, options, component] of wrong) {
      const run = admin.sendNotificationToUsers(userIds as never, notification as never, options);
      expect(await rejection(run)).toMatchObject({
        kind: "invalidArgument",
        errors: [{ component }],
      });
    }
    expect([...asks, ...logins]).toEqual([]);
  });

  test("fails for a user that is none, and goes on", async () => {
    const { admin, asks, finish } = fakeWorld(() => HEARD);
    const list = ["user-1", "", "u".repeat(129), "..", "\ud800", 5 as never, "user-2"];
    const summary = await finish(admin.sendNotificationToUsers(list, sale, { runId: "run-1" }));
    expect(summary).toEqual({ delivered: 2, forwarded: 0, undelivered: 0, failed: 5 });
    expect(asks).toHaveLength(2);
  });

  test("says once what has no effect", async () => {
    const { admin, said, finish } = fakeWorld(() => HEARD);
    await finish(admin.sendNotificationToUsers(users(9), { ...sale, sound: "bell" }));
    expect(said).toEqual([expect.stringContaining("sound needs enableTransferMobileNotification")]);
  });

  test("of an empty list sends nothing", async () => {
    const { admin, logins } = fakeWorld(() => HEARD);
    expect(await admin.sendNotificationToUsers([], sale)).toEqual({
      delivered: 0,
      forwarded: 0,
      undelivered: 0,
      failed: 0,
    });
    expect(logins).toEqual([]);
  });
});

describe("a run that is told to slow down", () => {
  test.each([402, 429])("by %i waits with all calls and then tries again", async (status) => {
    const { admin, asks, finish } = fakeWorld(async (_, nth) => {
      await settled();
      return nth <= 4 ? refusal(status) : HEARD;
    });
    const { results, onResult } = recorder();
    const run = admin.sendNotificationToUsers(users(12), sale, { concurrency: 4, onResult });
    expect(await finish(run, 10)).toMatchObject({ delivered: 12, failed: 0 });
    expect(new Set(results.map(({ userId }) => userId)).size).toBe(12);
    expect(asks).toHaveLength(16);
    // Those four left together: one refusal, one wait, and nothing leaves meanwhile.
    expect(asks[3]!.at).toBe(asks[0]!.at);
    expect(asks[4]!.at - asks[0]!.at).toBeGreaterThanOrEqual(250);
    expect(asks[15]!.at - asks[0]!.at).toBeLessThan(500);
  });

  test("waits longer each time, sends a user's call under one avoider, and gives a user up in the end", async () => {
    const { admin, asks, clock, finish } = fakeWorld((ask) =>
      userOf(ask) === "user-1" ? refusal(429) : HEARD,
    );
    const run = admin.sendNotificationToUsers(users(1), sale);
    expect(await finish(run, 10)).toMatchObject({ failed: 1 });
    expect(asks).toHaveLength(8);
    const waits = asks.slice(1).map(({ at }, nth) => at - asks[nth]!.at);
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
    expect(waits.at(-1)).toBeLessThanOrEqual(30_010);
    expect(new Set(asks.map(({ headers }) => headers["X-GS2-DUPLICATION-AVOIDER"])).size).toBe(1);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe("a run that is stopped", () => {
  test("waits for what is under way, tells it, and can be resumed with the others", async () => {
    const hold = gate();
    const sent: string[] = [];
    const { admin, finish } = fakeWorld(async (ask) => {
      sent.push(userOf(ask));
      await hold.promise;
      return HEARD;
    });
    const stop = new AbortController();
    const done = new Set<string>();
    const onResult = ({ userId }: UserResult): void => void done.add(userId);
    const run = rejection(
      admin.sendNotificationToUsers(users(20), sale, {
        concurrency: 4,
        signal: stop.signal,
        onResult,
        runId: "sale-1",
      }),
    );
    await settled();
    stop.abort();
    await settled();
    expect(done.size).toBe(0);
    hold.open();
    expect(await run).toMatchObject({ kind: "aborted", method: "sendNotificationToUsers" });
    expect([...done]).toEqual(users(4));
    const others = users(20).filter((userId) => !done.has(userId));
    await finish(admin.sendNotificationToUsers(others, sale, { onResult, runId: "sale-1" }));
    expect([...done].sort()).toEqual(users(20).sort());
    expect(sent.sort()).toEqual(users(20).sort());
  });

  test("while it waits tells nothing of those it did not reach", async () => {
    const { admin, clock } = fakeWorld(() => refusal(429));
    const { results, onResult } = recorder();
    const stop = new AbortController();
    const run = rejection(
      admin.sendNotificationToUsers(users(9), sale, { signal: stop.signal, onResult }),
    );
    await settled();
    stop.abort();
    expect(await run).toMatchObject({ kind: "aborted" });
    expect(results).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("before it begins sends nothing and closes its list", async () => {
    const { admin, logins } = fakeWorld(() => HEARD);
    const run = admin.sendNotificationToUsers(users(3), sale, { signal: AbortSignal.abort() });
    expect(await rejection(run)).toMatchObject({ kind: "aborted", outcome: "notSent" });
    expect(logins).toEqual([]);
  });

  test("does not wait for a list that is still looking", async () => {
    const list: AsyncIterable<string> = {
      [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined) }),
    };
    const { admin } = fakeWorld(() => HEARD);
    const stop = new AbortController();
    const run = rejection(admin.sendNotificationToUsers(list, sale, { signal: stop.signal }));
    await settled();
    stop.abort();
    expect(await run).toMatchObject({ kind: "aborted" });
  });

  test("after all were told has not been stopped", async () => {
    const stop = new AbortController();
    const { admin } = fakeWorld(() => HEARD);
    const run = admin.sendNotificationToUsers(users(1), sale, {
      concurrency: 1,
      signal: stop.signal,
    });
    const summary = await run;
    stop.abort();
    expect(summary.delivered).toBe(1);
  });

  test("by its list or by onResult closes the list and says so", async () => {
    const cause = new Error("disk full");
    let closed = 0;
    function* list() {
      try {
        yield* users(20);
      } finally {
        closed++;
      }
    }
    const { admin, asks } = fakeWorld(() => HEARD);
    const run = admin.sendNotificationToUsers(list(), sale, {
      concurrency: 2,
      onResult: async () => {
        await settled();
        throw cause;
      },
    });
    expect(await rejection(run)).toMatchObject({ kind: "unknown", cause, outcome: "unknown" });
    expect(closed).toBe(1);
    expect(asks.length).toBeLessThan(20);

    function* broken() {
      yield "user-1";
      throw cause;
    }
    const { results, onResult } = recorder();
    const second = admin.sendNotificationToUsers(broken(), sale, { onResult });
    expect(await rejection(second)).toMatchObject({ kind: "unknown", cause });
    expect(results.length).toBeLessThanOrEqual(1);
  });

  test.each([
    ["the login is refused", refusal(401, "projectToken")],
    ["the namespace is missing", refusal(404, "namespace")],
  ] as [string, Reply][])("because %s does not ask for every user", async (_, reply) => {
    const { admin, asks, finish } = fakeWorld(() => reply);
    const { results, onResult } = recorder();
    const run = admin.sendNotificationToUsers(users(100), sale, { concurrency: 2, onResult });
    expect(await rejection(finish(run))).toMatchObject({ status: (reply as [number])[0] });
    expect(asks.length).toBeLessThan(10);
    expect(results.length).toBeLessThanOrEqual(2);
  });

  test("and resumed under its name sends each user's call under the same avoider", async () => {
    const { admin, asks, finish } = fakeWorld(() => networkFailure());
    for (const runId of ["run-1", "run-1", "run-2"]) {
      await finish(admin.sendNotificationToUsers(["ユーザー"], sale, { runId }));
    }
    const [first, again, other] = asks.map(({ headers }) => headers["X-GS2-DUPLICATION-AVOIDER"]);
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });
});

test("a run of many users keeps nothing of those that are done", async () => {
  const { admin, clock, finish } = fakeWorld(() => HEARD);
  const stop = new AbortController();
  const run = admin.sendNotificationToUsers(users(2_000), sale, { signal: stop.signal });
  expect(await finish(run)).toMatchObject({ delivered: 2_000 });
  expect(clock.pendingTimers).toBe(0);
});
