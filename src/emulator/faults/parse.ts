import * as v from "valibot";
import { didYouMean } from "../../core/nearest.js";
import {
  describeField,
  listOf,
  objectOf,
  readWith,
  unknownField,
  type FieldType,
} from "../schema/schema.js";
import {
  faultDefinitions,
  limitFields,
  scopeFields,
  type ActionName,
  type EmulatorFault,
  type EmulatorFaultName,
  type Fault,
} from "./definitions.js";
import { invalid } from "../settings.js";

const names = Object.keys(faultDefinitions) as EmulatorFaultName[];

const isAddressed = (name: EmulatorFaultName): boolean => faultDefinitions[name].addressed;

const fieldsOf = (name: EmulatorFaultName): v.ObjectEntries => ({
  ...faultDefinitions[name].parameters,
  ...(isAddressed(name) ? scopeFields : {}),
  ...limitFields,
});

function schemaOf(name: EmulatorFaultName) {
  const fields = fieldsOf(name);
  return objectOf({ fault: v.literal(name), ...fields }, (field) =>
    !isAddressed(name) && Object.hasOwn(scopeFields, field)
      ? `cannot be set for ${name}: before a socket opens, its user is not known`
      : unknownField(field, fields, name),
  );
}

const anyFault = v.variant("fault", names.map(schemaOf), ({ path, received, input }) => {
  if (!path) return "takes a JSON object with a field fault";
  const hint = typeof input === "string" ? didYouMean(input, names) : "";
  return `cannot be ${received}${hint}; known are ${names.join(", ")}`;
});

/** A valid fault with its defaults. */
function faultOf(
  read: Readonly<Record<string, unknown>> & { readonly fault: EmulatorFaultName },
  given: unknown,
): Fault {
  const { fault: name, userId, connectionId, sessionId, times = Infinity, chance } = read;
  const values = Object.fromEntries(
    Object.keys(faultDefinitions[name].parameters).map((field) => [field, read[field]]),
  );
  const fault = { fault: name, userId, connectionId, sessionId, times, chance, values };
  return { ...fault, given: { ...(given as EmulatorFault) } } as Fault;
}

const faultSchema = v.lazy((given) =>
  v.pipe(
    anyFault,
    v.transform((read) => faultOf(read, given)),
  ),
);

export const faultsSchema = listOf(faultSchema, "faults");

const faultsRequest = objectOf({ faults: faultsSchema });

/**
 * The faults of a request `{ faults: [...] }`: all of them, or an error that names what is wrong
 * with one.
 */
export const readFaultsRequest = (given: unknown): Fault[] =>
  readWith("faults.set", faultsRequest, given).faults;

export const parseFaults = (faults: unknown): Fault[] => readFaultsRequest({ faults });

/** A fault that acts on a session. */
export const parseAction = (given: { readonly fault: ActionName }): Fault<ActionName> =>
  readWith("faults.set", faultSchema, given) as Fault<ActionName>;

/** A parameter of a fault as data: what it takes, and its default where it has one. */
export type FaultParameter = FieldType & { readonly default?: unknown };

/** What each fault does, and which parameters it has. */
export type KnownFaults = Readonly<
  Record<
    string,
    {
      readonly description: string;
      readonly parameters: Readonly<Record<string, FaultParameter>>;
    }
  >
>;

/** The faults there are, for the control plane. */
export const knownFaults: KnownFaults = Object.fromEntries(
  names.map((name) => {
    const parameters = Object.entries(fieldsOf(name)).map(
      ([field, schema]) => [field, describeField(schema)] as const,
    );
    const { description } = faultDefinitions[name];
    return [name, { description, parameters: Object.fromEntries(parameters) }];
  }),
);

/** Throws for a fault of sessions or tokens, which are the upstream's where there is one. */
export function requireEffect({ fault }: Fault, relays: boolean): void {
  if (relays && ["kick", "expireTokens"].includes(fault)) {
    throw invalid(
      `The fault ${fault} has no effect with an upstream, whose sessions and tokens it cannot change.`,
    );
  }
}
