/** What is used of sessionStorage. */
export interface SessionStore {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

const KEY = "gs2-gateway.sessionId";

/**
 * The session IDs of a page: its clients share one storage.
 * @internal
 */
export interface PageSessionIds {
  readonly inUse: Set<string>;
  /** Taken out of the storage, and not needed by a client yet. */
  spare?: string | undefined;
  /** Called when the page is left. */
  onLeave?: (() => void) | undefined;
}

/**
 * The session ID of this tab. It is taken out of the storage while the page is used, and restored
 * when the page is hidden or left: so a reload finds it, and a cloned tab, an iframe or a second
 * client makes its own. A client uses it from the first time it needs one: one that is thrown away
 * before leaves it to the next.
 * @internal
 */
export class TabSession {
  readonly #open: () => SessionStore | null | undefined;
  readonly #newId: () => string;
  readonly #page: PageSessionIds;
  #id: string | undefined;

  /**
   * @param open may throw, as may every use: storage can be missing, full or forbidden (private
   * windows, sandboxed frames). Then the ID lives as long as the client.
   */
  constructor(
    open: () => SessionStore | null | undefined,
    newId: () => string,
    page: PageSessionIds,
  ) {
    this.#open = open;
    this.#newId = newId;
    this.#page = page;
    const stored = this.#attempt((store) => store.getItem(KEY));
    if (!stored || page.inUse.has(stored)) return;
    page.spare = stored;
    page.onLeave = () => this.restore();
    this.#remove();
  }

  get id(): string {
    if (this.#id === undefined) {
      this.#id = this.#page.spare ?? this.#newId();
      this.#page.spare = undefined;
      this.#page.inUse.add(this.#id);
    }
    return this.#id;
  }

  /** The page is shown again. */
  claim(): void {
    if (this.#id !== undefined) this.#page.inUse.add(this.#id);
    this.#remove();
  }

  /** The page is hidden, and may end without another event. */
  restore(): void {
    const id = this.#id ?? this.#page.spare;
    if (id !== undefined) this.#attempt((store) => store.setItem(KEY, id));
  }

  /** The page is left, or the client disposed: another client may use it. */
  release(): void {
    this.restore();
    if (this.#id !== undefined) this.#page.inUse.delete(this.#id);
  }

  #remove(): void {
    this.#attempt((store) => store.removeItem(KEY));
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
