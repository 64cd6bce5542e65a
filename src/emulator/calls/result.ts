import type { GatewayErrorDetail } from "../../errors.js";
import { errorBody } from "../../wire/frames.js";
import type { Effect } from "../store/store.js";

export interface Refused {
  readonly status: number;
  readonly body: { readonly message: string };
  readonly effects: readonly Effect[];
  /** What `body` says, before it became text. */
  readonly errors: readonly GatewayErrorDetail[];
}

/** What a rule answers: a result with status 200 or a refusal, and what is to be done besides. */
export type Outcome<Result = unknown> =
  | {
      readonly status: 200;
      readonly body: Result;
      readonly effects: readonly Effect[];
      readonly errors?: undefined;
    }
  | Refused;

export const answered = <Result>(
  body: Result,
  effects: readonly Effect[] = [],
): Outcome<Result> => ({ status: 200, body, effects });

export const refused = (
  status: number,
  errors: readonly GatewayErrorDetail[],
  effects: readonly Effect[] = [],
): Refused => ({ status, body: errorBody(errors), effects, errors });

// The form `service.component.error.kind` is GS2's; the texts below are assumed, but for those of fields.

export const notFound = (component: string, effects: readonly Effect[] = []): Refused =>
  refused(404, [{ component, message: `gateway.${component}.error.notFound` }], effects);

export const unauthorized = (
  component: "projectToken" | "accessToken",
  kind: "require" | "invalid" | "expired",
): Refused => refused(401, [{ component, message: `gateway.${component}.error.${kind}` }]);

/** Our own code and status: GS2 has no such answer, so nobody takes it for one. */
export const notImplemented = (service: string, component: string): Refused =>
  refused(501, [{ component, message: `${service}.${component}.error.notImplementedByEmulator` }]);

export type FieldFault = "require" | "tooLong" | "invalid";

export const badField = (
  component: string,
  field: string,
  fault: FieldFault,
  service = "gateway",
): GatewayErrorDetail => ({
  component,
  message: `${service}.${component}.${field}.error.${fault}`,
});
