import { allMethods } from "../../../../src/wire/allMethods.js";
import type { Field } from "../../../../src/wire/fields.js";
import type { AnyMethod } from "../../../../src/wire/methods.js";
import type { Json } from "../rawSocket.js";

type Scalar = Exclude<Field, { type: "model" }>;

/** A field of a method or of a model in it, with a way to build parameters. */
export interface TableField {
  readonly method: AnyMethod;
  /** Name of the model that contains the field. */
  readonly model: string | undefined;
  /** Component of its errors: that of the method, or the model. */
  readonly component: string;
  readonly name: string;
  /** Name, after the model's if any. */
  readonly path: string;
  readonly field: Scalar;
  /** The fields of the same method or model. */
  readonly siblings: Readonly<Record<string, Field>>;
  /** Whether it is sent in a JSON body. A path, query or header has only strings. */
  readonly inBody: boolean;
  toParams(value: unknown): Json;
  /** Parameters for several fields of the same method or model. */
  wrap(values: Json): Json;
}

// Access tokens have their own rows: a missing one is 401, and the length is not checked.
const fieldsOf = (method: AnyMethod): TableField[] =>
  Object.entries(method.fields).flatMap(([name, field]): TableField[] => {
    if (name === "accessToken") return [];
    const hasBody = method.verb === "POST" || method.verb === "PUT";
    const inBody = hasBody && !method.path.includes(`{${name}}`) && name !== "timeOffsetToken";
    if (field.type !== "model") {
      const wrap = (values: Json) => values;
      const toParams = (value: unknown) => ({ [name]: value });
      return [
        {
          method,
          model: undefined,
          component: method.component,
          name,
          path: name,
          field,
          siblings: method.fields,
          inBody,
          toParams,
          wrap,
        },
      ];
    }
    return Object.entries(field.fields).flatMap(([inner, innerField]) => {
      if (innerField.type === "model") throw new Error(`${name}.${inner} is nested twice.`);
      return {
        method,
        model: name,
        component: name,
        name: inner,
        path: `${name}.${inner}`,
        field: innerField,
        siblings: field.fields,
        inBody,
        toParams: (value: unknown) => ({ [name]: { [inner]: value } }),
        wrap: (values: Json) => ({ [name]: values }),
      };
    });
  });

export const fields: readonly TableField[] = allMethods.flatMap(fieldsOf);

/** Values with which `name` is `value`, and in effect. */
export function valuesWith(
  siblings: TableField["siblings"],
  [name, value]: readonly [string, boolean],
): Json {
  const values: Json = { [name]: value };
  for (let field = siblings[name]; field?.condition; field = siblings[field.condition[0]]) {
    values[field.condition[0]] = field.condition[1];
  }
  return values;
}
