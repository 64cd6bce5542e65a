import { expect } from "vitest";
import type { EmulatorSettings } from "../../../../src/emulator/index.js";
import { allMethods } from "../../../../src/wire/allMethods.js";
import * as methods from "../../../../src/wire/methods.js";
import type { AnyMethod } from "../../../../src/wire/methods.js";
import { frame, type Json } from "../rawSocket.js";
import { errorsOf, type RestReply } from "../restCalls.js";
import { fields, valuesWith } from "./fields.js";
import { accessToken, byPlayer, byUser, goodOf, userId } from "./goodCalls.js";
import { namespaceName, type Road, type Scene } from "./stage.js";

/** One row of the table: something that is asked of a method, by one road or by both. */
export interface Row {
  /** Of a method; `login`, or `any call`. */
  readonly about: string;
  /** The field it is about, if it is about one. */
  readonly field?: string;
  /** The sentence about it, with its name. */
  readonly says: string;
  /** Default: both. */
  readonly road?: Road;
  readonly settings?: Readonly<Partial<EmulatorSettings>>;
  /** Throws when it is not so. */
  holds(scene: Scene): Promise<void>;
}

function isRefused(
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

/** The first error alone: what else is wrong with a call does not matter. */
function isFault(answer: RestReply, component: string, field: string, fault: string): void {
  expect(answer.status).toBe(400);
  expect((errorsOf(answer.body) as unknown[])[0]).toEqual({
    component,
    message: `gateway.${component}.${field}.error.${fault}`,
  });
}

const goodParams = (method: AnyMethod, scene: Scene): Json => goodOf(method).params(scene);

const doesItsWork: Row[] = allMethods.map((method) => ({
  about: method.name,
  says: `${method.name} does what it is for`,
  async holds(scene) {
    const { before, params, answers, does } = goodOf(method);
    await before?.(scene);
    const { status, body } = await scene.ask(method, params(scene));
    expect({ status, body }).toMatchObject({ status: 200, body: answers(scene) });
    await does?.(scene);
  },
}));

const missing: Row[] = fields
  .filter(({ rule }) => rule.mustBeSupplied)
  .map(({ method, component, name, give, path }) => ({
    about: method.name,
    field: path,
    says: `${method.name} needs ${name}`,
    async holds(scene) {
      const answer = await scene.ask(method, { ...goodParams(method, scene), ...give(null) });
      isFault(answer, component, name, "require");
    },
  }));

const outOfBounds: Row[] = fields.flatMap(
  ({ method, component, name, rule, give, path }): Row[] => {
    const about = method.name;
    const ask = (scene: Scene, value: unknown) =>
      scene.ask(method, { ...goodParams(method, scene), ...give(value) });
    if (rule.type === "bool") return [];
    if (rule.type === "int") {
      return [
        { says: `${about} refuses ${name} over its limit`, value: rule.max + 1 },
        { says: `${about} refuses ${name} below its minimum`, value: rule.min - 1 },
      ].map(({ says, value }) => ({
        about,
        field: path,
        says,
        holds: async (scene) => isFault(await ask(scene, value), component, name, "invalid"),
      }));
    }
    return [
      {
        about,
        field: path,
        says: `${about} refuses ${name} over its limit`,
        async holds(scene) {
          isFault(await ask(scene, "x".repeat(rule.max + 1)), component, name, "tooLong");
          // What is not over it is not too long, whatever else may be wrong with it.
          const full = await ask(scene, "x".repeat(rule.max));
          expect(JSON.stringify(full.body)).not.toContain("tooLong");
        },
      },
    ];
  },
);

const wrongType = { string: 7, int: "many", bool: "maybe" } as const;
const ofAnotherType: Row[] = fields.flatMap(({ method, component, name, rule, give, inBody }) => ({
  about: method.name,
  says: `${method.name} refuses ${name} of another type`,
  ...(rule.type === "string" && !inBody ? { road: "the socket" as const } : {}),
  async holds(scene) {
    const given = give(wrongType[rule.type]);
    isFault(
      await scene.ask(method, { ...goodParams(method, scene), ...given }),
      component,
      name,
      "invalid",
    );
  },
}));

const models: Row[] = allMethods.flatMap((method) =>
  Object.entries(method.fields)
    .filter(([, { type }]) => type === "model")
    .map(([name]) => ({
      about: method.name,
      says: `${method.name} refuses a ${name} that is no object`,
      holds: async (scene) =>
        isFault(
          await scene.ask(method, { ...goodParams(method, scene), [name]: "text" }),
          method.component,
          name,
          "invalid",
        ),
    })),
);

const requiredWhen: Row[] = fields.flatMap(
  ({ method, component, name, rule, beside, giveAll, path }): Row[] =>
    rule.requiredWhen === undefined
      ? []
      : [
          {
            about: method.name,
            field: path,
            says: `${method.name} needs ${name} while ${rule.requiredWhen.join(" is ")}`,
            async holds(scene) {
              const values = valuesWith(beside, rule.requiredWhen!, name);
              isRefused(
                await scene.ask(method, { ...goodParams(method, scene), ...giveAll(values) }),
                400,
                component,
                `gateway.${component}.${name}.error.require`,
              );
              const off = { ...values, [rule.requiredWhen![0]]: !rule.requiredWhen![1] };
              const without = { ...goodParams(method, scene), ...giveAll(off) };
              expect((await scene.ask(method, without)).status).toBe(200);
            },
          },
        ],
);

const otherThanDefault = (rule: (typeof fields)[number]["rule"]): unknown =>
  rule.type === "bool" ? rule.default !== true : rule.type === "int" ? rule.max : "x";

const againstCondition: Row[] = fields.flatMap(
  ({ method, component, name, rule, beside, giveAll, path }): Row[] => {
    if (rule.condition === undefined) return [];
    const [other, value] = rule.condition;
    const given = { ...valuesWith(beside, [other, !value], name), [name]: otherThanDefault(rule) };
    return [
      {
        about: method.name,
        field: path,
        says: `${method.name} passes over ${name} unless ${other} is ${String(value)}`,
        async holds(scene) {
          const answer = await scene.ask(method, {
            ...goodParams(method, scene),
            ...giveAll(given),
          });
          expect(answer.status).toBe(200);
        },
      },
      {
        about: method.name,
        field: path,
        says: `${method.name} refuses ${name} unless ${other} is ${String(value)}, where conditions are strict`,
        settings: { strictConditions: true },
        async holds(scene) {
          const params = goodParams(method, scene);
          isFault(
            await scene.ask(method, { ...params, ...giveAll(given) }),
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
  const expected = goodOf(method).notFound;
  return expected === undefined
    ? []
    : [
        {
          about: method.name,
          says: `${method.name} does not find what is not there`,
          async holds(scene) {
            const params = { ...goodParams(method, scene), ...expected.params };
            const { component } = expected;
            isRefused(
              await scene.ask(method, params),
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
    about: "createNamespace",
    says: "createNamespace does not make a namespace twice",
    async holds({ ask }) {
      await ask(methods.createNamespace, { name: "made", description: "first" });
      isRefused(
        await ask(methods.createNamespace, { name: "made" }),
        409,
        "namespace",
        "gateway.namespace.name.error.exists",
      );
      const { body } = await ask(methods.getNamespace, { namespaceName: "made" });
      expect(body["item"]).toMatchObject({ description: "first" });
    },
  },
  ...[methods.setUserId, methods.setUserIdByUserId].map((method: AnyMethod): Row => ({
    about: method.name,
    says: `${method.name} does not let a second client in where one is enough`,
    async holds(scene) {
      const other = await scene.openSocket();
      await other.ask(frame("setUserId", byPlayer, scene.token));
      const params = { ...goodParams(method, scene), allowConcurrentAccess: false };
      isRefused(
        await scene.ask(method, params),
        409,
        "webSocketSession",
        "gateway.webSocketSession.error.conflict",
      );
      expect((await scene.ask(method, { ...params, force: true })).status).toBe(200);
      await other.closed();
    },
  })),
];

const projectTokens: Row[] = allMethods.map((method) => ({
  about: method.name,
  says: `${method.name} takes no project token that is expired, made up or missing`,
  async holds(scene) {
    const { emulator, ask } = scene;
    const params = goodParams(method, scene);
    emulator.clock.advance(3_599_999);
    const fresh = await scene.login({ client_id: "client-0001", client_secret: "secret-0001" });
    // The passing of time has cut the other.
    const socket = await scene.openSocket();
    emulator.clock.advance(1);
    for (const [token, kind] of [
      [scene.token, "expired"],
      ["made-up", "invalid"],
      [null, "require"],
    ] as const) {
      isRefused(
        await ask(method, params, { token, socket }),
        401,
        "projectToken",
        `gateway.projectToken.error.${kind}`,
      );
    }
    const token = fresh.body["access_token"] as string;
    expect((await ask(methods.getServiceVersion, {}, { token, socket })).status).toBe(200);
  },
}));

const accessTokens: Row[] = [
  ...allMethods
    .filter(({ audience }) => audience === "player")
    .map((method): Row => ({
      about: method.name,
      says: `${method.name} takes no access token that is expired, made up or missing`,
      async holds(scene) {
        const { accessToken: _, ...others } = goodParams(method, scene);
        const expired = await scene.emulator.issueAccessToken({ userId, expiresInMs: 0 });
        for (const [given, kind] of [
          [{ accessToken: expired }, "expired"],
          [{ accessToken: "made-up" }, "invalid"],
          [{}, "require"],
        ] as const) {
          isRefused(
            await scene.ask(method, { ...others, ...given }),
            401,
            "accessToken",
            `gateway.accessToken.error.${kind}`,
          );
        }
      },
    })),
  {
    about: "setFirebaseToken",
    says: "setFirebaseToken takes an access token that is longer than the reference says",
    async holds({ ask }) {
      const long = `accessToken-${"1".repeat(500)}`;
      const params = { ...byPlayer, accessToken: long, token: "d" };
      expect((await ask(methods.setFirebaseToken, params)).status).toBe(200);
    },
  },
];

const pages: Row[] = allMethods
  .filter(({ paged }) => paged)
  .map((method) => ({
    about: method.name,
    says: `${method.name} takes no page token but its own`,
    holds: async (scene) =>
      isFault(
        await scene.ask(method, { ...goodParams(method, scene), pageToken: "made-up" }),
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
).map(([start, check, component]: readonly [AnyMethod, AnyMethod, string]) => ({
  about: check.name,
  says: `${check.name} says so while it runs`,
  settings: { jobDurationMs: 60_000 },
  async holds(scene) {
    const params = goodParams(check, scene);
    expect((await scene.ask(start, params)).status).toBe(200);
    isRefused(await scene.ask(check, params), 404, component, `gateway.${component}.error.running`);
  },
}));

const connections: Row[] = [methods.setUserId, methods.setUserIdByUserId].flatMap(
  (method: AnyMethod): Row[] => {
    const { name: about, audience } = method;
    const who = audience === "player" ? { namespaceName, accessToken } : byUser;
    const notThere = "gateway.webSocketSession.error.notFound";
    return [
      {
        about,
        says: `${about} over REST needs a connectionId`,
        road: "REST",
        holds: async ({ ask }) =>
          isFault(await ask(method, who), "webSocketSession", "connectionId", "require"),
      },
      {
        about,
        says: `${about} over REST does not find a socket that is not open`,
        road: "REST",
        holds: async ({ ask }) =>
          isRefused(
            await ask(method, { ...who, connectionId: "made-up" }),
            404,
            "webSocketSession",
            notThere,
          ),
      },
      {
        about,
        says: `${about} over REST without a connectionId finds no socket where none is free`,
        road: "REST",
        settings: { restSetUserIdWithoutConnectionId: "latest" },
        async holds({ ask, openSocket }) {
          isRefused(await ask(method, who), 404, "webSocketSession", notThere);
          await openSocket();
          expect((await ask(method, who)).status).toBe(200);
        },
      },
    ];
  },
);

/** Only a socket can name what is not there: on REST it is a path without a method. */
const strangers: Row[] = (
  [
    ["a function nobody has", "gateway", "namespace", 404, "gateway.namespace.fly.error.notFound"],
    ["another service", "inbox", "message", 501, "inbox.message.error.notImplementedByEmulator"],
  ] as const
).map(([what, service, component, status, message]) => ({
  about: "any call",
  says: `any call of ${what} is refused`,
  road: "the socket",
  async holds({ socket, token }) {
    const x_gs2 = { service, component, function: "fly", requestId: "stranger" };
    const answer = await socket.ask({ xGs2ProjectToken: token, x_gs2 });
    isRefused(answer, status, component, message);
  },
}));

const logins: Row[] = [
  ...(["client_id", "client_secret"] as const).map((field): Row => ({
    about: "login",
    says: `login needs ${field}`,
    async holds({ login }) {
      const given: Json = { client_id: "c", client_secret: "s" };
      delete given[field];
      const message = `identifier.projectToken.${field}.error.require`;
      isRefused(await login(given), 400, "projectToken", message);
    },
  })),
  {
    about: "login",
    says: "login takes no wrong secret",
    async holds({ login }) {
      const message = "identifier.projectToken.credential.error.invalid";
      const answer = await login({ client_id: "c", client_secret: "wrong" });
      isRefused(answer, 401, "projectToken", message);
    },
  },
  {
    about: "login",
    says: "login takes a project token in place of a secret, but none that is made up or expired",
    async holds({ login, token, emulator }) {
      const given = { client_id: "client-0001" };
      expect((await login(given, token)).body["access_token"]).toBe(token);
      const refusal = (kind: string) => `gateway.projectToken.error.${kind}`;
      isRefused(await login(given, "made-up"), 401, "projectToken", refusal("invalid"));
      emulator.clock.advance(3_600_000);
      isRefused(await login(given, token), 401, "projectToken", refusal("expired"));
    },
  },
];

export const rows: readonly Row[] = [
  ...doesItsWork,
  ...missing,
  ...outOfBounds,
  ...ofAnotherType,
  ...models,
  ...requiredWhen,
  ...againstCondition,
  ...notFound,
  ...conflicts,
  ...projectTokens,
  ...accessTokens,
  ...pages,
  ...jobs,
  ...connections,
  ...strangers,
  ...logins,
];

/** Whether a row goes by this road. */
export const goesBy = (road: Road) => (row: Row) => (row.road ?? road) === road;
