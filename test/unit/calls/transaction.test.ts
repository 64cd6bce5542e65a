import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { complete, transaction, type TransactionOptions } from "../../../src/calls/index.js";
import { setUpBoundClient } from "../../support/faultClient.js";
import { fakeFetch, refusal, type Answer } from "../../support/fakeFetch.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const RAN = "Gs2Distributor:AutoRunStampSheetNotification";
const RAN_NEW = "Gs2Distributor:AutoRunTransactionNotification";
const distributorNamespaceName = "distributor-0001";
const issued = { transactionId: "t-1", autoRunStampSheet: true };
const payload = { namespaceName: distributorNamespaceName, userId: "alice", transactionId: "t-1" };
const item = { transactionId: "t-1", taskResultCodes: [200], sheetResultCode: 200 };

interface Track {
  state: "pending" | "resolved" | "rejected";
  value?: unknown;
}
function track(promise: Promise<unknown>): Track {
  const tracked: Track = { state: "pending" };
  promise.then(
    (value) => Object.assign(tracked, { state: "resolved", value }),
    (value: unknown) => Object.assign(tracked, { state: "rejected", value }),
  );
  return tracked;
}
const flush = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

/** A bound client; `answers` are those of each path's end, the last one again and again. */
async function setUp(answers: Record<string, Answer[] | (() => Answer)> = {}) {
  const { fetch, requests } = fakeFetch(({ url }) => {
    const end = Object.keys(answers).find((one) => new URL(url).pathname.endsWith(one));
    const list = (end && answers[end]) || [refusal(404, "distributor.stampSheetResult.notFound")];
    if (typeof list === "function") return list();
    return list.length > 1 ? list.shift()! : list[0]!;
  });
  const client = await setUpBoundClient({ fetch });
  const start = (options?: TransactionOptions, result: object = issued) =>
    track(transaction(client.gateway, result, options));
  const asked = (end: string) => requests.filter(({ url }) => url.includes(end)).length;
  const reconnect = async () => {
    client.network.last.emitClose();
    await flush(2_000);
    expect(client.gateway.connection.status).toBe("ready");
  };
  return {
    ...client,
    start,
    asked,
    reconnect,
    notify: (key = RAN, what: object = payload) => client.network.last.notify(key, what),
  };
}

describe("transaction", () => {
  test.each([RAN, RAN_NEW])("resolves with %s of its ID", async (key) => {
    const { start, notify } = await setUp();
    const waiting = start();
    notify(key, { ...payload, transactionId: "t-0" });
    notify("Gs2Mission:Complete");
    await flush();
    expect(waiting.state).toBe("pending");
    notify(key);
    await flush();
    expect(waiting).toMatchObject({
      state: "resolved",
      value: { transactionId: "t-1", notification: { key, payload }, result: undefined },
    });
  });

  test("finds a notification that came before the result of the call", async () => {
    const { gateway, notify } = await setUp({
      "/task/m1": () => {
        notify();
        return { status: 200, body: issued };
      },
    });
    const call = gateway.call(complete, {
      namespaceName: "mission-0001",
      missionGroupName: "daily",
      missionTaskName: "m1",
    });
    await flush();
    const waiting = track(transaction(gateway, await call));
    await flush();
    expect(waiting.state).toBe("resolved");
  });

  test("finds an early one by the mark of a call by its names", async () => {
    const { gateway, start, notify } = await setUp();
    const since = gateway.mark();
    notify();
    await flush();
    const waiting = start({ since });
    await flush();
    expect(waiting.state).toBe("resolved");
  });

  test("takes a doubled notification for one", async () => {
    const { start, notify } = await setUp();
    const one = start();
    notify();
    notify();
    await flush();
    expect(one.state).toBe("resolved");
    const next = start({}, { transactionId: "t-2" });
    await flush();
    expect(next.state).toBe("pending");
  });

  test("asks GS2-Distributor after a gap in which the notification was lost", async () => {
    const { start, reconnect, asked } = await setUp({
      "/stampSheet/t-1/result": [refusal(404, "not yet"), { status: 200, body: { item } }],
    });
    const waiting = start({ distributorNamespaceName });
    await reconnect();
    expect(waiting.state).toBe("pending");
    expect(asked("/t-1/result")).toBe(1);
    await flush(5_000);
    expect(waiting).toMatchObject({
      state: "resolved",
      value: { notification: undefined, result: item, jobNames: [] },
    });
  });

  test.each([500, 503])("asks again where GS2-Distributor answers %i", async (status) => {
    const { start, asked } = await setUp({
      "/stampSheet/t-1/result": [refusal(status, "down"), { status: 200, body: { item } }],
    });
    const waiting = start({ distributorNamespaceName });
    await flush(5_000);
    expect(asked("/t-1/result")).toBe(1);
    expect(waiting.state).toBe("pending");
    await flush(10_000);
    expect(waiting).toMatchObject({ state: "resolved", value: { result: item } });
  });

  test("rejects with outcome unknown where it may not read the result", async () => {
    const { start } = await setUp({ "/stampSheet/t-1/result": [refusal(400, "not allowed")] });
    const waiting = start({ distributorNamespaceName });
    await flush(5_000);
    expect(waiting).toMatchObject({
      state: "rejected",
      value: {
        ...{ kind: "badRequest", status: 400, outcome: "unknown", method: "transaction" },
        errors: [{ message: "not allowed" }],
      },
    });
  });

  test("goes on waiting after a gap where nothing can be asked", async () => {
    const { start, reconnect, notify } = await setUp();
    const waiting = start();
    await reconnect();
    expect(waiting.state).toBe("pending");
    notify();
    await flush();
    expect(waiting.state).toBe("resolved");
  });

  test("asks where no notification comes at all, and ever more rarely", async () => {
    const { start, asked } = await setUp();
    const waiting = start({ distributorNamespaceName, timeoutMs: 60_000 });
    await flush(5_000);
    expect(asked("/t-1/result")).toBe(1);
    await flush(10_000);
    expect(asked("/t-1/result")).toBe(2);
    await flush(44_000);
    expect(asked("/t-1/result")).toBe(3);
    expect(waiting.state).toBe("pending");
    await flush(2_000);
    expect(waiting).toMatchObject({
      state: "rejected",
      value: { kind: "requestTimeout", outcome: "unknown", method: "transaction" },
    });
  });

  test("rejects at its deadline and by its signal with outcome unknown", async () => {
    const { start } = await setUp();
    const abort = new AbortController();
    const aborted = start({ signal: abort.signal });
    const late = start();
    await flush(29_999);
    expect(late.state).toBe("pending");
    abort.abort();
    await flush(1_000);
    const end = { outcome: "unknown", method: "transaction" };
    expect(aborted).toMatchObject({ state: "rejected", value: { kind: "aborted", ...end } });
    expect(late).toMatchObject({ state: "rejected", value: { kind: "requestTimeout", ...end } });
  });

  test("resolves at once where the call issued none", async () => {
    const { start } = await setUp();
    const waiting = start({}, { transactionId: null });
    await flush();
    expect(waiting).toMatchObject({ state: "resolved", value: { transactionId: undefined } });
  });

  test("rejects where the server does not run transactions by itself", async () => {
    const { start } = await setUp();
    const waiting = start({}, { ...issued, autoRunStampSheet: false });
    await flush();
    expect(waiting).toMatchObject({ state: "rejected", value: { kind: "invalidArgument" } });
  });
});

