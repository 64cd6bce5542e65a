import { describe, expect, test } from "vitest";
import { readFields } from "../../../src/emulator/calls/validate.js";
import { allMethods } from "../../../src/wire/allMethods.js";
import type { Field } from "../../../src/wire/fields.js";
import type { AnyMethod } from "../../../src/wire/methods.js";
import {
  logSettingFields,
  sendNotificationEntryFields,
  transactionSettingFields,
  type FirebaseToken,
  type LogSetting,
  type Namespace,
  type SendNotificationEntry,
  type TransactionSetting,
  type WebSocketSession,
} from "../../../src/wire/models.js";
import { serviceNotifications } from "../../../src/wire/notifications.js";
import {
  booleans,
  methods,
  models,
  named,
  notifications,
  type GoldenMethod,
} from "../../golden/golden.js";

const sentModels = {
  TransactionSetting: transactionSettingFields,
  LogSetting: logSettingFields,
} as const;

/** The rules of a row in the words of the reference: without what is ours alone, and models by their name. */
const inGoldenWords = (fields: Readonly<Record<string, Field>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(fields).map(([name, field]): [string, unknown] => {
      if (field.type === "model") {
        const { fields: inner, ...rules } = field;
        const model = Object.entries(sentModels).find(([, one]) => one === inner)?.[0];
        return [name, { ...rules, model }];
      }
      const { lenient: _, ...rules } = { lenient: undefined, ...field };
      return [name, rules];
    }),
  );

const rowOf = (name: string): AnyMethod => {
  const row = allMethods.find((method) => method.name === name);
  if (!row) throw new Error(`no row ${name}`);
  return row;
};

describe("the table of methods", () => {
  test("has the 28 methods of GS2-Gateway, no more, and each once", () => {
    expect(methods).toHaveLength(28);
    expect(allMethods.map(({ name }) => name).sort()).toEqual(
      methods.map(({ name }) => name).sort(),
    );
  });

  test.each(methods.map((method): [string, GoldenMethod] => [method.name, method]))(
    "has every fact about %s, and none of its own making",
    (_, golden) => {
      const { repeat: ours, ...row } = rowOf(golden.name);
      const { rest, paged, duplicationAvoider, fields, ...same } = golden;
      const [verb, path] = rest.split(" ");
      expect(ours).toBeTypeOf("string");
      expect({ ...row, fields: inGoldenWords(row.fields) }).toStrictEqual({
        ...same,
        verb,
        path,
        ...(paged && { paged }),
        ...(duplicationAvoider && { takesDuplicationAvoider: true }),
        fields,
      });
    },
  );

  test("is lenient about the length of access tokens alone, of which GS2 says two things", () => {
    const lenient = allMethods.flatMap(({ fields }) =>
      Object.entries(fields).flatMap(([name, field]) => ("lenient" in field ? name : [])),
    );
    expect(new Set(lenient)).toEqual(new Set(["accessToken"]));
    expect(lenient).toHaveLength(allMethods.filter(({ audience }) => audience === "player").length);
  });

  test("fills every path with fields that must be supplied", () => {
    for (const { name, path, fields } of allMethods) {
      for (const [, field] of path.matchAll(/\{(\w+)\}/g)) {
        expect(fields[field!], `${name}: ${field}`).toMatchObject({ mustBeSupplied: true });
      }
    }
  });

  test("gives a player's methods an access token, and the others none", () => {
    for (const { name, audience, fields } of allMethods) {
      expect("accessToken" in fields, name).toBe(audience === "player");
    }
  });
});

