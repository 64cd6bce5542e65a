import { kindOfStatus } from "../wire/failures.js";
import { describeFrame, methodName } from "../wire/frameLog.js";
import { describeWebSocketSessions, getServiceVersion } from "../wire/methods.js";
import type { Emit, MeasureOutcome } from "./measures.js";

interface SentCall {
  readonly name: "call" | "probe";
  readonly method: string;
  readonly generation: number;
  readonly sentAt: number;
}

const methodOf = ({ component, name }: { component: string; name: string }): string =>
  methodName({ service: "gateway", component, function: name });

const describeSessions = methodOf(describeWebSocketSessions);
const serviceVersion = methodOf(getServiceVersion);

/** The client probes with the sessions of a held binding, one a page, else with the version. */
const isProbe = (method: string, { limit, pageToken }: Readonly<Record<string, unknown>>) =>
  method === serviceVersion || (method === describeSessions && limit === 1 && !pageToken);

/** Calls that wait for their reply; each is measured once. @internal */
export class CallTimes {
  readonly #calls = new Map<string, SentCall>();
  readonly #emit: Emit;
  readonly #timeoutMs: number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(emit: Emit, timeoutMs: number) {
    this.#emit = emit;
    this.#timeoutMs = timeoutMs;
  }

  sent(text: string, generation: number): void {
    const { method, requestId, frame } = describeFrame(text, true);
    if (!method || !requestId || !frame) return;
    const name = isProbe(method, frame) ? "probe" : "call";
    this.#calls.set(`${generation} ${requestId}`, {
      name,
      method,
      generation,
      sentAt: performance.now(),
    });
    this.#setTimer();
  }

  received(text: string, generation: number): void {
    if (this.#calls.size === 0) return;
    const { type, requestId, status } = describeFrame(text, false);
    const key = `${generation} ${requestId ?? ""}`;
    const call = type === "reply" ? this.#calls.get(key) : undefined;
    if (!call) return;
    const isOk = status === 200 || call.name === "probe";
    this.#settle(key, call, isOk ? "ok" : kindOfStatus(status ?? NaN));
  }

  /** @param current number of the socket whose calls still wait; undefined: there is none */
  settleLost(current: number | undefined, probeFailed: boolean): void {
    for (const [key, call] of this.#calls) {
      if (call.generation === current) continue;
      const isUnanswered = probeFailed && call.name === "probe";
      this.#settle(key, call, isUnanswered ? "requestTimeout" : "notConnected");
    }
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#calls.clear();
  }

  #settle(key: string, { name, sentAt, method }: SentCall, outcome: MeasureOutcome): void {
    this.#calls.delete(key);
    this.#emit(name, sentAt, outcome, method);
  }

  /** For the oldest call: all have the same time. */
  #setTimer(): void {
    const [oldest] = this.#calls.values();
    if (!oldest || this.#timer !== undefined) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        const before = performance.now() - this.#timeoutMs;
        for (const [key, call] of this.#calls) {
          if (call.sentAt <= before) this.#settle(key, call, "requestTimeout");
        }
        this.#setTimer();
      },
      Math.max(1, oldest.sentAt + this.#timeoutMs - performance.now()),
    );
    // In Node a measurement keeps no process alive.
    (this.#timer as { unref?: () => void }).unref?.();
  }
}
