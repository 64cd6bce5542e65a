import { invalidArgument, MISSING } from "../errors.js";
import type { Field, FieldCondition } from "../wire/fields.js";
import type { Values } from "../wire/frames.js";

type AnyFields = Readonly<Record<string, Field>>;

const holds = (values: Values, fields: AnyFields, [name, wanted]: FieldCondition): boolean =>
  (values[name] ?? fields[name]?.default) === wanted;

const types = { string: "string", int: "number", bool: "boolean", model: "object" } as const;
const wants = {
  string: "must be a string",
  int: "must be a number",
  bool: "must be true or false",
  model: "must be an object",
} as const;

function problemOf(
  value: unknown,
  field: Field,
  values: Values,
  fields: AnyFields,
): string | undefined {
  const { type, mustBeSupplied, requiredWhen } = field;
  if (value == null || (mustBeSupplied && value === "")) {
    if (mustBeSupplied) return MISSING;
    return requiredWhen && holds(values, fields, requiredWhen)
      ? `${MISSING} while ${requiredWhen.join(" is ")}`
      : undefined;
  }
  if (typeof value !== types[type] || Array.isArray(value)) return wants[type];
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
 * Checks values against their fields and throws an `invalidArgument` for the first that breaks a rule. Null means absent. Fields that the
 * table does not know are left out: on the socket they would lie beside the envelope.
 *
 * @param broken told of each field that has no effect with the values beside it, and of what it needs
 * @param within the path of the model these are fields of
 * @returns the values to send
 */
export function checkArguments(
  method: string,
  fields: AnyFields,
  values: Values,
  broken: (field: string, needs: string) => void,
  within = "",
): Record<string, unknown> {
  const checked: Record<string, unknown> = {};
  for (const name in fields) {
    const field = fields[name]!;
    const path = within + name;
    const value = values[name];
    const problem = problemOf(value, field, values, fields);
    if (problem) throw invalidArgument(method, path, problem);
    if (value == null) continue;
    const { condition } = field;
    if (condition && !holds(values, fields, condition)) broken(path, condition.join(" is "));
    checked[name] =
      field.type === "model"
        ? checkArguments(method, field.fields, value as Values, broken, `${path}.`)
        : value;
  }
  return checked;
}
