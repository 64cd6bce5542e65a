import { describe, expect, test } from "vitest";
import * as ours from "../../../src/compat/gateway.js";
import * as official from "./official.js";

/** Fields of the GS2 reference that the classes of `gs2` 1.4.21 lack. */
const NOT_IN_1_4_21: Readonly<Record<string, readonly string[]>> = {
  DescribeNamespacesRequest: ["namePrefix"],
  CreateNamespaceRequest: ["transactionSetting"],
  UpdateNamespaceRequest: ["transactionSetting"],
  SetUserIdRequest: ["connectionId", "sessionId", "force"],
  SetUserIdByUserIdRequest: ["connectionId", "sessionId", "force"],
  SendNotificationResult: ["sendConnectionIds"],
  Namespace: ["transactionSetting"],
  WebSocketSession: ["sessionId"],
};
const CLASSES_NOT_IN_1_4_21 = [
  "GetServiceVersionRequest",
  "GetServiceVersionResult",
  "SendNotificationEntry",
  "TransactionSetting",
];

interface Pair {
  name: string;
  their: official.AnyClass;
  our: official.AnyClass;
}
type Classes = Readonly<Record<string, official.AnyClass>>;
const groups = [
  [official.gateway.request, ours.request],
  [official.gateway.result, ours.result],
  [official.gateway.model, ours.model],
] as unknown as [their: Classes, our: Classes][];
const pairs: Pair[] = groups.flatMap(([their, our]) =>
  Object.keys(their).map((name) => ({ name, their: their[name]!, our: our[name]! })),
);

/** The fields of all models and results; each class reads its own. */
const model = {
  ...Object.fromEntries(
    [
      "namespaceId",
      "name",
      "description",
      "firebaseSecret",
      "webSocketSessionId",
      "connectionId",
      "namespaceName",
      "userId",
      "firebaseTokenId",
      "token",
      "loggingNamespaceId",
    ].map((field) => [field, `${field}-0001`]),
  ),
  logSetting: { loggingNamespaceId: "grn" },
  createdAt: 1,
  updatedAt: 2,
  revision: 3,
};
const data = {
  ...model,
  item: model,
  items: [model, { ...model, revision: 4 }],
  nextPageToken: "next",
  url: "url",
  status: "status",
  protocol: "protocol",
  uploadToken: "upload",
  uploadUrl: "upload-url",
  accessToken: "access",
  timeOffsetToken: "offset",
  pageToken: "page",
  limit: 5,
  allowConcurrentAccess: false,
  subject: "subject",
  payload: "payload",
  enableTransferMobileNotification: true,
  sound: "sound",
};

const methodsOf = (owner: object) =>
  Object.getOwnPropertyNames(owner).filter(
    (name) => !["length", "name", "prototype"].includes(name),
  );
const capitalized = (name: string) => name[0]!.toUpperCase() + name.slice(1);

/** Without unset fields: they are null here, and null or undefined in the official classes. */
const known = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_, inner: unknown) => inner ?? undefined));

