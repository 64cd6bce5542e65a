import * as v from "valibot";
import { invalidArgument, MISSING } from "../../errors.js";
import { didYouMean } from "../../core/nearest.js";

/**
 * What a field takes, as data: the control plane lists it, and the inspector draws its forms from
 * it.
 */
export interface FieldType {
  readonly type: "string" | "number" | "integer" | "boolean" | "choice" | "json";
  /** In words: `true or false`. */
  readonly description: string;
  readonly choices?: readonly (string | number)[];
  readonly min?: number;
  /** Of a text: its most characters. */
  readonly max?: number;
  /** A value to begin with, of a field that must be given. */
  readonly example?: unknown;
}

/** A field that accepts `Value`. */
export type FieldSchema<Value> = v.GenericSchema<Value | null | undefined, Value>;

const takes = <Schema extends v.GenericSchema>(schema: Schema, field: FieldType) =>
  v.pipe(v.message(schema, `takes ${field.description}`), v.metadata({ ...field }));

const inFigures = (count: number): string => count.toLocaleString("en");

export const yesNo = takes(v.boolean(), { type: "boolean", description: "true or false" });

export const oneOf = <const Choices extends readonly (string | number)[]>(...choices: Choices) =>
  takes(v.picklist(choices), {
    type: "choice",
    description: choices.map((choice) => JSON.stringify(choice)).join(" or "),
    choices,
  });

export const anyText = takes(v.string(), { type: "string", description: "a text" });

export const textOrNull = takes(v.nullable(v.string()), {
  type: "string",
  description: "a text or null",
});

export const filledText = takes(v.pipe(v.string(), v.nonEmpty()), {
  type: "string",
  description: "a text that is not empty",
});

export const textUpTo = (max: number, min = 1) =>
  takes(v.pipe(v.string(), v.minLength(min), v.maxLength(max)), {
    type: "string",
    description:
      min === 0
        ? `a text of at most ${inFigures(max)} characters`
        : `a text of ${min} to ${inFigures(max)} characters`,
    max,
  });

/** A namespace, a user. */
export const nameText = textUpTo(128);

export const anyNumber = takes(v.pipe(v.number(), v.finite()), {
  type: "number",
  description: "a number",
});

export const positive = takes(v.pipe(v.number(), v.finite(), v.gtValue(0)), {
  type: "number",
  description: "a number above 0",
});

export const positiveOrNull = takes(v.nullable(v.pipe(v.number(), v.finite(), v.gtValue(0))), {
  type: "number",
  description: "a number above 0, or null for none",
});

export const milliseconds = takes(v.pipe(v.number(), v.finite(), v.minValue(0)), {
  type: "number",
  description: "a number of milliseconds, 0 or more",
  min: 0,
});

/** A wait may be endless. */
export const timeout = takes(v.pipe(v.number(), v.minValue(0)), {
  type: "number",
  description: "a number of milliseconds, 0 or more",
  min: 0,
});

export const numberWithin = (min: number, max: number) =>
  takes(v.pipe(v.number(), v.minValue(min), v.maxValue(max)), {
    type: "number",
    description: `a number from ${inFigures(min)} to ${inFigures(max)}`,
    min,
    max,
  });

export const wholeNumber = takes(v.pipe(v.number(), v.integer()), {
  type: "integer",
  description: "a whole number",
});

export const wholeNumberFrom = (min: number) =>
  takes(v.pipe(v.number(), v.integer(), v.minValue(min)), {
    type: "integer",
    description: `a whole number of ${min} or more`,
    min,
  });

export const wholeNumberWithin = (min: number, max: number, what = "whole number") =>
  takes(v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max)), {
    type: "integer",
    description: `a ${what} from ${min} to ${max}`,
    min,
    max,
  });

/** A whole number for which `isValid` holds. */
export const wholeNumberOf = (description: string, isValid: (value: number) => boolean) =>
  takes(v.pipe(v.number(), v.integer(), v.check(isValid)), { type: "integer", description });

/** Anything for which `isValid` holds, passed on as it is. */
export const valueOf = <Value>(
  description: string,
  isValid: (value: unknown) => boolean,
  type: FieldType["type"] = "json",
) => takes(v.custom<Value>(isValid), { type, description });

export const listOf = <Item extends v.GenericSchema>(item: Item, what: string) =>
  v.array(item, `takes a list of ${what}`);

/** The problem of a field that is not among `entries`. */
export function unknownField(field: string, entries: object, owner = ""): string {
  const known = Object.keys(entries);
  return `is unknown${owner && ` to ${owner}`}${didYouMean(field, known)}; known are ${known.join(", ")}`;
}

/**
 * An object with these fields and no others.
 *
 * @param problemOf the problem of a field that is not among them
 */
export const objectOf = <const Entries extends v.ObjectEntries>(
  entries: Entries,
  problemOf: (field: string) => string = (field) => unknownField(field, entries),
) =>
  v.strictObject(entries, ({ expected, path }) => {
    if (!path) return "takes a JSON object";
    return expected === "never" ? problemOf(path[0].key as string) : MISSING;
  });

/** What a field takes, with its default where it has one. */
export function describeField(field: v.GenericSchema): FieldType & { readonly default?: unknown } {
  const inner = "wrapped" in field ? (field.wrapped as v.GenericSchema) : field;
  const fallback = v.getDefault(field as v.OptionalSchema<v.GenericSchema, unknown>);
  return {
    ...(v.getMetadata(inner) as unknown as FieldType),
    ...(fallback === undefined ? {} : { default: fallback }),
  };
}

const keyText = (key: unknown): string =>
  typeof key === "string" && /^\w+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;

/** `faults[0].delayMs`. */
const pathOf = (issue: v.BaseIssue<unknown>): string =>
  (issue.path ?? [])
    .map(({ key }) => keyText(key))
    .join("")
    .replace(/^\./, "");

/** The first unknown field: a field that is missing may be there, mistyped. */
const unknownIn = (schema: v.GenericSchema, given: unknown): v.BaseIssue<unknown> | undefined =>
  v
    .safeParse(schema, given)
    .issues?.find(({ type, expected }) => type === "strict_object" && expected === "never");

/**
 * The value as the schema reads it. Throws an `invalidArgument` that names `method`, the first
 * wrong field and its problem.
 */
export function readWith<const Schema extends v.GenericSchema>(
  method: string,
  schema: Schema,
  given: unknown,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, given, { abortEarly: true });
  if (result.success) return result.output;
  const [first] = result.issues;
  const issue = first.message === MISSING ? (unknownIn(schema, given) ?? first) : first;
  throw invalidArgument(method, pathOf(issue) || "the argument", issue.message);
}
