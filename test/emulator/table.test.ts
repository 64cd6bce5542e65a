import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startEmulator, type Emulator } from "../../src/emulator/index.js";
import { allMethods } from "../../src/wire/allMethods.js";
import type { Field } from "../../src/wire/fields.js";
import * as methods from "../../src/wire/methods.js";
import type { AnyMethod } from "../../src/wire/methods.js";
import { frame, RawSocket, restLogin, type Json } from "./rawSocket.js";
import { errorsOf, rest, type RestAnswer } from "./restCalls.js";

// One table for all methods: a good call each; what else is asked of them follows from the rows of the reference.

let emulator: Emulator;
let token: string;
let socket: RawSocket;
let connectionId: string;

beforeAll(async () => {
  emulator = await startEmulator({ namespaces: ["game-0001"] });
});
afterAll(() => emulator.stop());
beforeEach(async () => {
  await emulator.reset();
  token = await restLogin(emulator.url);
  socket = await RawSocket.open(emulator.endpoints.webSocket);
  // A player of another namespace, so that REST has a connection to name.
  const { body } = await socket.ask(
    frame("setUserId", { namespaceName: "lobby", accessToken: "accessToken-9999" }, token),
  );
  connectionId = (body["item"] as Json)["connectionId"] as string;
});

type Ask = (method: AnyMethod, params: Json, token?: string) => Promise<RestAnswer>;

const roads: readonly (readonly [string, Ask])[] = [
  ["REST", (method, params, given = token) => rest(emulator.url, method, params, { token: given })],
  [
    "the socket",
    ({ name, component }, params, given = token) =>
      socket.ask(frame(name, params, given, component)),
  ],
];

const namespaceName = "game-0001";
const userId = "user-0001";
const accessToken = "accessToken-0001";
const byUser = { namespaceName, userId };
const byPlayer = { namespaceName, accessToken };
const uploadToken = "upload-0001";
const notice = { subject: "s", payload: "p" };

const haveToken = (ask: Ask) =>
  ask(methods.setFirebaseTokenByUserId, { ...byUser, token: "device-0001" });
const haveSession = () => socket.ask(frame("setUserId", byPlayer, token));
const session = () => ({ connectionId, namespaceName, userId });
const device = { item: { userId, token: "device-0001" } };

interface Good {
  readonly params: () => Json;
  readonly before?: (ask: Ask) => Promise<unknown>;
  readonly answers: () => Json;
  /** Without `before`, or with these parameters: 404 with this component. */
  readonly notFound?: { readonly params?: Json; readonly component: string };
}

const noNamespace = { params: { namespaceName: "game-9999" }, component: "namespace" };