describe("what may be repeated", () => {
  const repeated = (how: AnyMethod["repeat"]) =>
    allMethods.filter(({ repeat }) => repeat === how).map(({ name }) => name);

  test("a call that only reads is safe to send twice", () => {
    for (const { name, verb, repeat } of allMethods) {
      if (verb === "GET") expect(repeat, name).toBe("safe");
    }
  });

  test("of those that write, setting a token twice is setting it once", () => {
    const writing = allMethods.filter(({ verb }) => verb !== "GET").map(({ name }) => name);
    expect(repeated("safe").filter((name) => writing.includes(name))).toEqual([
      "setFirebaseToken",
      "setFirebaseTokenByUserId",
    ]);
  });

  test("a token that is gone on the second try was deleted by the first", () => {
    expect(repeated("safeDelete")).toEqual(["deleteFirebaseToken", "deleteFirebaseTokenByUserId"]);
  });

  test("a bind is repeated by its binding alone", () => {
    expect(repeated("binding")).toEqual(["setUserId"]);
  });

  test("nothing that reaches other people is ever sent twice", () => {
    expect(repeated("never")).toEqual(
      expect.arrayContaining([
        "sendNotification",
        "sendMobileNotificationByUserId",
        "disconnectByUserId",
        "disconnectAll",
        "deleteNamespace",
      ]),
    );
  });
});

describe("models", () => {
  test.each([
    ["TransactionSetting", transactionSettingFields],
    ["LogSetting", logSettingFields],
    ["SendNotificationEntry", sendNotificationEntryFields],
  ] as const)("have the field rules of %s", (name, fields) => {
    expect(fields).toStrictEqual(models[name]);
  });

  type TypeName<T> = T extends number
    ? "long"
    : T extends string
      ? "string"
      : T extends TransactionSetting
        ? "TransactionSetting"
        : "LogSetting";
  /** What the compiler knows of a model, said again so that it can be compared: a wrong or missing line does not compile. */
  type Described<T> = {
    [K in keyof T]-?: { type: TypeName<NonNullable<T[K]>> } & (undefined extends T[K]
      ? { optional: true }
      : { optional?: never });
  };
  const text = { type: "string" } as const;
  const maybeText = { type: "string", optional: true } as const;
  const times = {
    createdAt: { type: "long" },
    updatedAt: { type: "long" },
    revision: { type: "long", optional: true },
  } as const;
  const namespace: Described<Namespace> = {
    namespaceId: text,
    name: text,
    description: maybeText,
    transactionSetting: { type: "TransactionSetting", optional: true },
    firebaseSecret: maybeText,
    logSetting: { type: "LogSetting", optional: true },
    ...times,
  };
  const webSocketSession: Described<WebSocketSession> = {
    webSocketSessionId: text,
    connectionId: text,
    namespaceName: text,
    userId: text,
    sessionId: maybeText,
    ...times,
  };
  const firebaseToken: Described<FirebaseToken> = {
    firebaseTokenId: text,
    userId: text,
    token: text,
    ...times,
  };

  test.each([
    ["Namespace", namespace],
    ["WebSocketSession", webSocketSession],
    ["FirebaseToken", firebaseToken],
  ] as const)("have the types of %s", (name, described) => {
    expect(described).toStrictEqual(models[name]);
  });

  test("are the six there are, with types for those that are sent", () => {
    const sent: [TransactionSetting, LogSetting, SendNotificationEntry] = [
      {},
      { loggingNamespaceId: "" },
      { userId: "", issuer: "", subject: "", payload: "" },
    ];
    expect(Object.keys(models)).toHaveLength(3 + sent.length);
  });
});

describe("notifications of GS2's services", () => {
  test("are the 26 known ones, with the fields of each, spelled as GS2 spells them", () => {
    expect(Object.keys(notifications)).toHaveLength(26);
    expect(serviceNotifications).toStrictEqual(notifications);
  });
});

describe("booleans on the wire", () => {
  test.each(named(booleans))("may be %s", (_, { method, sent, means }) => {
    const { component, fields } = rowOf(method);
    expect(readFields(component, fields, sent).values).toMatchObject(means);
  });

  test("may not be anything else", () => {
    const { component, fields } = rowOf("setUserId");
    for (const force of ["yes", "", 1, 0, {}]) {
      const { errors } = readFields(component, fields, {
        namespaceName: "ns-1",
        accessToken: "atok-1",
        force,
      });
      expect(errors, JSON.stringify(force)).toEqual([
        expect.objectContaining({ message: expect.stringContaining("force") as string }),
      ]);
    }
  });
});
