import type { GatewayErrorDetail } from "../../src/errors.js";
import type { Envelope, Target, UnreadableFrame } from "../../src/wire/frames.js";
import { readInRepo } from "../support/repo.js";

// Frames and tables of GS2, composed from its reference and its public SDKs. The tests of
// `src/wire/` compare with them.

type Values = Readonly<Record<string, unknown>>;

/** Rows for `test.each`, named by `why`. */
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
/** Requests of clients, each with its text frame. */
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
  /** The model, if `type` is `model`. */
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
  /** The verb and the path. */
  rest: string;
  component: string;
  paged: boolean;
  duplicationAvoider: boolean;
  fields: GoldenFields;
}
/** The 28 methods of GS2-Gateway. */
export const methods = read("methods") as GoldenMethod[];

/** The fields of each method's result, by its name. */
export const results = read("results") as Record<string, Record<string, string>>;

type ResultModel = Record<string, { type: string; optional?: true }>;
/** Models in requests with the constraints of their fields; models in results with their types. */
export const models = read("models") as Record<
  "TransactionSetting" | "LogSetting" | "SendNotificationEntry",
  GoldenFields
> &
  Record<"Namespace" | "WebSocketSession" | "FirebaseToken", ResultModel>;

/** The payload fields of each notification, by key. */
export const notifications = read("notifications") as Record<
  string,
  Record<string, "string" | "int" | "long" | "float">
>;

/** The error kind of each status. */
export const statuses = read("statuses") as Record<string, string>;

export const goldenEndpoints = read("endpoints") as {
  rest: string;
  webSocket: string;
  regions: string[];
  login: string;
  addresses: Record<string, string>;
};
