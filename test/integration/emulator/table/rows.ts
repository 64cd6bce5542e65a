import { expect } from "vitest";
import type { EmulatorSettings } from "../../../../src/emulator/index.js";
import { allMethods } from "../../../../src/wire/allMethods.js";
import * as methods from "../../../../src/wire/methods.js";
import type { AnyMethod } from "../../../../src/wire/methods.js";
import { frame, type Json } from "../rawSocket.js";
import { errorsOf, type RestReply } from "../restCalls.js";
import { fields, valuesWith } from "./fields.js";
import { accessToken, byPlayer, byUser, validCallOf, userId } from "./validCalls.js";
import { namespaceName, type TestTransport, type CallContext } from "./backend.js";

/** One row of the table: what a method must do, over one transport or both. */
export interface Row {
  /** Name of the method; `login`, or `any call`. */
  readonly method: string;
  /** Path of the field that the row checks. */
  readonly field?: string;
  /** Title of the test. */
  readonly title: string;
  /** Default: both. */
  readonly transport?: TestTransport;
  readonly settings?: Readonly<Partial<EmulatorSettings>>;
  /** Rejects when the emulator behaves differently. */
  check(context: CallContext): Promise<void>;
}

function expectFailure(
  { status, body }: RestReply,
  expected: number,
  component: string,
  message: string,
): void {
  expect([status, status === 200 ? body : errorsOf(body)]).toEqual([
    expected,
    [{ component, message }],
  ]);
}

/** Compares only the first error: the call may have others. */
function expectFieldError(
  reply: RestReply,
  component: string,
  field: string,
  problem: string,
): void {
  expect(reply.status).toBe(400);
  expect((errorsOf(reply.body) as unknown[])[0]).toEqual({
    component,
    message: `gateway.${component}.${field}.error.${problem}`,
  });
}

const validParams = (method: AnyMethod, context: CallContext): Json =>
  validCallOf(method).params(context);

const validCallRows: Row[] = allMethods.map((method) => ({
  method: method.name,
  title: `${method.name} succeeds`,
  async check(context) {
    const { prepare, params, expected, checkEffect } = validCallOf(method);
    await prepare?.(context);
    const { status, body } = await context.call(method, params(context));
    expect({ status, body }).toMatchObject({ status: 200, body: expected(context) });
    await checkEffect?.(context);
  },
}));

const missingFields: Row[] = fields
  .filter(({ field }) => field.mustBeSupplied)
  .map(({ method, component, name, toParams, path }) => ({
    method: method.name,
    field: path,
    title: `${method.name} needs ${name}`,
    async check(context) {
      const reply = await context.call(method, {
        ...validParams(method, context),
        ...toParams(null),
      });
      expectFieldError(reply, component, name, "require");
    },
  }));

const outOfBounds: Row[] = fields.flatMap(
  ({ method, component, name, field, toParams, path }): Row[] => {
    const methodName = method.name;
    const call = (context: CallContext, value: unknown) =>
      context.call(method, { ...validParams(method, context), ...toParams(value) });
    if (field.type === "bool") return [];
    if (field.type === "int") {
      return [
        { title: `${methodName} refuses ${name} over its limit`, value: field.max + 1 },
        { title: `${methodName} refuses ${name} below its minimum`, value: field.min - 1 },
      ].map(({ title, value }) => ({
        method: methodName,
        field: path,
        title,
        check: async (context) =>
          expectFieldError(await call(context, value), component, name, "invalid"),
      }));
    }
    return [
      {
        method: methodName,
        field: path,
        title: `${methodName} refuses ${name} over its limit`,
        async check(context) {
          expectFieldError(
            await call(context, "x".repeat(field.max + 1)),
            component,
            name,
            "tooLong",
          );
          // The call may have other errors.
          const full = await call(context, "x".repeat(field.max));
          expect(JSON.stringify(full.body)).not.toContain("tooLong");
        },
      },
    ];
  },
);

