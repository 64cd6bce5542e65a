import { describe, expect, it, test } from "vitest";
import {
  needsProvider,
  tokenRecordStore,
  storeReason,
  type RecordStorage,
  type StoredToken,
  type TokenRecord,
} from "../../../src/push/tokenRecord.js";

const DAY = 86_400_000;
const NOW = 1_000 * DAY;

const stored: StoredToken = {
  token: "token-1",
  namespaceName: "game-0001",
  userId: "alice",
  at: NOW,
  endpoint: "https://push.test/1",
  checkedAt: NOW,
};
const record: TokenRecord = { vapidKey: "key-1", stored };
const player = { namespaceName: "game-0001", userId: "alice" };
const wanted = { token: "token-1", vapidKey: "key-1", player };

describe("storeReason", () => {
  const cases: [why: string, record: TokenRecord | undefined, changed: object, after: number][] = [
    ["first", undefined, {}, 0],
    ["first", { vapidKey: "key-1" }, {}, 0],
    ["token", record, { token: "token-2" }, 0],
    ["player", record, { player: { ...player, userId: "bob" } }, 0],
    ["player", record, { player: { ...player, namespaceName: "game-0002" } }, 0],
    ["player", record, { player: undefined }, 0],
    ["vapidKey", record, { vapidKey: "key-2" }, 0],
    ["age", record, {}, 30 * DAY + 1],
    // The clock was wrong when the record was written.
    ["age", record, {}, -2 * DAY],
  ];
  it.each(cases)("is %s", (why, before, changed, after) => {
    expect(storeReason(before, { ...wanted, ...changed }, NOW + after)).toBe(why);
  });

  it.each([0, DAY, 30 * DAY, -60_000])("is undefined for the same token after %d ms", (after) => {
    expect(storeReason(record, wanted, NOW + after)).toBeUndefined();
  });

  it("is undefined after the change was stored", () => {
    const later = NOW + 31 * DAY;
    const next = { token: "token-2", vapidKey: "key-2", player: { ...player, userId: "bob" } };
    expect(storeReason(record, next, later)).toBeDefined();
    const after = {
      vapidKey: next.vapidKey,
      stored: { ...stored, token: next.token, ...next.player, at: later },
    };
    expect(storeReason(after, next, later)).toBeUndefined();
  });
});

describe("needsProvider is true", () => {
  test.each<[string, TokenRecord | undefined, string, string | undefined, number]>([
    ["without a record", undefined, "key-1", stored.endpoint, 0],
    ["before anything was stored", { vapidKey: "key-1" }, "key-1", stored.endpoint, 0],
    ["with another VAPID key", record, "key-2", stored.endpoint, 0],
    ["after the browser changed its subscription", record, "key-1", "https://push.test/2", 0],
    ["after the subscription is gone", record, "key-1", undefined, 0],
    ["once a day", record, "key-1", stored.endpoint, DAY + 1],
  ])("%s", (_, before, vapidKey, endpoint, after) => {
    expect(needsProvider(before, vapidKey, endpoint, NOW + after)).toBe(true);
  });

  it("is false on later starts of the same day", () => {
    expect(needsProvider(record, "key-1", stored.endpoint, NOW + DAY)).toBe(false);
  });
});

describe("a token record", () => {
  function memory() {
    const kept = new Map<string, string>();
    const storage: RecordStorage = {
      getItem: (name) => kept.get(name) ?? null,
      setItem: (name, value) => void kept.set(name, value),
      removeItem: (name) => void kept.delete(name),
    };
    return { kept, storage };
  }

  /** The record that is read when the storage holds this text. */
  function readFrom(text: string | null): TokenRecord | undefined {
    return tokenRecordStore(() => ({ ...memory().storage, getItem: () => text })).read();
  }

  it("is read by the next page, until it is removed", () => {
    const { kept, storage } = memory();
    tokenRecordStore(() => storage).write(record);
    const next = tokenRecordStore(() => storage);
    expect(next.read()).toEqual(record);
    next.write(undefined);
    expect([next.read(), kept.size]).toEqual([undefined, 0]);
  });

  it.each<[string, () => RecordStorage | undefined]>([
    ["is missing", () => undefined],
    [
      "is forbidden",
      () => {
        throw new Error("SecurityError");
      },
    ],
    [
      "is full",
      () => ({
        ...memory().storage,
        setItem() {
          throw new Error("QuotaExceededError");
        },
      }),
    ],
  ])("lasts as long as the page when the storage %s", (_, storage) => {
    const records = tokenRecordStore(storage);
    expect(records.read()).toBeUndefined();
    records.write(record);
    expect(records.read()).toEqual(record);
    records.write(undefined);
    expect(records.read()).toBeUndefined();
  });

  it.each([null, "", "no JSON", "null", "[]", "{}", '{"vapidKey":7}'])(
    "is undefined when the storage contains %s",
    (text) => {
      expect(readFrom(text)).toBeUndefined();
    },
  );

  it("has no token when the stored one is incomplete", () => {
    const half = JSON.stringify({ vapidKey: "key-1", stored: { ...stored, at: "yesterday" } });
    expect(readFrom(half)).toEqual({ vapidKey: "key-1" });
  });
});
