import type { Values } from "../../wire/frames.js";
import type { Store } from "../store/types.js";
import { checkProjectToken, readAccessToken } from "./auth.js";
import { nameOf, type AddedFunction, type AdmittedCall } from "./addedFunctions.js";
import type { HandledCall } from "./handleCall.js";
import { idempotencyEntry, type IdempotencyMemory } from "./idempotency.js";
import type { ApiRequest } from "./request.js";
import { failure, fieldError, ok } from "./result.js";

interface Admission {
  readonly call: AdmittedCall;
  readonly idempotency: IdempotencyMemory;
}

/**
 * Checks a call of an added function as those of the emulator's own methods are: project token
 * (401), required parameters (400), access token (401). A dry run ends here, with an empty result:
 * what the handler changes is not the emulator's, so it cannot be run on a copy.
 */
export function admitCall(
  store: Store,
  request: ApiRequest,
  added: AddedFunction,
  now: number,
): Admission | HandledCall {
  const { target, accessToken, connectionId } = request;
  const params = withoutNulls(request.params);
  const givenUserId = textOf(params["userId"]);

  const client = checkProjectToken(store, request.projectToken, connectionId, now);
  if ("status" in client) return { result: client, userId: givenUserId };

  const { service, component } = target;
  const errors = added.required
    .filter((name) => params[name] === undefined || params[name] === "")
    .map((name) => fieldError(component, name, "require", service));
  if ((accessToken?.length ?? 0) > (store.settings.accessTokenMaxLength ?? Infinity)) {
    errors.push(fieldError(component, "accessToken", "tooLong", service));
  }
  if (errors.length > 0) return { result: failure(400, errors), userId: givenUserId };

  const isPlayers = added.requirePlayer || accessToken !== undefined;
  const player = isPlayers ? readAccessToken(store, accessToken, now) : { userId: givenUserId };
  if ("status" in player) return { result: player, userId: givenUserId };
  const { userId } = player;

  const { clientId } = client;
  const method = {
    name: nameOf(target),
    audience: isPlayers ? "player" : "admin",
    takesDuplicationAvoider: true,
    fields: {},
  } as const;
  const caller = { clientId, userId: userId ?? "" };
  const idempotency = idempotencyEntry(store, method, request, caller, now);
  if (request.dryRun) return { result: ok({}), userId };
  if (idempotency.cached) return { result: idempotency.cached, userId };
  const namespaceName = textOf(params["namespaceName"]);
  return { call: { params, userId, clientId, namespaceName }, idempotency };
}

function withoutNulls(params: Values): Values {
  const { accessToken: _, ...others } = params;
  return Object.fromEntries(Object.entries(others).filter(([, value]) => value !== null));
}

const textOf = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;
