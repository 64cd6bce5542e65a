import type { ClickMessage } from "./protocol.js";

/**
 * Values that page and worker share, in the Cache Storage. Where that is missing, nothing is
 * stored.
 */
export interface PushStore {
  readonly put: (name: string, value: unknown) => Promise<void>;
  readonly get: (name: string) => Promise<unknown>;
  /** Reads and deletes. Of several calls at the same time, one gets the value. */
  readonly take: (name: string) => Promise<unknown>;
}

const CACHE = "gs2-gateway.push";

/** @param scope of the worker, so that two games of one site have separate values */
export function pushStore(caches: () => CacheStorage | undefined, scope: () => string): PushStore {
  const withCache = async <T>(run: (cache: Cache) => Promise<T>): Promise<T | undefined> => {
    try {
      const cache = await caches()?.open(CACHE);
      return cache && (await run(cache));
    } catch {
      return undefined;
    }
  };
  const addressOf = (name: string): string => new URL(`gs2-gateway.push/${name}`, scope()).href;
  const read = async (cache: Cache, name: string): Promise<unknown> => {
    const found = await cache.match(addressOf(name));
    return found && ((await found.json()) as unknown);
  };
  return {
    async put(name, value) {
      // Response.json is missing before Safari 17, Chrome 105, Firefox 115.
      await withCache((cache) => cache.put(addressOf(name), new Response(JSON.stringify(value))));
    },
    get: (name) => withCache((cache) => read(cache, name)),
    take: (name) =>
      withCache(async (cache) => {
        const value = await read(cache, name);
        // delete resolves with true for one caller only.
        return (await cache.delete(addressOf(name))) ? value : undefined;
      }),
  };
}

/** An older click is not passed to the game. */
const LONGEST_STORED_MS = 300_000;

interface StoredClick {
  readonly click: ClickMessage;
  readonly at: number;
}

export const storeClick = (store: PushStore, click: ClickMessage, now: number): Promise<void> =>
  store.put("click", { click, at: now } satisfies StoredClick);

/** The click that opened the game; undefined after the first call. */
export async function takeClick(store: PushStore, now: number): Promise<ClickMessage | undefined> {
  const stored = (await store.take("click")) as StoredClick | undefined;
  return stored && now - stored.at <= LONGEST_STORED_MS ? stored.click : undefined;
}
