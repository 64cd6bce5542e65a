/** What is remembered between two starts. Its being there says that the player wants push. */
export interface TokenRecord {
  readonly vapidKey: string;
  /** What GS2 has been given, and for whom; undefined until it has. */
  readonly stored?: StoredToken | undefined;
}

export interface StoredToken {
  readonly token: string;
  readonly namespaceName: string;
  readonly userId: string;
  /** Unix time in milliseconds. */
  readonly at: number;
  /** Address of the browser's subscription the token stands for. */
  readonly endpoint: string | undefined;
  /** When the provider was last asked whether the token still holds, Unix time in milliseconds. */
  readonly checkedAt: number;
}

export interface Player {
  readonly namespaceName: string;
  readonly userId: string;
}

const DAY_MS = 86_400_000;
/** Firebase's own advice: a token that was not refreshed for a month counts as stale. */
const LONGEST_STORED_MS = 30 * DAY_MS;
const LONGEST_UNCHECKED_MS = DAY_MS;

/** A clock that was put back must not make a record young for years. */
const older = (at: number, thanMs: number, now: number): boolean =>
  now - at > thanMs || at - now > DAY_MS;

/**
 * Whether the provider has to be asked for the token: it is not known, the browser's subscription is another than then, the VAPID key is,
 * or a day has gone by. Otherwise a start costs no request and no Firebase.
 */
export function asksProvider(
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
    older(stored.checkedAt, LONGEST_UNCHECKED_MS, now)
  );
}

/** Why GS2 has to be told, or undefined: it knows. */
export function whyStore(
  record: TokenRecord | undefined,
  wanted: {
    readonly token: string;
    readonly vapidKey: string;
    readonly player?: Player | undefined;
  },
  now: number,
): "first" | "token" | "player" | "vapidKey" | "age" | undefined {
  const stored = record?.stored;
  if (!stored) return "first";
  if (stored.token !== wanted.token) return "token";
  const { player } = wanted;
  if (stored.userId !== player?.userId || stored.namespaceName !== player.namespaceName) {
    return "player";
  }
  if (record.vapidKey !== wanted.vapidKey) return "vapidKey";
  return older(stored.at, LONGEST_STORED_MS, now) ? "age" : undefined;
}

const NAME = "gs2-gateway.push";

/** Where records are kept; localStorage has this form. */
export type RecordStorage = Pick<Storage, "getItem" | "setItem" | "removeItem">;

export interface TokenRecordStore {
  readonly read: () => TokenRecord | undefined;
  readonly write: (record: TokenRecord | undefined) => void;
}

/** Keeps the record in a storage that may be missing, full or closed to us; then it lasts as long as the page. */
export function tokenRecordStore(storage: () => RecordStorage | undefined): TokenRecordStore {
  let kept: TokenRecord | undefined;
  let inStorage = true;
  return {
    read() {
      if (!inStorage) return kept;
      try {
        return parseRecord(storage()?.getItem(NAME) ?? null) ?? undefined;
      } catch {
        return kept;
      }
    },
    write(record) {
      kept = record;
      try {
        const place = storage();
        inStorage = place !== undefined;
        if (record) place?.setItem(NAME, JSON.stringify(record));
        else place?.removeItem(NAME);
      } catch {
        inStorage = false;
      }
    },
  };
}

/** What others may have written there counts as nothing. */
export function parseRecord(text: string | null): TokenRecord | undefined {
  if (text === null) return undefined;
  let given: Partial<TokenRecord> | null;
  try {
    given = JSON.parse(text) as Partial<TokenRecord> | null;
  } catch {
    return undefined;
  }
  if (typeof given?.vapidKey !== "string") return undefined;
  const { vapidKey, stored } = given;
  const whole =
    stored !== undefined &&
    [stored.token, stored.userId, stored.namespaceName].every((one) => typeof one === "string") &&
    [stored.at, stored.checkedAt].every((one) => typeof one === "number");
  return { vapidKey, ...(whole && { stored }) };
}
