import * as v from "valibot";
import { invalidArgument } from "../../errors.js";
import { allMethods } from "../../wire/allMethods.js";
import type { CallDefinition } from "../../wire/callDefinition.js";
import { loginTarget, type Target } from "../../wire/frames.js";
import { hostOf, nameOf, type AddedFunction } from "../calls/addedFunctions.js";
import type { EmulatorEngine } from "../engine/engine.js";
import { anyText, listOf, objectOf, oneOf, readWith, timeout, yesNo } from "../schema/schema.js";
import { invalid } from "../settings.js";

/** How a function is called, and what the emulator checks before its handler runs. */
export interface HandleOptions {
  /**
   * Verb and path over REST, below `/{service}` of the emulator. Names in braces are parameters:
   * `{ verb: "POST", path: "/{namespaceName}/gathering/do" }`. Default: that of the definition;
   * without one the function is called on the socket only.
   */
  rest?: CallDefinition["rest"] | undefined;
  /**
   * Whether a call without the access token of a player fails with 401. Default false: a token is
   * checked where one is sent.
   */
  requirePlayer?: boolean | undefined;
  /**
   * Milliseconds of real time that the handler has; then the call fails with 504. Default 30,000.
   * `Infinity`: no limit.
   */
  timeoutMs?: number | undefined;
}

const nameLike = (example: string, pattern = /^[A-Za-z]\w*$/) => {
  const problem = `takes a name such as ${example}`;
  return v.pipe(v.string(problem), v.regex(pattern, problem));
};

const PATH = /^\/[^?#{}]*(\{[A-Za-z_]\w*\}[^?#{}]*)*$/;

const path = v.pipe(
  anyText,
  v.regex(PATH, "takes a path such as /{namespaceName}/gathering"),
  v.check((given) => {
    const names = given.match(/\{\w+\}/g) ?? [];
    return new Set(names).size === names.length;
  }, "cannot have a parameter twice"),
);

const rest = { verb: oneOf("GET", "POST", "PUT", "DELETE"), path };

const schema = v.object({
  service: nameLike("matchmaking", /^[a-z][A-Za-z0-9-]{0,62}$/),
  component: nameLike("gathering"),
  function: nameLike("doMatchmaking"),
  // A definition may say more of it.
  rest: v.optional(v.object(rest)),
  required: v.optional(listOf(anyText, "names"), []),
  handler: v.custom<AddedFunction["handler"]>(
    (value) => typeof value === "function",
    "takes a function",
  ),
  options: v.optional(
    objectOf({
      rest: v.optional(objectOf(rest)),
      requirePlayer: v.optional(yesNo, false),
      timeoutMs: v.optional(timeout, 30_000),
    } satisfies { readonly [Name in keyof Required<HandleOptions>]: v.GenericSchema }),
    {},
  ),
});

/** The arguments of `emulator.handle` in both its forms. */
export type HandleArguments =
  | readonly [definition: CallDefinition, handler: unknown, options?: HandleOptions]
  | readonly [
      service: string,
      component: string,
      name: string,
      handler: unknown,
      options?: HandleOptions,
    ];

/**
 * The added function of these arguments.
 *
 * @param wrap makes its handler from the given one
 */
export function readHandler(
  engine: EmulatorEngine,
  given: HandleArguments,
  wrap: (handler: AddedFunction["handler"]) => AddedFunction["handler"],
): AddedFunction {
  if (engine.relays) {
    throw invalid("handle has no effect with an upstream, which handles the calls.");
  }
  const { required, options, handler, rest, ...target } = readWith(
    "handle",
    schema,
    fieldsOf(given),
  );
  const added: AddedFunction = {
    target,
    rest: options.rest ?? rest,
    required: required.filter((one) => one !== "accessToken"),
    requirePlayer: options.requirePlayer || required.includes("accessToken"),
    timeoutMs: options.timeoutMs,
    handler: wrap(handler),
  };
  refuseOwn(added);
  refuseTakenPath(engine, added);
  return added;
}

/** Every field is named, so that a missing one is reported as others are. */
function fieldsOf(given: HandleArguments): object {
  const [first, second, third, fourth, fifth] = given;
  if (typeof first !== "object") {
    const named = { service: first, component: second, function: third };
    return { ...named, handler: fourth, options: fifth };
  }
  const { service, component, function: name, rest, required } = Object(first) as CallDefinition;
  const named = { service, component, function: name, rest, required };
  return { ...named, handler: second, options: third };
}

type RestFunction = Pick<AddedFunction, "target" | "rest">;

const own: readonly RestFunction[] = [
  { target: loginTarget, rest: { verb: "POST", path: "/projectToken/login" } },
  ...allMethods.map(({ component, name, verb, path }) => ({
    target: { service: "gateway", component, function: name },
    rest: { verb, path },
  })),
];

const isSame = (one: Target, other: Target): boolean =>
  nameOf({ ...one, service: hostOf(one.service) }) ===
  nameOf({ ...other, service: hostOf(other.service) });

function refuseOwn({ target }: AddedFunction): void {
  if (!own.some((method) => isSame(method.target, target))) return;
  throw invalidArgument(
    "handle",
    "function",
    `cannot be ${nameOf(target)}: the emulator has its own rules for it`,
  );
}

/** One address has one function. */
function refuseTakenPath(engine: EmulatorEngine, { target, rest }: AddedFunction): void {
  if (!rest) return;
  const others = [...own, ...engine.functionCalls.functions.ofService(target.service)];
  const taken = others.find(
    (other) =>
      hostOf(other.target.service) === hostOf(target.service) &&
      !isSame(other.target, target) &&
      other.rest?.verb === rest.verb &&
      shapeOf(other.rest.path) === shapeOf(rest.path),
  );
  if (!taken) return;
  const problem = `cannot be ${rest.verb} ${rest.path}: ${nameOf(taken.target)} has it`;
  throw invalidArgument("handle", "rest", problem);
}

const shapeOf = (path: string): string => path.replace(/\{\w+\}/g, "{}");
