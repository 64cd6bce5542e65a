import { allMethods } from "../../wire/allMethods.js";
import type { Target } from "../../wire/frames.js";
import type { AnyMethod } from "../../wire/methods.js";
import { finishJobs } from "../store/jobs.js";
import { isFull } from "../store/capacity.js";
import { putNamespace } from "../store/namespaces.js";
import { cloneStore } from "../store/store.js";
import type { Store } from "../store/types.js";
import { checkProjectToken, login, readAccessToken } from "./auth.js";
import { handlers } from "./handlers/index.js";
import { idempotencyEntry } from "./idempotency.js";
import { isLogin, type ApiRequest } from "./request.js";
import {
  failure,
  fieldError,
  limitReached,
  notFound,
  notImplemented,
  type CallResult,
} from "./result.js";
import { readFields } from "./validate.js";

export interface HandledCall {
  readonly result: CallResult;
  /** The player that the call is for; undefined where it was not determined. */
  readonly userId: string | undefined;
}

/**
 * Every call goes through here: project token (401), fields (400), access token (401), namespace
 * (404 or created), handler. GS2 does not document the order of these checks.
 *
 * A dry run takes the same path in a copy of the store, and its effects are dropped. GS2 does not
 * document its reply.
 */
export function handleCall(store: Store, request: ApiRequest, now: number): HandledCall {
  if (request.dryRun && !isLogin(request)) {
    const { result, userId } = runCall(cloneStore(store), request, now);
    return { result: { ...result, effects: [] }, userId };
  }
  // The timer of a due job may fire after this call.
  const jobEffects = finishJobs(store, now);
  const { result, userId } = runCall(store, request, now);
  return { result: { ...result, effects: [...jobEffects, ...result.effects] }, userId };
}

function runCall(store: Store, request: ApiRequest, now: number): HandledCall {
  const { target, params, connectionId } = request;
  const handled = (result: CallResult, userId?: string): HandledCall => ({ result, userId });

  if (isLogin(request)) return handled(runLogin(store, request, now));
  const client = checkProjectToken(store, request.projectToken, connectionId, now);
  if ("status" in client) return handled(client);

  const method = findMethod(target);
  const handler = method && handlers.get(method.name);
  if (!method && target.service === "gateway") return handled(unknownFunction(target));
  if (!method || !handler) return handled(notImplemented(target));

  const { values, errors } = readFields(
    method.component,
    fieldsToRead(method),
    params,
    store.settings,
  );
  const givenUserId = typeof params["userId"] === "string" ? params["userId"] : undefined;
  const { accessTokenMaxLength } = store.settings;
  const isPlayers = method.audience === "player";
  if (isPlayers && (request.accessToken?.length ?? 0) > (accessTokenMaxLength ?? Infinity)) {
    errors.push(fieldError(method.component, "accessToken", "tooLong"));
  }
  if (errors.length > 0) return handled(failure(400, errors), givenUserId);

  const player = isPlayers
    ? readAccessToken(store, request.accessToken, now)
    : { userId: givenUserId ?? "", expiresAt: undefined };
  if ("status" in player) return handled(player);

  const { userId, expiresAt: tokenExpiresAt } = player;
  const { clientId } = client;
  const idempotency = idempotencyEntry(store, method, request, { clientId, userId }, now);
  if (idempotency.cached) return handled(idempotency.cached, userId || undefined);

  const namespaceName = values["namespaceName"];
  if (typeof namespaceName === "string" && !store.namespaces.has(namespaceName)) {
    if (store.strict || handler.namespace === "must exist") {
      return handled(notFound("namespace"), userId);
    }
    if (handler.namespace === "made") {
      if (isFull(store, "maxNamespaces")) return handled(limitReached("maxNamespaces"), userId);
      putNamespace(store, { name: namespaceName }, now);
    }
  }
  const call = { now, connectionId, clientId, userId, tokenExpiresAt };
  const result = handler.run(store, values, call);
  idempotency.keep(result);
  return handled(result, userId || undefined);
}

const runLogin = (
  store: Store,
  { params, projectToken, connectionId }: ApiRequest,
  now: number,
): CallResult =>
  login(
    store,
    {
      clientId: params["client_id"],
      clientSecret: params["client_secret"],
      projectToken,
      connectionId,
    },
    now,
  );

function findMethod(target: Target): AnyMethod | undefined {
  return target.service === "gateway"
    ? allMethods.find(
        ({ name, component }) => name === target.function && component === target.component,
      )
    : undefined;
}

/** A missing access token is left to {@link readAccessToken}: GS2 replies 401 to it, not 400. */
function fieldsToRead({ fields }: AnyMethod): AnyMethod["fields"] {
  const { accessToken: _, ...others } = fields;
  return others;
}

const unknownFunction = ({ component, function: name }: Target): CallResult =>
  failure(404, [{ component, message: `gateway.${component}.${name}.error.notFound` }]);
