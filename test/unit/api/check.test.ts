import { describe, expect, test } from "vitest";
import { checkArguments } from "../../../src/api/check.js";
import { invalidArgument } from "../../../src/errors.js";
import { isGatewayError, type GatewayError } from "../../../src/errors.js";
import { allMethods } from "../../../src/wire/allMethods.js";
import type { AnyMethod } from "../../../src/wire/methods.js";
import { methods, models, type GoldenField, type GoldenFields } from "../../golden/golden.js";

// The rules come from the golden facts, so the method table is compared with them as well.

type Values = Record<string, unknown>;
type Ineffective = [field: string, needs: string];

const methodNamed = (name: string): AnyMethod => allMethods.find((method) => method.name === name)!;

/** The checked values, and the reported fields without effect. */
function check(method: string, values: Values): { sent: Values; ineffective: Ineffective[] } {
  const ineffective: Ineffective[] = [];
  const sent = checkArguments(method, methodNamed(method).fields, values, (_method, ...args) => {
    ineffective.push(args);
  });
  return { sent, ineffective };
}

function refusal(method: string, values: Values): GatewayError {
  try {
    check(method, values);
  } catch (error) {
    if (isGatewayError(error, "invalidArgument")) return error;
    throw error;
  }
  throw new Error(`${method} accepted ${JSON.stringify(values)}`);
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

/** Every field at its limit, with each condition true. */
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
      .map(
        ([field, rule]): [
          field: string,
          method: string,
          rule: GoldenField,
          validValues: Values,
        ] => [field, name, rule, required(fields)],
      ),
  );

const expectInvalidArgument = (error: GatewayError, method: string, field: string): void => {
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
  test.each(rows)("accepts the required values of %s alone", (method, fields) => {
    expect(check(method, required(fields))).toEqual({ sent: required(fields), ineffective: [] });
  });

  test.each(rows)("accepts every field of %s at its limit", (method, fields) => {
    expect(check(method, everything(fields))).toEqual({
      sent: everything(fields),
      ineffective: [],
    });
  });

  test.each(rows)("treats null and undefined in %s as absent", (method, fields) => {
    for (const nothing of [null, undefined]) {
      const optional = Object.keys(fields).filter((name) => !fields[name]!.mustBeSupplied);
      const values = Object.fromEntries(optional.map((name) => [name, nothing]));
      const { sent, ineffective } = check(method, { ...values, ...required(fields) });
      expect(sent).toStrictEqual(required(fields));
      expect(ineffective).toEqual([]);
    }
  });

  test.each(fieldsWhere(({ mustBeSupplied }) => mustBeSupplied))(
    "throws when %s is missing in %s",
    (field, method, _, validValues) => {
      const { [field]: _left, ...without } = validValues;
      expectInvalidArgument(refusal(method, without), method, field);
      for (const nothing of [null, undefined, ""]) {
        const error = refusal(method, { ...validValues, [field]: nothing });
        expectInvalidArgument(error, method, field);
        expect(error.message).toContain("must be supplied");
      }
    },
  );

  test.each(
    fieldsWhere(({ type }) => type === "string").filter(([name]) => name !== "accessToken"),
  )(
    "throws for a %s in %s that is one character too long, and names the limit",
    (field, method, { max }, validValues) => {
      const error = refusal(method, { ...validValues, [field]: "x".repeat(max! + 1) });
      expectInvalidArgument(error, method, field);
      expect(error.message).toContain(String(max));
    },
  );

  test.each(
    fieldsWhere(({ type }) => type === "string").filter(([name]) => name === "accessToken"),
  )("does not check the length of the %s in %s", (field, method, _, validValues) => {
    const accessToken = "x".repeat(1_025);
    expect(check(method, { ...validValues, [field]: accessToken }).sent).toMatchObject({
      accessToken,
    });
  });

  test.each(fieldsWhere(({ type }) => type === "int"))(
    "throws for a %s in %s that is out of range or not whole, and names the range",
    (field, method, { min, max }, validValues) => {
      for (const bad of [min! - 1, max! + 1, min! + 0.5, NaN, Infinity, -Infinity]) {
        const error = refusal(method, { ...validValues, [field]: bad });
        expectInvalidArgument(error, method, field);
        expect(error.message).toContain(`${min} to ${max}`);
      }
      expect(check(method, { ...validValues, [field]: min }).sent).toMatchObject({ [field]: min });
    },
  );

  const others: Record<GoldenField["type"], unknown[]> = {
    string: [1, true, {}, ["x"], 5n, Symbol("x"), () => "x"],
    int: ["1", true, {}, [1], 5n],
    bool: ["true", "False", 1, 0, {}, []],
    model: ["x", 1, true],
  };
  test.each(fieldsWhere(() => true))(
    "throws for a %s in %s of a wrong type",
    (field, method, { type }, validValues) => {
      for (const bad of others[type])
        expectInvalidArgument(refusal(method, { ...validValues, [field]: bad }), method, field);
    },
  );

  test.each(fieldsWhere(({ type }) => type === "model"))(
    "throws for a %s in %s that is a list",
    (field, method, _, validValues) => {
      expectInvalidArgument(refusal(method, { ...validValues, [field]: [] }), method, field);
    },
  );

  test("does not quote a wrong value", () => {
    const secret = "s3cr3t".repeat(30);
    const values = { namespaceName: "ns", userId: "u", token: secret.repeat(10) };
    expect(JSON.stringify(refusal("setFirebaseTokenByUserId", values))).not.toContain("s3cr3t");
  });

  test.each(rows)("drops unknown fields of %s", (method, fields) => {
    const strange = {
      x_gs2: { function: "disconnectAll" },
      xGs2ProjectToken: "stolen",
      contextStack: "c",
      slot: "player",
      toString: 1,
    };
    expect(check(method, { ...strange, ...required(fields) }).sent).toStrictEqual(required(fields));
  });

  test.each(rows)("does not read values of %s from a prototype", (method, fields) => {
    const values = JSON.parse('{"__proto__":{"limit":0,"polluted":true}}') as Values;
    const { sent } = check(method, { ...required(fields), ["__proto__"]: values["__proto__"] });
    expect(sent).toStrictEqual(required(fields));
    expect(Object.getPrototypeOf(sent)).toBe(Object.prototype);
    expect(({} as Values)["polluted"]).toBeUndefined();
  });

  test("does not change the given values", () => {
    const setting = Object.freeze({ enableAutoRun: null, queueNamespaceId: "q" });
    const values = Object.freeze({ name: "ns", description: null, transactionSetting: setting });
    const { sent } = check("createNamespace", values);
    expect(sent).toStrictEqual({ name: "ns", transactionSetting: { queueNamespaceId: "q" } });
  });
});

