import type { WaitForPushOptions } from "../controls/waitForPush.js";

/** A notification that went to a player's mobile device, or would have. The emulator sends nothing out: this is all that becomes of it. */
export interface OutboxEntry {
  /** Unix time in milliseconds, by the emulator's clock. */
  readonly at: number;
  readonly method: "sendNotification" | "sendMobileNotificationByUserId" | "notify";
  readonly namespaceName: string;
  readonly userId: string;
  readonly subject: string;
  readonly payload: string;
  /** Null: none was asked for. */
  readonly sound: string | null;
  /** The device it goes to, shortened; null: the player has set none. */
  readonly token: string | null;
  /** Whether GS2 would hand it to Firebase Cloud Messaging. */
  readonly sent: boolean;
  /** What stood in the way: one that is false is enough. */
  readonly conditions: {
    /** The player has no session, or the call does not ask: sendMobileNotificationByUserId sends in any case. */
    readonly away: boolean;
    /** The call said `enableTransferMobileNotification`, or is sendMobileNotificationByUserId. */
    readonly transferEnabled: boolean;
    /** The player has set a Firebase token in the namespace. */
    readonly token: boolean;
    /** The namespace has a firebaseSecret. */
    readonly secret: boolean;
  };
  /** The same in a sentence. */
  readonly reason: string;
}

export interface OutboxFilter {
  readonly userId?: string | undefined;
}

/** What the push service would hand to the device's worker. */
export interface DevicePush extends OutboxEntry {
  /**
   * In the form Firebase Cloud Messaging has it, with data and no text of its own. What GS2 puts into it is not published: these fields are
   * an assumption, the same as that of `gs2-gateway/push`.
   */
  readonly message: {
    readonly from: string;
    readonly fcmMessageId: string;
    readonly data: Readonly<Record<string, string>>;
  };
}

/** Those that left for a device and that nobody has taken yet, each for one taker. */
export class DeviceQueue {
  readonly #waiting: DevicePush[] = [];
  #made = 0;

  constructor(readonly most: number) {}

  add(entry: OutboxEntry): void {
    const { at, subject, payload, userId, sound } = entry;
    this.#waiting.push({
      ...entry,
      message: {
        from: "gs2-gateway-emulator",
        // A worker remembers what it has shown, also over a restart of the emulator.
        fcmMessageId: `${at}-${++this.#made}`,
        data: { subject, payload, userId, ...(sound !== null && { sound }) },
      },
    });
    if (this.#waiting.length > this.most) this.#waiting.shift();
  }

  take({
    userId,
    namespaceName,
    token,
  }: Omit<WaitForPushOptions, "timeoutMs">): DevicePush | undefined {
    const index = this.#waiting.findIndex(
      (one) =>
        (userId === undefined || one.userId === userId) &&
        (namespaceName === undefined || one.namespaceName === namespaceName) &&
        (token === undefined || one.token === shortened(token)),
    );
    return index < 0 ? undefined : this.#waiting.splice(index, 1)[0];
  }

  clear(): void {
    this.#waiting.length = 0;
  }
}

/** Enough to tell two devices apart. */
export const shortened = (token: string): string =>
  token.length > 24 ? `${token.slice(0, 6)}...${token.slice(-4)}` : `${token.slice(0, 4)}...`;

const unmetConditions: Readonly<Record<keyof OutboxEntry["conditions"], string>> = {
  away: "the player has a session",
  transferEnabled: "enableTransferMobileNotification is not true",
  token: "the player has no Firebase token in the namespace",
  secret: "the namespace has no firebaseSecret",
};

export function explain(because: OutboxEntry["conditions"]): string {
  const missing = Object.entries(unmetConditions).filter(
    ([name]) => !because[name as keyof OutboxEntry["conditions"]],
  );
  return missing.length === 0
    ? "It goes to the device."
    : `It does not go to the device: ${missing.map(([, words]) => words).join("; ")}.`;
}
