import { expect } from "vitest";
import * as methods from "../../../../src/wire/methods.js";
import type { AnyMethod } from "../../../../src/wire/methods.js";
import { frame, type Json } from "../rawSocket.js";
import { namespaceName, type Scene } from "./stage.js";

/** The one thing about a method that is written by hand: a good call, what it answers and does, and how it finds nothing. */
export interface GoodCall {
  readonly params: (scene: Scene) => Json;
  readonly before?: (scene: Scene) => Promise<unknown>;
  readonly answers: (scene: Scene) => Json;
  /** What has come of it besides the answer. */
  readonly does?: (scene: Scene) => Promise<void>;
  /** Without `before`, or with these parameters: 404 with this component. */
  readonly notFound?: { readonly params?: Json; readonly component: string };
}

export const userId = "user-0001";
export const accessToken = "accessToken-0001";
export const byUser = { namespaceName, userId };
export const byPlayer = { namespaceName, accessToken };
const uploadToken = "upload-0001";
const notice = { subject: "s", payload: "p" };

/** The same call over and over, by whatever road. */
const having = (method: AnyMethod, params: Json) => (scene: Scene) => scene.ask(method, params);
const haveToken = having(methods.setFirebaseTokenByUserId, { ...byUser, token: "device-0001" });
const haveSession = ({ socket, token }: Scene) => socket.ask(frame("setUserId", byPlayer, token));
const session = ({ connectionId }: Scene) => ({ connectionId, namespaceName, userId });
const device = { item: { userId, token: "device-0001" } };
const file = ({ emulator }: Scene) => ({
  url: expect.stringContaining(`${emulator.url}/_emulator/files/`) as string,
});

async function hasNoToken({ emulator }: Scene): Promise<void> {
  expect(emulator.state().firebaseTokens).toEqual([]);
}
async function isCut({ emulator, socket }: Scene): Promise<void> {
  await socket.closed();
  expect(emulator.sessions()).toEqual([]);
}

const noNamespace = { params: { namespaceName: "game-9999" }, component: "namespace" };
const noToken = { component: "firebaseToken" };

export const goodCalls: Readonly<Record<string, GoodCall>> = {
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
    before: haveSession,
    answers: () => ({ item: { name: namespaceName } }),
    does: isCut,
    notFound: noNamespace,
  },
  getServiceVersion: { params: () => ({}), answers: () => ({ item: "emulator" }) },
  dumpUserDataByUserId: { params: () => ({ userId }), answers: () => ({}) },
  checkDumpUserDataByUserId: {
    params: () => ({ userId }),
    before: having(methods.dumpUserDataByUserId, { userId }),
    answers: file,
    notFound: { component: "dump" },
  },
  cleanUserDataByUserId: {
    params: () => ({ userId }),
    before: haveToken,
    answers: () => ({}),
    does: hasNoToken,
  },
  checkCleanUserDataByUserId: {
    params: () => ({ userId }),
    before: having(methods.cleanUserDataByUserId, { userId }),
    answers: () => ({}),
    notFound: { component: "clean" },
  },
  prepareImportUserDataByUserId: {
    params: () => ({ userId }),
    answers: ({ emulator }) => ({
      uploadToken: expect.stringMatching(/^upload-/) as string,
      uploadUrl: expect.stringContaining(`${emulator.url}/_emulator/uploads/upload-`) as string,
    }),
  },
  importUserDataByUserId: {
    params: () => ({ userId, uploadToken }),
    answers: () => ({}),
    notFound: { params: { uploadToken: "never-prepared" }, component: "upload" },
  },
  checkImportUserDataByUserId: {
    params: () => ({ userId, uploadToken }),
    before: having(methods.importUserDataByUserId, { userId, uploadToken }),
    answers: file,
    notFound: { component: "import" },
  },
  describeWebSocketSessions: {
    params: () => byPlayer,
    before: haveSession,
    answers: (scene) => ({ items: [session(scene)], nextPageToken: null }),
    notFound: noNamespace,
  },
  describeWebSocketSessionsByUserId: {
    params: () => byUser,
    before: haveSession,
    answers: (scene) => ({ items: [session(scene)], nextPageToken: null }),
    notFound: noNamespace,
  },
  setUserId: {
    params: ({ connectionId }) => ({ ...byPlayer, connectionId }),
    answers: (scene) => ({ item: session(scene) }),
  },
  setUserIdByUserId: {
    params: ({ connectionId }) => ({ ...byUser, connectionId }),
    answers: (scene) => ({ item: session(scene) }),
  },
  sendNotification: {
    params: () => ({ ...byUser, ...notice }),
    before: haveSession,
    answers: ({ connectionId }) => ({ protocol: "WebSocket", sendConnectionIds: [connectionId] }),
    async does({ socket }) {
      expect(await socket.notification()).toMatchObject({ body: notice });
    },
  },
  disconnectByUserId: {
    params: () => byUser,
    before: haveSession,
    answers: (scene) => ({ items: [session(scene)] }),
    does: isCut,
    notFound: noNamespace,
  },
  disconnectAll: {
    params: () => ({ namespaceName }),
    before: haveSession,
    answers: () => ({}),
    does: isCut,
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
    notFound: noToken,
  },
  getFirebaseTokenByUserId: {
    params: () => byUser,
    before: haveToken,
    answers: () => device,
    notFound: noToken,
  },
  deleteFirebaseToken: {
    params: () => byPlayer,
    before: haveToken,
    answers: () => device,
    does: hasNoToken,
    notFound: noToken,
  },
  deleteFirebaseTokenByUserId: {
    params: () => byUser,
    before: haveToken,
    answers: () => device,
    does: hasNoToken,
    notFound: noToken,
  },
  sendMobileNotificationByUserId: {
    params: () => ({ ...byUser, ...notice }),
    before: haveToken,
    answers: () => ({}),
    async does({ emulator }) {
      expect(emulator.outbox()).toMatchObject([{ userId, ...notice, conditions: { token: true } }]);
    },
    notFound: noToken,
  },
};

export const goodOf = ({ name }: AnyMethod): GoodCall => goodCalls[name]!;
