import { sendNotificationEntryFields } from "../../wire/models.js";
import { serviceNotifications } from "../../wire/notifications.js";
import type { EmulatorNotification } from "../../emulator/index.js";

type PayloadType = "string" | "int" | "long" | "float";

type Payload = Readonly<Record<string, PayloadType>>;

const table: Readonly<Record<string, Payload>> = serviceNotifications;

/** Fields of the payload of a GS2 service's notification; undefined: no service sends it. */
export const payloadOf = (key: string): Payload | undefined =>
  Object.hasOwn(table, key) ? table[key] : undefined;

/** The keys GS2's services send, by service. */
export const keysByService: Readonly<Record<string, readonly string[]>> = Object.keys(table).reduce<
  Record<string, string[]>
>((services, key) => {
  const service = key.slice(0, key.indexOf(":"));
  (services[service] ??= []).push(key);
  return services;
}, {});

/** The content of the form, as typed. */
export interface Draft {
  readonly userId: string;
  /** Empty: any. */
  readonly namespaceName: string;
  /** Empty: a custom notification, by issuer, subject and payload. */
  readonly key: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly issuer: string;
  readonly subject: string;
  readonly payload: string;
  readonly transfer: boolean;
  readonly sound: string;
}

/** By name of the input; a payload's field is `payload.` and its name. */
export type FieldErrors = Readonly<Record<string, FieldError>>;

export type FieldError =
  | { readonly problem: "missing" | "notWhole" | "notNumber" }
  | { readonly problem: "tooLong"; readonly max: number };

export const limits = {
  userId: sendNotificationEntryFields.userId.max,
  issuer: sendNotificationEntryFields.issuer.max,
  subject: sendNotificationEntryFields.subject.max,
  payload: sendNotificationEntryFields.payload.max,
  sound: sendNotificationEntryFields.sound.max,
};

type Read = { readonly value: string | number | undefined } | { readonly error: FieldError };

function readField(type: PayloadType, typed: string): Read {
  if (type === "string") return { value: typed === "" ? undefined : typed };
  const text = typed.trim();
  if (text === "") return { value: undefined };
  const value = Number(text);
  if (!Number.isFinite(value)) {
    return { error: { problem: type === "float" ? "notNumber" : "notWhole" } };
  }
  return type === "float" || Number.isSafeInteger(value)
    ? { value }
    : { error: { problem: "notWhole" } };
}

/** The payload of the form, without the fields that cannot be parsed. */
export function payloadText({ key, fields, payload }: Draft): string {
  const types = payloadOf(key);
  if (!types) return payload;
  const entries = Object.entries(types).map(([name, type]) => {
    const read = readField(type, fields[name] ?? "");
    return [name, "value" in read ? read.value : undefined] as const;
  });
  return JSON.stringify(Object.fromEntries(entries));
}

/** The notification to send, or the errors by field. */
export function readDraft(
  draft: Draft,
): { readonly notification: EmulatorNotification } | { readonly fieldErrors: FieldErrors } {
  const fieldErrors: Record<string, FieldError> = {};
  const check = (name: keyof typeof limits, text: string, isRequired = false) => {
    if (isRequired && text === "") fieldErrors[name] = { problem: "missing" };
    if (text.length > limits[name]) fieldErrors[name] = { problem: "tooLong", max: limits[name] };
  };
  const userId = draft.userId.trim();
  check("userId", userId, true);
  const types = payloadOf(draft.key);
  if (types) {
    for (const [name, type] of Object.entries(types)) {
      const read = readField(type, draft.fields[name] ?? "");
      if ("error" in read) fieldErrors[`payload.${name}`] = read.error;
    }
  } else {
    check("subject", draft.subject, true);
    check("issuer", draft.issuer);
  }
  const payload = payloadText(draft);
  check("payload", payload, true);
  if (draft.transfer) check("sound", draft.sound);
  if (Object.keys(fieldErrors).length > 0) return { fieldErrors };
  return {
    notification: {
      userId,
      ...(draft.namespaceName === "" ? {} : { namespaceName: draft.namespaceName }),
      ...(types
        ? { key: draft.key }
        : {
            subject: draft.subject,
            ...(draft.issuer === "" ? {} : { issuer: draft.issuer }),
          }),
      payload,
      ...(draft.transfer
        ? {
            enableTransferMobileNotification: true,
            ...(draft.sound === "" ? {} : { sound: draft.sound }),
          }
        : {}),
    },
  };
}

/** A plausible value for a field, so that any notification can be sent with two clicks. */
function sampleOf(field: string, type: PayloadType, userId: string, now: number): string {
  if (type === "float") return "1500.5";
  if (type !== "string") return field.endsWith("At") ? String(now) : "0";
  if (field === "userId") return userId || "user-0001";
  if (/UserId$/.test(field)) return "user-0002";
  return `${field.replace(/(Name|Id)$/, "").replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}-0001`;
}

export const samplesOf = (key: string, userId: string, now: number): Record<string, string> =>
  Object.fromEntries(
    Object.entries(payloadOf(key) ?? {}).map(([name, type]) => [
      name,
      sampleOf(name, type, userId, now),
    ]),
  );

/**
 * A draft of a notification that was sent before; a payload that its form cannot hold stays text.
 */
export function draftOf(sent: {
  readonly userId: string;
  readonly namespaceName: string;
  readonly issuer: string;
  readonly subject: string;
  readonly payload: string;
}): Draft {
  const { userId, namespaceName, issuer, subject, payload } = sent;
  const custom: Draft = {
    userId,
    namespaceName,
    key: "",
    fields: {},
    issuer,
    subject,
    payload,
    transfer: false,
    sound: "",
  };
  const key = payloadOf(subject) ? subject : issuer;
  const types = payloadOf(key);
  const values = types && asFlatObject(payload);
  if (!types || !values || Object.keys(values).some((name) => !Object.hasOwn(types, name))) {
    return custom;
  }
  const fields = Object.entries(values).map(([name, value]) => [name, String(value)] as const);
  return { ...custom, key, fields: Object.fromEntries(fields) };
}

function asFlatObject(text: string): Record<string, string | number> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
    return Object.values(value).every((one) => typeof one === "string" || typeof one === "number")
      ? (value as Record<string, string | number>)
      : undefined;
  } catch {
    return undefined;
  }
}
