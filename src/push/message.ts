import type { Values } from "../wire/frames.js";
import { notificationKey } from "../wire/notifications.js";

/**
 * Names of GS2's values in the `data` of a Firebase message. GS2 does not document them: the
 * defaults are assumed.
 */
export interface PushFields {
  /** Default `issuer`. */
  readonly issuer?: string | undefined;
  /** Default `subject`. Where the value is missing, the title of the message is used. */
  readonly subject?: string | undefined;
  /** Default `payload`. Where the value is missing, the text of the message is used. */
  readonly payload?: string | undefined;
  /** Default `userId`. Where the value is missing, the push is for any player. */
  readonly userId?: string | undefined;
  /**
   * Default `mobileNotificationMessages`: texts by locale (newer GS2 servers; seen in the official
   * SDKs).
   */
  readonly messages?: string | undefined;
}

/** A text by locale, as in `mobileNotificationMessages`. */
export interface LocalMessage {
  readonly locale: string;
  readonly title: string;
  readonly message: string;
}

/** The values of a push. */
export interface ReadPush {
  readonly id: string | undefined;
  readonly key: string;
  readonly issuer: string;
  readonly subject: string;
  /** As text. */
  readonly payload: string;
  readonly userId: string | undefined;
  readonly messages: readonly LocalMessage[];
  /** Text of the message itself, where it has one. */
  readonly title: string | undefined;
  readonly body: string | undefined;
  readonly icon: string | undefined;
  readonly link: string | undefined;
}

const asValues = (value: unknown): Values =>
  typeof value === "object" && value !== null ? (value as Values) : {};

const text = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

/** FCM's data contains texts only: other values are JSON. */
function fromJson(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return undefined;
  }
}

/**
 * Reads a message of Firebase: `{ fcmMessageId, data, notification, fcmOptions }`. Any part may be
 * missing; any value can be read.
 */
export function readPush(message: unknown, fields: PushFields = {}): ReadPush {
  const { fcmMessageId, data, notification, fcmOptions } = asValues(message);
  const values = asValues(data);
  const texts = asValues(notification);
  const messages = fromJson(values[fields.messages ?? "mobileNotificationMessages"]);
  const issuer = text(values[fields.issuer ?? "issuer"]) ?? "";
  const title = text(texts["title"]);
  const body = text(texts["body"]);
  const subject = text(values[fields.subject ?? "subject"]) ?? title ?? "";
  return {
    id: text(fcmMessageId),
    key: notificationKey(issuer, subject),
    issuer,
    subject,
    payload:
      text(values[fields.payload ?? "payload"]) ??
      body ??
      (typeof message === "string" ? message : ""),
    userId: text(values[fields.userId ?? "userId"]),
    messages: (Array.isArray(messages) ? messages : []).map(asValues).flatMap((one) => {
      const [locale, heading, body] = [one["locale"], one["title"], one["message"]].map(text);
      return locale !== undefined && heading !== undefined
        ? [{ locale, title: heading, message: body ?? "" }]
        : [];
    }),
    title,
    body,
    icon: text(texts["icon"]),
    link: text(asValues(fcmOptions)["link"]) ?? text(texts["click_action"]),
  };
}

/** The payload as a value; text that is not JSON stays text. */
export function payloadOf({ payload }: Pick<ReadPush, "payload">): unknown {
  const value = fromJson(payload);
  return value === undefined ? payload : value;
}
