import { describe, expect, test } from "vitest";
import { checkArguments } from "../../../src/api/check.js";
import { invalidArgument } from "../../../src/errors.js";
import { isGatewayError, type GatewayError } from "../../../src/errors.js";
import { allMethods } from "../../../src/wire/allMethods.js";
import type { AnyMethod } from "../../../src/wire/methods.js";
import { methods, models, type GoldenField, type GoldenFields } from "../../golden/golden.js";

// Which rules there are is read from the golden facts, not from the table: so the two are compared once more on the way.

type Values = Record<string, unknown>;
type Broken = [field: string, needs: string];

const rowOf = (name: string): AnyMethod => allMethods.find((method) => method.name === name)!;

/** What is sent of these values, and what is said about them. */
function check(method: string, values: Values): { sent: Values; broken: Broken[] } {
  const broken: Broken[] = [];
  const sent = checkArguments(method, rowOf(method).fields, values, (_method, ...told) => {
    broken.push(told);
  });
  return { sent, broken };
}

function refusal(method: string, values: Values): GatewayError {
  try {
    check(method, values);
  } catch (error) {
    if (isGatewayError(error, "invalidArgument")) return error;
    throw error;
  }
  throw new Error(`${method} took ${JSON.stringify(values)}`);
}

const longest = (field: GoldenField): unknown =>
  field.type === "string"
    ? "x".repeat(field.max!)
    : field.type === "int"
      ? field.max
      : field.type === "bool"
        ? true
        : field.model === "LogSetting"
          ? { loggingNamespaceId: "x".repeat(models.LogSetting["loggingNamespaceId"]!.max!) }
          : {};

const required = (fields: GoldenFields): Values =>
  Object.fromEntries(
    Object.entries(fields)
      .filter(([, { mustBeSupplied }]) => mustBeSupplied)
      .map(([name, { max }]) => [name, "x".repeat(max!)]),
  );

/** Every field at its limit, and each condition kept. */
const everything = (fields: GoldenFields): Values => {
  const values = Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [name, longest(field)]),
  );
  for (const { condition } of Object.values(fields))
    if (condition) values[condition[0]] = condition[1];
  return values;
};

const rows = methods.map(({ name, fields }): [string, GoldenFields] => [name, fields]);
const fieldsWhere = (wanted: (field: GoldenField) => unknown) =>
  methods.flatMap(({ name, fields }) =>
    Object.entries(fields)
      .filter(([, field]) => wanted(field))
      .map(([field, rule]): [field: string, method: string, rule: GoldenField, good: Values] => [
        field,
        name,
        rule,
        required(fields),
      ]),
  );

const says = (error: GatewayError, method: string, field: string): void => {
  expect(error.message.startsWith(`${method}: ${field} `), error.message).toBe(true);
  expect(error).toMatchObject({
    kind: "invalidArgument",
    method,
    outcome: "notSent",
    retryable: false,
  });
  expect(error.status).toBeUndefined();
  expect(error.errors).toHaveLength(1);
  expect(error.errors[0]).toMatchObject({
    component: field,
    message: expect.stringMatching(/./) as string,
  });
};

