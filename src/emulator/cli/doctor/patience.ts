import type { DoctorGateway } from "./gateway.js";
import type { Wait } from "./probe.js";

/** Each moment is so many times the one before. */
const FACTORS: readonly number[] = [1 / 12, 1 / 3, 1];

/** Ascending, the last is the end; none where there is no time. */
export const momentsIn = (patienceMs: number): readonly number[] =>
  patienceMs > 0 ? FACTORS.map((factor) => Math.round(patienceMs * factor)) : [];

/** The most checks that {@link momentsIn} leads to. */
export const CHECKS = FACTORS.length;

/** Looks at each at its moments until all are settled or the last moment is over. */
export async function waitTogether(gateway: DoctorGateway, waits: readonly Wait[]): Promise<void> {
  const { clock } = gateway.target;
  const start = clock.now();
  const looks = waits
    .flatMap((wait) => wait.moments.map((momentMs) => ({ wait, momentMs })))
    .sort((one, other) => one.momentMs - other.momentMs);
  const settled = new Set<Wait>();
  for (const { wait, momentMs } of looks) {
    if (settled.has(wait)) continue;
    const leftMs = start + momentMs - clock.now();
    if (leftMs > 0) await gateway.wait(leftMs);
    try {
      await gateway.renew();
      if (await wait.check(momentMs)) settled.add(wait);
    } catch {
      gateway.target.signal.throwIfAborted();
      // What it leaves open is unclear.
      settled.add(wait);
    }
  }
}
