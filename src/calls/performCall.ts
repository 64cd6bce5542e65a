import { plainParams } from "../api/check.js";
import type { GatewayClient } from "../client/client.js";
import type { DefinedCallOptions } from "../client/types.js";
import { internalsOf, type ClientInternals } from "../core/internals.js";
import { invalidArgument } from "../errors.js";
import type { Values } from "../wire/frames.js";
import { callByRest } from "./callByRest.js";
import type { CallSpec } from "./callSpec.js";
import { checkSchema } from "./schema.js";
import { trackSecrets } from "./secrets.js";
import { rememberMark } from "./transactionMarks.js";

/** The slot of a player's function, as of the client's own methods. */
const PLAYER_SLOT = "player";

type AnySpec = CallSpec<Values, object>;

async function checkParams(spec: AnySpec, given: unknown): Promise<Values> {
  const { function: method, required = [], params: schema, rest } = spec;
  const params = schema
    ? await checkSchema(schema, given, { kind: "invalidArgument", outcome: "notSent", method })
    : given;
  const values = Object.fromEntries(
    Object.entries(plainParams(method, params ?? {})).filter(([, value]) => value !== null),
  );
  const inPath = [...(rest?.path ?? "").matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
  for (const name of new Set<string>([...required, ...inPath])) {
    if (name !== "accessToken" && (values[name] ?? "") === "") throw invalidArgument(method, name);
  }
  return values;
}

/** Where the call goes: with the token of which slot, and which way. */
function routeOf(spec: AnySpec, values: Values, options: DefinedCallOptions) {
  const { function: method, required = [], rest, socket } = spec;
  const needsSlot = required.includes("accessToken") && !values["accessToken"];
  const via = options.via ?? (socket === "seen" || !rest ? "socket" : "rest");
  if (via !== "socket" && (via as string) !== "rest") {
    throw invalidArgument(method, "via", 'must be "socket" or "rest"');
  }
  if (via === "rest" && !rest) throw invalidArgument(method, "via", "has no REST path");
  return { via, slot: options.slot ?? (needsSlot ? PLAYER_SLOT : undefined) };
}

const callBySocket = (
  { startCall, settings }: ClientInternals,
  { service, component, function: name, rest }: AnySpec,
  { duplicationAvoider, ...params }: Values,
  slot: string | undefined,
  { signal, timeoutMs = settings.callTimeoutMs }: DefinedCallOptions,
): Promise<Values> =>
  startCall({
    target: { service, component, function: name },
    params,
    // It belongs to the frame's envelope (seen in the SDKs for C# and Go).
    duplicationAvoider: duplicationAvoider as string | undefined,
    slot,
    needsBinding: slot !== undefined,
    repeat: rest?.verb === "GET" ? "safe" : "never",
    signal,
    timeoutMs,
  });

/** Performs a call of a definition with a client. */
export async function performCall<Params, Result>(
  definition: CallSpec<Params, Result>,
  client: object,
  given: Params,
  options: DefinedCallOptions = {},
): Promise<Result> {
  const spec = definition as unknown as AnySpec;
  const internals = internalsOf(client)!;
  const params = await checkParams(spec, given);
  trackSecrets(internals.session, params);
  const { via, slot } = routeOf(spec, params, options);
  // Taken before the call leaves: what it causes may arrive before its reply.
  const mark = (client as GatewayClient).mark();
  const send = via === "rest" ? callByRest : callBySocket;
  const reply = await send(internals, spec, params, slot, options);
  trackSecrets(internals.session, reply);
  const { function: method, result: schema } = spec;
  const result = schema
    ? await checkSchema(schema, reply, { kind: "protocol", outcome: "unknown", method })
    : reply;
  rememberMark(result, mark);
  return result as Result;
}
