import { isObject } from "../store/json.js";
import { invalid } from "../settings.js";
import {
  faultDefinitions,
  isAction,
  type ActionName,
  type EmulatorFault,
  type EmulatorFaultName,
  type Fault,
} from "./definitions.js";

interface Common {
  readonly expected: string;
  readonly isValid: (value: unknown) => boolean;
}

const id: Common = {
  expected: "a text that is not empty",
  isValid: (value) => typeof value === "string" && value !== "",
};

const scope: Readonly<Record<string, Common>> = { userId: id, connectionId: id, sessionId: id };

const limits: Readonly<Record<string, Common>> = {
  times: {
    expected: "a whole number of 1 or more",
    isValid: (value) => Number.isInteger(value) && Number(value) >= 1,
  },
  chance: {
    expected: "a number from 0 to 1",
    isValid: (value) => typeof value === "number" && value >= 0 && value <= 1,
  },
};

const isKnown = (name: unknown): name is EmulatorFaultName =>
  typeof name === "string" && Object.hasOwn(faultDefinitions, name);

/** The faults with their defaults. A name or parameter nobody knows, and a value that does not fit, are errors that name them; then no fault is taken. */
export function parseFaults(list: unknown): Fault[] {
  if (!Array.isArray(list)) throw invalid("The emulator's faults are a list.");
  return list.map(parseFault);
}

function parseFault(given: unknown): Fault {
  const { fault: name, ...rest } = isObject(given) ? given : {};
  if (!isKnown(name)) {
    const known = Object.keys(faultDefinitions).join(", ");
    throw invalid(
      typeof name === "string"
        ? `The emulator has no fault "${name}". It has: ${known}.`
        : `A fault is named in its field fault: one of ${known}.`,
    );
  }
  const kind = faultDefinitions[name];
  const own: Readonly<Record<string, Common & { readonly default?: unknown }>> = kind.parameters;
  const common = kind.addressed ? { ...scope, ...limits } : limits;
  for (const [field, value] of Object.entries(rest)) {
    if (!kind.addressed && Object.hasOwn(scope, field)) {
      throw invalid(
        `The fault ${name} takes no ${field}: before a socket opens nobody knows whose it is.`,
      );
    }
    const parameter = Object.hasOwn(own, field)
      ? own[field]
      : Object.hasOwn(common, field)
        ? common[field]
        : undefined;
    if (!parameter) {
      const known = [...Object.keys(own), ...Object.keys(common)].join(", ");
      throw invalid(`The fault ${name} has no parameter "${field}". It has: ${known}.`);
    }
    if (value !== undefined && !parameter.isValid(value)) {
      throw invalid(`The fault ${name} takes as ${field} ${parameter.expected}.`);
    }
  }
  const values = Object.fromEntries(
    Object.entries(own).map(([field, parameter]) => {
      const value = rest[field] ?? parameter.default;
      if (value === undefined) throw invalid(`The fault ${name} needs a ${field}.`);
      return [field, value];
    }),
  );
  const { userId, connectionId, sessionId, times = Infinity, chance = 1 } = rest;
  const read = { fault: name, userId, connectionId, sessionId, times, chance, values };
  return { ...read, given: { ...(given as EmulatorFault) } } as Fault;
}

/** The same for one that does something to a session. */
export function parseAction(given: { readonly fault: ActionName }): Fault<ActionName> {
  const fault = parseFault(given);
  if (!isAction(fault)) throw invalid(`The fault ${given.fault} does nothing to a session.`);
  return fault;
}

/** What each fault does, and what its parameters take, in words. */
export type KnownFaults = Readonly<
  Record<
    string,
    { readonly description: string; readonly parameters: Readonly<Record<string, string>> }
  >
>;

/** Which faults there are, what each does and what it takes, for whoever asks over HTTP. */
export const knownFaults: KnownFaults = Object.fromEntries(
  Object.entries(faultDefinitions).map(([name, { description, addressed, parameters: own }]) => {
    const all: Readonly<Record<string, Common>> = {
      ...own,
      ...(addressed ? scope : {}),
      ...limits,
    };
    const fields = Object.entries(all).map(([field, one]) => [field, one.expected] as const);
    return [name, { description, parameters: Object.fromEntries(fields) }];
  }),
);
