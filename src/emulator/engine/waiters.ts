import { GatewayError } from "../../errors.js";

const MAX_WAITS = 1_000;

/** Promises that resolve when a predicate holds. It is checked after each change of the store. */
export class Waiters {
  readonly #checks = new Set<() => void>();
  readonly #watchers = new Set<() => void>();
  readonly #aborts = new WeakMap<AbortSignal, Set<() => void>>();

  /** Called after each change. */
  notifyAll(): void {
    for (const check of [...this.#watchers, ...this.#checks]) check();
  }

  /** Calls `check` after each change. Returns a function that ends it. */
  watch(check: () => void): () => void {
    this.#watchers.add(check);
    return () => this.#watchers.delete(check);
  }

  /**
   * Calls `predicate` now and after each change, until it returns a value. Rejects with
   * `requestTimeout` after `timeoutMs` of real time, and with `aborted` once `stopped` is aborted;
   * both messages contain the text of `describeTimeout`. At most {@link MAX_WAITS} at a time:
   * another one rejects with `quotaLimitExceeded`.
   */
  waitFor<T>(
    predicate: () => T | undefined,
    timeoutMs: number,
    describeTimeout: () => string,
    stopped: AbortSignal,
  ): Promise<T> {
    if (this.#checks.size >= MAX_WAITS) {
      const message = `${MAX_WAITS.toLocaleString("en")} waits are pending already.`;
      return Promise.reject(new GatewayError({ kind: "quotaLimitExceeded", message }));
    }
    const aborts = this.#abortsOf(stopped);
    return new Promise((resolve, reject) => {
      const end = (settle: () => void) => {
        this.#checks.delete(check);
        clearTimeout(timer);
        aborts.delete(abort);
        settle();
      };
      const check = () => {
        const value = predicate();
        if (value !== undefined) end(() => resolve(value));
      };
      const fail = (kind: "requestTimeout" | "aborted", message: string) =>
        end(() => reject(new GatewayError({ kind, message })));
      const abort = () => fail("aborted", `The emulator was stopped. ${describeTimeout()}`);
      const timer = setTimeout(() => fail("requestTimeout", describeTimeout()), timeoutMs);
      aborts.add(abort);
      this.#checks.add(check);
      if (stopped.aborted) abort();
      else check();
    });
  }

  /** What to call when it is aborted, by one listener: Node warns of a signal with more than ten. */
  #abortsOf(signal: AbortSignal): Set<() => void> {
    const known = this.#aborts.get(signal);
    if (known) return known;
    const aborts = new Set<() => void>();
    signal.addEventListener("abort", () => {
      for (const abort of [...aborts]) abort();
    });
    this.#aborts.set(signal, aborts);
    return aborts;
  }
}
