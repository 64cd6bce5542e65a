import type { GatewayErrorDetail, GatewayErrorKind } from "../errors.js";
import { kindOfStatus } from "../wire/endings.js";
import { isObject } from "./fieldChecks.js";

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

export interface CallFilter {
  readonly method?: string | undefined;
  readonly userId?: string | undefined;
}

export const outcomeOfStatus = (status: number): EmulatorCall["outcome"] =>
  status === 200 ? "ok" : kindOfStatus(status);

const KEPT = 10_000;

/** The last {@link KEPT} calls. */
export class CallBook {
  readonly #calls: EmulatorCall[] = [];

  add(call: EmulatorCall): void {
    this.#calls.push(call);
    // Thinned in big steps: shifting on each call would move the whole list each time.
    if (this.#calls.length >= 2 * KEPT) this.#calls.splice(0, KEPT);
  }

  list({ method, userId }: CallFilter = {}): EmulatorCall[] {
    return this.#calls
      .slice(-KEPT)
      .filter(
        (call) =>
          (method === undefined || call.method === method) &&
          (userId === undefined || call.userId === userId),
      );
  }

  clear(): void {
    this.#calls.length = 0;
  }
}

const SECRET = /token$|secret$|^authorization$/i;

/** The same values with every secret and token masked, at any depth. A page token is neither. */
export function masked(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      SECRET.test(name) && name !== "pageToken" && value !== null
        ? "***"
        : isObject(value)
          ? masked(value)
          : value,
    ]),
  );
}
