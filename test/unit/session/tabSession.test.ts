import { describe, expect, test } from "vitest";
import {
  TabSession,
  type PageSessionIds,
  type SessionStore,
} from "../../../src/session/tabSession.js";

/** sessionStorage of one tab. */
function fakeStore(content = new Map<string, string>()) {
  return {
    content,
    getItem: (key) => content.get(key) ?? null,
    setItem: (key, value) => void content.set(key, value),
    removeItem: (key) => void content.delete(key),
    /** Copies the storage, as a browser does when a tab is cloned. */
    clone: () => fakeStore(new Map(content)),
  } satisfies SessionStore & Record<string, unknown>;
}

let idCount = 0;
const newPage = (): PageSessionIds => ({ inUse: new Set() });
/** A client, by default in a page of its own. */
const start = (store: SessionStore | null | undefined, page = newPage()) =>
  new TabSession(
    () => store,
    () => `id-${++idCount}`,
    page,
  );

describe("the session ID of a tab", () => {
  test("is generated once, and is not in the storage while in use", () => {
    const store = fakeStore();
    const { id } = start(store);
    expect(id).toBe(`id-${idCount}`);
    expect(store.content.size).toBe(0);
  });

  test("is restored after a reload", () => {
    const store = fakeStore();
    const before = start(store);
    expect(before.id).toBe(`id-${idCount}`);
    before.restore();
    expect([...store.content.values()]).toEqual([before.id]);
    const after = start(store);
    expect(after.id).toBe(before.id);
    expect(store.content.size).toBe(0);
  });

  test("is not shared with a second client of the same page", () => {
    const store = fakeStore();
    expect(start(store).id).not.toBe(start(store).id);
  });

  test("is not shared with a second client of a page that is hidden", () => {
    const store = fakeStore();
    const page = newPage();
    const first = start(store, page);
    const { id } = first;
    first.restore();
    expect(start(store, page).id).not.toBe(id);
    first.release();
    expect(start(store, page).id).toBe(id);
  });

  test("is not lost by a client that is thrown away before it needs one", () => {
    const store = fakeStore();
    const before = start(store);
    const { id } = before;
    before.release();
    const page = newPage();
    start(store, page);
    expect(start(store, page).id).toBe(id);
  });

  test("is not lost when the page is left before a client needs one", () => {
    const store = fakeStore();
    const before = start(store);
    const { id } = before;
    before.release();
    const page = newPage();
    start(store, page);
    expect(start(store.clone()).id).not.toBe(id);
    page.onLeave!();
    expect(start(store).id).toBe(id);
  });

  test("is kept by a page that comes back from the back-forward cache", () => {
    const store = fakeStore();
    const page = newPage();
    const tab = start(store, page);
    const { id } = tab;
    tab.release();
    tab.claim();
    expect([tab.id, page.inUse.has(id), store.content.size]).toEqual([id, true, 0]);
  });

  test("is not shared with a clone of the tab, also after the tab was hidden and shown again", () => {
    const store = fakeStore();
    const first = start(store);
    const { id } = first;
    expect(start(store.clone()).id).not.toBe(id);
    first.restore();
    first.claim();
    expect(start(store.clone()).id).not.toBe(id);
  });

  test("is stored while the page is hidden and removed while it is shown, repeatedly", () => {
    const store = fakeStore();
    const tab = start(store);
    expect(tab.id).toBe(`id-${idCount}`);
    for (const _ of [1, 2]) {
      tab.restore();
      tab.restore();
      expect([...store.content.values()]).toEqual([tab.id]);
      tab.claim();
      tab.claim();
      expect(store.content.size).toBe(0);
    }
  });

  test("leaves other entries of the storage unchanged", () => {
    const store = fakeStore(new Map([["game", "save"]]));
    start(store).claim();
    expect(store.content.get("game")).toBe("save");
  });

  test.each([null, undefined])(
    "lasts as long as the client when there is no storage (%s)",
    (storage) => {
      const tab = start(storage);
      tab.restore();
      tab.claim();
      expect(tab.id).toBe(`id-${idCount}`);
    },
  );

  const broken = (names: readonly (keyof SessionStore)[]): SessionStore => {
    const store: SessionStore = fakeStore();
    for (const name of names) {
      store[name] = () => {
        throw new DOMException("The quota has been exceeded.", "QuotaExceededError");
      };
    }
    return store;
  };
  test.each<[string, () => SessionStore]>([
    [
      "cannot be opened",
      () => {
        throw new DOMException("The operation is insecure.", "SecurityError");
      },
    ],
    ["cannot be read", () => broken(["getItem"])],
    ["cannot be written", () => broken(["setItem"])],
    ["cannot be emptied", () => broken(["removeItem"])],
    ["always throws", () => broken(["getItem", "setItem", "removeItem"])],
  ])("lasts as long as the client when the storage %s", (_, open) => {
    const tab = new TabSession(open, () => "fresh", newPage());
    expect(tab.id).toBe("fresh");
    expect(() => {
      tab.restore();
      tab.claim();
    }).not.toThrow();
    expect(tab.id).toBe("fresh");
  });
});
