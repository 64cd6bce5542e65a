import type { GatewayClient } from "../client/client.js";
import { checkTime } from "../core/deferred.js";
import { internalsOf, type FrameObserver } from "../core/internals.js";
import { describeError } from "../core/reporter.js";
import { invalidArgument } from "../errors.js";
import { CallTimes } from "./callTimes.js";
import type { Emit, Measure } from "./measures.js";
import { Outages } from "./outages.js";

export interface MeasureOptions {
  /**
   * After this time without a reply a call is measured as `requestTimeout`, in milliseconds: that of
   * the client's option of the same name. Default 10,000.
   */
  callTimeoutMs?: number | undefined;
}

const CALL_TIMEOUT_MS = 10_000;

/**
 * Calls the handler with each duration of a client from now on: for metrics. It looks at the frames
 * of the client from outside, so that a game without metrics downloads nothing of it; a call that
 * the client sends twice, after a 401 or a lost connection, is measured twice, and the time a call
 * waits before it is sent is not measured. What the handler throws is reported as `handlerThrew`.
 *
 * Throws a GatewayError of kind `invalidArgument` for what is no GatewayClient.
 *
 * @returns ends it; so does `dispose()` of the client
 */
export function onMeasure(
  gateway: GatewayClient,
  handler: (measure: Measure) => void,
  { callTimeoutMs = CALL_TIMEOUT_MS }: MeasureOptions = {},
): () => void {
  const internals = internalsOf(gateway);
  if (!internals) throw invalidArgument("onMeasure", "gateway", "must be a GatewayClient");
  if (typeof handler !== "function") {
    throw invalidArgument("onMeasure", "handler", "must be a function");
  }
  checkTime("onMeasure", "callTimeoutMs", callTimeoutMs);
  const { connection, report } = internals;
  const emit: Emit = (name, startedAt, outcome, method) => {
    const durationMs = Math.max(0, Math.round(performance.now() - startedAt));
    try {
      handler({ name, durationMs, outcome, method });
    } catch (error) {
      report("error", "handlerThrew", describeError(error), { error });
    }
  };
  const calls = new CallTimes(emit, callTimeoutMs);
  const outages = new Outages(emit, gateway.connection);
  const observe: FrameObserver = (data, direction) => {
    const text = typeof data === "string" ? data : "";
    const { generation } = connection.state;
    if (direction === "out") return calls.sent(text, generation);
    outages.frameReceived();
    calls.received(text, generation);
  };
  connection.frameObservers.add(observe);
  const undos = [
    gateway.lifecycle.on("status", (now, before) => {
      calls.settleLost(connection.state.generation, now.reason === "probeFailed");
      outages.changed(now, before);
    }),
    internals.onDispose(() => stop()),
    () => connection.frameObservers.delete(observe),
    () => calls.stop(),
  ];
  const stop = (): void => {
    for (const undo of undos) undo();
  };
  return stop;
}