const wrongType = { string: 7, int: "many", bool: "maybe" } as const;
const wrongTypes: Row[] = fields.flatMap(
  ({ method, component, name, field, toParams, inBody }) => ({
    method: method.name,
    title: `${method.name} refuses ${name} of another type`,
    ...(field.type === "string" && !inBody ? { transport: "the socket" as const } : {}),
    async check(context) {
      const given = toParams(wrongType[field.type]);
      expectFieldError(
        await context.call(method, { ...validParams(method, context), ...given }),
        component,
        name,
        "invalid",
      );
    },
  }),
);

const models: Row[] = allMethods.flatMap((method) =>
  Object.entries(method.fields)
    .filter(([, { type }]) => type === "model")
    .map(([name]) => ({
      method: method.name,
      title: `${method.name} refuses a ${name} that is not an object`,
      check: async (context) =>
        expectFieldError(
          await context.call(method, { ...validParams(method, context), [name]: "text" }),
          method.component,
          name,
          "invalid",
        ),
    })),
);

const requiredWhen: Row[] = fields.flatMap(
  ({ method, component, name, field, siblings, wrap, path }): Row[] => {
    const condition = field.requiredWhen;
    if (condition === undefined) return [];
    const without = valuesWith(siblings, condition);
    const call = (context: CallContext, values: Json) =>
      context.call(method, { ...validParams(method, context), ...wrap(values) });
    return [
      {
        method: method.name,
        title: `${method.name} fills in the default of ${name} while ${condition.join(" is ")}`,
        async check(context) {
          const { status, body } = await call(context, without);
          expect({ status, body }).toMatchObject({
            status: 200,
            body: { item: wrap({ ...without, [name]: field.default }) },
          });
        },
      },
      {
        method: method.name,
        field: path,
        title: `${method.name} needs ${name} while ${condition.join(" is ")} with strictRequiredConditions`,
        settings: { strictRequiredConditions: true },
        async check(context) {
          const others = fields.filter(
            (other) => other.method === method && other.field.requiredWhen && other.name !== name,
          );
          const given = {
            ...Object.fromEntries(others.map((other) => [other.name, false])),
            ...without,
          };
          expectFailure(
            await call(context, given),
            400,
            component,
            `gateway.${component}.${name}.error.require`,
          );
          const off = { ...given, [condition[0]]: !condition[1] };
          expect((await call(context, off)).status).toBe(200);
        },
      },
    ];
  },
);

const otherThanDefault = (field: (typeof fields)[number]["field"]): unknown =>
  field.type === "bool" ? field.default !== true : field.type === "int" ? field.max : "x";

const againstCondition: Row[] = fields.flatMap(
  ({ method, component, name, field, siblings, wrap, path }): Row[] => {
    if (field.condition === undefined) return [];
    const [other, value] = field.condition;
    const given = {
      ...valuesWith(siblings, [other, !value]),
      [name]: otherThanDefault(field),
    };
    return [
      {
        method: method.name,
        field: path,
        title: `${method.name} ignores ${name} unless ${other} is ${String(value)}`,
        async check(context) {
          const reply = await context.call(method, {
            ...validParams(method, context),
            ...wrap(given),
          });
          expect(reply.status).toBe(200);
        },
      },
      {
        method: method.name,
        field: path,
        title: `${method.name} refuses ${name} unless ${other} is ${String(value)} with strictConditions`,
        settings: { strictConditions: true },
        async check(context) {
          const params = validParams(method, context);
          expectFieldError(
            await context.call(method, { ...params, ...wrap(given) }),
            component,
            name,
            "invalid",
          );
        },
      },
    ];
  },
);