describe("transaction with distributorNamespaceName", () => {
  test("reads the result after the notification", async () => {
    const { start, notify, asked } = await setUp({
      "/stampSheet/t-1/result": [{ status: 200, body: { item } }],
    });
    const waiting = start({ distributorNamespaceName });
    notify();
    await flush();
    expect(waiting).toMatchObject({
      state: "resolved",
      value: { notification: { key: RAN }, result: item },
    });
    expect(asked("/t-1/result")).toBe(1);
  });

  test("rejects where an action was refused", async () => {
    const failed = { ...item, taskResultCodes: [200, 400] };
    const { start, notify } = await setUp({
      "/stampSheet/t-1/result": [{ status: 200, body: { item: failed } }],
    });
    const waiting = start({ distributorNamespaceName });
    notify();
    await flush();
    expect(waiting).toMatchObject({
      state: "rejected",
      value: { kind: "badRequest", status: 400, outcome: "refused" },
    });
  });

  test("waits for the transaction and the job it leads to", async () => {
    const push = {
      ...item,
      nextTransactionId: "t-2",
      sheetRequest: {
        action: "Gs2JobQueue:PushByUserId",
        request: JSON.stringify({ namespaceName: "queue-0001" }),
      },
      sheetResult: JSON.stringify({ items: [{ name: "job-1" }, { name: "job-2" }], autoRun: true }),
    };
    const { start, notify, asked } = await setUp({
      "/stampSheet/t-1/result": [{ status: 200, body: { item: push } }],
      "/stampSheet/t-2/result": [{ status: 200, body: { item } }],
      "/job/job-2/result": [{ status: 200, body: { item: { statusCode: 200 } } }],
    });
    const waiting = start({ distributorNamespaceName });
    notify();
    await flush();
    expect(waiting.state).toBe("pending");
    notify("Gs2JobQueue:RunNotification", {
      namespaceName: "queue-0001",
      userId: "alice",
      jobName: "job-1",
    });
    // The notification of the second job is lost.
    await flush(5_000);
    expect(asked("/job-queue/queue-0001/user/me/job/job-2/result")).toBe(1);
    notify(RAN, { ...payload, transactionId: "t-2" });
    await flush();
    expect(waiting).toMatchObject({ state: "resolved", value: { jobNames: ["job-1", "job-2"] } });
  });
});
