import { Device } from "./device.js";
import type { ScheduledTask, VirtualTime } from "./virtualTime.js";

/**
 * Replaces the host's timers by virtual ones for code that does not use the client's clock:
 * reconnecting-websocket, `socket.ts`, and the timeout of a fetch. A timer belongs to the page
 * whose task is running.
 *
 * @returns restores the host's timers
 */
export function installHostTimers(time: VirtualTime): () => void {
  const { setTimeout, clearTimeout } = globalThis;
  const { timeout } = AbortSignal;
  const after = (run: () => void, ms: number): unknown =>
    time.current instanceof Device
      ? time.current.clock.setTimer(run, ms)
      : time.after(ms, run, time.current);
  Object.assign(globalThis, {
    setTimeout: (run: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) =>
      after(() => run(...args), ms),
    clearTimeout(timer: ScheduledTask | undefined) {
      if (!timer) return;
      if (time.current instanceof Device) time.current.clock.clearTimer(timer);
      timer.cancelled = true;
    },
  });
  // Such a timer is never cleared, so it must not count among the timers of the page.
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