const notFound: Row[] = allMethods.flatMap((method): Row[] => {
  const expected = validCallOf(method).notFound;
  return expected === undefined
    ? []
    : [
        {
          method: method.name,
          title: `${method.name} is 404 for a missing item`,
          async check(context) {
            const params = { ...validParams(method, context), ...expected.params };
            const { component } = expected;
            expectFailure(
              await context.call(method, params),
              404,
              component,
              `gateway.${component}.error.notFound`,
            );
          },
        },
      ];
});

const conflicts: Row[] = [
  {
    method: "createNamespace",
    title: "createNamespace is 409 for an existing namespace",
    async check({ call }) {
      await call(methods.createNamespace, { name: "made", description: "first" });
      expectFailure(
        await call(methods.createNamespace, { name: "made" }),
        409,
        "namespace",
        "gateway.namespace.name.error.exists",
      );
      const { body } = await call(methods.getNamespace, { namespaceName: "made" });
      expect(body["item"]).toMatchObject({ description: "first" });
    },
  },
  {
    method: "createNamespace",
    title: "createNamespace is 400 for an existing namespace with the setting badRequest",
    settings: { namespaceNameTaken: "badRequest" },
    async check({ call }) {
      await call(methods.createNamespace, { name: "made" });
      expectFailure(
        await call(methods.createNamespace, { name: "made" }),
        400,
        "namespace",
        "gateway.namespace.name.error.exists",
      );
    },
  },
  {
    method: "sendMobileNotificationByUserId",
    title: "sendMobileNotificationByUserId is 400 without a secret with the setting badRequest",
    settings: { mobileNotificationWithoutSecret: "badRequest" },
    async check(context) {
      const { prepare, params } = validCallOf(methods.sendMobileNotificationByUserId);
      await prepare?.(context);
      expectFailure(
        await context.call(methods.sendMobileNotificationByUserId, params(context)),
        400,
        "namespace",
        "gateway.namespace.firebaseSecret.error.require",
      );
    },
  },
  ...[methods.setUserId, methods.setUserIdByUserId].map((method: AnyMethod): Row => ({
    method: method.name,
    title: `${method.name} is 409 for a second exclusive client`,
    async check(context) {
      const other = await context.openSocket();
      await other.ask(frame("setUserId", byPlayer, context.token));
      const params = { ...validParams(method, context), allowConcurrentAccess: false };
      expectFailure(
        await context.call(method, params),
        409,
        "webSocketSession",
        "gateway.webSocketSession.error.conflict",
      );
      expect((await context.call(method, { ...params, force: true })).status).toBe(200);
      await other.closed();
    },
  })),
];

const projectTokens: Row[] = allMethods.map((method) => ({
  method: method.name,
  title: `${method.name} refuses an expired, unknown or missing project token`,
  async check(context) {
    const { emulator, call } = context;
    const params = validParams(method, context);
    emulator.clock.advance(3_599_999);
    const fresh = await context.login({ client_id: "client-0001", client_secret: "secret-0001" });
    // The other socket was idle for too long.
    const socket = await context.openSocket();
    emulator.clock.advance(1);
    for (const [token, kind] of [
      [context.token, "expired"],
      ["made-up", "invalid"],
      [null, "require"],
    ] as const) {
      expectFailure(
        await call(method, params, { token, socket }),
        401,
        "projectToken",
        `gateway.projectToken.error.${kind}`,
      );
    }
    const token = fresh.body["access_token"] as string;
    expect((await call(methods.getServiceVersion, {}, { token, socket })).status).toBe(200);
  },
}));

