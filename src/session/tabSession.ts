/** What we use of sessionStorage. */
export interface SessionStore {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** @internal */
export interface TabSession {
  readonly id: string;
  readonly claim: () => void;
  readonly restore: () => void;
}

const KEY = "gs2-gateway.sessionId";

/**
 * The session ID of this tab. It is taken out of the storage while somebody uses it, and put back when the page is hidden or left: so a
 * reload finds it, and a cloned tab, an iframe or a second client makes its own.
 *
 * @param open may throw, as may every use: storage can be missing, full or forbidden (private windows, sandboxed frames). Then the ID lives as long
 * as the client
 */
export function createTabSession(
  open: () => SessionStore | null | undefined,
  newId: () => string,
): TabSession {
  const attempt = <Answer>(use: (store: SessionStore) => Answer): Answer | undefined => {
    try {
      const store = open();
      return store ? use(store) : undefined;
    } catch {
      return undefined;
    }
  };
  const claim = (): void => attempt((store) => store.removeItem(KEY));
  const id = attempt((store) => store.getItem(KEY)) ?? newId();
  claim();
  return { id, claim, restore: () => attempt((store) => store.setItem(KEY, id)) };
}
