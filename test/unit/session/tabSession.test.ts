import { describe, expect, test } from "vitest";
import { TabSession, type SessionStore } from "../../../src/session/tabSession.js";

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
const start = (store: SessionStore | null | undefined) =>
  new TabSession(
    () => store,
    () => `id-${++idCount}`,
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

  test("is not shared with a clone of the tab, also after the tab was hidden and shown again", () => {
    const store = fakeStore();
    const first = start(store);
    expect(start(store.clone()).id).not.toBe(first.id);
    first.restore();
    first.claim();
    expect(start(store.clone()).id).not.toBe(first.id);
  });

  test("is stored while the page is hidden and removed while it is shown, repeatedly", () => {
    const store = fakeStore();
    const tab = start(store);
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
    const tab = new TabSession(open, () => "fresh");
    expect(tab.id).toBe("fresh");
    expect(() => {
      tab.restore();
      tab.claim();
    }).not.toThrow();
    expect(tab.id).toBe("fresh");
  });
});
