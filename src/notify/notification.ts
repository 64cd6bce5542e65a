import type { NotificationFrame } from "../wire/frames.js";
import { notificationKey } from "../wire/notifications.js";

/** One notification as handlers get it. */
export interface Notification<Payload = unknown, Key extends string = string> {
  /**
   * What it is about: the subject where it has the form `Gs2Service:Action`; else the issuer where
   * it has and does not begin with `Gs2Gateway:`; else the subject. So
   * what a server sends by `sendNotification` has its `subject` as key.
   */
  readonly key: Key;
  /** Empty where the server sent none. */
  readonly issuer: string;
  /** Empty where the server sent none. */
  readonly subject: string;
  /**
   * Parsed from JSON when the notification is made; text that is no JSON stays text and is reported
   * as `payloadNotJson`.
   */
  readonly payload: Payload;
  /** The payload as it came. */
  readonly rawPayload: string;
  /** Unix time in milliseconds on this device. */
  readonly receivedAt: number;
  /** The way it came. */
  readonly via: "socket" | "push";
}

/** @param onNotJson called with the key of a notification whose payload is no JSON */
export function createNotification(
  { issuer, subject, payload: rawPayload }: Omit<NotificationFrame, "kind">,
  receivedAt: number,
  via: Notification["via"],
  onNotJson: (key: string) => void,
): Notification {
  const key = notificationKey(issuer, subject);
  let payload: unknown = rawPayload;
  try {
    payload = JSON.parse(rawPayload);
  } catch {
    onNotJson(key);
  }
  return { key, issuer, subject, payload, rawPayload, receivedAt, via };
}
