import { allMethods } from "../../../../src/wire/allMethods.js";
import type { Field } from "../../../../src/wire/fields.js";
import type { AnyMethod } from "../../../../src/wire/methods.js";
import type { Json } from "../rawSocket.js";

type Scalar = Exclude<Field, { type: "model" }>;

/** A field of a method, one of a model of it too, and how to give it. */
export interface GivenField {
  readonly method: AnyMethod;
  /** The field it is in, if any. */
  readonly model: string | undefined;
  /** Where an error of it is reported: the method's component, or the model. */
  readonly component: string;
  readonly name: string;
  /** With the model it is in. */
  readonly path: string;
  readonly rule: Scalar;
  /** The fields beside it. */
  readonly beside: Readonly<Record<string, Field>>;
  /** Whether its place is the JSON of a body: a path, a query and a header hold text alone. */
  readonly inBody: boolean;
  give(value: unknown): Json;
  /** With others beside it. */
  giveAll(values: Json): Json;
}

// A missing access token is 401 and a long one is none of our business, so it has rows of its own.
const fieldsOf = (method: AnyMethod): GivenField[] =>
  Object.entries(method.fields).flatMap(([name, rule]): GivenField[] => {
    if (name === "accessToken") return [];
    const hasBody = method.verb === "POST" || method.verb === "PUT";
    const inBody = hasBody && !method.path.includes(`{${name}}`) && name !== "timeOffsetToken";
    if (rule.type !== "model") {
      const giveAll = (values: Json) => values;
      const give = (value: unknown) => ({ [name]: value });
      return [
        {
          method,
          model: undefined,
          component: method.component,
          name,
          path: name,
          rule,
          beside: method.fields,
          inBody,
          give,
          giveAll,
        },
      ];
    }
    return Object.entries(rule.fields).flatMap(([inner, innerRule]) => {
      if (innerRule.type === "model") throw new Error(`${name}.${inner} is nested twice.`);
      return {
        method,
        model: name,
        component: name,
        name: inner,
        path: `${name}.${inner}`,
        rule: innerRule,
        beside: rule.fields,
        inBody,
        give: (value: unknown) => ({ [name]: { [inner]: value } }),
        giveAll: (values: Json) => ({ [name]: values }),
      };
    });
  });

export const fields: readonly GivenField[] = allMethods.flatMap(fieldsOf);

/** Values for the fields beside it under which `name` is `value`, and nothing is missing but `except`. */
export function valuesWith(
  beside: GivenField["beside"],
  [name, value]: readonly [string, boolean],
  except: string,
): Json {
  const values: Json = { [name]: value };
  // What it depends on itself.
  for (let field = beside[name]; field?.condition; field = beside[field.condition[0]]) {
    values[field.condition[0]] = field.condition[1];
  }
  for (const [other, { requiredWhen }] of Object.entries(beside)) {
    if (other === except || other in values || !requiredWhen) continue;
    if (values[requiredWhen[0]] === requiredWhen[1]) values[other] = false;
  }
  return values;
}