const accessTokens: Row[] = [
  ...allMethods
    .filter(({ audience }) => audience === "player")
    .map((method): Row => ({
      method: method.name,
      title: `${method.name} refuses an expired, unknown or missing access token`,
      async check(context) {
        const { accessToken: _, ...others } = validParams(method, context);
        const expired = await context.emulator.issueAccessToken({ userId, expiresInMs: 0 });
        for (const [given, kind] of [
          [{ accessToken: expired }, "expired"],
          [{ accessToken: "made-up" }, "invalid"],
          [{}, "require"],
        ] as const) {
          expectFailure(
            await context.call(method, { ...others, ...given }),
            401,
            "accessToken",
            `gateway.accessToken.error.${kind}`,
          );
        }
      },
    })),
  ...allMethods
    .filter(({ audience }) => audience === "player")
    .map((method): Row => ({
      method: method.name,
      title: `${method.name} refuses an access token over the limit of the setting`,
      settings: { accessTokenMaxLength: 20 },
      async check(context) {
        const params = { ...validParams(method, context), accessToken: "accessToken-123456789" };
        expectFieldError(
          await context.call(method, params),
          method.component,
          "accessToken",
          "tooLong",
        );
        const full = { ...params, accessToken: "accessToken-12345678" };
        expect(JSON.stringify((await context.call(method, full)).body)).not.toContain("tooLong");
      },
    })),
  {
    method: "setFirebaseToken",
    title: "setFirebaseToken accepts an access token longer than the reference allows",
    async check({ call }) {
      const long = `accessToken-${"1".repeat(500)}`;
      const params = { ...byPlayer, accessToken: long, token: "d" };
      expect((await call(methods.setFirebaseToken, params)).status).toBe(200);
    },
  },
];

const pages: Row[] = allMethods
  .filter(({ paged }) => paged)
  .map((method) => ({
    method: method.name,
    title: `${method.name} refuses an unknown page token`,
    check: async (context) =>
      expectFieldError(
        await context.call(method, { ...validParams(method, context), pageToken: "made-up" }),
        method.component,
        "pageToken",
        "invalid",
      ),
  }));

const jobs: Row[] = (
  [
    [methods.dumpUserDataByUserId, methods.checkDumpUserDataByUserId, "dump"],
    [methods.cleanUserDataByUserId, methods.checkCleanUserDataByUserId, "clean"],
    [methods.importUserDataByUserId, methods.checkImportUserDataByUserId, "import"],
  ] as const
).flatMap(([start, check, component]: readonly [AnyMethod, AnyMethod, string]) =>
  ([404, 409] as const).map((status) => ({
    method: check.name,
    title: `${check.name} is ${status} while the job is running, by checkWhileRunning`,
    settings: { jobDurationMs: 60_000, checkWhileRunning: status },
    async check(context: CallContext) {
      const params = validParams(check, context);
      expect((await context.call(start, params)).status).toBe(200);
      expectFailure(
        await context.call(check, params),
        status,
        component,
        `gateway.${component}.error.running`,
      );
    },
  })),
);

/** Calls in a namespace that does not exist, while the emulator is not strict. */
const missingNamespace: Row[] = allMethods
  .filter(({ component, fields }) => component !== "namespace" && "namespaceName" in fields)
  .map((method) => ({
    method: method.name,
    title:
      method.verb === "GET"
        ? `${method.name} in a missing namespace reads nothing and makes none`
        : `${method.name} makes a missing namespace`,
    async check(context) {
      const params = { ...validParams(method, context), namespaceName: "game-9999" };
      const { status, body } = await context.call(method, params);
      const made = context.emulator.state().namespaces.map(({ name }) => name);
      expect(made.includes("game-9999")).toBe(method.verb !== "GET");
      if (status === 200) expect(body["items"] ?? []).toEqual([]);
      else expect(errorsOf(body)).toMatchObject([{ component: "firebaseToken" }]);
    },
  }));

