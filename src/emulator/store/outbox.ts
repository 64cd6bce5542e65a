/** A notification to a player's mobile device, sent or not. The emulator sends nothing out. */
export interface OutboxEntry {
  /** Unix time in milliseconds, by the emulator's clock. */
  readonly at: number;
  readonly method: "sendNotification" | "sendMobileNotificationByUserId" | "notify";
  readonly namespaceName: string;
  readonly userId: string;
  readonly subject: string;
  readonly payload: string;
  /** Null: the call gave none. */
  readonly sound: string | null;
  /** The device's Firebase token, shortened; null: the player has set none. */
  readonly token: string | null;
  /** Whether GS2 would hand it to Firebase Cloud Messaging. */
  readonly sent: boolean;
  /** Each is a condition for `sent`; all must be true. */
  readonly conditions: {
    /** The player has no session. Always true for sendMobileNotificationByUserId. */
    readonly away: boolean;
    /** The call set `enableTransferMobileNotification`, or is sendMobileNotificationByUserId. */
    readonly transferEnabled: boolean;
    /** The player has set a Firebase token in the namespace. */
    readonly token: boolean;
    /** The namespace has a firebaseSecret. */
    readonly secret: boolean;
  };
  /** `sent` and `conditions` as a sentence. */
  readonly reason: string;
}

export interface OutboxFilter {
  readonly userId?: string | undefined;
}

export interface WaitForPushOptions extends OutboxFilter {
  /** Default: any. */
  readonly namespaceName?: string | undefined;
  /** The device, by its whole Firebase token. Default: any. */
  readonly token?: string | undefined;
  /** Real time, in milliseconds. Default 5,000. */
  readonly timeoutMs?: number | undefined;
}

/** A push as the push service hands it to the device's worker. */
export interface DevicePush extends OutboxEntry {
  /**
   * A data message of Firebase Cloud Messaging. GS2 does not publish its fields: these are an
   * assumption, the same as that of `gs2-gateway/push`.
   */
  readonly message: {
    readonly from: string;
    readonly fcmMessageId: string;
    readonly data: Readonly<Record<string, string>>;
  };
}

const MAX_WAITING_CHARACTERS = 16_000_000;

/** Pushes that were sent and not taken yet. Each is taken once; the oldest are dropped first. */
export class DeviceQueue {
  readonly #pushes: DevicePush[] = [];
  #added = 0;
  #characters = 0;

  constructor(readonly capacity: number) {}

  add(entry: OutboxEntry): void {
    const { at, subject, payload, userId, sound } = entry;
    this.#pushes.push({
      ...entry,
      message: {
        from: "gs2-gateway-emulator",
        // With the time: a worker remembers the ids it has shown across restarts of the emulator.
        fcmMessageId: `${at}-${++this.#added}`,
        data: { subject, payload, userId, ...(sound !== null && { sound }) },
      },
    });
    this.#characters += payload.length;
    while (
      this.#pushes.length > this.capacity ||
      (this.#characters > MAX_WAITING_CHARACTERS && this.#pushes.length > 1)
    ) {
      this.#remove(0);
    }
  }

  take({
    userId,
    namespaceName,
    token,
  }: Omit<WaitForPushOptions, "timeoutMs">): DevicePush | undefined {
    const index = this.#pushes.findIndex(
      (push) =>
        (userId === undefined || push.userId === userId) &&
        (namespaceName === undefined || push.namespaceName === namespaceName) &&
        (token === undefined || push.token === shortenToken(token)),
    );
    return index < 0 ? undefined : this.#remove(index);
  }

  clear(): void {
    this.#pushes.length = 0;
    this.#characters = 0;
  }

  #remove(index: number): DevicePush | undefined {
    const [push] = this.#pushes.splice(index, 1);
    this.#characters -= push?.payload.length ?? 0;
    return push;
  }
}

/** Short enough for a log, long enough to distinguish two devices. */
export const shortenToken = (token: string): string =>
  token.length > 24 ? `${token.slice(0, 6)}...${token.slice(-4)}` : `${token.slice(0, 4)}...`;

const unmetConditions: Readonly<Record<keyof OutboxEntry["conditions"], string>> = {
  away: "the player has a session",
  transferEnabled: "enableTransferMobileNotification is not true",
  token: "the player has no Firebase token in the namespace",
  secret: "the namespace has no firebaseSecret",
};

export function explain(conditions: OutboxEntry["conditions"]): string {
  const unmet = Object.entries(unmetConditions)
    .filter(([name]) => !conditions[name as keyof OutboxEntry["conditions"]])
    .map(([, text]) => text);
  return unmet.length === 0
    ? "It is sent to the device."
    : `It is not sent to the device: ${unmet.join("; ")}.`;
}
