import type { DoctorGateway } from "./gateway.js";
import { row, type DoctorRow } from "./rows.js";
import type { DoctorSocket } from "./socket.js";

export interface WatchOptions {
  readonly watchMs: number;
  /** Between two pings of the socket that stays active. */
  readonly pingMs: number;
  /** Milliseconds, from any time. */
  readonly now: () => number;
}

/**
 * Watches two sockets, one that is silent and one that pings, until both are closed by the gateway
 * or the time is over. No call is made.
 */
export async function watchSockets(
  gateway: DoctorGateway,
  { watchMs, pingMs, now }: WatchOptions,
): Promise<DoctorRow[]> {
  const [silent, active] = [await gateway.open(), await gateway.open()];
  const start = now();
  const pinging = setInterval(() => active.ping(), pingMs);
  const lifeOf = async (socket: DoctorSocket) =>
    (await socket.closed(watchMs)) === undefined ? undefined : now() - start;
  try {
    const [silentMs, activeMs] = await Promise.all([lifeOf(silent), lifeOf(active)]);
    // Closed together, the silent one was not closed for its silence.
    const areTogether =
      silentMs !== undefined && activeMs !== undefined && silentMs > activeMs * 0.95;
    return [
      row(
        "idleTimeoutMs",
        areTogether ? undefined : inTwoDigits(silentMs),
        `a silent socket without a login ${inWords(silentMs, watchMs)}`,
      ),
      row("lifetimeMs", inTwoDigits(activeMs), `one that pings ${inWords(activeMs, watchMs)}`),
    ];
  } finally {
    clearInterval(pinging);
  }
}

/** A close is noticed a little later than it is due. */
const inTwoDigits = (ms: number | undefined): number | undefined =>
  ms === undefined ? undefined : Number(ms.toPrecision(2));

const inWords = (ms: number | undefined, watchMs: number): string =>
  ms === undefined
    ? `is open after ${watchMs.toLocaleString("en")} ms`
    : `is closed after ${Math.round(ms).toLocaleString("en")} ms`;
