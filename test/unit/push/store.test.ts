import { afterEach, describe, expect, it, vi } from "vitest";
import { pushStore, storeClick, takeClick } from "../../../src/push/store.js";

/** The Cache Storage of one page, in memory. */
function memoryCaches(): CacheStorage {
  const stored = new Map<string, Response>();
  const cache = {
    put: async (url: string, response: Response) => void stored.set(url, response),
    match: async (url: string) => stored.get(url),
    delete: async (url: string) => stored.delete(url),
  };
  return { open: async () => cache } as unknown as CacheStorage;
}

const storeIn = (caches: CacheStorage | undefined) =>
  pushStore(
    () => caches,
    () => "https://game.test/",
  );

const click = { key: "Gs2Mission:Complete", payload: { taskName: "one" } };

afterEach(() => vi.restoreAllMocks());

describe("the stored click", () => {
  it("is taken once", async () => {
    const own = storeIn(memoryCaches());
    await storeClick(own, click as never, 1_000);
    expect(await takeClick(own, 2_000)).toEqual(click);
    expect(await takeClick(own, 2_000)).toBeUndefined();
  });

  it("is kept by a browser without Response.json, as Safari 16", async () => {
    vi.spyOn(Response, "json").mockImplementation(() => {
      throw new TypeError("Response.json is not a function");
    });
    const own = storeIn(memoryCaches());
    await storeClick(own, click as never, 1_000);
    expect(await takeClick(own, 2_000)).toEqual(click);
  });

  it("is lost without an error where there is no Cache Storage", async () => {
    const own = storeIn(undefined);
    await storeClick(own, click as never, 1_000);
    expect(await takeClick(own, 2_000)).toBeUndefined();
  });
});
