import type { Values } from "../wire/frames.js";
import { notificationKey } from "../wire/notifications.js";

/**
 * Under which names GS2 puts things into the `data` of a Firebase message. What it sends is not published: these defaults are our
 * assumption, and an option for the day it is known.
 */
export interface PushFields {
  /** Default `issuer`. */
  readonly issuer?: string | undefined;
  /** Default `subject`; where it is missing, the title of the message. */
  readonly subject?: string | undefined;
  /** Default `payload`; where it is missing, the text of the message. */
  readonly payload?: string | undefined;
  /** Default `userId`: whom it is for. Where it is missing, whoever plays here. */
  readonly userId?: string | undefined;
  /** Default `mobileNotificationMessages`: texts by locale (newer GS2 servers; seen in the official SDKs). */
  readonly messages?: string | undefined;
}

/** A text by locale, as in `mobileNotificationMessages`. */
export interface LocalMessage {
  readonly locale: string;
  readonly title: string;
  readonly message: string;
}

/** A push, read. */
export interface ReadPush {
  readonly id: string | undefined;
  readonly key: string;
  readonly issuer: string;
  readonly subject: string;
  /** As text. */
  readonly payload: string;
  readonly userId: string | undefined;
  readonly messages: readonly LocalMessage[];
  /** What a message that brings its own text says. */
  readonly title: string | undefined;
  readonly body: string | undefined;
  readonly icon: string | undefined;
  readonly link: string | undefined;
}

const part = (value: unknown): Values =>
  typeof value === "object" && value !== null ? (value as Values) : {};

const text = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

/** FCM's data holds texts only, so what is no text was made into JSON. */
function fromJson(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return undefined;
  }
}

/** Reads what Firebase hands to a worker: `{ fcmMessageId, data, notification, fcmOptions }`, any of it missing. Anything can be read. */
export function readPush(message: unknown, fields: PushFields = {}): ReadPush {
  const { fcmMessageId, data, notification, fcmOptions } = part(message);
  const values = part(data);
  const shown = part(notification);
  const given = fromJson(values[fields.messages ?? "mobileNotificationMessages"]);
  const issuer = text(values[fields.issuer ?? "issuer"]) ?? "";
  const title = text(shown["title"]);
  const body = text(shown["body"]);
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
    messages: (Array.isArray(given) ? given : []).map(part).flatMap((one) => {
      const [locale, heading, words] = [one["locale"], one["title"], one["message"]].map(text);
      return locale !== undefined && heading !== undefined
        ? [{ locale, title: heading, message: words ?? "" }]
        : [];
    }),
    title,
    body,
    icon: text(shown["icon"]),
    link: text(part(fcmOptions)["link"]) ?? text(shown["click_action"]),
  };
}

/** The payload as the game reads it: JSON where it is some, else the text. */
export function payloadOf({ payload }: Pick<ReadPush, "payload">): unknown {
  const value = fromJson(payload);
  return value === undefined ? payload : value;
}
