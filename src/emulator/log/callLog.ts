import type { GatewayErrorDetail, GatewayErrorKind } from "../../errors.js";
import { kindOfStatus } from "../../wire/failures.js";
import type { ApiRequest } from "../calls/handleCall.js";
import { RingBuffer } from "./ringBuffer.js";
import { redact } from "./redact.js";
import type { CallResult } from "../calls/result.js";

/** One call the emulator answered. */
export interface EmulatorCall {
  /** Unix time in milliseconds, by the emulator's clock. */
  readonly at: number;
  readonly transport: "rest" | "socket";
  /** `gateway`, `identifier`, or another service somebody called on the socket. */
  readonly service: string;
  readonly component: string;
  /** Name of the method, e.g. `setUserId`; `login` for the login. */
  readonly method: string;
  readonly namespaceName: string | undefined;
  /** The player it was about, where that became known. */
  readonly userId: string | undefined;
  /** The socket it came through. */
  readonly connectionId: string | undefined;
  readonly requestId: string | undefined;
  readonly status: number;
  readonly outcome: "ok" | GatewayErrorKind;
  readonly errors: readonly GatewayErrorDetail[];
  /** As given; secrets and tokens are `***`. */
  readonly params: Readonly<Record<string, unknown>>;
}

export function callOf(
  { transport, target, params, connectionId }: ApiRequest,
  requestId: string | undefined,
  { status, errors = [] }: CallResult,
  userId: string | undefined,
  at: number,
): EmulatorCall {
  const { service, component, function: method } = target;
  const named = params["namespaceName"];
  return {
    at,
    transport,
    service,
    component,
    method,
    namespaceName: typeof named === "string" ? named : undefined,
    userId,
    connectionId,
    requestId,
    status,
    outcome: status === 200 ? "ok" : kindOfStatus(status),
    errors,
    params: redact(params),
  };
}

export interface CallFilter {
  readonly method?: string | undefined;
  readonly userId?: string | undefined;
}

// Each takes about a kilobyte.
const KEPT = 3_000;

/** The last {@link KEPT} calls. */
export class CallLog {
  readonly #calls = new RingBuffer<EmulatorCall>(KEPT);

  add(call: EmulatorCall): void {
    this.#calls.add(call);
  }

  list({ method, userId }: CallFilter = {}): EmulatorCall[] {
    return this.#calls
      .list()
      .filter(
        (call) =>
          (method === undefined || call.method === method) &&
          (userId === undefined || call.userId === userId),
      );
  }

  clear(): void {
    this.#calls.clear();
  }
}
