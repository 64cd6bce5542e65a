import type { GatewayErrorDetail } from "../../errors.js";
import type { Field, FieldCondition } from "../../wire/fields.js";
import type { Values } from "../../wire/frames.js";
import { fieldError, type FieldProblem } from "./result.js";

type Rules = Readonly<Record<string, Field>>;

interface Read {
  /** Known fields only, in their own types, with the server's defaults. */
  readonly values: Record<string, unknown>;
  readonly errors: readonly GatewayErrorDetail[];
}

/** JSON null means absent, and so does a text with nothing in it where a text is required. */
const isAbsent = (value: unknown): boolean => value === undefined || value === null;

/** Reads what a client gave by the rules of the table; unknown fields (contextStack, keyId ...) are passed over. */
export function readFields(
  component: string,
  rules: Rules,
  given: Values,
  strictConditions = false,
): Read {
  const values: Record<string, unknown> = {};
  const errors: GatewayErrorDetail[] = [];
  const holds = ([name, value]: FieldCondition): boolean => inForce(name) === value;
  // What is given against its condition is as good as left out, for those that depend on it too.
  const inForce = (name: string): unknown => {
    const { condition, default: otherwise } = rules[name] ?? {};
    return condition && !holds(condition) ? otherwise : (readBool(given[name]) ?? otherwise);
  };

  for (const [name, rule] of Object.entries(rules)) {
    const value = given[name];
    const required =
      rule.mustBeSupplied === true || (rule.requiredWhen !== undefined && holds(rule.requiredWhen));
    if (isAbsent(value) || (required && value === "")) {
      if (required) errors.push(fieldError(component, name, "require"));
      else if (rule.default !== undefined) values[name] = rule.default;
    } else if (rule.type === "model") {
      const nested = isObject(value)
        ? readFields(name, rule.fields, value, strictConditions)
        : undefined;
      if (nested) {
        values[name] = nested.values;
        errors.push(...nested.errors);
      } else errors.push(fieldError(component, name, "invalid"));
    } else {
      const read = readScalar(rule, value);
      if ("fault" in read) errors.push(fieldError(component, name, read.fault));
      else if (!rule.condition || holds(rule.condition)) values[name] = read.value;
      else {
        if (rule.default !== undefined) values[name] = rule.default;
        if (strictConditions && read.value !== rule.default) {
          errors.push(fieldError(component, name, "invalid"));
        }
      }
    }
  }
  return { values, errors };
}

function readScalar(
  rule: Exclude<Field, { type: "model" }>,
  value: unknown,
): { value: unknown } | { fault: FieldProblem } {
  switch (rule.type) {
    case "string":
      if (typeof value !== "string") return { fault: "invalid" };
      return value.length > rule.max ? { fault: "tooLong" } : { value };
    case "int": {
      // In a query every value is text.
      const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
      return typeof number === "number" &&
        Number.isInteger(number) &&
        number >= rule.min &&
        number <= rule.max
        ? { value: number }
        : { fault: "invalid" };
    }
    case "bool": {
      const read = readBool(value);
      return read === undefined ? { fault: "invalid" } : { value: read };
    }
  }
}

/** C# sends "True" and "False". */
function readBool(value: unknown): boolean | undefined {
  if (typeof value === "boolean") return value;
  const text = typeof value === "string" ? value.toLowerCase() : undefined;
  return text === "true" ? true : text === "false" ? false : undefined;
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const MOST_LEVELS = 100;

/** What is nested thousands of levels deep can be read, but not written again: it must not come to be kept. */
export const isShallow = (value: unknown, levels = MOST_LEVELS): boolean =>
  typeof value !== "object" ||
  value === null ||
  (levels > 0 && Object.values(value).every((inside) => isShallow(inside, levels - 1)));
