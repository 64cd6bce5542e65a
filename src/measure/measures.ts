import type { GatewayErrorKind } from "../errors.js";

/** `ok`, or the kind of the error, as a GatewayError has it. */
export type MeasureOutcome = "ok" | GatewayErrorKind;

/**
 * One duration of a client. All fields but `durationMs` have few values, as labels of metrics must;
 * none has an ID, a token or a text of a player.
 */
export interface Measure {
  /**
   * `call`: from a frame sent to its reply, the login and each bind included. `probe`: the same for
   * a call that only asks for a sign of life, which any reply is; those of Node are ping frames,
   * and are not measured. `connect`: from the first attempt to the login. `reconnect`: from the
   * loss of the connection to the login. `gap`: for each binding, from the last frame before the
   * loss until it is bound again; notifications of that time are lost.
   */
  readonly name: "call" | "probe" | "connect" | "reconnect" | "gap";
  /** A whole number of milliseconds, by a monotonic clock. */
  readonly durationMs: number;
  /**
   * `requestTimeout`: no reply came in time. `notConnected`: the connection was lost before.
   * `aborted`: the game disconnected, or released the slot.
   */
  readonly outcome: MeasureOutcome;
  /** Of `call` and `probe`: `service.component.function`. */
  readonly method: string | undefined;
}

/** Takes what is measured, without the time it took. @internal */
export type Emit = (
  name: Measure["name"],
  startedAt: number,
  outcome: MeasureOutcome,
  method?: string,
) => void;
