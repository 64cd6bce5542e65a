import { expect, test } from "vitest";
import type { EmulatorSettings } from "../../../src/emulator/index.js";
import { readSettings } from "../../../src/emulator/settings.js";
import type { Json } from "./rawSocket.js";
import type { RestReply } from "./restCalls.js";
import {
  byPlayer,
  byUser,
  namespaceName,
  observeWith,
  userId,
  type SettingsWorld,
} from "./settingsWorld.js";

// Each setting, each way: what a caller sees with one value and with another.

interface SettingRow<Value> {
  /** Values, each with what is seen then; the default is among them. */
  readonly seen: readonly (readonly [value: Value, seen: unknown])[];
  /** Other settings of all these runs. */
  readonly besides?: Partial<EmulatorSettings>;
  observe(world: SettingsWorld): Promise<unknown>;
}

const notification = { subject: "s", payload: "p" };
const HOUR_MS = 3_600_000;

const itemOf = ({ body }: { readonly body: Json }): Json => body["item"] as Json;
/** Status and, of an error, its first message. */
const outcomeOf = ({ status, body }: RestReply): unknown =>
  status === 200
    ? status
    : [status, (JSON.parse(body["message"] as string) as { message: string }[])[0]!.message];
const userIdsOf = ({ emulator }: SettingsWorld): string[] =>
  emulator.sessions().map((session) => session.userId);

const exclusive = (sessionId?: string): Json => ({ allowConcurrentAccess: false, sessionId });

/** The sockets of an exclusive player, of whom `second` comes after `first`. */
async function bindTwice({ bind, isOpen }: SettingsWorld, first: Json, second: Json) {
  const one = await bind(first);
  const two = await bind(second);
  return { status: two.status, firstIsOpen: await isOpen(one.socket), two };
}

/** `user-0002` on the same socket, and `user-0001` on another one in another namespace. */
async function disconnectBy(world: SettingsWorld, method: string, params: Json) {
  const { socket } = await world.bind();
  await world.bind({ namespaceName: "game-0002", accessToken: "accessToken-0002" }, socket);
  await world.bind({ namespaceName: "game-0003" });
  const { body } = await world.call(method, params);
  return {
    ended: (body["items"] as Json[] | undefined)?.map((item) => item["namespaceName"]),
    left: world.emulator.sessions().map((session) => session.namespaceName),
    isOpen: await world.isOpen(socket),
  };
}

const setToken = ({ call }: SettingsWorld, token = "device-0001", headers = {}) =>
  call("setFirebaseToken", { ...byPlayer, token }, headers);

async function firstNotification(
  world: SettingsWorld,
  send: () => Promise<unknown>,
): Promise<Json> {
  const { socket } = await world.bind();
  await send();
  return (await socket.notification())["body"] as Json;
}

/** What a call answers before and after a time. */
async function aroundTime(world: SettingsWorld, ms: number, observe: () => Promise<unknown>) {
  world.emulator.clock.advance(ms - 1);
  const before = await observe();
  world.emulator.clock.advance(1);
  return [before, await observe()];
}

