import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { BasicGs2Credential, Gs2Constant, Gs2RestSession } from "../../../src/compat/core.js";
import {
  Gs2GatewayRestClient,
  Gs2GatewayWebSocketClient,
  model,
  request,
} from "../../../src/compat/gateway.js";
import { allMethods } from "../../../src/wire/allMethods.js";
import type { Field } from "../../../src/wire/fields.js";
import type { AnyMethod } from "../../../src/wire/methods.js";
import * as official from "./official.js";
import { startRecordingServer, type Recorded, type RecordingServer } from "./recordingServer.js";

/**
 * Fields of the GS2 reference that the requests of `gs2` 1.4.21 lack and cannot send. The first
 * test compares the list with its request classes.
 */
const NOT_IN_1_4_21: Readonly<Record<string, readonly string[]>> = {
  describeNamespaces: ["namePrefix"],
  createNamespace: ["transactionSetting"],
  updateNamespace: ["transactionSetting"],
  setUserId: ["connectionId", "sessionId", "force"],
  setUserIdByUserId: ["connectionId", "sessionId", "force"],
};
/** `gs2` 1.4.21 lacks this method. */
const NO_METHOD_IN_1_4_21 = "getServiceVersion";
/** Other values of a request; `dryRun` exists in the official SDKs for C# and Go only. */
const COMMON_FIELDS = ["requestId", "contextStack"];

const classOf = (name: string) => name[0]!.toUpperCase() + name.slice(1);
const rows = allMethods.filter(({ name }) => name !== NO_METHOD_IN_1_4_21);
const officialRequest = (name: string) => official.gateway.request[`${classOf(name)}Request`]!;
const ourRequest = (name: string) =>
  (request as unknown as Record<string, official.AnyClass>)[`${classOf(name)}Request`]!;

/** Names of the getters of a request. */
const fieldsOf = (made: object): string[] => {
  const names: string[] = [];
  for (let at: unknown = made; at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    names.push(...Object.getOwnPropertyNames(at));
  }
  return names
    .filter((name) => /^get[A-Z]/.test(name))
    .map((name) => name.charAt(3).toLowerCase() + name.slice(4))
    .sort();
};

const constants = [official.core.Gs2Constant, Gs2Constant];
const hosts = { ...Gs2Constant };
let server: RecordingServer;
beforeAll(async () => {
  server = await startRecordingServer();
  for (const one of constants) one.ENDPOINT_HOST = `${server.url}/{service}/{region}`;
});
afterAll(async () => {
  for (const one of constants) Object.assign(one, hosts);
  await server.stop();
});
beforeEach(() => {
  server.answer = { status: 200, body: {} };
  server.take();
});

const session = () => ({
  credential: { clientId: "client-0001" },
  region: "ap-northeast-1",
  projectToken: "project-token-0001",
  expiresAt: null,
});
const theirs = () => new official.gateway.Gs2GatewayRestClient(session());
const ours = () =>
  new Gs2GatewayRestClient(session() as never) as unknown as ReturnType<typeof theirs>;

function valueOf(name: string, field: Field, makeModel: (name: string) => object): unknown {
  switch (field.type) {
    case "string":
      return `${name}-0001`;
    case "int":
      return 5;
    case "bool":
      // What is no default.
      return field.default !== true;
    case "model":
      return official.fill(
        makeModel(classOf(name)),
        Object.fromEntries(
          Object.entries(field.fields).map(([inner, rules]) => [
            inner,
            valueOf(inner, rules, makeModel),
          ]),
        ),
      );
  }
}

/** The values that both can send; models as classes of one side. */
function valuesFor(
  row: AnyMethod,
  models: Readonly<Record<string, new () => object>>,
  wanted: (name: string, field: Field) => boolean,
): Record<string, unknown> {
  const missing = NOT_IN_1_4_21[row.name] ?? [];
  return Object.fromEntries(
    Object.entries(row.fields)
      .filter(([name, field]) => !missing.includes(name) && wanted(name, field))
      .map(([name, field]) => [name, valueOf(name, field, (model) => new models[model]!())]),
  );
}
const ourModels = model as unknown as Readonly<Record<string, new () => object>>;

