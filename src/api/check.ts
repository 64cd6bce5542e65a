import type { AnyMethod } from "../wire/methods.js";
import type { Report } from "../core/diagnostics.js";
import { invalidArgument, MISSING } from "../errors.js";
import { holds, type Field } from "../wire/fields.js";
import type { Values } from "../wire/frames.js";

type AnyFields = Readonly<Record<string, Field>>;

/** Called for a field that has no effect with the values beside it; `needs` says what it needs. */
export type OnIneffectiveField = (method: string, field: string, needs: string) => void;

/** Reports ineffective fields as the diagnostic `brokenCondition`. */
export const reportIneffectiveField =
  (report: Report): OnIneffectiveField =>
  (method, field, needs) =>
    report("warn", "brokenCondition", `${method}: ${field} needs ${needs}`, {
      method,
      field,
      needs,
    });

const types = { string: "string", int: "number", bool: "boolean", model: "object" } as const;
const typeProblems = {
  string: "must be a string",
  int: "must be a number",
  bool: "must be true or false",
  model: "must be an object",
} as const;

function problemOf(value: unknown, field: Field): string | undefined {
  const { type, mustBeSupplied } = field;
  if (value == null || (mustBeSupplied && value === "")) {
    return mustBeSupplied && MISSING;
  }
  if (typeof value !== types[type] || Array.isArray(value)) return typeProblems[type];
  const { min, max, lenient } = field as { min?: number; max?: number; lenient?: true };
  if (
    type === "int" &&
    !(Number.isInteger(value) && (value as number) >= min! && (value as number) <= max!)
  ) {
    return `must be a whole number from ${min} to ${max}`;
  }
  if (type === "string" && (value as string).length > max! && !lenient) {
    return `is longer than ${max} characters`;
  }
  return undefined;
}

/**
 * Checks values against the fields of a method. Throws `invalidArgument` for the first value that
 * breaks a rule. Null means absent. Unknown fields are dropped: on the socket they would lie beside
 * the envelope.
 *
 * @param path of the model these fields belong to, with a dot at its end
 * @returns the values to send
 */
export function checkArguments(
  method: string,
  fields: AnyFields,
  values: Values,
  onIneffectiveField: OnIneffectiveField,
  path = "",
): Record<string, unknown> {
  const checked: Record<string, unknown> = {};
  for (const name in fields) {
    const field = fields[name]!;
    const value = values[name];
    const problem = problemOf(value, field);
    if (problem) throw invalidArgument(method, path + name, problem);
    if (value == null) continue;
    const { condition } = field;
    if (condition && !holds(fields, values, condition)) {
      onIneffectiveField(method, path + name, condition.join(" is "));
    }
    checked[name] =
      field.type === "model"
        ? checkArguments(
            method,
            field.fields,
            value as Values,
            onIneffectiveField,
            `${path}${name}.`,
          )
        : value;
  }
  return checked;
}

/**
 * A copy of the parameters of any call. Throws `invalidArgument` for what JSON cannot hold: a
 * BigInt, a cycle, a getter that throws.
 */
export function plainParams(method: string, params: object): Values {
  try {
    const copy = JSON.parse(JSON.stringify(params)) as unknown;
    if (typeof copy === "object" && copy) return copy as Values;
  } catch {
    // The same error as for what is no object.
  }
  throw invalidArgument(method, "params", "must be an object that JSON can hold");
}

/**
 * Checks the values of a player's method; an unknown one is a mistyped name. The access token is
 * left out: it is added to the envelope when the frame is sent.
 *
 * @param namespaceOf default namespace of a slot
 */
export const createChecker =
  (namespaceOf: (slot: string) => unknown, onIneffectiveField: OnIneffectiveField) =>
  ({ name, fields }: AnyMethod, slot: string, values: Values): Record<string, unknown> => {
    for (const field in values) {
      if (field in fields || field === "slot") continue;
      throw invalidArgument(name, field, `is unknown: it takes ${Object.keys(fields).join()}`);
    }
    const { accessToken: _, ...checked } = checkArguments(
      name,
      fields,
      { ...values, accessToken: "-", namespaceName: values["namespaceName"] ?? namespaceOf(slot) },
      onIneffectiveField,
    );
    return checked;
  };