const rows: { readonly [Name in keyof EmulatorSettings]: SettingRow<EmulatorSettings[Name]> } = {
  projectTokenExpiresInSeconds: {
    seen: [
      [3600, [200, 200]],
      [60, [200, [401, "gateway.projectToken.error.expired"]]],
    ],
    observe: (world) =>
      aroundTime(world, 60_000, async () => outcomeOf(await world.call("getServiceVersion"))),
  },
  accessTokenExpiresInMs: {
    seen: [
      [HOUR_MS, [200, 200]],
      [60_000, [200, [401, "gateway.accessToken.error.expired"]]],
    ],
    async observe(world) {
      const issued = await world.emulator.issueAccessToken({ userId });
      const params = { namespaceName, accessToken: issued };
      return aroundTime(world, 60_000, async () =>
        outcomeOf(await world.call("describeWebSocketSessions", params)),
      );
    },
  },
  accessTokenExpiryEndsSession: {
    seen: [
      [false, [["alice"], ["alice"]]],
      [true, [["alice"], []]],
    ],
    async observe(world) {
      const issued = await world.emulator.issueAccessToken({
        userId: "alice",
        expiresInMs: 60_000,
      });
      await world.bind({ accessToken: issued });
      return aroundTime(world, 60_000, async () => userIdsOf(world));
    },
  },
  accessTokenMaxLength: {
    seen: [
      [null, [200, 200]],
      [128, [200, [400, "gateway.webSocketSession.accessToken.error.tooLong"]]],
    ],
    observe: async ({ call }) =>
      Promise.all(
        [128, 129].map(async (length) =>
          outcomeOf(
            await call("describeWebSocketSessions", {
              namespaceName,
              accessToken: `accessToken-${"1".repeat(length - 12)}`,
            }),
          ),
        ),
      ),
  },
  restSetUserIdWithoutConnectionId: {
    seen: [
      ["latest", 200],
      ["reject", [400, "gateway.webSocketSession.connectionId.error.require"]],
    ],
    async observe(world) {
      await world.open();
      return outcomeOf(await world.call("setUserId", byPlayer));
    },
  },
  conflictStatus: {
    seen: [
      [409, [409, 409, 409]],
      [405, [405, 405, 405]],
    ],
    besides: { jobDurationMs: 1_000, checkWhileRunning: 409 },
    async observe(world) {
      const { status } = await bindTwice(world, exclusive(), exclusive());
      const taken = await world.call("createNamespace", { name: namespaceName });
      await world.call("dumpUserDataByUserId", { userId });
      const running = await world.call("checkDumpUserDataByUserId", { userId });
      return [status, taken.status, running.status];
    },
  },
  conflictMessage: {
    seen: [
      ["gateway.webSocketSession.error.conflict", [409, "gateway.webSocketSession.error.conflict"]],
      ["taken", [409, "taken"]],
    ],
    observe: async (world) => outcomeOf((await bindTwice(world, exclusive(), exclusive())).two),
  },
  concurrentBesideExclusive: {
    seen: [
      ["accepted", [200, 200]],
      ["conflict", [200, 409]],
    ],
    // A concurrent bind beside a concurrent session, then one beside an exclusive session.
    observe: async (world) => [
      (
        await bindTwice(
          world,
          { accessToken: "accessToken-0002" },
          { accessToken: "accessToken-0002" },
        )
      ).status,
      (await bindTwice(world, exclusive(), {})).status,
    ],
  },
  onConcurrentOldSession: {
    seen: [
      ["stays", { status: 200, firstIsOpen: true }],
      ["cut", { status: 200, firstIsOpen: false }],
    ],
    async observe(world) {
      const { status, firstIsOpen } = await bindTwice(world, {}, {});
      return { status, firstIsOpen };
    },
  },
  exclusiveBesideOthers: {
    seen: [
      ["conflict", { status: 409, firstIsOpen: true }],
      ["replaces", { status: 200, firstIsOpen: false }],
    ],
    async observe(world) {
      const { status, firstIsOpen } = await bindTwice(world, exclusive("a"), exclusive("b"));
      return { status, firstIsOpen };
    },
  },
  sessionIdMatches: {
    seen: [
      ["any", 200],
      ["every", 409],
    ],
    async observe(world) {
      await world.bind(exclusive("tab-1"));
      await world.bind();
      return (await world.bind(exclusive("tab-1"))).status;
    },
  },
  onConflictOldSession: {
    seen: [
      ["stays", { status: 409, firstIsOpen: true }],
      ["cut", { status: 409, firstIsOpen: false }],
    ],
    observe: async (world) => {
      const { status, firstIsOpen } = await bindTwice(world, exclusive("a"), exclusive("b"));
      return { status, firstIsOpen };
    },
  },
  onSameSessionIdOldSession: {
    seen: [
      ["cut", { status: 200, firstIsOpen: false }],
      ["stays", { status: 200, firstIsOpen: true }],
    ],
    observe: async (world) => {
      const { status, firstIsOpen } = await bindTwice(world, exclusive("a"), exclusive("a"));
      return { status, firstIsOpen };
    },
  },
  sameSocketConflictsWithItself: {
    seen: [
      [false, 200],
      [true, 409],
    ],
    async observe(world) {
      const { socket } = await world.bind(exclusive("a"));
      return (await world.bind(exclusive("b"), socket)).status;
    },
  },
  severalSessionsPerSocket: {
    seen: [
      [true, ["user-0001", "user-0002"]],
      [false, ["user-0002"]],
    ],
    async observe(world) {
      const { socket } = await world.bind();
      await world.bind({ accessToken: "accessToken-0002" }, socket);
      return userIdsOf(world);
    },
  },
  notificationGoesTo: {
    seen: [
      ["all", 2],
      ["latest", 1],
    ],
    async observe(world) {
      await world.bind();
      await world.bind();
      const { body } = await world.call("sendNotification", { ...byUser, ...notification });
      return (body["sendConnectionIds"] as unknown[]).length;
    },
  },
  serviceNotificationKeyIn: {
    seen: [
      ["both", ["Gs2JobQueue:Push", "Gs2JobQueue:Push"]],
      ["subject", ["", "Gs2JobQueue:Push"]],
      ["issuer", ["Gs2JobQueue:Push", ""]],
    ],
    async observe(world) {
      const { issuer, subject } = await firstNotification(world, () =>
        world.emulator.notify({ userId, key: "Gs2JobQueue:Push", payload: "{}" }),
      );
      return [issuer, subject];
    },
  },
  customNotificationIssuer: {
    seen: [
      ["Gs2Gateway:SendNotification", "Gs2Gateway:SendNotification"],
      ["me", "me"],
    ],
    observe: async (world) =>
      (
        await firstNotification(world, () =>
          world.call("sendNotification", { ...byUser, ...notification }),
        )
      )["issuer"],
  },
  protocolOfSocket: {
    seen: [
      ["WebSocket", "WebSocket"],
      ["ws", "ws"],
    ],
    async observe(world) {
      await world.bind();
      return (await world.call("sendNotification", { ...byUser, ...notification })).body[
        "protocol"
      ];
    },
  },
  protocolWhenUndelivered: {
    seen: [
      [null, null],
      ["none", "none"],
    ],
    observe: async ({ call }) =>
      (await call("sendNotification", { ...byUser, ...notification })).body["protocol"],
  },
  protocolOfMobile: {
    seen: [
      ["Firebase", "Firebase"],
      ["fcm", "fcm"],
    ],
    async observe(world) {
      await world.call("updateNamespace", { namespaceName, firebaseSecret: "firebase-secret" });
      await setToken(world);
      const params = { ...byUser, ...notification, enableTransferMobileNotification: true };
      return (await world.call("sendNotification", params)).body["protocol"];
    },
  },
  mobileNotificationWithoutToken: {
    seen: [
      ["notFound", [404, "gateway.firebaseToken.error.notFound"]],
      ["ignored", 200],
    ],
    observe: async ({ call }) =>
      outcomeOf(await call("sendMobileNotificationByUserId", { ...byUser, ...notification })),
  },
  mobileNotificationWithoutSecret: {
    seen: [
      ["ignored", [200, 200]],
      ["badRequest", [[400, "gateway.namespace.firebaseSecret.error.require"], 200]],
    ],
    async observe(world) {
      await setToken(world);
      const send = () =>
        world.call("sendMobileNotificationByUserId", { ...byUser, ...notification });
      const without = outcomeOf(await send());
      await world.call("updateNamespace", { namespaceName, firebaseSecret: "firebase-secret" });
      return [without, outcomeOf(await send())];
    },
  },
  disconnectByUserIdEnds: {
    seen: [
      ["sockets", { ended: [namespaceName], left: ["game-0003"], isOpen: false }],
      ["sessions", { ended: [namespaceName], left: ["game-0002", "game-0003"], isOpen: true }],
    ],
    observe: (world) => disconnectBy(world, "disconnectByUserId", byUser),
  },
  disconnectAllEnds: {
    seen: [
      ["sockets", { ended: undefined, left: ["game-0003"], isOpen: false }],
      ["sessions", { ended: undefined, left: ["game-0002", "game-0003"], isOpen: true }],
    ],
    observe: (world) => disconnectBy(world, "disconnectAll", { namespaceName }),
  },
  namespaceStatus: {
    seen: [
      ["ACTIVE", "ACTIVE"],
      ["READY", "READY"],
    ],
    observe: async ({ call }) =>
      (await call("getNamespaceStatus", { namespaceName })).body["status"],
  },
  namespaceNameTaken: {
    seen: [
      ["conflict", [409, "gateway.namespace.name.error.exists"]],
      ["badRequest", [400, "gateway.namespace.name.error.exists"]],
    ],
    observe: async ({ call }) => outcomeOf(await call("createNamespace", { name: namespaceName })),
  },
  updateNamespaceOmitted: {
    seen: [
      ["keeps", "d"],
      ["clears", null],
    ],
    async observe({ call }) {
      await call("updateNamespace", { namespaceName, description: "d" });
      return itemOf(await call("updateNamespace", { namespaceName }))["description"];
    },
  },
  strictConditions: {
    seen: [
      [false, 200],
      [true, [400, "gateway.webSocketSession.sound.error.invalid"]],
    ],
    observe: async ({ call }) =>
      outcomeOf(await call("sendNotification", { ...byUser, ...notification, sound: "bell" })),
  },
  strictRequiredConditions: {
    seen: [
      [false, 200],
      [true, [400, "gateway.transactionSetting.enableAtomicCommit.error.require"]],
    ],
    observe: async ({ call }) =>
      outcomeOf(
        await call("createNamespace", { name: "n", transactionSetting: { enableAutoRun: true } }),
      ),
  },
  firstRevision: {
    seen: [
      [0, [0, 1, 0, 0]],
      [1, [1, 2, 1, 1]],
    ],
    observe: async (world) => [
      itemOf(await world.call("createNamespace", { name: "n" }))["revision"],
      itemOf(await world.call("updateNamespace", { namespaceName: "n" }))["revision"],
      itemOf(await setToken(world))["revision"],
      itemOf(await world.bind())["revision"],
    ],
  },
  errorEntriesHaveCode: {
    seen: [
      [
        true,
        [
          ["code", "component", "message"],
          ["code", "component", "message"],
        ],
      ],
      [
        false,
        [
          ["component", "message"],
          ["component", "message"],
        ],
      ],
    ],
    async observe({ call, bind }) {
      const refused = [
        await call("getNamespace", { namespaceName: "none" }),
        await bind({ accessToken: "made-up" }),
      ];
      return refused.map(({ body }) =>
        Object.keys((JSON.parse(body["message"] as string) as object[])[0]!).sort(),
      );
    },
  },
  duplicationAvoider: {
    seen: [
      ["honour", [0, 0]],
      ["ignore", [0, 1]],
    ],
    async observe(world) {
      const once = { "x-gs2-duplication-avoider": "once" };
      const first = await setToken(world, "d", once);
      return [first, await setToken(world, "d", once)].map((reply) => itemOf(reply)["revision"]);
    },
  },
  duplicationAvoiderLastsMs: {
    seen: [
      [HOUR_MS, [0, 0, 0]],
      [60_000, [0, 0, 1]],
    ],
    async observe(world) {
      const set = async () =>
        itemOf(await setToken(world, "d", { "x-gs2-duplication-avoider": "once" }))["revision"];
      return [await set(), ...(await aroundTime(world, 60_000, set))];
    },
  },
  jobDurationMs: {
    seen: [
      [0, [200, 200]],
      [60_000, [404, 200]],
    ],
    async observe(world) {
      await world.call("dumpUserDataByUserId", { userId });
      return aroundTime(
        world,
        60_000,
        async () => (await world.call("checkDumpUserDataByUserId", { userId })).status,
      );
    },
  },
  checkWhileRunning: {
    seen: [
      [404, [404, 404]],
      [409, [409, 409]],
      ["nullUrl", [{ url: null }, {}]],
    ],
    besides: { jobDurationMs: 60_000 },
    async observe({ call }) {
      const seen: unknown[] = [];
      for (const job of ["Dump", "Clean"]) {
        await call(`${job.toLowerCase()}UserDataByUserId`, { userId });
        const { status, body } = await call(`check${job}UserDataByUserId`, { userId });
        seen.push(status === 200 ? body : status);
      }
      return seen;
    },
  },
  cleanCutsSessions: {
    seen: [
      [false, true],
      [true, false],
    ],
    async observe(world) {
      const { socket } = await world.bind();
      await world.call("cleanUserDataByUserId", { userId });
      return world.isOpen(socket);
    },
  },
  importReplaces: {
    seen: [
      [false, 1],
      [true, 0],
    ],
    async observe(world) {
      await setToken(world);
      await world.call("importUserDataByUserId", { userId, uploadToken: "upload-0001" });
      return world.emulator.state().firebaseTokens.length;
    },
  },
  closeCodeOnCut: {
    seen: [
      [1000, 1000],
      [1006, 1006],
      [4000, 4000],
    ],
    async observe(world) {
      const { socket } = await world.bind();
      await world.call("disconnectAll", { namespaceName });
      return socket.closed();
    },
  },
  idleTimeoutMs: {
    seen: [
      [600_000, [[userId], []]],
      [null, [[userId], [userId]]],
    ],
    async observe(world) {
      await world.bind();
      return aroundTime(world, 600_000, async () => userIdsOf(world));
    },
  },
  lifetimeMs: {
    seen: [
      [7_200_000, [[userId], []]],
      [null, [[userId], [userId]]],
    ],
    besides: { idleTimeoutMs: null },
    async observe(world) {
      await world.bind();
      return aroundTime(world, 7_200_000, async () => userIdsOf(world));
    },
  },
  maxMessageBytes: {
    seen: [
      [131_072, [true, false]],
      [1_000, [false, false]],
      [null, [true, true]],
    ],
    async observe(world) {
      const seen: boolean[] = [];
      for (const length of [131_072, 131_073]) {
        const socket = await world.open();
        socket.send("x".repeat(length));
        seen.push(await world.isOpen(socket));
      }
      return seen;
    },
  },
  maxBodyBytes: {
    seen: [
      [1_048_576, [400, 413]],
      [1_000, [413, 413]],
    ],
    observe: async ({ emulator }) =>
      Promise.all(
        [1_048_576, 1_048_577].map(async (length) => {
          const url = `${emulator.url}/gateway/`;
          return (await fetch(url, { method: "POST", body: "x".repeat(length) })).status;
        }),
      ),
  },
  maxUnsentBytes: {
    seen: [
      [4_194_304, [userId]],
      [50_000, []],
    ],
    async observe(world) {
      const { socket } = await world.bind();
      socket.ws.pause();
      const payload = "x".repeat(1_024);
      // The buffers of the operating system take the first megabytes; the default is not reached by
      // 3,500 messages even without them.
      const most = world.settings.maxUnsentBytes === 50_000 ? 50_000 : 3_500;
      for (let sent = 0; sent < most && userIdsOf(world).length > 0; sent++) {
        await world.emulator.notify({ userId, key: "flood", payload });
        if (sent % 100 === 0) await new Promise((turn) => setImmediate(turn));
      }
      const left = userIdsOf(world);
      socket.ws.resume();
      return left;
    },
  },
  region: {
    seen: [
      ["ap-northeast-1", "grn:gs2:ap-northeast-1:owner-0001:gateway:game-0001"],
      ["us-east-1", "grn:gs2:us-east-1:owner-0001:gateway:game-0001"],
    ],
    observe: async ({ call }) =>
      itemOf(await call("getNamespace", { namespaceName }))["namespaceId"],
  },
  maxConnections: {
    seen: [
      [10_000, "opened"],
      [1, "refused"],
    ],
    async observe({ open }) {
      await open();
      return open().then(
        () => "opened",
        () => "refused",
      );
    },
  },
  maxSessions: {
    seen: [
      [20_000, [200, 200]],
      [1, [200, 402]],
    ],
    observe: async ({ bind }) => [
      (await bind()).status,
      (await bind({ accessToken: "accessToken-0002" })).status,
    ],
  },
  maxNamespaces: {
    seen: [
      [10_000, 200],
      [1, [402, "emulator.maxNamespaces.error.exceeded"]],
    ],
    observe: async ({ call }) => outcomeOf(await call("createNamespace", { name: "n" })),
  },
  maxFirebaseTokens: {
    seen: [
      [20_000, [200, 200]],
      [1, [200, [402, "emulator.maxFirebaseTokens.error.exceeded"]]],
    ],
    observe: async (world) => [
      outcomeOf(await setToken(world)),
      outcomeOf(
        await world.call("setFirebaseToken", {
          namespaceName,
          accessToken: "accessToken-0002",
          token: "device-0002",
        }),
      ),
    ],
  },
  ownerId: {
    seen: [
      ["owner-0001", "grn:gs2:ap-northeast-1:owner-0001:gateway:game-0001"],
      ["me", "grn:gs2:ap-northeast-1:me:gateway:game-0001"],
    ],
    observe: async ({ call }) =>
      itemOf(await call("getNamespace", { namespaceName }))["namespaceId"],
  },
};

type AnyRow = SettingRow<unknown>;
const cases = Object.entries(rows as unknown as Record<string, AnyRow>).flatMap(
  ([name, { seen, besides, observe }]) =>
    seen.map(([value, expected]) => ({ name, value, expected, besides, observe })),
);

test.each(cases)("$name $value decides what a caller sees", async (row) => {
  const { name, value, expected, besides, observe } = row;
  expect(await observeWith({ ...besides, [name]: value }, observe)).toEqual(expected);
});

test("each setting has its default and another value here, and each is seen otherwise", () => {
  for (const [name, fallback] of Object.entries(readSettings())) {
    const { seen } = (rows as unknown as Record<string, AnyRow>)[name]!;
    expect(
      seen.map(([value]) => value),
      name,
    ).toContain(fallback);
    const different = new Set(seen.map(([, expected]) => JSON.stringify(expected)));
    expect(different.size, name).toBe(seen.length);
    expect(seen.length, name).toBeGreaterThan(1);
  }
});
