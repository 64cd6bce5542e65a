import type { GatewayErrorDetail } from "../../errors.js";
import { holds, type Field, type FieldCondition } from "../../wire/fields.js";
import type { Values } from "../../wire/frames.js";
import type { EmulatorSettings } from "../settings.js";
import { isObject } from "../store/json.js";
import { fieldError, type FieldProblem } from "./result.js";

type Fields = Readonly<Record<string, Field>>;

interface ValidatedParams {
  /** Known fields only, in their declared types, with the server's defaults. */
  readonly values: Record<string, unknown>;
  readonly errors: GatewayErrorDetail[];
}

type ConditionSettings = Readonly<
  Partial<Pick<EmulatorSettings, "strictConditions" | "strictRequiredConditions">>
>;

const isAbsent = (value: unknown): boolean => value === undefined || value === null;

/**
 * Validates parameters against the fields of the method table. Unknown fields (contextStack,
 * keyId ...) are ignored. JSON null means absent, and so does an empty string in a required field.
 */
export function readFields(
  component: string,
  fields: Fields,
  params: Values,
  settings: ConditionSettings = {},
): ValidatedParams {
  const { strictConditions = false, strictRequiredConditions = false } = settings;
  const values: Record<string, unknown> = {};
  const errors: GatewayErrorDetail[] = [];
  const switches = Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, readBool(value)]),
  );
  const isMet = (condition: FieldCondition): boolean => holds(fields, switches, condition);

  for (const [name, field] of Object.entries(fields)) {
    const value = params[name];
    const required =
      field.mustBeSupplied === true ||
      (strictRequiredConditions && field.requiredWhen !== undefined && isMet(field.requiredWhen));
    if (isAbsent(value) || (required && value === "")) {
      if (required) errors.push(fieldError(component, name, "require"));
      else if (field.default !== undefined) values[name] = field.default;
    } else if (field.type === "model") {
      const nested = isObject(value) ? readFields(name, field.fields, value, settings) : undefined;
      if (nested) {
        values[name] = nested.values;
        errors.push(...nested.errors);
      } else errors.push(fieldError(component, name, "invalid"));
    } else {
      const scalar = readScalar(field, value);
      if ("problem" in scalar) errors.push(fieldError(component, name, scalar.problem));
      else if (!field.condition || isMet(field.condition)) values[name] = scalar.value;
      else {
        if (field.default !== undefined) values[name] = field.default;
        if (strictConditions && scalar.value !== field.default) {
          errors.push(fieldError(component, name, "invalid"));
        }
      }
    }
  }
  return { values, errors };
}

function readScalar(
  field: Exclude<Field, { type: "model" }>,
  value: unknown,
): { value: unknown } | { problem: FieldProblem } {
  switch (field.type) {
    case "string":
      if (typeof value !== "string") return { problem: "invalid" };
      return value.length > field.max ? { problem: "tooLong" } : { value };
    case "int": {
      // Every value of a query is a string.
      const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
      return typeof number === "number" &&
        Number.isInteger(number) &&
        number >= field.min &&
        number <= field.max
        ? { value: number }
        : { problem: "invalid" };
    }
    case "bool": {
      const read = readBool(value);
      return read === undefined ? { problem: "invalid" } : { value: read };
    }
  }
}

/** C# sends "True" and "False". */
function readBool(value: unknown): boolean | undefined {
  if (typeof value === "boolean") return value;
  const text = typeof value === "string" ? value.toLowerCase() : undefined;
  return text === "true" ? true : text === "false" ? false : undefined;
}
