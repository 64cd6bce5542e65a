import type { GatewayErrorDetail } from "../../src/errors.js";
import type { Envelope, Target, UnreadableFrame } from "../../src/wire/frames.js";
import { readInRepo } from "../support/repo.js";

// What GS2 says and hears, composed from its reference and its public SDKs, and nothing of ours: `src/wire/` is measured by it.

type Values = Readonly<Record<string, unknown>>;

/** For `test.each`: the reason is the name. */
export const named = <Row extends { why: string }>(rows: readonly Row[]): [string, Row][] =>
  rows.map((row) => [row.why, row]);

const read = (name: string): unknown => JSON.parse(readInRepo("test", "golden", `${name}.json`));

export interface GoldenRequest {
  why: string;
  target: Target;
  params: Values;
  envelope: Envelope;
  frame: Values;
}
/** Requests of clients, one text frame each. */
export const requests = read("requests") as GoldenRequest[];

export interface GoldenBooleans {
  why: string;
  method: string;
  sent: Values;
  means: Values;
}
/** How the official SDKs send booleans. */
export const booleans = read("booleans") as GoldenBooleans[];

export interface GoldenReply {
  why: string;
  frame: {
    requestId: string;
    status?: number | string;
    body?: Values | null;
    message?: string;
  };
  succeeded: boolean;
  kind?: string;
  errors?: GatewayErrorDetail[];
}
export const replies = read("replies") as GoldenReply[];

export interface GoldenNotification {
  why: string;
  frame: Values;
  issuer: string;
  subject: string;
  payload: string;
  key: string;
}
export const notificationFrames = read("notificationFrames") as GoldenNotification[];

export interface GoldenUnreadable {
  text: string;
  why: UnreadableFrame["why"];
}
export const unreadableFrames = read("unreadableFrames") as GoldenUnreadable[];

export interface GoldenField {
  type: "string" | "int" | "bool" | "model";
  /** Where the type is a model: which one. */
  model?: "TransactionSetting" | "LogSetting";
  min?: number;
  max?: number;
  default?: unknown;
  mustBeSupplied?: true;
  requiredWhen?: [field: string, value: boolean];
  condition?: [field: string, value: boolean];
}
export type GoldenFields = Record<string, GoldenField>;

export interface GoldenMethod {
  name: string;
  audience: "player" | "admin";
  /** Verb and path. */
  rest: string;
  component: string;
  paged: boolean;
  duplicationAvoider: boolean;
  fields: GoldenFields;
}
/** The 28 methods of GS2-Gateway. */
export const methods = read("methods") as GoldenMethod[];

type Described = Record<string, { type: string; optional?: true }>;
/** Those that are sent, with the rules of their fields; those that are answered, with their types. */
export const models = read("models") as Record<
  "TransactionSetting" | "LogSetting" | "SendNotificationEntry",
  GoldenFields
> &
  Record<"Namespace" | "WebSocketSession" | "FirebaseToken", Described>;

/** Fields of each payload, by key. */
export const notifications = read("notifications") as Record<
  string,
  Record<string, "string" | "int" | "long" | "float">
>;

/** Kinds of error by status. */
export const statuses = read("statuses") as Record<string, string>;

export const places = read("endpoints") as {
  rest: string;
  webSocket: string;
  regions: string[];
  login: string;
  addresses: Record<string, string>;
};
