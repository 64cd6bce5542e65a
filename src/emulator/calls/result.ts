import type { GatewayErrorDetail } from "../../errors.js";
import { errorBody } from "../../wire/frames.js";
import type { Effect } from "../store/store.js";

export interface Failure {
  readonly status: number;
  readonly body: { readonly message: string };
  readonly effects: readonly Effect[];
  /** What `body` says, before it became text. */
  readonly errors: readonly GatewayErrorDetail[];
}

/** What a rule answers: a result with status 200 or a refusal, and what is to be done besides. */
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
): Failure => ({ status, body: errorBody(errors), effects, errors });

// The form `service.component.error.kind` is GS2's; the texts below are assumed, but for those of fields.

export const notFound = (component: string, effects: readonly Effect[] = []): Failure =>
  failure(404, [{ component, message: `gateway.${component}.error.notFound` }], effects);

export const unauthorized = (
  component: "projectToken" | "accessToken",
  kind: "require" | "invalid" | "expired",
): Failure => failure(401, [{ component, message: `gateway.${component}.error.${kind}` }]);

/** Our own code and status: GS2 has no such answer, so nobody takes it for one. */
export const notImplemented = (service: string, component: string): Failure =>
  failure(501, [{ component, message: `${service}.${component}.error.notImplementedByEmulator` }]);

export type FieldProblem = "require" | "tooLong" | "invalid";

export const fieldError = (
  component: string,
  field: string,
  fault: FieldProblem,
  service = "gateway",
): GatewayErrorDetail => ({
  component,
  message: `${service}.${component}.${field}.error.${fault}`,
});
