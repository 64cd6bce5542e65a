import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { GatewayAdmin, emulatorEndpoints, isGatewayError } from "../../../src/admin/index.js";
import { methods } from "../../golden/golden.js";
import { rejectionOf } from "../../support/promises.js";
import { credential, createFakeAdmin, paths } from "./fakes.js";

interface Heard {
  verb: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

let server: Server;
let url: string;
const received: Heard[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method = "", url: path = "", headers } = request;
      received.push({ verb: method, path, headers, body: Buffer.concat(chunks).toString() });
      response.setHeader("content-type", "application/json");
      response.end(
        path.endsWith("/projectToken/login")
          ? '{"access_token":"ptok-1","token_type":"Bearer","expires_in":3600}'
          : '{"item":{"name":"it"}}',
      );
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());
beforeEach(() => void received.splice(0));

const makeAdmin = () =>
  new GatewayAdmin({
    namespaceName: "ns-0001",
    credential,
    endpoints: emulatorEndpoints(url),
    logger: false,
  });

const ns = { namespaceName: "ns 1" };
const user = { userId: "user/1" };
const shift = { timeOffsetToken: "shift-1" };
const player = { accessToken: "atok-1" };
const page = { pageToken: "p&1", limit: 2 };
const SHIFT = { "x-gs2-time-offset-token": "shift-1" };
const PLAYER = { "x-gs2-access-token": "atok-1" };
const AVOID = { "x-gs2-duplication-avoider": "dup-1" };
const NS = "/ns%201";
const USER = "user%2F1";
const transactionSetting = {
  enableAutoRun: true,
  enableAtomicCommit: false,
  queueNamespaceId: null,
};
const settings = { description: "d", transactionSetting, firebaseSecret: null };
const logSetting = { loggingNamespaceId: "grn:1" };
const sentSettings = {
  description: "d",
  transactionSetting: { enableAutoRun: true, enableAtomicCommit: false },
};
const bind = {
  connectionId: "conn-1",
  allowConcurrentAccess: false,
  sessionId: "s-1",
  force: true,
};