describe("checkArguments", () => {
  test.each(rows)("sends of %s what must be supplied, and nothing more", (method, fields) => {
    expect(check(method, required(fields))).toEqual({ sent: required(fields), broken: [] });
  });

  test.each(rows)("lets every field of %s go to its limit", (method, fields) => {
    expect(check(method, everything(fields))).toEqual({ sent: everything(fields), broken: [] });
  });

  test.each(rows)("takes null and undefined in %s for absent", (method, fields) => {
    for (const nothing of [null, undefined]) {
      const optional = Object.keys(fields).filter((name) => !fields[name]!.mustBeSupplied);
      const values = Object.fromEntries(optional.map((name) => [name, nothing]));
      const { sent, broken } = check(method, { ...values, ...required(fields) });
      expect(sent).toStrictEqual(required(fields));
      expect(broken).toEqual([]);
    }
  });

  test.each(fieldsWhere(({ mustBeSupplied }) => mustBeSupplied))(
    "refuses to go without %s in %s",
    (field, method, _, good) => {
      const { [field]: _left, ...without } = good;
      says(refusal(method, without), method, field);
      for (const nothing of [null, undefined, ""]) {
        const error = refusal(method, { ...good, [field]: nothing });
        says(error, method, field);
        expect(error.message).toContain("must be supplied");
      }
    },
  );

  test.each(
    fieldsWhere(({ type }) => type === "string").filter(([name]) => name !== "accessToken"),
  )(
    "refuses a %s in %s that is one character too long, and says how long it may be",
    (field, method, { max }, good) => {
      const error = refusal(method, { ...good, [field]: "x".repeat(max! + 1) });
      says(error, method, field);
      expect(error.message).toContain(String(max));
    },
  );

  test.each(
    fieldsWhere(({ type }) => type === "string").filter(([name]) => name === "accessToken"),
  )("leaves the length of the %s in %s to the server", (field, method, _, good) => {
    const accessToken = "x".repeat(1_025);
    expect(check(method, { ...good, [field]: accessToken }).sent).toMatchObject({ accessToken });
  });

  test.each(fieldsWhere(({ type }) => type === "int"))(
    "refuses a %s in %s out of its range or not whole, and says the range",
    (field, method, { min, max }, good) => {
      for (const bad of [min! - 1, max! + 1, min! + 0.5, NaN, Infinity, -Infinity]) {
        const error = refusal(method, { ...good, [field]: bad });
        says(error, method, field);
        expect(error.message).toContain(`${min} to ${max}`);
      }
      expect(check(method, { ...good, [field]: min }).sent).toMatchObject({ [field]: min });
    },
  );

  const others: Record<GoldenField["type"], unknown[]> = {
    string: [1, true, {}, ["x"], 5n, Symbol("x"), () => "x"],
    int: ["1", true, {}, [1], 5n],
    bool: ["true", "False", 1, 0, {}, []],
    model: ["x", 1, true],
  };
  test.each(fieldsWhere(() => true))(
    "refuses a %s in %s of a wrong type",
    (field, method, { type }, good) => {
      for (const bad of others[type])
        says(refusal(method, { ...good, [field]: bad }), method, field);
    },
  );

  test.each(fieldsWhere(({ type }) => type === "model"))(
    "refuses a %s in %s that is a list",
    (field, method, _, good) => {
      says(refusal(method, { ...good, [field]: [] }), method, field);
    },
  );

  test("never quotes a value it refuses", () => {
    const secret = "s3cr3t".repeat(30);
    const values = { namespaceName: "ns", userId: "u", token: secret.repeat(10) };
    expect(JSON.stringify(refusal("setFirebaseTokenByUserId", values))).not.toContain("s3cr3t");
  });

  test.each(rows)("leaves out of %s what the table does not know", (method, fields) => {
    const strange = {
      x_gs2: { function: "disconnectAll" },
      xGs2ProjectToken: "stolen",
      contextStack: "c",
      slot: "player",
      toString: 1,
    };
    expect(check(method, { ...strange, ...required(fields) }).sent).toStrictEqual(required(fields));
  });

  test.each(rows)("takes no prototype for an argument of %s", (method, fields) => {
    const values = JSON.parse('{"__proto__":{"limit":0,"polluted":true}}') as Values;
    const { sent } = check(method, { ...required(fields), ["__proto__"]: values["__proto__"] });
    expect(sent).toStrictEqual(required(fields));
    expect(Object.getPrototypeOf(sent)).toBe(Object.prototype);
    expect(({} as Values)["polluted"]).toBeUndefined();
  });

  test("does not change what it is given", () => {
    const setting = Object.freeze({ enableAutoRun: null, queueNamespaceId: "q" });
    const values = Object.freeze({ name: "ns", description: null, transactionSetting: setting });
    const { sent } = check("createNamespace", values);
    expect(sent).toStrictEqual({ name: "ns", transactionSetting: { queueNamespaceId: "q" } });
  });
});

describe("a field that has an effect only beside another", () => {
  const conditions = fieldsWhere(({ condition }) => condition);
  const kept = (field: string, rule: GoldenField, good: Values): Values => ({
    ...good,
    [field]: longest(rule),
    [rule.condition![0]]: rule.condition![1],
  });

  test("is found five times in the table", () => {
    expect(conditions.map(([field, method]) => `${method} ${field}`)).toEqual([
      "setUserId sessionId",
      "setUserId force",
      "setUserIdByUserId sessionId",
      "setUserIdByUserId force",
      "sendNotification sound",
    ]);
  });

  test.each(conditions)(
    "%s in %s: is sent in silence while it has",
    (field, method, rule, good) => {
      const values = kept(field, rule, good);
      expect(check(method, values)).toEqual({ sent: values, broken: [] });
    },
  );

  test.each(conditions)(
    "%s in %s: is sent all the same while it has none, and told",
    (field, method, rule, good) => {
      const [other, wanted] = rule.condition!;
      const values = { ...kept(field, rule, good), [other]: !wanted };
      expect(check(method, values)).toEqual({
        sent: values,
        broken: [[field, `${other} is ${wanted}`]],
      });
    },
  );

  test.each(conditions)(
    "%s in %s: is measured by the server's default while the other is absent",
    (field, method, rule, good) => {
      for (const nothing of [null, undefined]) {
        const values = { ...kept(field, rule, good), [rule.condition![0]]: nothing };
        expect(check(method, values).broken).toEqual([
          [field, `${rule.condition![0]} is ${rule.condition![1]}`],
        ]);
      }
    },
  );
});

