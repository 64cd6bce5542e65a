import type { GatewayErrorDetail } from "../errors.js";

/** Parameters, a result or a body: fields by their names. */
export type Values = Readonly<Record<string, unknown>>;

/** Names a function of a GS2 service on the socket. */
export interface Target {
  readonly service: string;
  readonly component: string;
  readonly function: string;
}

/** What lies beside the parameters of a request; a value left out is left out on the wire. */
export interface Envelope {
  readonly requestId: string;
  readonly clientId?: string | undefined;
  readonly projectToken?: string | undefined;
  readonly accessToken?: string | undefined;
  readonly duplicationAvoider?: string | undefined;
}

/** The login is a call of this function with `client_id` and `client_secret`. */
export const loginTarget: Target = {
  service: "identifier",
  component: "projectToken",
  function: "login",
};

/**
 * Text of a request frame. The envelope wins over parameters of the same name; null and undefined parameters are left out. A player's token
 * among the parameters goes into the envelope too where that has none: there the official TypeScript SDK sends it.
 */
export function encodeRequest(target: Target, params: Values, envelope: Envelope): string {
  const { requestId, clientId, projectToken, duplicationAvoider } = envelope;
  const accessToken = envelope.accessToken ?? params["accessToken"];
  const frame = {
    ...params,
    accessToken,
    xGs2AccessToken: accessToken,
    xGs2ClientId: clientId,
    xGs2ProjectToken: projectToken,
    xGs2DuplicationAvoider: duplicationAvoider,
    x_gs2: { ...target, contentType: "application/json", requestId },
  };
  const text = JSON.stringify(frame);
  // A function that looks at every value makes writing four times as slow, so only where there may be a null.
  return text.includes("null")
    ? JSON.stringify(frame, (_, value: unknown) => value ?? undefined)
    : text;
}

/** An answer: `status` 200 is the only success. */
export interface Reply {
  readonly kind: "reply";
  readonly requestId: string;
  /** NaN where the frame had none. */
  readonly status: number;
  readonly body: Values | undefined;
  /** The error text: `message` of the body, or of the frame where the body is missing. */
  readonly message: string | undefined;
}

export interface NotificationFrame {
  readonly kind: "notification";
  readonly issuer: string;
  readonly subject: string;
  readonly payload: string;
}

/** A frame that is neither; `why` never quotes it. */
export interface UnreadableFrame {
  readonly kind: "unreadable";
  readonly why: "notText" | "notJson" | "notAnObject" | "unknownType";
}

export type Frame = Reply | NotificationFrame | UnreadableFrame;

const unreadable = (why: UnreadableFrame["why"]): UnreadableFrame => ({ kind: "unreadable", why });

type Json = Record<string, unknown>;

const asObject = (value: unknown): Json | undefined =>
  typeof value === "object" && value && !Array.isArray(value) ? (value as Json) : undefined;

const asText = (value: unknown): string =>
  typeof value === "string" ? value : value == null ? "" : JSON.stringify(value);

/** Reads what arrived. Never throws, whatever it is given. */
export function decodeFrame(data: unknown): Frame {
  if (typeof data !== "string") return unreadable("notText");
  try {
    const frame = asObject(JSON.parse(data));
    if (!frame) return unreadable("notAnObject");
    const { requestId, status, type } = frame;
    const body = asObject(frame["body"]);
    const { issuer, subject, payload, message } = body ?? frame;
    // TypeScript's SDK goes by `type`, those for C# and Go by the missing requestId: either sign will do.
    if (requestId && type !== "notification") {
      return {
        kind: "reply",
        requestId: asText(requestId),
        status: Number(status ?? NaN),
        body,
        message: typeof message === "string" ? message : undefined,
      };
    }
    return body && (typeof issuer === "string" || typeof subject === "string")
      ? {
          kind: "notification",
          issuer: asText(issuer),
          subject: asText(subject),
          payload: asText(payload),
        }
      : unreadable("unknownType");
  } catch {
    // No JSON, or nested so deeply that it cannot be written again.
    return unreadable("notJson");
  }
}

/** Whether a reply is an answer rather than an error. A body of null with a message is an error, whatever its status. */
export const succeeded = (reply: Pick<Reply, "status" | "body" | "message">): boolean =>
  reply.status === 200 && (reply.body !== undefined || reply.message === undefined);

/**
 * GS2's error list out of the error text; empty where it is no such list.
 *
 * @param scrub takes secrets out of what the server wrote
 */
export function readErrors(
  message: string | undefined,
  scrub: (text: string) => string = (text) => text,
): GatewayErrorDetail[] {
  try {
    const list: unknown = JSON.parse(message ?? "");
    return (list as unknown[]).flatMap((entry) => {
      const { component, message: text, code } = asObject(entry) ?? {};
      if (typeof text !== "string") return [];
      const detail = { component: scrub(asText(component)), message: scrub(text) };
      return [code == null ? detail : { ...detail, code: scrub(asText(code)) }];
    });
  } catch {
    return [];
  }
}

/** Text of an answer, as the server sends it. */
export function encodeReply(requestId: string, status: number, body: unknown): string {
  return JSON.stringify({ requestId, status, body });
}

/** The error body GS2 answers with, over REST and on the socket alike. */
export function errorBody(errors: readonly GatewayErrorDetail[]): { message: string } {
  return { message: JSON.stringify(errors) };
}

/** Text of a notification. Both signs are given: `type`, and no requestId. */
export function encodeNotification(notification: {
  issuer?: string;
  subject?: string;
  payload: string;
}): string {
  const { issuer, subject, payload } = notification;
  return JSON.stringify({ type: "notification", body: { issuer, subject, payload } });
}