// Written from the GS2 reference (paths, query, body, headers of each method), not from the table.
type Golden = [
  name: string,
  params: Record<string, unknown>,
  request: string,
  headers?: Record<string, string>,
  body?: Record<string, unknown>,
];
const golden: Golden[] = [
  [
    "describeNamespaces",
    { namePrefix: "game-", ...page },
    "GET /?namePrefix=game-&pageToken=p%261&limit=2",
  ],
  [
    "createNamespace",
    { name: "n", ...settings, logSetting },
    "POST /",
    {},
    { name: "n", ...sentSettings, logSetting },
  ],
  ["getNamespaceStatus", ns, `GET ${NS}/status`],
  ["getNamespace", ns, `GET ${NS}`],
  ["updateNamespace", { ...ns, ...settings }, `PUT ${NS}`, {}, sentSettings],
  ["deleteNamespace", ns, `DELETE ${NS}`],
  ["getServiceVersion", {}, "GET /system/version"],
  ["dumpUserDataByUserId", { ...user, ...shift }, `POST /system/dump/user/${USER}`, SHIFT, {}],
  ["checkDumpUserDataByUserId", { ...user, ...shift }, `GET /system/dump/user/${USER}`, SHIFT],
  ["cleanUserDataByUserId", { ...user, ...shift }, `POST /system/clean/user/${USER}`, SHIFT, {}],
  ["checkCleanUserDataByUserId", { ...user, ...shift }, `GET /system/clean/user/${USER}`, SHIFT],
  [
    "prepareImportUserDataByUserId",
    { ...user, ...shift },
    `POST /system/import/user/${USER}/prepare`,
    SHIFT,
    {},
  ],
  [
    "importUserDataByUserId",
    { ...user, uploadToken: "up-1", ...shift },
    `POST /system/import/user/${USER}`,
    SHIFT,
    { uploadToken: "up-1" },
  ],
  [
    "checkImportUserDataByUserId",
    { ...user, uploadToken: "up?1", ...shift },
    `GET /system/import/user/${USER}/up%3F1`,
    SHIFT,
  ],
  [
    "describeWebSocketSessions",
    { ...ns, ...player, ...page },
    `GET ${NS}/session/user/me?pageToken=p%261&limit=2`,
    PLAYER,
  ],
  [
    "describeWebSocketSessionsByUserId",
    { ...ns, ...user, ...page, ...shift },
    `GET ${NS}/session/user/${USER}?pageToken=p%261&limit=2`,
    SHIFT,
  ],
  [
    "setUserId",
    { ...ns, ...player, ...bind },
    `POST ${NS}/session/user/me/user`,
    { ...PLAYER, ...AVOID },
    bind,
  ],
  [
    "setUserIdByUserId",
    { ...ns, ...user, ...bind, ...shift },
    `POST ${NS}/session/user/${USER}/user`,
    { ...SHIFT, ...AVOID },
    bind,
  ],
  [
    "sendNotification",
    {
      ...ns,
      ...user,
      subject: "s",
      payload: "p",
      enableTransferMobileNotification: true,
      sound: "x",
      ...shift,
    },
    `POST ${NS}/session/user/${USER}/notification`,
    { ...SHIFT, ...AVOID },
    { subject: "s", payload: "p", enableTransferMobileNotification: true, sound: "x" },
  ],
  [
    "disconnectByUserId",
    { ...ns, ...user, ...shift },
    `DELETE ${NS}/session/user/${USER}`,
    { ...SHIFT, ...AVOID },
  ],
  ["disconnectAll", ns, `DELETE ${NS}/session`],
  [
    "setFirebaseToken",
    { ...ns, ...player, token: "t" },
    `PUT ${NS}/user/me/firebase/token`,
    { ...PLAYER, ...AVOID },
    { token: "t" },
  ],
  [
    "setFirebaseTokenByUserId",
    { ...ns, ...user, token: "t", ...shift },
    `PUT ${NS}/user/${USER}/firebase/token`,
    { ...SHIFT, ...AVOID },
    { token: "t" },
  ],
  ["getFirebaseToken", { ...ns, ...player }, `GET ${NS}/user/me/firebase/token`, PLAYER],
  [
    "getFirebaseTokenByUserId",
    { ...ns, ...user, ...shift },
    `GET ${NS}/user/${USER}/firebase/token`,
    SHIFT,
  ],
  [
    "deleteFirebaseToken",
    { ...ns, ...player },
    `DELETE ${NS}/user/me/firebase/token`,
    { ...PLAYER, ...AVOID },
  ],
  [
    "deleteFirebaseTokenByUserId",
    { ...ns, ...user, ...shift },
    `DELETE ${NS}/user/${USER}/firebase/token`,
    { ...SHIFT, ...AVOID },
  ],
  [
    "sendMobileNotificationByUserId",
    { ...ns, ...user, subject: "s", payload: "p", sound: "x", ...shift },
    `POST ${NS}/user/${USER}/firebase/token/notification`,
    { ...SHIFT, ...AVOID },
    { subject: "s", payload: "p", sound: "x" },
  ],
];

type AnyCall = (params: unknown, options?: unknown) => Promise<unknown>;
const callOf = (admin: GatewayAdmin, name: string): AnyCall =>
  (admin as unknown as Record<string, AnyCall>)[name]!;

/** Headers that a page may not set (Fetch standard), as far as a client might try. */
const FORBIDDEN = [
  "accept-encoding",
  "connection",
  "content-length",
  "cookie",
  "host",
  "origin",
  "referer",
  "user-agent",
];

test("dryRun, requestId and contextStack are sent where the official SDKs send them", async () => {
  const { admin, requests } = createFakeAdmin(() => [200, { item: {} }]);
  const options = { dryRun: true, requestId: "r-1", contextStack: "stack" };
  await admin.getServiceVersion({}, options);
  await admin.setFirebaseTokenByUserId({ namespaceName: "ns", userId: "u", token: "t" }, options);
  await admin.getServiceVersion();
  const [read, written, plain] = requests;
  expect(new URL(read!.url).searchParams.get("contextStack")).toBe("stack");
  expect(JSON.parse(written!.body as string)).toEqual({ token: "t", contextStack: "stack" });
  for (const { headers } of [read!, written!]) {
    expect(headers).toMatchObject({ "X-GS2-DRY-RUN": "true", "X-GS2-REQUEST-ID": "r-1" });
  }
  expect(plain!.url).not.toContain("contextStack");
  expect(Object.keys(plain!.headers)).toEqual(expect.not.arrayContaining(["X-GS2-DRY-RUN"]));
  await expect(admin.getServiceVersion({}, { requestId: "\n" })).rejects.toMatchObject({
    kind: "invalidArgument",
    message: expect.stringContaining("requestId") as string,
  });
});

