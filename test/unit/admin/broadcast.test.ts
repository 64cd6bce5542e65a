import { describe, expect, test } from "vitest";
import type { RunOptions, UserResult } from "../../../src/admin/index.js";
import { createDeferred, rejectionOf, flushPromises } from "../../support/promises.js";
import { createFakeAdmin, networkFailure, refusal, type SentRequest, type Reply } from "./fakes.js";

const userOf = ({ url }: SentRequest): string => decodeURIComponent(url.split("/").at(-2)!);
const users = (many: number): string[] =>
  Array.from({ length: many }, (_, nth) => `user-${nth + 1}`);
const DELIVERED: Reply = [200, { protocol: "WebSocket", sendConnectionIds: ["conn-1"] }];
const sale = { subject: "sale", payload: { percent: 20 } };

const recorder = () => {
  const results: UserResult[] = [];
  return { results, onResult: (result: UserResult): void => void results.push(result) };
};

describe("sendNotificationToUsers", () => {
  test("sends to each user once and counts the outcomes", async () => {
    const answers: Record<string, Reply> = {
      "user-1": DELIVERED,
      "user-2": [200, { protocol: "Firebase", sendConnectionIds: [] }],
      "user-3": [200, { protocol: null }],
      "user-4": refusal(400),
      "user-5": networkFailure(),
      "user-6": [200, { protocol: "WebSocket" }],
      "user-7": [200, { protocol: "WebSocket", sendConnectionIds: [] }],
    };
    const { admin, requests, finish } = createFakeAdmin((request) => answers[userOf(request)]!);
    const { results, onResult } = recorder();
    const summary = await finish(admin.sendNotificationToUsers(users(7), sale, { onResult }));
    expect(summary).toEqual({ delivered: 2, forwarded: 1, undelivered: 2, failed: 2 });
    expect(requests).toHaveLength(7);
    expect(requests[0]!.body).toBe('{"subject":"sale","payload":"{\\"percent\\":20}"}');
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

  test("sends and takes no more users at a time than `concurrency`", async () => {
    let open = 0;
    let most = 0;
    let taken = 0;
    function* list() {
      for (const userId of users(50)) {
        taken++;
        yield userId;
      }
    }
    const hold = createDeferred();
    const { admin, finish } = createFakeAdmin(async () => {
      most = Math.max(most, ++open);
      await hold.promise;
      open--;
      return DELIVERED;
    });
    const run = admin.sendNotificationToUsers(list(), sale, { concurrency: 3 });
    await flushPromises();
    expect([open, taken]).toEqual([3, 3]);
    hold.resolve();
    expect(await finish(run)).toMatchObject({ delivered: 50 });
    expect(most).toBe(3);
  });

  test("reads an async list one user at a time", async () => {
    let reading = 0;
    let left = 5;
    const list: AsyncIterable<string> = {
      [Symbol.asyncIterator]: () => ({
        async next() {
          expect(++reading).toBe(1);
          await flushPromises();
          reading--;
          return left-- > 0
            ? { done: false, value: `user-${left}` }
            : { done: true, value: undefined };
        },
      }),
    };
    const { admin, finish } = createFakeAdmin(() => DELIVERED);
    expect(await finish(admin.sendNotificationToUsers(list, sale))).toMatchObject({ delivered: 5 });
  });

  test("rejects with invalidArgument before it takes a user", async () => {
    const { admin, requests, logins } = createFakeAdmin(() => DELIVERED);
    function* list() {
      yield "user-1";
      throw new Error("was read");
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
      expect(await rejectionOf(run)).toMatchObject({
        kind: "invalidArgument",
        errors: [{ component }],
      });
    }
    expect([...requests, ...logins]).toEqual([]);
  });

  test("counts an invalid user as failed and continues", async () => {
    const { admin, requests, finish } = createFakeAdmin(() => DELIVERED);
    const list = ["user-1", "", "u".repeat(129), "..", "\ud800", 5 as never, "user-2"];
    const summary = await finish(admin.sendNotificationToUsers(list, sale, { runId: "run-1" }));
    expect(summary).toEqual({ delivered: 2, forwarded: 0, undelivered: 0, failed: 5 });
    expect(requests).toHaveLength(2);
  });

  test("reports an ineffective field once for the whole run", async () => {
    const { admin, logged, finish } = createFakeAdmin(() => DELIVERED);
    await finish(admin.sendNotificationToUsers(users(9), { ...sale, sound: "bell" }));
    expect(logged).toEqual([
      expect.stringContaining("sound needs enableTransferMobileNotification"),
    ]);
  });

  test("sends nothing for an empty list", async () => {
    const { admin, logins } = createFakeAdmin(() => DELIVERED);
    expect(await admin.sendNotificationToUsers([], sale)).toEqual({
      delivered: 0,
      forwarded: 0,
      undelivered: 0,
      failed: 0,
    });
    expect(logins).toEqual([]);
  });
});

describe("a throttled run", () => {
  test.each([402, 429])("pauses all calls after a %i and then sends them again", async (status) => {
    const { admin, requests, finish } = createFakeAdmin(async (_, nth) => {
      await flushPromises();
      return nth <= 4 ? refusal(status) : DELIVERED;
    });
    const { results, onResult } = recorder();
    const run = admin.sendNotificationToUsers(users(12), sale, { concurrency: 4, onResult });
    expect(await finish(run, 10)).toMatchObject({ delivered: 12, failed: 0 });
    expect(new Set(results.map(({ userId }) => userId)).size).toBe(12);
    expect(requests).toHaveLength(16);
    // The four calls of one round cause one pause, and no call is sent during it.
    expect(requests[3]!.at).toBe(requests[0]!.at);
    expect(requests[4]!.at - requests[0]!.at).toBeGreaterThanOrEqual(250);
    expect(requests[15]!.at - requests[0]!.at).toBeLessThan(500);
  });

  test("pauses longer each time, keeps a user's duplicationAvoider, and fails the user after 8 tries", async () => {
    const { admin, requests, clock, finish } = createFakeAdmin((request) =>
      userOf(request) === "user-1" ? refusal(429) : DELIVERED,
    );
    const run = admin.sendNotificationToUsers(users(1), sale);
    expect(await finish(run, 10)).toMatchObject({ failed: 1 });
    expect(requests).toHaveLength(8);
    const waits = requests.slice(1).map(({ at }, nth) => at - requests[nth]!.at);
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
    expect(waits.at(-1)).toBeLessThanOrEqual(30_010);
    expect(new Set(requests.map(({ headers }) => headers["X-GS2-DUPLICATION-AVOIDER"])).size).toBe(
      1,
    );
    expect(clock.pendingTimers).toBe(0);
  });
});

describe("a stopped run", () => {
  test("waits for the sent calls, passes them to onResult, and can be resumed with the other users", async () => {
    const hold = createDeferred();
    const sent: string[] = [];
    const { admin, finish } = createFakeAdmin(async (request) => {
      sent.push(userOf(request));
      await hold.promise;
      return DELIVERED;
    });
    const stop = new AbortController();
    const done = new Set<string>();
    const onResult = ({ userId }: UserResult): void => void done.add(userId);
    const run = rejectionOf(
      admin.sendNotificationToUsers(users(20), sale, {
        concurrency: 4,
        signal: stop.signal,
        onResult,
        runId: "sale-1",
      }),
    );
    await flushPromises();
    stop.abort();
    await flushPromises();
    expect(done.size).toBe(0);
    hold.resolve();
    expect(await run).toMatchObject({ kind: "aborted", method: "sendNotificationToUsers" });
    expect([...done]).toEqual(users(4));
    const others = users(20).filter((userId) => !done.has(userId));
    await finish(admin.sendNotificationToUsers(others, sale, { onResult, runId: "sale-1" }));
    expect([...done].sort()).toEqual(users(20).sort());
    expect(sent.sort()).toEqual(users(20).sort());
  });

  test("does not call onResult for users it did not send to", async () => {
    const { admin, clock } = createFakeAdmin(() => refusal(429));
    const { results, onResult } = recorder();
    const stop = new AbortController();
    const run = rejectionOf(
      admin.sendNotificationToUsers(users(9), sale, { signal: stop.signal, onResult }),
    );
    await flushPromises();
    stop.abort();
    expect(await run).toMatchObject({ kind: "aborted" });
    expect(results).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("sends nothing when its signal has aborted before", async () => {
    const { admin, logins } = createFakeAdmin(() => DELIVERED);
    const run = admin.sendNotificationToUsers(users(3), sale, { signal: AbortSignal.abort() });
    expect(await rejectionOf(run)).toMatchObject({ kind: "aborted", outcome: "notSent" });
    expect(logins).toEqual([]);
  });

  test("does not wait for a list that is still reading", async () => {
    const list: AsyncIterable<string> = {
      [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined) }),
    };
    const { admin } = createFakeAdmin(() => DELIVERED);
    const stop = new AbortController();
    const run = rejectionOf(admin.sendNotificationToUsers(list, sale, { signal: stop.signal }));
    await flushPromises();
    stop.abort();
    expect(await run).toMatchObject({ kind: "aborted" });
  });

  test("resolves when its signal aborts after the last user", async () => {
    const stop = new AbortController();
    const { admin } = createFakeAdmin(() => DELIVERED);
    const run = admin.sendNotificationToUsers(users(1), sale, {
      concurrency: 1,
      signal: stop.signal,
    });
    const summary = await run;
    stop.abort();
    expect(summary.delivered).toBe(1);
  });

  test("closes its list and rejects when the list or onResult fails", async () => {
    const cause = new Error("disk full");
    let closed = 0;
    function* list() {
      try {
        yield* users(20);
      } finally {
        closed++;
      }
    }
    const { admin, requests } = createFakeAdmin(() => DELIVERED);
    const run = admin.sendNotificationToUsers(list(), sale, {
      concurrency: 2,
      onResult: async () => {
        await flushPromises();
        throw cause;
      },
    });
    expect(await rejectionOf(run)).toMatchObject({ kind: "unknown", cause, outcome: "unknown" });
    expect(closed).toBe(1);
    expect(requests.length).toBeLessThan(20);

    function* broken() {
      yield "user-1";
      throw cause;
    }
    const { results, onResult } = recorder();
    const second = admin.sendNotificationToUsers(broken(), sale, { onResult });
    expect(await rejectionOf(second)).toMatchObject({ kind: "unknown", cause });
    expect(results.length).toBeLessThanOrEqual(1);
  });

  test.each([
    ["the login is refused", refusal(401, "projectToken")],
    ["the namespace is missing", refusal(404, "namespace")],
  ] as [string, Reply][])("ends early when %s", async (_, reply) => {
    const { admin, requests, finish } = createFakeAdmin(() => reply);
    const { results, onResult } = recorder();
    const run = admin.sendNotificationToUsers(users(100), sale, { concurrency: 2, onResult });
    expect(await rejectionOf(finish(run))).toMatchObject({ status: (reply as [number])[0] });
    expect(requests.length).toBeLessThan(10);
    expect(results.length).toBeLessThanOrEqual(2);
  });

  test("sends the same duplicationAvoider for a user when it is resumed by its runId", async () => {
    const { admin, requests, finish } = createFakeAdmin(() => networkFailure());
    for (const runId of ["run-1", "run-1", "run-2"]) {
      await finish(admin.sendNotificationToUsers(["ユーザー"], sale, { runId }));
    }
    const [first, again, other] = requests.map(
      ({ headers }) => headers["X-GS2-DUPLICATION-AVOIDER"],
    );
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });
});

test("a run of many users leaves no timer behind", async () => {
  const { admin, clock, finish } = createFakeAdmin(() => DELIVERED);
  const stop = new AbortController();
  const run = admin.sendNotificationToUsers(users(2_000), sale, { signal: stop.signal });
  expect(await finish(run)).toMatchObject({ delivered: 2_000 });
  expect(clock.pendingTimers).toBe(0);
});