const table: Readonly<Record<string, Good>> = {
  describeNamespaces: {
    params: () => ({ namePrefix: "game", limit: 1 }),
    answers: () => ({ items: [{ name: namespaceName }], nextPageToken: null }),
  },
  createNamespace: {
    params: () => ({ name: "made" }),
    answers: () => ({ item: { name: "made", description: null, revision: 1 } }),
  },
  getNamespaceStatus: {
    params: () => ({ namespaceName }),
    answers: () => ({ status: "ACTIVE" }),
    notFound: noNamespace,
  },
  getNamespace: {
    params: () => ({ namespaceName }),
    answers: () => ({ item: { name: namespaceName } }),
    notFound: noNamespace,
  },
  updateNamespace: {
    params: () => ({ namespaceName, description: "new" }),
    answers: () => ({ item: { name: namespaceName, description: "new", revision: 2 } }),
    notFound: noNamespace,
  },
  deleteNamespace: {
    params: () => ({ namespaceName }),
    answers: () => ({ item: { name: namespaceName } }),
    notFound: noNamespace,
  },
  getServiceVersion: { params: () => ({}), answers: () => ({ item: "emulator" }) },
  dumpUserDataByUserId: { params: () => ({ userId }), answers: () => ({}) },
  checkDumpUserDataByUserId: {
    params: () => ({ userId }),
    before: (ask) => ask(methods.dumpUserDataByUserId, { userId }),
    answers: () => ({ url: expect.stringContaining(`${emulator.url}/_emulator/files/`) }),
    notFound: { component: "dump" },
  },
  cleanUserDataByUserId: { params: () => ({ userId }), answers: () => ({}) },
  checkCleanUserDataByUserId: {
    params: () => ({ userId }),
    before: (ask) => ask(methods.cleanUserDataByUserId, { userId }),
    answers: () => ({}),
    notFound: { component: "clean" },
  },
  prepareImportUserDataByUserId: {
    params: () => ({ userId }),
    answers: () => ({
      uploadToken: expect.stringMatching(/^upload-/),
      uploadUrl: expect.stringContaining(`${emulator.url}/_emulator/uploads/upload-`),
    }),
  },
  importUserDataByUserId: {
    params: () => ({ userId, uploadToken }),
    answers: () => ({}),
    notFound: { params: { uploadToken: "never-prepared" }, component: "upload" },
  },
  checkImportUserDataByUserId: {
    params: () => ({ userId, uploadToken }),
    before: (ask) => ask(methods.importUserDataByUserId, { userId, uploadToken }),
    answers: () => ({ url: expect.stringContaining(`${emulator.url}/_emulator/files/`) }),
    notFound: { component: "import" },
  },
  describeWebSocketSessions: {
    params: () => byPlayer,
    before: haveSession,
    answers: () => ({ items: [session()], nextPageToken: null }),
    notFound: noNamespace,
  },
  describeWebSocketSessionsByUserId: {
    params: () => byUser,
    before: haveSession,
    answers: () => ({ items: [session()], nextPageToken: null }),
    notFound: noNamespace,
  },
  setUserId: {
    params: () => ({ ...byPlayer, connectionId }),
    answers: () => ({ item: session() }),
  },
  setUserIdByUserId: {
    params: () => ({ ...byUser, connectionId }),
    answers: () => ({ item: session() }),
  },
  sendNotification: {
    params: () => ({ ...byUser, ...notice }),
    before: haveSession,
    answers: () => ({ protocol: "WebSocket", sendConnectionIds: [connectionId] }),
  },
  disconnectByUserId: {
    params: () => byUser,
    before: haveSession,
    answers: () => ({ items: [session()] }),
    notFound: noNamespace,
  },
  disconnectAll: {
    params: () => ({ namespaceName }),
    answers: () => ({}),
    notFound: noNamespace,
  },
  setFirebaseToken: {
    params: () => ({ ...byPlayer, token: "device-0001" }),
    answers: () => device,
  },
  setFirebaseTokenByUserId: {
    params: () => ({ ...byUser, token: "device-0001" }),
    answers: () => device,
  },
  getFirebaseToken: {
    params: () => byPlayer,
    before: haveToken,
    answers: () => device,
    notFound: { component: "firebaseToken" },
  },
  getFirebaseTokenByUserId: {
    params: () => byUser,
    before: haveToken,
    answers: () => device,
    notFound: { component: "firebaseToken" },
  },
  deleteFirebaseToken: {
    params: () => byPlayer,
    before: haveToken,
    answers: () => device,
    notFound: { component: "firebaseToken" },
  },
  deleteFirebaseTokenByUserId: {
    params: () => byUser,
    before: haveToken,
    answers: () => device,
    notFound: { component: "firebaseToken" },
  },
  sendMobileNotificationByUserId: {
    params: () => ({ ...byUser, ...notice }),
    before: haveToken,
    answers: () => ({}),
    notFound: { component: "firebaseToken" },
  },
};

const goodOf = ({ name }: AnyMethod): Good => table[name]!;

/** Each field of a method, nested ones too, and how to give it. */
function fieldsOf(
  method: AnyMethod,
): [component: string, name: string, Field, give: (value: unknown) => Json][] {
  return Object.entries(method.fields).flatMap(([name, field]) =>
    field.type === "model"
      ? Object.entries(field.fields).map(([inner, rule]): ReturnType<typeof fieldsOf>[number] => [
          name,
          inner,
          rule,
          (value) => ({ [name]: { [inner]: value } }),
        ])
      : [[method.component, name, field, (value: unknown) => ({ [name]: value })]],
  );
}

const fields = allMethods.flatMap((method) =>
  fieldsOf(method).map(([component, field, rule, give]) => ({
    name: method.name,
    method,
    component,
    field,
    rule,
    give,
  })),
);
const missing = fields.filter(({ rule, field }) => rule.mustBeSupplied && field !== "accessToken");
const tooMuch = fields.filter(
  ({ rule, field }) => (rule.type === "string" || rule.type === "int") && field !== "accessToken",
);

const refusal = ({ status, body }: RestAnswer) => [
  status,
  (errorsOf(body) as { component: string; message: string }[])[0],
];
const named = (list: readonly AnyMethod[]) => list.map((method) => [method.name, method] as const);

test("the table has all methods", () => {
  expect(Object.keys(table).sort()).toEqual(allMethods.map(({ name }) => name).sort());
  expect(allMethods).toHaveLength(28);
});