describe("each method of the admin", () => {
  test("is one of the 28", () => {
    expect(golden.map(([name]) => name)).toEqual(methods.map(({ name }) => name));
  });

  test.each(golden)(
    "is sent as the GS2 reference says: %s",
    async (name, params, request, headers = {}, body) => {
      const result = await callOf(makeAdmin(), name)(params, { duplicationAvoider: "dup-1" });
      expect(result).toEqual({ item: { name: "it" } });
      const [login, call, ...more] = received;
      expect(more).toEqual([]);
      expect(login).toMatchObject({ verb: "POST", path: "/identifier/projectToken/login" });
      expect(JSON.parse(login!.body)).toEqual({
        client_id: "client-0001",
        client_secret: "secret-0001",
      });
      expect(login!.headers).not.toHaveProperty("authorization");
      expect(login!.headers).not.toHaveProperty("x-gs2-client-id");
      expect(`${call!.verb} ${call!.path}`).toBe(request.replace(" ", " /gateway"));
      const own = Object.entries(call!.headers).filter(
        ([header]) =>
          header.startsWith("x-gs2-") || ["authorization", "content-type"].includes(header),
      );
      expect(Object.fromEntries(own)).toEqual({
        "x-gs2-client-id": "client-0001",
        authorization: "Bearer ptok-1",
        ...headers,
        ...(body && { "content-type": "application/json" }),
      });
      expect(call!.body && (JSON.parse(call!.body) as unknown)).toEqual(body ?? "");
    },
  );

  test.each(golden)("sets no header that browsers forbid: %s", async (name, params) => {
    const { admin, requests } = createFakeAdmin(() => [200, {}]);
    await callOf(admin, name)(params);
    const [{ headers }] = requests as [(typeof requests)[0]];
    for (const header of Object.keys(headers)) {
      expect(header).toMatch(/^(X-GS2-[A-Z-]+|Authorization|Content-Type)$/);
      expect(FORBIDDEN).not.toContain(header.toLowerCase());
    }
  });

  test.each(golden)("does not send unset values: %s", async (name, params) => {
    const { admin, requests } = createFakeAdmin(() => [200, {}]);
    const { fields } = methods.find((method) => method.name === name)!;
    const needed = Object.entries(fields).map(([field, { mustBeSupplied }]): [string, unknown] => [
      field,
      mustBeSupplied ? params[field] : null,
    ]);
    await callOf(admin, name)({ ...Object.fromEntries(needed), unknownField: "x" });
    expect(JSON.stringify(requests)).not.toMatch(/null|undefined|unknownField/);
  });

  test("uses the namespace of the admin by default", async () => {
    const { admin, requests } = createFakeAdmin(() => [200, {}]);
    await admin.getNamespace();
    await admin.disconnectByUserId({ userId: "user-0001" });
    await admin.getNamespace({ namespaceName: "other" });
    expect(paths(requests)).toEqual([
      "GET /game-0001",
      "DELETE /game-0001/session/user/user-0001",
      "GET /other",
    ]);
  });

  test("is sent to GS2 in the region by default", async () => {
    const { admin, requests, logins } = createFakeAdmin(() => [200, {}], { region: "us-east-1" });
    await admin.getServiceVersion();
    expect(admin.isEmulator).toBe(false);
    expect(logins[0]!.url).toBe("https://identifier.us-east-1.gen2.gs2io.com/projectToken/login");
    expect(requests[0]!.url).toBe("https://gateway.us-east-1.gen2.gs2io.com/system/version");
  });
});