describe("a field with a condition", () => {
  const conditions = fieldsWhere(({ condition }) => condition);
  const kept = (field: string, rule: GoldenField, validValues: Values): Values => ({
    ...validValues,
    [field]: longest(rule),
    [rule.condition![0]]: rule.condition![1],
  });

  test("exists five times in the method table", () => {
    expect(conditions.map(([field, method]) => `${method} ${field}`)).toEqual([
      "setUserId sessionId",
      "setUserId force",
      "setUserIdByUserId sessionId",
      "setUserIdByUserId force",
      "sendNotification sound",
    ]);
  });

  test.each(conditions)(
    "%s in %s: is sent without a report while its condition holds",
    (field, method, rule, validValues) => {
      const values = kept(field, rule, validValues);
      expect(check(method, values)).toEqual({ sent: values, ineffective: [] });
    },
  );

  test.each(conditions)(
    "%s in %s: is sent and reported while its condition does not hold",
    (field, method, rule, validValues) => {
      const [other, wanted] = rule.condition!;
      const values = { ...kept(field, rule, validValues), [other]: !wanted };
      expect(check(method, values)).toEqual({
        sent: values,
        ineffective: [[field, `${other} is ${wanted}`]],
      });
    },
  );

  test.each(conditions)(
    "%s in %s: is reported by the server's default of an absent field",
    (field, method, rule, validValues) => {
      for (const nothing of [null, undefined]) {
        const values = { ...kept(field, rule, validValues), [rule.condition![0]]: nothing };
        expect(check(method, values).ineffective).toEqual([
          [field, `${rule.condition![0]} is ${rule.condition![1]}`],
        ]);
      }
    },
  );
});

test("the server's default of an absent field counts as its value", () => {
  const ineffective: Ineffective[] = [];
  const byDefault = { type: "bool", default: true } as const;
  const fields = {
    on: byDefault,
    effective: { type: "bool", condition: ["on", true] },
  } as const;
  const report = (_method: string, ...entry: Ineffective): void => void ineffective.push(entry);
  checkArguments("m", fields, { effective: true }, report);
  expect(ineffective).toEqual([]);
  checkArguments("m", fields, { on: false, effective: true }, report);
  expect(ineffective).toEqual([["effective", "on is true"]]);
});