describe.each(roads)("over %s", (_, ask) => {
  test.each(named(allMethods))("%s does what it is for", async (_, method) => {
    const { before, params, answers } = goodOf(method);
    await before?.(ask);
    const answer = await ask(method, params());
    expect({ status: answer.status, body: answer.body }).toMatchObject({
      status: 200,
      body: answers(),
    });
  });

  test.each(missing)("$name needs $field", async ({ method, component, field, give }) => {
    const answer = await ask(method, { ...goodOf(method).params(), ...give(null) });
    expect(refusal(answer)).toEqual([
      400,
      { component, message: `gateway.${component}.${field}.error.require` },
    ]);
  });

  test.each(tooMuch)(
    "$name refuses $field over its limit",
    async ({ method, component, field, rule, give }) => {
      if (rule.type !== "string" && rule.type !== "int") return;
      const over = rule.type === "string" ? "x".repeat(rule.max + 1) : rule.max + 1;
      const answer = await ask(method, { ...goodOf(method).params(), ...give(over) });
      const kind = rule.type === "string" ? "tooLong" : "invalid";
      expect(refusal(answer)).toEqual([
        400,
        { component, message: `gateway.${component}.${field}.error.${kind}` },
      ]);
      if (rule.type === "string") {
        const full = await ask(method, {
          ...goodOf(method).params(),
          ...give("x".repeat(rule.max)),
        });
        // What is not over it is not too long, whatever else may be wrong with it.
        expect(JSON.stringify(full.body)).not.toContain("tooLong");
      }
    },
  );

  test("an access token may be longer than the reference says", async () => {
    const long = `accessToken-${"1".repeat(500)}`;
    expect(
      (await ask(methods.setFirebaseToken, { ...byPlayer, accessToken: long, token: "d" })).status,
    ).toBe(200);
  });

  test.each(
    [methods.createNamespace, methods.updateNamespace].flatMap((method) =>
      (
        [
          ["enableAtomicCommit", { enableAutoRun: true }],
          [
            "transactionUseDistributor",
            { enableAutoRun: true, enableAtomicCommit: true, acquireActionUseJobQueue: false },
          ],
          [
            "acquireActionUseJobQueue",
            { enableAutoRun: true, enableAtomicCommit: true, transactionUseDistributor: false },
          ],
          [
            "commitScriptResultInUseDistributor",
            {
              enableAutoRun: true,
              enableAtomicCommit: true,
              transactionUseDistributor: true,
              acquireActionUseJobQueue: true,
            },
          ],
        ] as const
      ).map(([field, setting]) => [method.name, field, method, setting] as const),
    ),
  )("%s needs %s while another field is set", async (_, field, method, transactionSetting) => {
    const answer = await ask(method, { ...goodOf(method).params(), transactionSetting });
    expect([answer.status, errorsOf(answer.body)]).toEqual([
      400,
      [
        {
          component: "transactionSetting",
          message: `gateway.transactionSetting.${field}.error.require`,
        },
      ],
    ]);
  });

  test.each(named(allMethods.filter((method) => goodOf(method).notFound)))(
    "%s does not find what is not there",
    async (_, method) => {
      const { params, notFound } = goodOf(method);
      const answer = await ask(method, { ...params(), ...notFound?.params });
      const component = notFound?.component ?? "";
      expect(refusal(answer)).toEqual([
        404,
        { component, message: `gateway.${component}.error.notFound` },
      ]);
    },
  );

  test("createNamespace does not make a namespace twice", async () => {
    await ask(methods.createNamespace, { name: "made", description: "first" });
    expect(refusal(await ask(methods.createNamespace, { name: "made" }))).toEqual([
      409,
      { component: "namespace", message: "gateway.namespace.name.error.exists" },
    ]);
    const { body } = await ask(methods.getNamespace, { namespaceName: "made" });
    expect(body["item"]).toMatchObject({ description: "first" });
  });

  test.each(named([methods.setUserId, methods.setUserIdByUserId]))(
    "%s does not let a second client in where one is enough",
    async (_, method) => {
      const other = await RawSocket.open(emulator.endpoints.webSocket);
      await other.ask(frame("setUserId", byPlayer, token));
      const params = { ...goodOf(method).params(), allowConcurrentAccess: false };
      expect(refusal(await ask(method, params))).toEqual([
        409,
        { component: "webSocketSession", message: "gateway.webSocketSession.error.conflict" },
      ]);
      expect((await ask(method, { ...params, force: true })).status).toBe(200);
      await other.closed();
    },
  );

  test.each(named(allMethods))("%s takes no expired project token", async (_, method) => {
    emulator.clock.advance(3_599_999);
    const fresh = await restLogin(emulator.url);
    socket = await RawSocket.open(emulator.endpoints.webSocket);
    emulator.clock.advance(1);
    expect(refusal(await ask(method, goodOf(method).params()))).toEqual([
      401,
      { component: "projectToken", message: "gateway.projectToken.error.expired" },
    ]);
    expect((await ask(methods.getServiceVersion, {}, fresh)).status).toBe(200);
  });

  test.each(named(allMethods.filter(({ audience }) => audience === "player")))(
    "%s takes no access token that is expired, made up or missing",
    async (_, method) => {
      const params = { ...goodOf(method).params() };
      const expired = await emulator.issueAccessToken({ userId, expiresInMs: 0 });
      for (const [given, kind] of [
        [expired, "expired"],
        ["made-up", "invalid"],
        [undefined, "require"],
      ] as const) {
        const { accessToken: _, ...others } = params;
        const answer = await ask(
          method,
          given === undefined ? others : { ...others, accessToken: given },
        );
        expect(refusal(answer)).toEqual([
          401,
          { component: "accessToken", message: `gateway.accessToken.error.${kind}` },
        ]);
      }
    },
  );
});
