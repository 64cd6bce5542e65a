import type { GatewayErrorDetail } from "../errors.js";

/** Parameters, a result or a body: fields by their names. */
export type Values = Readonly<Record<string, unknown>>;

/** Names a function of a GS2 service on the socket. */
export interface Target {
  readonly service: string;
  readonly component: string;
  readonly function: string;
}

/** The fields of a request frame beside its parameters; undefined fields are not sent. */
export interface Envelope {
  readonly requestId: string;
  readonly clientId?: string | undefined;
  readonly projectToken?: string | undefined;
  readonly accessToken?: string | undefined;
  readonly duplicationAvoider?: string | undefined;
}

/** The function that logs in, with `client_id` and `client_secret`. */
export const loginTarget: Target = {
  service: "identifier",
  component: "projectToken",
  function: "login",
};

/**
 * Text of a request frame. The envelope overrides parameters of the same name; null and undefined
 * parameters are not sent. Where the envelope has no access token, that of the parameters is put
 * there too, as the official TypeScript SDK does.
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
  // A replacer makes stringify four times slower, so it runs only where there may be a null.
  return text.includes("null")
    ? JSON.stringify(frame, (_, value: unknown) => value ?? undefined)
    : text;
}

/** A reply; see {@link succeeded}. */
export interface Reply {
  readonly kind: "reply";
  readonly requestId: string;
  /** NaN where the frame has none. */
  readonly status: number;
  readonly body: Values | undefined;
  /** Error text: `message` of the body, or of the frame where the body is missing. */
  readonly message: string | undefined;
}

export interface NotificationFrame {
  readonly kind: "notification";
  readonly issuer: string;
  readonly subject: string;
  readonly payload: string;
}

/** A frame that is neither a reply nor a notification. `why` does not quote it. */
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

/** Reads the data of a message event. Never throws. */
export function decodeFrame(data: unknown): Frame {
  if (typeof data !== "string") return unreadable("notText");
  try {
    const frame = asObject(JSON.parse(data));
    if (!frame) return unreadable("notAnObject");
    const { requestId, status, type } = frame;
    const body = asObject(frame["body"]);
    const { issuer, subject, payload, message } = body ?? frame;
    // The TypeScript SDK reads `type`, those for C# and Go the missing requestId: both are
    // accepted.
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
    // Not JSON, or nested so deeply that stringify fails.
    return unreadable("notJson");
  }
}

/**
 * Whether a reply is a success: status 200. A reply without a body that has a message is an error,
 * whatever its status.
 */
export const succeeded = (reply: Pick<Reply, "status" | "body" | "message">): boolean =>
  reply.status === 200 && (reply.body !== undefined || reply.message === undefined);

/**
 * Reads GS2's error list from an error text; empty where the text is no such list.
 *
 * @param redact replaces secrets in the server's texts
 */
export function readErrors(
  message: string | undefined,
  redact: (text: string) => string = (text) => text,
): GatewayErrorDetail[] {
  try {
    const list: unknown = JSON.parse(message ?? "");
    return (list as unknown[]).flatMap((entry) => {
      const { component, message: text, code } = asObject(entry) ?? {};
      if (typeof text !== "string") return [];
      const detail = { component: redact(asText(component)), message: redact(text) };
      return [code == null ? detail : { ...detail, code: redact(asText(code)) }];
    });
  } catch {
    return [];
  }
}

/** Text of a reply frame, as the server sends it. */
export function encodeReply(requestId: string, status: number, body: unknown): string {
  return JSON.stringify({ requestId, status, body });
}

/**
 * GS2's error body, over REST and on the socket alike.
 *
 * @param withCode whether an entry without a code gets an empty one: the official SDKs for PHP and
 * Java require it
 */
export function errorBody(
  errors: readonly GatewayErrorDetail[],
  withCode = true,
): { message: string } {
  const list = withCode ? errors.map((error) => ({ ...error, code: error.code ?? "" })) : errors;
  return { message: JSON.stringify(list) };
}

/** Text of a notification frame: with `type`, and without a requestId. */
export function encodeNotification(notification: {
  issuer?: string;
  subject?: string;
  payload: string;
}): string {
  const { issuer, subject, payload } = notification;
  return JSON.stringify({ type: "notification", body: { issuer, subject, payload } });
}