test("what the server takes for an absent field counts as its value", () => {
  const broken: Broken[] = [];
  const byDefault = { type: "bool", default: true } as const;
  const fields = {
    on: byDefault,
    effective: { type: "bool", condition: ["on", true] },
    asked: { type: "bool", requiredWhen: ["on", true] },
  } as const;
  const told = (_method: string, ...one: Broken): void => void broken.push(one);
  checkArguments("m", fields, { effective: true, asked: true }, told);
  expect(broken).toEqual([]);
  expect(() => checkArguments("m", fields, { effective: true }, told)).toThrow("asked");
  checkArguments("m", fields, { on: false, effective: true }, told);
  expect(broken).toEqual([["effective", "on is true"]]);
});

describe("a field of a model", () => {
  const methodsWithModels = ["createNamespace", "updateNamespace"];
  const good = { name: "ns", namespaceName: "ns" };
  const setting = Object.entries(models.TransactionSetting);
  /** A setting in which `field` is asked for: all switches before it are on. */
  const askingFor = (field: string): Values => {
    const values: Values = {};
    for (let at: string | undefined = field; at;) {
      const rule: GoldenField["requiredWhen"] = models.TransactionSetting[at]!.requiredWhen;
      if (rule) values[rule[0]] = rule[1];
      at = rule?.[0];
    }
    // The switches on the way are on, so what they ask for has to be there too.
    for (const [name, { requiredWhen: when }] of setting) {
      if (name !== field && when && values[when[0]] === when[1]) values[name] ??= false;
    }
    return values;
  };
  const asked = methodsWithModels.flatMap((method) =>
    setting
      .filter(([, { requiredWhen }]) => requiredWhen)
      .map(([field, rule]): [string, string, GoldenField] => [field, method, rule]),
  );

  test.each(asked)("%s in %s must be there while another asks for it", (field, method, rule) => {
    const transactionSetting = askingFor(field);
    const [other, wanted] = rule.requiredWhen!;
    const error = refusal(method, { ...good, transactionSetting });
    says(error, method, `transactionSetting.${field}`);
    expect(error.message).toContain(`while ${other} is ${wanted}`);
    for (const given of [true, false]) {
      const whole = { ...transactionSetting, [field]: given };
      // Switched on it may ask for more: those are other tests.
      if (given && setting.some(([, { requiredWhen: w }]) => w?.[0] === field)) continue;
      expect(check(method, { ...good, transactionSetting: whole }).sent).toMatchObject({
        transactionSetting: whole,
      });
    }
  });

  test.each(asked)("%s in %s may be absent while nothing asks for it", (field, method, rule) => {
    const transactionSetting = { [rule.requiredWhen![0]]: !rule.requiredWhen![1] };
    const { sent } = check(method, { ...good, transactionSetting: { [field]: null } });
    expect(sent).toMatchObject({ transactionSetting: {} });
    expect(check(method, { ...good, transactionSetting }).sent).toMatchObject({
      transactionSetting,
    });
  });

  test.each(methodsWithModels)("must be there in %s where the model needs it", (method) => {
    for (const logSetting of [{}, { loggingNamespaceId: null }, { loggingNamespaceId: "" }]) {
      const error = refusal(method, { ...good, logSetting });
      says(error, method, "logSetting.loggingNamespaceId");
    }
  });

  test.each(methodsWithModels)("has its type in %s", (method) => {
    for (const [field, { type }] of setting) {
      const transactionSetting = { [field]: type === "bool" ? "yes" : true };
      says(refusal(method, { ...good, transactionSetting }), method, `transactionSetting.${field}`);
    }
  });

  test.each(methodsWithModels)("has its limit in %s", (method) => {
    for (const [field, { max }] of setting.filter(([, { type }]) => type === "string")) {
      const transactionSetting = { [field]: "x".repeat(max! + 1) };
      const error = refusal(method, { ...good, transactionSetting });
      says(error, method, `transactionSetting.${field}`);
      expect(error.message).toContain(String(max));
    }
  });

  test.each(methodsWithModels)("without an effect is told in %s, too", (method) => {
    expect(
      check(method, { ...good, transactionSetting: { enableAtomicCommit: false } }).broken,
    ).toEqual([["transactionSetting.enableAtomicCommit", "enableAutoRun is true"]]);
  });

  test.each(methodsWithModels)("nobody knows is left out of %s", (method) => {
    const transactionSetting = { keyId: "k", enableAutoRun: false };
    expect(check(method, { ...good, transactionSetting }).sent).toMatchObject({
      transactionSetting: { enableAutoRun: false },
    });
    expect(check(method, { ...good, transactionSetting }).sent["transactionSetting"]).toStrictEqual(
      {
        enableAutoRun: false,
      },
    );
  });
});

describe("invalidArgument", () => {
  test("says that something must be supplied unless told another problem", () => {
    says(invalidArgument("call", "service"), "call", "service");
    expect(invalidArgument("call", "service").message).toBe("call: service must be supplied");
    expect(invalidArgument("takeOver", "slot", "has no binding").message).toBe(
      "takeOver: slot has no binding",
    );
  });
});
