import { describe, expect, test, vi } from "vitest";
import { isGatewayError } from "../../../src/errors.js";
import { createDeferred, type AbortOptions } from "../../../src/core/deferred.js";
import { manualClock } from "../../support/manualClock.js";
import { rejectionOf, flushPromises } from "../../support/promises.js";

function start(limits: AbortOptions = {}, describeFailure?: Parameters<typeof createDeferred>[4]) {
  const clock = manualClock();
  const onEnd = vi.fn();
  const deferred = createDeferred<string>("setUserId", clock, limits, onEnd, describeFailure);
  deferred.promise.catch(() => undefined);
  return { clock, onEnd, ...deferred };
}

/** A signal that counts its listeners. */
function countedSignal() {
  const controller = new AbortController();
  const { signal } = controller;
  let listeners = 0;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
    listeners++;
    addEventListener.apply(signal, args);
  };
  signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
    listeners--;
    removeEventListener.apply(signal, args);
  };
  return { controller, signal, listeners: () => listeners };
}

describe("createDeferred", () => {
  test("has no deadline by default", () => {
    const { clock } = start();
    expect(clock.pendingTimers).toBe(0);
  });

  test("rejects at its deadline, with method and limit in the message", async () => {
    const { clock, promise, onEnd } = start({ timeoutMs: 5_000 });
    clock.advance(4_999);
    expect(onEnd).not.toHaveBeenCalled();
    clock.advance(1);
    expect(onEnd.mock.calls).toEqual([["requestTimeout"]]);
    const error = await rejectionOf(promise);
    expect(isGatewayError(error, "requestTimeout")).toBe(true);
    expect(error).toMatchObject({
      method: "setUserId",
      message: expect.stringMatching(/^setUserId: .*5000 ms/) as string,
      outcome: "notSent",
      retryable: true,
    });
  });

  test("rejects when its signal is aborted", async () => {
    const controller = new AbortController();
    const { promise, onEnd } = start({ signal: controller.signal });
    controller.abort();
    expect(await rejectionOf(promise)).toMatchObject({ kind: "aborted", method: "setUserId" });
    expect(onEnd.mock.calls).toEqual([["aborted"]]);
  });

  test("rejects with an aborted signal, once its owner has the promise", async () => {
    const { promise, onEnd } = start({ signal: AbortSignal.abort() });
    expect(onEnd).not.toHaveBeenCalled();
    expect(await rejectionOf(promise)).toMatchObject({ kind: "aborted" });
    expect(onEnd).toHaveBeenCalledTimes(1);
  });

  test.each<[string, (deferred: ReturnType<typeof start>) => void]>([
    ["resolved", ({ resolve }) => resolve("a")],
    ["rejected", ({ reject }) => reject(new Error("b"))],
    ["failed", ({ fail }) => fail({ kind: "notConnected" }, "gone")],
  ])(
    "settles once: after it is %s nothing else has an effect, and no timer or listener is left",
    async (_, end) => {
      const { controller, signal, listeners } = countedSignal();
      const deferred = start({ signal, timeoutMs: 5_000 });
      const first = vi.fn();
      deferred.promise.then(first, first);
      end(deferred);
      expect(deferred.clock.pendingTimers).toBe(0);
      expect(listeners()).toBe(0);
      deferred.resolve("late");
      deferred.reject(new Error("late"));
      deferred.fail({ kind: "gap" }, "late");
      controller.abort();
      deferred.clock.advance(10_000);
      await flushPromises();
      expect(deferred.onEnd).toHaveBeenCalledTimes(1);
      expect(first).toHaveBeenCalledTimes(1);
      expect(String(first.mock.calls[0]![0])).not.toContain("late");
    },
  );

  test("calls onEnd before the handlers of the promise", async () => {
    const { onEnd, resolve, promise } = start();
    const order: string[] = [];
    onEnd.mockImplementation(() => order.push("owner"));
    const notified = promise.then(() => order.push("caller"));
    resolve("a");
    expect(order).toEqual(["owner"]);
    await notified;
    expect(order).toEqual(["owner", "caller"]);
  });

  test("rejects with a foreign error unchanged", async () => {
    const { promise, reject } = start();
    const error = new Error("mine");
    reject(error);
    expect(await rejectionOf(promise)).toBe(error);
  });

  test("describes a failure by its kind, and the fields of the failure take precedence", async () => {
    const describeFailure = vi.fn(() => ({ outcome: "unknown", retryable: true }) as const);
    const late = start({ timeoutMs: 1 }, describeFailure);
    late.clock.advance(1);
    expect(await rejectionOf(late.promise)).toMatchObject({ outcome: "unknown", retryable: true });
    expect(describeFailure.mock.calls).toEqual([["requestTimeout"]]);
    const refused = start({}, describeFailure);
    refused.fail({ kind: "conflict", outcome: "refused", status: 409 }, "refused with 409");
    expect(await rejectionOf(refused.promise)).toMatchObject({
      kind: "conflict",
      outcome: "refused",
      status: 409,
      message: "setUserId: refused with 409",
    });
  });
});
