import { GatewayError } from "../../errors.js";

/** Those who wait for something to become true. Whoever changes something tells them. */
export class Waiters {
  readonly #all = new Set<() => void>();

  /** Something has changed. */
  notifyAll(): void {
    for (const watch of [...this.#all]) watch();
  }

  /**
   * Calls `look` now and after every change, until it answers something. Rejects with `requestTimeout` after `timeoutMs` of real time, and
   * with `aborted` once `stopped` is aborted; both say what `sayWhat` says then.
   */
  waitFor<T>(
    look: () => T | undefined,
    timeoutMs: number,
    sayWhat: () => string,
    stopped: AbortSignal,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void) => {
        this.#all.delete(watch);
        clearTimeout(timer);
        stopped.removeEventListener("abort", abort);
        settle();
      };
      const watch = () => {
        const found = look();
        if (found !== undefined) end(() => resolve(found));
      };
      const fail = (kind: "requestTimeout" | "aborted", message: string) =>
        end(() => reject(new GatewayError({ kind, message })));
      const abort = () => fail("aborted", `The emulator was stopped. ${sayWhat()}`);
      const timer = setTimeout(() => fail("requestTimeout", sayWhat()), timeoutMs);
      stopped.addEventListener("abort", abort);
      this.#all.add(watch);
      if (stopped.aborted) abort();
      else watch();
    });
  }
}
