/** Stored between page loads. It exists while the player wants push. */
export interface TokenRecord {
  readonly vapidKey: string;
  /** The token GS2 has; undefined before the first one is stored. */
  readonly stored?: StoredToken | undefined;
}

export interface StoredToken {
  readonly token: string;
  readonly namespaceName: string;
  readonly userId: string;
  /** Unix time in milliseconds. */
  readonly at: number;
  /** Address of the browser's subscription that the token belongs to. */
  readonly endpoint: string | undefined;
  /** When the provider last confirmed the token, Unix time in milliseconds. */
  readonly checkedAt: number;
}

export interface Player {
  readonly namespaceName: string;
  readonly userId: string;
}

const DAY_MS = 86_400_000;
/** Firebase recommends to treat a token as stale that was not refreshed for a month. */
const LONGEST_STORED_MS = 30 * DAY_MS;
const LONGEST_UNCHECKED_MS = DAY_MS;

/** A time far in the future counts as old: the clock was wrong when the record was written. */
const isOlder = (at: number, thanMs: number, now: number): boolean =>
  now - at > thanMs || at - now > DAY_MS;

/**
 * Whether the provider must be asked for the token: none is stored, the VAPID key or the browser's
 * subscription has changed, or a day has passed. Otherwise a page load sends no request and loads
 * no Firebase.
 */
export function needsProvider(
  record: TokenRecord | undefined,
  vapidKey: string,
  endpoint: string | undefined,
  now: number,
): boolean {
  const stored = record?.stored;
  return (
    stored === undefined ||
    record?.vapidKey !== vapidKey ||
    stored.endpoint !== endpoint ||
    isOlder(stored.checkedAt, LONGEST_UNCHECKED_MS, now)
  );
}

/** Why the token must be stored at GS2; undefined when GS2 has it. */
export function storeReason(
  record: TokenRecord | undefined,
  current: {
    readonly token: string;
    readonly vapidKey: string;
    readonly player?: Player | undefined;
  },
  now: number,
): "first" | "token" | "player" | "vapidKey" | "age" | undefined {
  const stored = record?.stored;
  if (!stored) return "first";
  if (stored.token !== current.token) return "token";
  const { player } = current;
  if (stored.userId !== player?.userId || stored.namespaceName !== player.namespaceName) {
    return "player";
  }
  if (record.vapidKey !== current.vapidKey) return "vapidKey";
  return isOlder(stored.at, LONGEST_STORED_MS, now) ? "age" : undefined;
}

const NAME = "gs2-gateway.push";

/** The part of localStorage that is used. */
export type RecordStorage = Pick<Storage, "getItem" | "setItem" | "removeItem">;

export interface TokenRecordStore {
  readonly read: () => TokenRecord | undefined;
  readonly write: (record: TokenRecord | undefined) => void;
}

/** @param storage may be missing, full or forbidden: then the record lasts as long as the page */
export function tokenRecordStore(storage: () => RecordStorage | undefined): TokenRecordStore {
  let inMemory: TokenRecord | undefined;
  let inStorage = true;
  return {
    read() {
      if (!inStorage) return inMemory;
      try {
        return parseRecord(storage()?.getItem(NAME) ?? null);
      } catch {
        return inMemory;
      }
    },
    write(record) {
      inMemory = record;
      try {
        const target = storage();
        inStorage = target !== undefined;
        if (record) target?.setItem(NAME, JSON.stringify(record));
        else target?.removeItem(NAME);
      } catch {
        inStorage = false;
      }
    },
  };
}

/** Other code may have written to the storage: text that is no record counts as none. */
function parseRecord(text: string | null): TokenRecord | undefined {
  if (text === null) return undefined;
  let value: Partial<TokenRecord> | null;
  try {
    value = JSON.parse(text) as Partial<TokenRecord> | null;
  } catch {
    return undefined;
  }
  if (typeof value?.vapidKey !== "string") return undefined;
  const { vapidKey, stored } = value;
  const isComplete =
    stored !== undefined &&
    [stored.token, stored.userId, stored.namespaceName].every((one) => typeof one === "string") &&
    [stored.at, stored.checkedAt].every((one) => typeof one === "number");
  return { vapidKey, ...(isComplete && { stored }) };
}
