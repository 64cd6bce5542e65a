import { describe, expect, test } from "vitest";
import { readFields } from "../../../src/emulator/calls/validate.js";
import { allMethods } from "../../../src/wire/allMethods.js";
import type { Field } from "../../../src/wire/fields.js";
import type * as methodRows from "../../../src/wire/methods.js";
import type { AnyMethod, Method } from "../../../src/wire/methods.js";
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
  results,
  type GoldenMethod,
} from "../../golden/golden.js";

const sentModels = {
  TransactionSetting: transactionSettingFields,
  LogSetting: logSettingFields,
} as const;

/**
 * The rules of a method as in the GS2 reference: without this package's own, and models by name.
 */
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

const methodNamed = (name: string): AnyMethod => {
  const row = allMethods.find((method) => method.name === name);
  if (!row) throw new Error(`no method ${name}`);
  return row;
};

describe("the table of methods", () => {
  test("has the 28 methods of GS2-Gateway, each once", () => {
    expect(methods).toHaveLength(28);
    expect(allMethods.map(({ name }) => name).sort()).toEqual(
      methods.map(({ name }) => name).sort(),
    );
  });

  test.each(methods.map((method): [string, GoldenMethod] => [method.name, method]))(
    "has exactly the facts about %s",
    (_, golden) => {
      const { repeat: ours, ...row } = methodNamed(golden.name);
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

  test("is lenient about the length of access tokens only, for which GS2 has two limits", () => {
    const lenient = allMethods.flatMap(({ fields }) =>
      Object.entries(fields).flatMap(([name, field]) => ("lenient" in field ? name : [])),
    );
    expect(new Set(lenient)).toEqual(new Set(["accessToken"]));
    expect(lenient).toHaveLength(allMethods.filter(({ audience }) => audience === "player").length);
  });

  test("has required fields only in paths", () => {
    for (const { name, path, fields } of allMethods) {
      for (const [, field] of path.matchAll(/\{(\w+)\}/g)) {
        expect(fields[field!], `${name}: ${field}`).toMatchObject({ mustBeSupplied: true });
      }
    }
  });

  test("has an access token in players' methods only", () => {
    for (const { name, audience, fields } of allMethods) {
      expect("accessToken" in fields, name).toBe(audience === "player");
    }
  });
});

describe("repeat", () => {
  const repeated = (how: AnyMethod["repeat"]) =>
    allMethods.filter(({ repeat }) => repeat === how).map(({ name }) => name);

  test("is safe for all reads", () => {
    for (const { name, verb, repeat } of allMethods) {
      if (verb === "GET") expect(repeat, name).toBe("safe");
    }
  });

  test("is safe for writes that set a token", () => {
    const writing = allMethods.filter(({ verb }) => verb !== "GET").map(({ name }) => name);
    expect(repeated("safe").filter((name) => writing.includes(name))).toEqual([
      "setFirebaseToken",
      "setFirebaseTokenByUserId",
    ]);
  });

  test("is safeDelete for deletes of a token", () => {
    expect(repeated("safeDelete")).toEqual(["deleteFirebaseToken", "deleteFirebaseTokenByUserId"]);
  });

  test("is binding for setUserId", () => {
    expect(repeated("binding")).toEqual(["setUserId"]);
  });

  test("is never for calls that reach other players", () => {
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
  /**
   * The fields of each model, repeated for the comparison: a wrong or missing one does not compile.
   */
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

  test("are the six of the GS2 reference, with rules for those that are sent", () => {
    const sent: [TransactionSetting, LogSetting, SendNotificationEntry] = [
      {},
      { loggingNamespaceId: "" },
      { userId: "", issuer: "", subject: "", payload: "" },
    ];
    expect(Object.keys(models)).toHaveLength(3 + sent.length);
  });
});

describe("results", () => {
  type Named<T> = T extends readonly (infer Item)[]
    ? `List<${Named<Item> & string}>`
    : T extends string
      ? "string"
      : T extends Namespace
        ? "Namespace"
        : T extends WebSocketSession
          ? "WebSocketSession"
          : T extends FirebaseToken
            ? "FirebaseToken"
            : never;
  type ResultOf<M> = M extends Method<infer _, infer Result> ? Result : never;
  type ResultNames<M> = { [Field in keyof ResultOf<M>]-?: Named<NonNullable<ResultOf<M>[Field]>> };
  type Exports = typeof methodRows;

  const item = { item: "Namespace" } as const;
  const session = { item: "WebSocketSession" } as const;
  const token = { item: "FirebaseToken" } as const;
  const sessions = { items: "List<WebSocketSession>" } as const;
  const page = { nextPageToken: "string" } as const;
  /** Repeated for the comparison: a wrong or missing one does not compile. */
  const described: { readonly [Name in keyof Exports]: ResultNames<Exports[Name]> } = {
    describeNamespaces: { items: "List<Namespace>", ...page },
    createNamespace: item,
    getNamespaceStatus: { status: "string" },
    getNamespace: item,
    updateNamespace: item,
    deleteNamespace: item,
    getServiceVersion: { item: "string" },
    dumpUserDataByUserId: {},
    checkDumpUserDataByUserId: { url: "string" },
    cleanUserDataByUserId: {},
    checkCleanUserDataByUserId: {},
    prepareImportUserDataByUserId: { uploadToken: "string", uploadUrl: "string" },
    importUserDataByUserId: {},
    checkImportUserDataByUserId: { url: "string" },
    describeWebSocketSessions: { ...sessions, ...page },
    describeWebSocketSessionsByUserId: { ...sessions, ...page },
    setUserId: session,
    setUserIdByUserId: session,
    sendNotification: { protocol: "string", sendConnectionIds: "List<string>" },
    disconnectByUserId: sessions,
    disconnectAll: {},
    setFirebaseToken: token,
    setFirebaseTokenByUserId: token,
    getFirebaseToken: token,
    getFirebaseTokenByUserId: token,
    deleteFirebaseToken: token,
    deleteFirebaseTokenByUserId: token,
    sendMobileNotificationByUserId: {},
  };

  test.each(Object.entries(described))("have the fields of %s", (name, fields) => {
    expect(fields).toStrictEqual(results[name]);
  });

  test("are those of all methods", () => {
    expect(Object.keys(described).sort()).toEqual(Object.keys(results).sort());
  });
});

describe("notifications of GS2's services", () => {
  test("are the 26 known ones with their fields, as GS2 spells them", () => {
    expect(Object.keys(notifications)).toHaveLength(26);
    expect(serviceNotifications).toStrictEqual(notifications);
  });
});

describe("booleans on the wire", () => {
  test.each(named(booleans))("may be %s", (_, { method, sent, means }) => {
    const { component, fields } = methodNamed(method);
    expect(readFields(component, fields, sent).values).toMatchObject(means);
  });

  test("may not be anything else", () => {
    const { component, fields } = methodNamed("setUserId");
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
