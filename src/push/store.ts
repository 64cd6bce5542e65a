import type { ClickMessage } from "./protocol.js";

/** What page and worker leave for each other, in the Cache Storage both can see; where there is none, nothing is kept. */
export interface PushStore {
  readonly put: (name: string, value: unknown) => Promise<void>;
  readonly get: (name: string) => Promise<unknown>;
  /** Only one of those who ask for it at once gets it. */
  readonly take: (name: string) => Promise<unknown>;
}

const CACHE = "gs2-gateway.push";

/** @param scope of the worker, so that two games of one site do not meet */
export function pushStore(caches: () => CacheStorage | undefined, scope: () => string): PushStore {
  const within = async <T>(run: (cache: Cache) => Promise<T>): Promise<T | undefined> => {
    try {
      const cache = await caches()?.open(CACHE);
      return cache && (await run(cache));
    } catch {
      return undefined;
    }
  };
  const place = (name: string): string => new URL(`gs2-gateway.push/${name}`, scope()).href;
  const read = async (cache: Cache, name: string): Promise<unknown> => {
    const found = await cache.match(place(name));
    return found && ((await found.json()) as unknown);
  };
  return {
    async put(name, value) {
      await within((cache) => cache.put(place(name), Response.json(value)));
    },
    get: (name) => within((cache) => read(cache, name)),
    take: (name) =>
      within(async (cache) => {
        const value = await read(cache, name);
        // Deleting tells whether it was still there.
        return (await cache.delete(place(name))) ? value : undefined;
      }),
  };
}

/** A click nobody came for is old news by then. */
const LONGEST_KEPT_MS = 300_000;

interface KeptClick {
  readonly click: ClickMessage;
  readonly at: number;
}

export const keepClick = (store: PushStore, click: ClickMessage, now: number): Promise<void> =>
  store.put("click", { click, at: now } satisfies KeptClick);

/** The click that opened the game, once. */
export async function takeClick(store: PushStore, now: number): Promise<ClickMessage | undefined> {
  const kept = (await store.take("click")) as KeptClick | undefined;
  return kept && now - kept.at <= LONGEST_KEPT_MS ? kept.click : undefined;
}
