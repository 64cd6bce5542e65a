import { allMethods } from "../../wire/allMethods.js";
import { loginTarget, type Target } from "../../wire/frames.js";
import type { AnyMethod } from "../../wire/methods.js";
import { idempotencyEntry } from "./idempotency.js";
import { readFields } from "./validate.js";
import { finishJobs } from "../store/jobs.js";
import { notFound, notImplemented, failure, type CallResult } from "./result.js";
import { handlers } from "./handlers/index.js";
import { checkProjectToken, login, readAccessToken } from "./auth.js";
import { cloneStore, putNamespace, type Store } from "../store/store.js";

/** A request as REST and socket both bring it. */
export interface ApiRequest {
  readonly transport: "rest" | "socket";
  readonly target: Target;
  /** As the client gave them: path, query, body or frame, nothing checked. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly projectToken: string | undefined;
  readonly accessToken: string | undefined;
  /** The socket it came through. */
  readonly connectionId: string | undefined;
  /** Several calls with the same one are one call. */
  readonly duplicationAvoider?: string | undefined;
  /** Check everything, change nothing. */
  readonly dryRun?: boolean | undefined;
}

export interface HandledCall {
  readonly result: CallResult;
  /** The player it is about, as far as it became known. */
  readonly userId: string | undefined;
}

/**
 * The one way into the world: project token (401), fields (400), access token (401), namespace (404 or made), rule. GS2 does not say in
 * which order it looks; ours reports first what stands in the way of everything else.
 *
 * A dry run goes the same way in a copy of the world, and what it would have done outside is dropped. GS2 does not say what it answers.
 */
export function handleCall(world: Store, ask: ApiRequest, now: number): HandledCall {
  if (ask.dryRun && !isLogin(ask.target)) {
    const { result, userId } = answerHere(cloneStore(world), ask, now);
    return { result: { ...result, effects: [] }, userId };
  }
  // The alarm for a job rings soon, but perhaps after this.
  const before = finishJobs(world, now);
  const { result: outcome, userId } = answerHere(world, ask, now);
  return { result: { ...outcome, effects: [...before, ...outcome.effects] }, userId };
}

function answerHere(world: Store, ask: ApiRequest, now: number): HandledCall {
  const { target, params, connectionId } = ask;
  const about = (outcome: CallResult, userId?: string): HandledCall => ({
    result: outcome,
    userId,
  });

  if (isLogin(target)) {
    return about(
      login(
        world,
        {
          clientId: params["client_id"],
          clientSecret: params["client_secret"],
          projectToken: ask.projectToken,
          connectionId,
        },
        now,
      ),
    );
  }
  const client = checkProjectToken(world, ask.projectToken, connectionId, now);
  if ("status" in client) return about(client);

  const method = findMethod(target);
  const rule = method && handlers.get(method.name);
  if (!method && target.service === "gateway") return about(unknownFunction(target));
  if (!method || !rule) return about(notImplemented(target.service, target.component));

  const { values, errors } = readFields(
    method.component,
    fieldsToRead(method),
    params,
    world.settings.strictConditions,
  );
  const named = typeof params["userId"] === "string" ? params["userId"] : undefined;
  if (errors.length > 0) return about(failure(400, errors), named);

  const player =
    method.audience === "player"
      ? readAccessToken(world, ask.accessToken, now)
      : { userId: named ?? "", expiresAt: undefined };
  if ("status" in player) return about(player);

  const remember = idempotencyEntry(world, method, ask, { clientId: client.clientId, player }, now);
  if (remember.known) return about(remember.known, player.userId || undefined);

  const namespaceName = values["namespaceName"];
  if (typeof namespaceName === "string" && !world.namespaces.has(namespaceName)) {
    if (world.strict || rule.namespace === "must exist") {
      return about(notFound("namespace"), player.userId);
    }
    putNamespace(world, { name: namespaceName }, now);
  }
  const { userId, expiresAt: tokenExpiresAt } = player;
  const { clientId } = client;
  const call = { now, connectionId, clientId, userId, tokenExpiresAt };
  const outcome = rule.run(world, values, call);
  remember.keep(outcome);
  return about(outcome, userId || undefined);
}

export const isLogin = ({ service, component, function: name }: Target): boolean =>
  service === loginTarget.service &&
  component === loginTarget.component &&
  name === loginTarget.function;

function findMethod(target: Target): AnyMethod | undefined {
  return target.service === "gateway"
    ? allMethods.find(
        ({ name, component }) => name === target.function && component === target.component,
      )
    : undefined;
}

/** A missing access token is a matter for {@link readAccessToken}: GS2 answers 401 to it. */
function fieldsToRead({ fields }: AnyMethod): AnyMethod["fields"] {
  const { accessToken: _, ...others } = fields;
  return others;
}

const unknownFunction = ({ component, function: name }: Target): CallResult =>
  failure(404, [{ component, message: `gateway.${component}.${name}.error.notFound` }]);
