import type { NotificationFrame } from "../wire/frames.js";
import {
  notificationKey,
  type NotificationKey,
  type NotificationMap,
} from "../wire/notifications.js";

/** One notification as handlers get it. */
export interface Notification<Payload = unknown, Key extends string = string> {
  /**
   * What it is about: the subject where it has the form `Gs2Service:Action`; else the issuer where it has and does not begin with
   * `Gs2Gateway:`; else the subject.
   */
  readonly key: Key;
  /** Empty where the server sent none. */
  readonly issuer: string;
  /** Empty where the server sent none. */
  readonly subject: string;
  /** Parsed from JSON once, when first read; text that is no JSON stays text and is reported as `payloadNotJson`. */
  readonly payload: Payload;
  /** The payload as it came. */
  readonly rawPayload: string;
  /** Unix time in milliseconds on this device. */
  readonly receivedAt: number;
  /** The way it came. */
  readonly via: "socket" | "push";
}

/** The notification that comes under a key. */
export type NotificationOf<Key> = Key extends NotificationKey
  ? Notification<NotificationMap[Key], Key>
  : Notification;

export type MakeNotification = (
  frame: Omit<NotificationFrame, "kind">,
  receivedAt: number,
  via: Notification["via"],
) => Notification;

/** @param notJson told of a payload that is no JSON, once, when it is first read */
export function notificationMaker(notJson: (key: string) => void): MakeNotification {
  class GatewayNotification {
    readonly key: string;
    readonly issuer: string;
    readonly subject: string;
    declare readonly payload: unknown;
    readonly rawPayload: string;
    readonly receivedAt: number;
    readonly via: Notification["via"];
    // JSON has no undefined: that is what has not been read.
    #parsed: unknown;

    constructor(
      { issuer, subject, payload }: Omit<NotificationFrame, "kind">,
      receivedAt: number,
      via: Notification["via"],
    ) {
      this.key = notificationKey(issuer, subject);
      this.issuer = issuer;
      this.subject = subject;
      Object.defineProperty(this, "payload", GatewayNotification.payload);
      this.rawPayload = payload;
      this.receivedAt = receivedAt;
      this.via = via;
    }

    // Own, so that spreading, JSON and structuredClone see it; shared, so that a notification costs no closure.
    static readonly payload: PropertyDescriptor & ThisType<GatewayNotification> = {
      enumerable: true,
      get() {
        if (this.#parsed === undefined) {
          try {
            this.#parsed = JSON.parse(this.rawPayload);
          } catch {
            this.#parsed = this.rawPayload;
            notJson(this.key);
          }
        }
        return this.#parsed;
      },
    };
  }
  return (frame, receivedAt, via) => new GatewayNotification(frame, receivedAt, via);
}
