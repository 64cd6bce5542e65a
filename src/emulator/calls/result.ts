import type { GatewayErrorDetail } from "../../errors.js";
import { errorBody, type Target } from "../../wire/frames.js";
import type { StoreLimit } from "../store/capacity.js";
import type { Effect, Store } from "../store/types.js";

/** The component of a REST call whose function is not known; the function is verb and path. */
export const REST_PATH = "rest";

const LONGEST_NAME = 128;

export interface Failure {
  readonly status: number;
  /** {@link bodyOf} makes it from the errors. */
  readonly body?: undefined;
  readonly effects: readonly Effect[];
  readonly errors: readonly GatewayErrorDetail[];
}

/** What a handler returns: a result with status 200 or a failure, and effects to perform. */
export type CallResult<Result = unknown> =
  | {
      readonly status: 200;
      readonly body: Result;
      readonly effects: readonly Effect[];
      readonly errors?: undefined;
    }
  | Failure;

export const ok = <Result>(body: Result, effects: readonly Effect[] = []): CallResult<Result> => ({
  status: 200,
  body,
  effects,
});

export const failure = (
  status: number,
  errors: readonly GatewayErrorDetail[],
  effects: readonly Effect[] = [],
): Failure => ({ status, effects, errors });

/** The body of the reply, over REST and on the socket. */
export const bodyOf = ({ settings }: Store, result: CallResult): unknown =>
  result.errors ? errorBody(result.errors, settings.errorEntriesHaveCode) : result.body;

// The form `service.component.error.kind` is GS2's (its reference), and so are `invalid` and
// `tooLong` of fields (its SDKs). All other messages below are assumed.

export const notFound = (component: string, effects: readonly Effect[] = []): Failure =>
  failure(404, [{ component, message: `gateway.${component}.error.notFound` }], effects);

/** The status is GS2's for a quota, the message the emulator's own. */
export const limitReached = (limit: StoreLimit): Failure =>
  failure(402, [{ component: "emulator", message: `emulator.${limit}.error.exceeded` }]);

/** With the status of the setting `conflictStatus`. */
export const conflict = (
  { settings }: Store,
  error: GatewayErrorDetail,
  effects: readonly Effect[] = [],
): Failure => failure(settings.conflictStatus, [error], effects);

export const unauthorized = (
  component: "projectToken" | "accessToken",
  kind: "require" | "invalid" | "expired",
): Failure => failure(401, [{ component, message: `gateway.${component}.error.${kind}` }]);

const NOT_IMPLEMENTED = "error.notImplementedByEmulator";

/**
 * Status and code are the emulator's own. GS2 never sends them, so they cannot be mistaken. The
 * second error says how to add the function.
 */
export function notImplemented({ service, component, function: name }: Target): Failure {
  const isUnknownPath = component === REST_PATH;
  const [verb = "", path = ""] = isUnknownPath ? name.split(" ") : [];
  const names = [service, ...(isUnknownPath ? ["component", "function"] : [component, name])];
  const given = names.map((one) => JSON.stringify(one.slice(0, LONGEST_NAME))).join(", ");
  const rest = `, { rest: { verb: "${verb}", path: ${JSON.stringify(path.slice(0, 2 * LONGEST_NAME))} } }`;
  return failure(501, [
    { component, message: `${service}.${component}.${NOT_IMPLEMENTED}` },
    {
      component: "emulator",
      message: `Add it with emulator.handle(${given}, ({ params, userId }) => ({ ... })${isUnknownPath ? rest : ""}), or in a module for gs2-gateway emulator --handlers FILE.`,
    },
  ]);
}

export const isNotImplemented = ({ errors }: CallResult): boolean =>
  errors?.[0]?.message.endsWith(NOT_IMPLEMENTED) ?? false;

export type FieldProblem = "require" | "tooLong" | "invalid";

export const fieldError = (
  component: string,
  field: string,
  problem: FieldProblem,
  service = "gateway",
): GatewayErrorDetail => ({
  component,
  message: `${service}.${component}.${field}.error.${problem}`,
});