const connections: Row[] = [methods.setUserId, methods.setUserIdByUserId].flatMap(
  (method: AnyMethod): Row[] => {
    const { name: methodName, audience } = method;
    const who = audience === "player" ? { namespaceName, accessToken } : byUser;
    const notThere = "gateway.webSocketSession.error.notFound";
    return [
      {
        method: methodName,
        title: `${methodName} over REST needs a connectionId with the setting reject`,
        transport: "REST",
        settings: { restSetUserIdWithoutConnectionId: "reject" },
        check: async ({ call }) =>
          expectFieldError(await call(method, who), "webSocketSession", "connectionId", "require"),
      },
      {
        method: methodName,
        title: `${methodName} over REST is 404 for an unknown connection`,
        transport: "REST",
        check: async ({ call }) =>
          expectFailure(
            await call(method, { ...who, connectionId: "made-up" }),
            404,
            "webSocketSession",
            notThere,
          ),
      },
      {
        method: methodName,
        title: `${methodName} over REST without a connectionId is 404 if no connection is unbound`,
        transport: "REST",
        async check({ call, openSocket }) {
          expectFailure(await call(method, who), 404, "webSocketSession", notThere);
          await openSocket();
          expect((await call(method, who)).status).toBe(200);
        },
      },
    ];
  },
);

/** Only over the socket: over REST it is a path without a route. */
const unknownFunctions: Row[] = (
  [
    ["an unknown function", "gateway", "namespace", 404, "gateway.namespace.fly.error.notFound"],
    ["another service", "inbox", "message", 501, "inbox.message.error.notImplementedByEmulator"],
  ] as const
).map(([what, service, component, status, message]) => ({
  method: "any call",
  title: `any call of ${what} is refused`,
  transport: "the socket",
  async check({ socket, token }) {
    const x_gs2 = { service, component, function: "fly", requestId: "unknown" };
    const reply = await socket.ask({ xGs2ProjectToken: token, x_gs2 });
    expectFailure(reply, status, component, message);
  },
}));

const logins: Row[] = [
  ...(["client_id", "client_secret"] as const).map((field): Row => ({
    method: "login",
    title: `login needs ${field}`,
    async check({ login }) {
      const given: Json = { client_id: "c", client_secret: "s" };
      delete given[field];
      const message = `identifier.projectToken.${field}.error.require`;
      expectFailure(await login(given), 400, "projectToken", message);
    },
  })),
  {
    method: "login",
    title: "login refuses a client_id of more than 1,024 characters, which is kept with its token",
    async check({ login }) {
      const message = "identifier.projectToken.client_id.error.tooLong";
      const reply = await login({ client_id: "c".repeat(1_025), client_secret: "secret-0001" });
      expectFailure(reply, 400, "projectToken", message);
      const longest = { client_id: "c".repeat(1_024), client_secret: "secret-0001" };
      expect((await login(longest)).status).toBe(200);
    },
  },
  {
    method: "login",
    title: "login refuses a wrong secret",
    async check({ login }) {
      const message = "identifier.projectToken.credential.error.invalid";
      const reply = await login({ client_id: "c", client_secret: "wrong" });
      expectFailure(reply, 401, "projectToken", message);
    },
  },
  {
    method: "login",
    title: "login accepts a valid project token instead of a secret",
    async check({ login, token, emulator }) {
      const given = { client_id: "client-0001" };
      expect((await login(given, token)).body["access_token"]).toBe(token);
      const refusal = (kind: string) => `gateway.projectToken.error.${kind}`;
      expectFailure(await login(given, "made-up"), 401, "projectToken", refusal("invalid"));
      emulator.clock.advance(3_600_000);
      expectFailure(await login(given, token), 401, "projectToken", refusal("expired"));
    },
  },
];

export const rows: readonly Row[] = [
  ...validCallRows,
  ...missingFields,
  ...outOfBounds,
  ...wrongTypes,
  ...models,
  ...requiredWhen,
  ...againstCondition,
  ...notFound,
  ...conflicts,
  ...projectTokens,
  ...accessTokens,
  ...pages,
  ...jobs,
  ...missingNamespace,
  ...connections,
  ...unknownFunctions,
  ...logins,
];

/** Whether a row applies to a transport. */
export const usesTransport = (transport: TestTransport) => (row: Row) =>
  (row.transport ?? transport) === transport;
