import { describe, expect, test } from "vitest";
import { checkArguments } from "../../../src/api/check.js";
import { readFields } from "../../../src/emulator/calls/validate.js";
import type { EmulatorSettings } from "../../../src/emulator/settings.js";
import { isGatewayError } from "../../../src/errors.js";
import { allMethods } from "../../../src/wire/allMethods.js";
import { methods, models, type GoldenField, type GoldenFields } from "../../golden/golden.js";

// Every field of the golden facts (type, required, default, limits, condition), at both ends: what
// the client sends and what the emulator accepts.

type Values = Record<string, unknown>;

interface Row {
  readonly title: string;
  readonly method: string;
  /** The model that contains the field. */
  readonly model: string | undefined;
  readonly name: string;
  readonly field: GoldenField;
  readonly siblings: GoldenFields;
}

const rows: Row[] = methods.flatMap(({ name: method, fields: siblings }) =>
  Object.entries(siblings).flatMap(([name, field]): Row[] => [
    { title: `${method}.${name}`, method, model: undefined, name, field, siblings },
    ...(field.model === undefined
      ? []
      : Object.entries(models[field.model]).map(([inner, innerField]) => ({
          title: `${method}.${name}.${inner}`,
          method,
          model: name,
          name: inner,
          field: innerField,
          siblings: models[field.model!],
        }))),
  ]),
);

const fill = (fields: GoldenFields): Values =>
  Object.fromEntries(
    Object.entries(fields)
      .filter(([, { mustBeSupplied }]) => mustBeSupplied)
      .map(([name]) => [name, "x"]),
  );

/** A valid call with these values in the place of the row's field. */
const callWith = ({ method, model, siblings }: Row, values: Values): Values => {
  const { fields } = methods.find(({ name }) => name === method)!;
  const own = { ...fill(siblings), ...values };
  return model === undefined ? { ...fill(fields), ...own } : { ...fill(fields), [model]: own };
};

/** The switch of a condition and the switches before it, so that it has this value in effect. */
const switched = (siblings: GoldenFields, [name, value]: [string, boolean]): Values => {
  const before = siblings[name]?.condition;
  return { ...(before ? switched(siblings, before) : {}), [name]: value };
};

interface Ends {
  readonly sent: unknown;
  readonly accepted: unknown;
  readonly ineffective: string[];
}

/** What both ends make of a value: the value, or that they refuse it. */
function bothEnds(row: Row, values: Values, settings: Partial<EmulatorSettings> = {}): Ends {
  const { component, fields } = allMethods.find(({ name }) => name === row.method)!;
  const params = callWith(row, values);
  const valueIn = (all: Values): unknown =>
    (row.model === undefined ? all : (all[row.model] as Values))[row.name];
  const ineffective: string[] = [];
  let sent: unknown;
  try {
    sent = valueIn(
      checkArguments(row.method, fields, params, (_, field) => void ineffective.push(field)),
    );
  } catch (error) {
    if (!isGatewayError(error, "invalidArgument")) throw error;
    sent = "refused";
  }
  const { values: read, errors } = readFields(component, fields, params, settings);
  const refusals = errors.filter(({ message }) => message.includes(`.${row.name}.error.`));
  return { sent, accepted: refusals.length > 0 ? "refused" : valueIn(read), ineffective };
}

const conditionOf = ({ field, siblings }: Row): Values =>
  field.condition ? switched(siblings, field.condition) : {};

const refused = { sent: "refused", accepted: "refused" };

const ofType = {
  string: { right: "x", wrong: [7, true, {}, ["x"]] },
  int: { right: 1, wrong: ["many", true, {}, 1.5] },
  bool: { right: true, wrong: ["maybe", 7, {}, [true]] },
  model: { right: undefined, wrong: ["text", 7, true, [{}]] },
} as const;

describe.each(rows.map((row): [string, Row] => [row.title, row]))("%s", (_, row) => {
  const { name, field, siblings } = row;
  // The limit of access tokens has two values in GS2's references.
  const isToken = name === "accessToken";

  test("takes its type and no other", () => {
    const { right, wrong } = ofType[field.type];
    if (right !== undefined) {
      const both = bothEnds(row, { ...conditionOf(row), [name]: right });
      expect(both).toEqual({ sent: right, accepted: right, ineffective: [] });
    }
    for (const value of wrong) {
      expect(bothEnds(row, { ...conditionOf(row), [name]: value })).toMatchObject(refused);
    }
  });

  test("is required, or has its default, or is absent", () => {
    for (const nothing of [null, undefined]) {
      const both = bothEnds(row, { [name]: nothing });
      if (field.mustBeSupplied) expect(both).toMatchObject(refused);
      else {
        const otherwise = field.default;
        expect(both).toEqual({ sent: undefined, accepted: otherwise, ineffective: [] });
      }
    }
    if (field.mustBeSupplied) {
      const empty = bothEnds(row, { [name]: field.type === "model" ? null : "" });
      expect(empty).toMatchObject(refused);
    }
  });

  test("takes values up to its limits", () => {
    const { min, max } = field;
    if (field.type === "int") {
      for (const value of [min, max]) {
        expect(bothEnds(row, { [name]: value })).toMatchObject({ sent: value, accepted: value });
      }
      for (const value of [min! - 1, max! + 1]) {
        expect(bothEnds(row, { [name]: value })).toMatchObject(refused);
      }
    } else if (field.type === "string") {
      const full = "x".repeat(max!);
      const values = conditionOf(row);
      expect(bothEnds(row, { ...values, [name]: full })).toMatchObject({
        sent: full,
        accepted: full,
      });
      const { sent, accepted } = bothEnds(row, { ...values, [name]: `${full}x` });
      expect([sent, accepted]).toEqual([isToken ? `${full}x` : "refused", "refused"]);
    } else expect([min, max]).toEqual([undefined, undefined]);
  });

  test("has an effect while its condition holds, and may be left out then", () => {
    const { condition, requiredWhen } = field;
    if (condition) {
      const value = field.type === "bool" ? true : "x";
      const off = { ...switched(siblings, [condition[0], !condition[1]]), [name]: value };
      const both = bothEnds(row, off);
      expect(both).toMatchObject({ sent: value, accepted: field.default });
      expect(both.ineffective).toHaveLength(1);
      expect(bothEnds(row, off, { strictConditions: true }).accepted).toBe("refused");
    }
    if (requiredWhen) {
      const on = { ...switched(siblings, requiredWhen), [name]: undefined };
      expect(bothEnds(row, on)).toEqual({
        sent: undefined,
        accepted: field.default,
        ineffective: [],
      });
      expect(bothEnds(row, on, { strictRequiredConditions: true }).accepted).toBe("refused");
    }
    // A condition is the only thing that marks a field with a default as required.
    expect(requiredWhen !== undefined && field.default === undefined).toBe(false);
  });
});

test("the table has every field of the 28 methods", () => {
  const ours = allMethods.flatMap(({ name, fields }) =>
    Object.entries(fields).flatMap(([field, rules]) => [
      `${name}.${field}`,
      ...(rules.type === "model"
        ? Object.keys(rules.fields).map((inner) => `${name}.${field}.${inner}`)
        : []),
    ]),
  );
  expect(rows.map(({ title }) => title).sort()).toEqual(ours.sort());
  expect(rows.length).toBeGreaterThan(90);
});