/** Sends the same call through both and returns the recorded requests. */
async function sendBoth(
  row: AnyMethod,
  wanted: (name: string, field: Field) => boolean,
  more: Readonly<Record<string, unknown>> = {},
): Promise<{ their: Recorded; our: Recorded }> {
  const { name } = row;
  const theirValues = valuesFor(row, official.gateway.model, wanted);
  await theirs()[name]!(official.fill(new (officialRequest(name))(), { ...theirValues, ...more }));
  const ourValues = valuesFor(row, ourModels, wanted);
  await ours()[name]!(official.fill(new (ourRequest(name))(), { ...ourValues, ...more }));
  const [their, our, ...none] = server.take();
  expect(none).toEqual([]);
  return { their: their!, our: our! };
}

/** The headers of the SDKs, without those that the HTTP libraries add. */
const headersOf = ({ headers }: Recorded) =>
  Object.fromEntries(
    Object.entries(headers).filter(
      ([name]) => name.startsWith("x-gs2-") || ["authorization", "content-type"].includes(name),
    ),
  );

/**
 * null-encoding in gateway-api.json: unset values are sent as null in a body and as the text "null"
 * in a query.
 */
function withoutNulls(recorded: Recorded): Recorded {
  const drop = (value: unknown, nothing: unknown): unknown =>
    typeof value === "object" && value !== null
      ? Object.fromEntries(
          Object.entries(value)
            .filter(([, inner]) => inner !== nothing)
            .map(([name, inner]) => [name, drop(inner, nothing)]),
        )
      : value;
  return {
    ...recorded,
    body: drop(recorded.body, null),
    query: drop(recorded.query, "null") as Recorded["query"],
  };
}

const compared = (recorded: Recorded) => ({ ...recorded, headers: headersOf(recorded) });
const avoider = (row: AnyMethod) =>
  row.takesDuplicationAvoider ? { duplicationAvoider: "avoider-0001" } : {};

describe("the requests of gs2 1.4.21", () => {
  test.each(rows)("have compat's fields except those listed: $name", (row) => {
    const their = fieldsOf(new (officialRequest(row.name))());
    const our = fieldsOf(new (ourRequest(row.name))());
    const missing = [...(NOT_IN_1_4_21[row.name] ?? []), "dryRun"];
    expect([...their, ...missing].sort()).toEqual(our);
    expect(our).toEqual(
      [...Object.keys(row.fields), ...Object.keys(avoider(row)), ...COMMON_FIELDS, "dryRun"].sort(),
    );
  });

  test("exist for 27 methods", () => {
    expect(rows).toHaveLength(27);
    const their = Object.getOwnPropertyNames(official.gateway.Gs2GatewayRestClient.prototype);
    expect(their.filter((name) => name !== "constructor").sort()).toEqual(
      rows.map(({ name }) => name).sort(),
    );
  });
});