describe("a field of a model", () => {
  const methodsWithModels = ["createNamespace", "updateNamespace"];
  const validValues = { name: "ns", namespaceName: "ns" };
  const setting = Object.entries(models.TransactionSetting);
  /** The switches that `field` depends on, all on. */
  const switchesOf = (field: string): Values => {
    const values: Values = {};
    for (let at: string | undefined = field; at;) {
      const rule: GoldenField["requiredWhen"] = models.TransactionSetting[at]!.requiredWhen;
      if (rule) values[rule[0]] = rule[1];
      at = rule?.[0];
    }
    return values;
  };
  const conditional = methodsWithModels.flatMap((method) =>
    setting
      .filter(([, { requiredWhen }]) => requiredWhen)
      .map(([field]): [string, string] => [field, method]),
  );

  test.each(conditional)(
    "%s in %s may be left out while the condition of its mark holds: it has a default",
    (field, method) => {
      expect(conditional).toHaveLength(8);
      expect(models.TransactionSetting[field]).toHaveProperty("default");
      const transactionSetting = switchesOf(field);
      for (const given of [undefined, null, true, false]) {
        const values = {
          ...validValues,
          transactionSetting: { ...transactionSetting, [field]: given },
        };
        const { sent, ineffective } = check(method, values);
        expect(sent["transactionSetting"]).toEqual(
          given == null ? transactionSetting : values.transactionSetting,
        );
        expect(ineffective).toEqual([]);
      }
    },
  );

  test.each(methodsWithModels)(
    "is sent by %s without the switch it depends on, and reported",
    (method) => {
      const transactionSetting = { enableAtomicCommit: true, transactionUseDistributor: true };
      const { sent, ineffective } = check(method, { ...validValues, transactionSetting });
      expect(sent).toMatchObject({ transactionSetting });
      // The second depends on a field that has no effect itself.
      expect(ineffective).toEqual([
        ["transactionSetting.enableAtomicCommit", "enableAutoRun is true"],
        ["transactionSetting.transactionUseDistributor", "enableAtomicCommit is true"],
      ]);
    },
  );

  test.each(methodsWithModels)("is required in %s where the model requires it", (method) => {
    for (const logSetting of [{}, { loggingNamespaceId: null }, { loggingNamespaceId: "" }]) {
      const error = refusal(method, { ...validValues, logSetting });
      expectInvalidArgument(error, method, "logSetting.loggingNamespaceId");
    }
  });

  test.each(methodsWithModels)("must have its type in %s", (method) => {
    for (const [field, { type }] of setting) {
      const transactionSetting = { [field]: type === "bool" ? "yes" : true };
      expectInvalidArgument(
        refusal(method, { ...validValues, transactionSetting }),
        method,
        `transactionSetting.${field}`,
      );
    }
  });

  test.each(methodsWithModels)("must keep its limit in %s", (method) => {
    for (const [field, { max }] of setting.filter(([, { type }]) => type === "string")) {
      const transactionSetting = { [field]: "x".repeat(max! + 1) };
      const error = refusal(method, { ...validValues, transactionSetting });
      expectInvalidArgument(error, method, `transactionSetting.${field}`);
      expect(error.message).toContain(String(max));
    }
  });

  test.each(methodsWithModels)("without effect is reported in %s", (method) => {
    expect(
      check(method, { ...validValues, transactionSetting: { enableAtomicCommit: false } })
        .ineffective,
    ).toEqual([["transactionSetting.enableAtomicCommit", "enableAutoRun is true"]]);
  });

  test.each(methodsWithModels)("that is unknown is dropped in %s", (method) => {
    const transactionSetting = { madeUp: "k", enableAutoRun: false };
    expect(check(method, { ...validValues, transactionSetting }).sent).toMatchObject({
      transactionSetting: { enableAutoRun: false },
    });
    expect(
      check(method, { ...validValues, transactionSetting }).sent["transactionSetting"],
    ).toStrictEqual({
      enableAutoRun: false,
    });
  });
});

describe("invalidArgument", () => {
  test("has the problem 'must be supplied' by default", () => {
    expectInvalidArgument(invalidArgument("call", "service"), "call", "service");
    expect(invalidArgument("call", "service").message).toBe("call: service must be supplied");
    expect(invalidArgument("takeOver", "slot", "has no binding").message).toBe(
      "takeOver: slot has no binding",
    );
  });
});