describe("an argument", () => {
  const wrong: [why: string, name: string, params: unknown, field: string][] = [
    ["missing", "deleteFirebaseTokenByUserId", {}, "userId"],
    ["not given at all", "setFirebaseToken", undefined, "accessToken"],
    ["empty", "disconnectByUserId", { userId: "" }, "userId"],
    ["an empty namespace", "getNamespace", { namespaceName: "" }, "namespaceName"],
    ["too long", "getNamespace", { namespaceName: "n".repeat(129) }, "namespaceName"],
    ["out of range", "describeNamespaces", { limit: 0 }, "limit"],
    [
      "missing in a model",
      "createNamespace",
      { name: "n", logSetting: {} },
      "logSetting.loggingNamespaceId",
    ],
    ["a step up the path", "disconnectByUserId", { userId: ".." }, "userId"],
    ["a step in the path", "getNamespace", { namespaceName: "." }, "namespaceName"],
    ["half a character", "getNamespace", { namespaceName: "\ud800" }, "namespaceName"],
    ["half a character in the query", "describeNamespaces", { namePrefix: "\ud800" }, "namePrefix"],
    ["a line break in a token", "getFirebaseToken", { accessToken: "a\r\nb" }, "accessToken"],
    [
      "a payload too long as text",
      "sendNotification",
      { userId: "u", subject: "s", payload: { a: "x".repeat(1024) } },
      "payload",
    ],
    [
      "a payload that is no JSON",
      "sendNotification",
      { userId: "u", subject: "s", payload: 1n },
      "payload",
    ],
    [
      "no payload",
      "sendMobileNotificationByUserId",
      { userId: "u", subject: "s", payload: null },
      "payload",
    ],
  ];
  test.each(wrong)(
    "that is %s is rejected before anything is sent",
    async (_, name, params, field) => {
      const { admin, requests, logins } = createFakeAdmin(() => [200, {}]);
      const error = await rejectionOf(callOf(admin, name)(params));
      expect(error).toMatchObject({
        kind: "invalidArgument",
        method: name,
        outcome: "notSent",
        retryable: false,
        errors: [{ component: field }],
      });
      expect([...requests, ...logins]).toEqual([]);
    },
  );

  test("may be an access token of any length", async () => {
    const { admin, requests } = createFakeAdmin(() => [200, {}]);
    await admin.getFirebaseToken({ accessToken: "a".repeat(1000) });
    expect(requests).toHaveLength(1);
  });

  test("without effect is reported to the logger, and sent", async () => {
    const { admin, requests, logged } = createFakeAdmin(() => [200, {}]);
    await admin.setUserIdByUserId({ userId: "u", connectionId: "c", force: true });
    expect(logged).toEqual([
      expect.stringMatching(/brokenCondition: setUserIdByUserId: force needs/),
    ]);
    expect(requests[0]!.body).toBe('{"connectionId":"c","force":true}');
  });

  test("may be a payload as a value or as text", async () => {
    const { admin, requests } = createFakeAdmin(() => [200, {}]);
    const to = { userId: "u", subject: "raid" };
    await admin.sendNotification({ ...to, payload: { raidId: 1 } });
    await admin.sendNotification({ ...to, payload: "as it is" });
    await admin.sendMobileNotificationByUserId({ ...to, payload: [1, null] });
    expect(
      requests.map(({ body }) => (JSON.parse(body as string) as { payload: string }).payload),
    ).toEqual(['{"raidId":1}', "as it is", "[1,null]"]);
  });
});

describe("an admin", () => {
  test("cannot be created without its required options", () => {
    const make = (options: unknown) => () => new GatewayAdmin(options as never);
    for (const options of [
      undefined,
      {},
      { credential: { clientId: "c" } },
      { credential: { clientSecret: "s" } },
      { credential: { clientId: "c\n", clientSecret: "s" } },
      { credential, callTimeoutMs: 0 },
    ]) {
      expect(make(options)).toThrow(expect.objectContaining({ kind: "invalidArgument" }) as Error);
    }
  });

  test("shows no credential, and its methods may be called alone", async () => {
    const admin = makeAdmin();
    const { inspect } = await import("node:util");
    expect(JSON.stringify(admin) + inspect(admin, { depth: 9 })).not.toContain("secret-0001");
    expect(admin).toBeInstanceOf(GatewayAdmin);
    const { getServiceVersion } = admin;
    await getServiceVersion();
    expect(admin.isEmulator).toBe(true);
  });

  test("can be extended by a class whose methods call super", async () => {
    const erased: string[] = [];
    class RecordingAdmin extends GatewayAdmin {
      override async eraseUserData(
        ...args: Parameters<GatewayAdmin["eraseUserData"]>
      ): Promise<void> {
        erased.push(args[0].userId);
        await super.eraseUserData(...args);
      }
    }
    const admin = new RecordingAdmin({
      credential,
      endpoints: emulatorEndpoints(url),
      logger: false,
    });
    const { eraseUserData } = admin;
    await eraseUserData({ userId: "alice" });
    expect(erased).toEqual(["alice"]);
    expect(admin).toBeInstanceOf(GatewayAdmin);
  });

  test("rejects with a GatewayError", async () => {
    expect(isGatewayError(await rejectionOf(makeAdmin().getNamespace({ namespaceName: "" })))).toBe(
      true,
    );
  });
});