describe("a call through compat and through gs2 1.4.21", () => {
  const everything = () => true;
  const needed = (_: string, field: Field) => field.mustBeSupplied === true;

  test.each(rows)("is the same on the wire with all values set: $name", async (row) => {
    const more = {
      requestId: "request-0001",
      contextStack: "stack-0001",
      ...avoider(row),
    };
    const { their, our } = await sendBoth(row, everything, more);
    // No value is unset, so none is null: the two must be equal.
    expect(compared(our)).toEqual(compared(their));
    expect(our.headers["x-gs2-request-id"]).toBe("request-0001");
  });

  test.each(rows)("differs only in nulls with the required values alone: $name", async (row) => {
    const { their, our } = await sendBoth(row, needed);
    expect(compared(our)).toEqual(compared(withoutNulls(their)));
    expect(our).toEqual(withoutNulls(our));
    expect(headersOf(our)).not.toHaveProperty("x-gs2-duplication-avoider");
  });

  // path-values in gateway-api.json: gs2 does not encode them, its HTTP library does.
  test.each(rows.filter(({ path }) => path.includes("{")))(
    "differs in the encoding of path values alone: $name",
    async (row) => {
      const field = /\{(\w+)\}/.exec(row.path)![1]!;
      const { their, our } = await sendBoth(row, needed, { [field]: "ü+: x" });
      expect(decodeURIComponent(our.path)).toBe(decodeURIComponent(their.path));
      expect({ ...compared(our), path: "" }).toEqual({
        ...compared(withoutNulls(their)),
        path: "",
      });
    },
  );

  test("keeps its path for values with which gs2 leaves it", async () => {
    const row = rows.find(({ name }) => name === "getNamespace")!;
    const { their, our } = await sendBoth(row, needed, { namespaceName: "a/b?c" });
    expect(our.path).toBe("/gateway/ap-northeast-1/a%2Fb%3Fc");
    expect(their.path).toBe("/gateway/ap-northeast-1/a/b");
  });

  test("is the same with a query that must be encoded", async () => {
    const row = rows.find(({ name }) => name === "describeWebSocketSessions")!;
    const { their, our } = await sendBoth(row, everything, { pageToken: "a b&c=ü+/%20" });
    expect(compared(our)).toEqual(compared(their));
  });

  test("without connectionId sends none", async () => {
    const row = rows.find(({ name }) => name === "setUserId")!;
    const { our } = await sendBoth(row, needed);
    expect(our.body).toEqual({});
  });

  test("rejects with the same list", async () => {
    const list = [{ component: "namespace", message: "gateway.namespace.error.notFound" }];
    server.answer = { status: 404, body: { message: JSON.stringify(list) } };
    for (const client of [theirs(), ours()]) {
      for (const { name, fields } of rows) {
        const Request =
          client instanceof Gs2GatewayRestClient ? ourRequest(name) : officialRequest(name);
        const needs = Object.keys(fields).filter((field) => needed(field, fields[field]!));
        const values = Object.fromEntries(needs.map((field) => [field, "x"]));
        await expect(client[name]!(official.fill(new Request(), values)), name).rejects.toEqual(
          list,
        );
      }
    }
  });
});

describe("the login", () => {
  test("is the same on the wire", async () => {
    server.answer = {
      status: 200,
      body: { access_token: "t", token_type: "Bearer", expires_in: 60 },
    };
    await new official.core.Gs2RestSession(
      new official.core.BasicGs2Credential("client-0001", "secret-0001"),
      "eu-west-1",
    ).connect();
    await new Gs2RestSession(
      new BasicGs2Credential("client-0001", "secret-0001"),
      "eu-west-1",
    ).connect();
    const [their, our] = server.take();
    expect(compared(our!)).toEqual(compared(their!));
    expect(our).toMatchObject({ path: "/identifier/eu-west-1/projectToken/login" });
  });
});

describe("a call over the socket", () => {
  /** Records what is sent. */
  const recorder = () => {
    const sent: unknown[][] = [];
    const send = async (...call: unknown[]) => {
      sent.push(call);
      return { item: null };
    };
    return { sent, send };
  };
  const values = {
    contextStack: "stack-0001",
    namespaceName: "namespace-0001",
    accessToken: "accessToken-0001",
    allowConcurrentAccess: false,
  };

  test("is the same as that of gs2 1.4.21, for its one method", async () => {
    const their = recorder();
    const our = recorder();
    const methods = Object.getOwnPropertyNames(
      official.gateway.Gs2GatewayWebSocketClient.prototype,
    );
    expect(methods).toEqual(["constructor", "setUserId"]);
    await new official.gateway.Gs2GatewayWebSocketClient(their)["setUserId"]!(
      official.fill(new (officialRequest("setUserId"))(), values),
    );
    await new Gs2GatewayWebSocketClient(our as never).setUserId(
      official.fill(new request.SetUserIdRequest(), values) as request.SetUserIdRequest,
    );
    expect(JSON.parse(JSON.stringify(our.sent))).toEqual(their.sent);
  });

  // ts-ws-omits in gateway-api.json: gs2 does not send them.
  test("contains the fields that gs2 does not send", async () => {
    const our = recorder();
    await new Gs2GatewayWebSocketClient(our as never).setUserId(
      new request.SetUserIdRequest()
        .withNamespaceName("namespace-0001")
        .withAccessToken("accessToken-0001")
        .withAllowConcurrentAccess(false)
        .withSessionId("session-0001")
        .withForce(true)
        .withDryRun(true),
    );
    expect(our.sent[0]![3]).toMatchObject({
      sessionId: "session-0001",
      force: true,
      xGs2DryRun: "true",
    });
  });
});
