/** What is used of sessionStorage. */
export interface SessionStore {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

const KEY = "gs2-gateway.sessionId";

/**
 * The session ID of this tab. It is claimed from the storage while the client uses it, and restored
 * when the page is hidden or left: so a reload finds it, and a cloned tab, an iframe or a second
 * client makes its own.
 * @internal
 */
export class TabSession {
  readonly id: string;
  readonly #open: () => SessionStore | null | undefined;

  /**
   * @param open may throw, as may every use: storage can be missing, full or forbidden (private
   * windows, sandboxed frames). Then the ID lives as long as the client.
   */
  constructor(open: () => SessionStore | null | undefined, newId: () => string) {
    this.#open = open;
    this.id = this.#attempt((store) => store.getItem(KEY)) ?? newId();
    this.claim();
  }

  claim(): void {
    this.#attempt((store) => store.removeItem(KEY));
  }

  restore(): void {
    this.#attempt((store) => store.setItem(KEY, this.id));
  }

  #attempt<Result>(use: (store: SessionStore) => Result): Result | undefined {
    try {
      const store = this.#open();
      return store ? use(store) : undefined;
    } catch {
      return undefined;
    }
  }
}
