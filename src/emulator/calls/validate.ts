import type { GatewayErrorDetail } from "../../errors.js";
import type { Field, FieldCondition } from "../../wire/fields.js";
import type { Values } from "../../wire/frames.js";
import { isObject } from "../store/json.js";
import { fieldError, type FieldProblem } from "./result.js";

type Fields = Readonly<Record<string, Field>>;

interface ValidatedParams {
  /** Known fields only, in their declared types, with the server's defaults. */
  readonly values: Record<string, unknown>;
  readonly errors: readonly GatewayErrorDetail[];
}

const isAbsent = (value: unknown): boolean => value === undefined || value === null;

/**
 * Validates parameters against the fields of the method table. Unknown fields (contextStack,
 * keyId ...) are ignored. JSON null means absent, and so does an empty string in a required field.
 */
export function readFields(
  component: string,
  fields: Fields,
  params: Values,
  strictConditions = false,
): ValidatedParams {
  const values: Record<string, unknown> = {};
  const errors: GatewayErrorDetail[] = [];
  const holds = ([name, value]: FieldCondition): boolean => effective(name) === value;
  // A value given against its own condition counts as absent, also for fields that depend on it.
  const effective = (name: string): unknown => {
    const { condition, default: otherwise } = fields[name] ?? {};
    return condition && !holds(condition) ? otherwise : (readBool(params[name]) ?? otherwise);
  };

  for (const [name, field] of Object.entries(fields)) {
    const value = params[name];
    const required =
      field.mustBeSupplied === true ||
      (field.requiredWhen !== undefined && holds(field.requiredWhen));
    if (isAbsent(value) || (required && value === "")) {
      if (required) errors.push(fieldError(component, name, "require"));
      else if (field.default !== undefined) values[name] = field.default;
    } else if (field.type === "model") {
      const nested = isObject(value)
        ? readFields(name, field.fields, value, strictConditions)
        : undefined;
      if (nested) {
        values[name] = nested.values;
        errors.push(...nested.errors);
      } else errors.push(fieldError(component, name, "invalid"));
    } else {
      const scalar = readScalar(field, value);
      if ("problem" in scalar) errors.push(fieldError(component, name, scalar.problem));
      else if (!field.condition || holds(field.condition)) values[name] = scalar.value;
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
