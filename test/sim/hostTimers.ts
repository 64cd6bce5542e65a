import { Device } from "./device.js";
import type { Happening, VirtualTime } from "./virtualTime.js";

/**
 * Puts the simulated time under what asks the host for timers and not the client's clock: reconnecting-websocket, socket.ts, and the limit of
 * a fetch. The timers are those of the page that is at work.
 *
 * @returns ends it
 */
export function hostTimers(time: VirtualTime): () => void {
  const { setTimeout, clearTimeout } = globalThis;
  const { timeout } = AbortSignal;
  const after = (run: () => void, ms: number): unknown =>
    time.current instanceof Device
      ? time.current.clock.setTimer(run, ms)
      : time.after(ms, run, time.current);
  Object.assign(globalThis, {
    setTimeout: (run: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) =>
      after(() => run(...args), ms),
    clearTimeout(timer: Happening | undefined) {
      if (!timer) return;
      if (time.current instanceof Device) time.current.clock.clearTimer(timer);
      timer.cancelled = true;
    },
  });
  // Never cleared by anybody, so it must not count among the timers of the page.
  AbortSignal.timeout = (ms) => {
    const controller = new AbortController();
    time.after(ms, () => controller.abort(), time.current);
    return controller.signal;
  };
  return () => {
    Object.assign(globalThis, { setTimeout, clearTimeout });
    AbortSignal.timeout = timeout;
  };
}