describe("the compat classes", () => {
  test("are those of gs2 1.4.21, and flat as well as under request, result and model", () => {
    const grouped = groups.flatMap(([, our]) => Object.keys(our));
    expect(pairs.map(({ name }) => name).sort()).toEqual(
      grouped.filter((name) => !CLASSES_NOT_IN_1_4_21.includes(name)).sort(),
    );
    expect(pairs).toHaveLength(27 + 27 + 4);
    for (const [, our] of groups) expect(ours).toMatchObject(our);
  });

  test.each(pairs)("have the methods of those of gs2 1.4.21: $name", ({ name, their, our }) => {
    const added = (NOT_IN_1_4_21[name] ?? []).map(capitalized);
    if (name.endsWith("Request")) added.push("DryRun");
    const prototypes = [our.prototype, Object.getPrototypeOf(our.prototype)] as object[];
    expect([...new Set(prototypes.flatMap(methodsOf))].sort()).toEqual(
      [
        ...methodsOf(their.prototype as object),
        ...added.flatMap((field) => [`get${field}`, `set${field}`, `with${field}`]),
      ].sort(),
    );
    const statics = methodsOf(their);
    expect(statics.filter((method) => !(method in our))).toEqual([]);
    expect(our.name).toBe(name);
  });

  test.each(pairs)("read and write the same dict: $name", ({ name, their, our }) => {
    const missing = NOT_IN_1_4_21[name] ?? [];
    const given = Object.fromEntries(
      Object.entries(data).filter(([key]) => !missing.includes(key)),
    );
    const theirs = their.fromDict(given);
    const made = our.fromDict(given);
    expect(made).toBeInstanceOf(our);
    expect(known(made["toDict"]!())).toEqual(known(theirs["toDict"]!()));
    expect(known(made)).toEqual(known(theirs));
    expect(known(new our()["toDict"]!())).toEqual(known(new their()["toDict"]!()));
    const empty = our.fromDict({});
    expect(known(empty["toDict"]!())).toEqual(known(their.fromDict({})["toDict"]!()));
    for (const method of methodsOf(their.prototype as object)) {
      if (!method.startsWith("get")) continue;
      expect(known({ it: made[method]!() }), method).toEqual(known({ it: theirs[method]!() }));
      const field = method.slice("get".length);
      for (const prefix of ["set", "with"]) {
        const fresh = new our();
        expect(fresh[method]!()).toBeNull();
        expect(fresh[prefix + field]!("given")).toBe(fresh);
        expect(fresh[method]!()).toBe("given");
      }
    }
  });

  test("return null from fromDict for null and undefined, where they are models", () => {
    expect(ours.Namespace.fromDict(null)).toBeNull();
    expect(ours.Namespace.fromDict(undefined)).toBeNull();
    expect(ours.GetNamespaceResult.fromDict({}).getItem()).toBeNull();
    expect(ours.DescribeNamespacesResult.fromDict({}).getItems()).toEqual([]);
  });

  test("contain model objects after fromDict", () => {
    const result = ours.DescribeNamespacesResult.fromDict({
      items: [{ name: "n", transactionSetting: { enableAutoRun: true } }],
    });
    const [namespace] = result.getItems()!;
    expect(namespace).toBeInstanceOf(ours.Namespace);
    expect(namespace!.getTransactionSetting()).toBeInstanceOf(ours.TransactionSetting);
    expect(namespace!.getTransactionSetting()!.getEnableAutoRun()).toBe(true);
  });
});

describe("a GRN", () => {
  const grns = {
    Namespace: "grn:gs2:region-1:owner-1:gateway:namespace-1",
    WebSocketSession:
      "grn:gs2:region-1:owner-1:gateway:namespace-1:user:user-1:session:connection-1",
    FirebaseToken: "grn:gs2:region-1:owner-1:gateway:namespace-1:user:user-1:firebase:token",
  };
  type Statics = Record<string, (...parts: unknown[]) => unknown>;

  test.each(Object.entries(grns))("is read and created as by gs2 1.4.21: %s", (name, grn) => {
    const their = official.gateway.model[name] as unknown as Statics;
    const our = ours.model[name as keyof typeof grns] as unknown as Statics;
    const getters = methodsOf(their).filter((method) => method.startsWith("get"));
    expect(getters.length).toBeGreaterThan(2);
    for (const getter of getters) {
      expect(our[getter]!(grn), getter).toBe(their[getter]!(grn));
      expect(our[getter]!("grn:gs2:other")).toBeNull();
    }
    expect([our["isValid"]!(grn), our["isValid"]!("grn:gs2:other")]).toEqual([true, false]);
    const parts = ["region-1", "owner-1", "namespace-1", "user-1", "connection-1"];
    expect(our["createGrn"]!(...parts)).toBe(grn);
    expect(our["createGrn"]!(...parts)).toBe(their["createGrn"]!(...parts));
    expect(our["createGrn"]!()).toBe(their["createGrn"]!());
  });
});
