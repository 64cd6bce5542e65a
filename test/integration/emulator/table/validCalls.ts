import { expect } from "vitest";
import * as methods from "../../../../src/wire/methods.js";
import type { AnyMethod } from "../../../../src/wire/methods.js";
import { frame, type Json } from "../rawSocket.js";
import { namespaceName, type CallContext } from "./backend.js";

/** A valid call of a method with its reply and effect, written by hand. */
export interface ValidCall {
  readonly params: (context: CallContext) => Json;
  readonly prepare?: (context: CallContext) => Promise<unknown>;
  /** The reply, as a pattern. */
  readonly expected: (context: CallContext) => Json;
  /** Checks the effect besides the reply. */
  readonly checkEffect?: (context: CallContext) => Promise<void>;
  /** Without `prepare`, or with these parameters: 404 with this component. */
  readonly notFound?: { readonly params?: Json; readonly component: string };
}

export const userId = "user-0001";
export const accessToken = "accessToken-0001";
export const byUser = { namespaceName, userId };
export const byPlayer = { namespaceName, accessToken };
const uploadToken = "upload-0001";
const notification = { subject: "s", payload: "p" };

/** A call that a valid call needs before it. */
const after = (method: AnyMethod, params: Json) => (context: CallContext) =>
  context.call(method, params);
const withToken = after(methods.setFirebaseTokenByUserId, { ...byUser, token: "device-0001" });
const withSession = ({ socket, token }: CallContext) =>
  socket.ask(frame("setUserId", byPlayer, token));
const session = ({ connectionId }: CallContext) => ({ connectionId, namespaceName, userId });
const device = { item: { userId, token: "device-0001" } };
const file = ({ emulator }: CallContext) => ({
  url: expect.stringContaining(`${emulator.url}/_emulator/files/`) as string,
});

async function checkNoToken({ emulator }: CallContext): Promise<void> {
  expect(emulator.state().firebaseTokens).toEqual([]);
}
async function checkCut({ emulator, socket }: CallContext): Promise<void> {
  await socket.closed();
  expect(emulator.sessions()).toEqual([]);
}

const noNamespace = { params: { namespaceName: "game-9999" }, component: "namespace" };
const noToken = { component: "firebaseToken" };

export const validCalls: Readonly<Record<string, ValidCall>> = {
  describeNamespaces: {
    params: () => ({ namePrefix: "game", limit: 1 }),
    expected: () => ({ items: [{ name: namespaceName }], nextPageToken: null }),
  },
  createNamespace: {
    params: () => ({ name: "made" }),
    expected: () => ({ item: { name: "made", description: null, revision: 0 } }),
  },
  getNamespaceStatus: {
    params: () => ({ namespaceName }),
    expected: () => ({ status: "ACTIVE" }),
    notFound: noNamespace,
  },
  getNamespace: {
    params: () => ({ namespaceName }),
    expected: () => ({ item: { name: namespaceName } }),
    notFound: noNamespace,
  },
  updateNamespace: {
    params: () => ({ namespaceName, description: "new" }),
    expected: () => ({ item: { name: namespaceName, description: "new", revision: 1 } }),
    notFound: noNamespace,
  },
  deleteNamespace: {
    params: () => ({ namespaceName }),
    prepare: withSession,
    expected: () => ({ item: { name: namespaceName } }),
    checkEffect: checkCut,
    notFound: noNamespace,
  },
  getServiceVersion: { params: () => ({}), expected: () => ({ item: "emulator" }) },
  dumpUserDataByUserId: { params: () => ({ userId }), expected: () => ({}) },
  checkDumpUserDataByUserId: {
    params: () => ({ userId }),
    prepare: after(methods.dumpUserDataByUserId, { userId }),
    expected: file,
    notFound: { component: "dump" },
  },
  cleanUserDataByUserId: {
    params: () => ({ userId }),
    prepare: withToken,
    expected: () => ({}),
    checkEffect: checkNoToken,
  },
  checkCleanUserDataByUserId: {
    params: () => ({ userId }),
    prepare: after(methods.cleanUserDataByUserId, { userId }),
    expected: () => ({}),
    notFound: { component: "clean" },
  },
  prepareImportUserDataByUserId: {
    params: () => ({ userId }),
    expected: ({ emulator }) => ({
      uploadToken: expect.stringMatching(/^upload-/) as string,
      uploadUrl: expect.stringContaining(`${emulator.url}/_emulator/uploads/upload-`) as string,
    }),
  },
  importUserDataByUserId: {
    params: () => ({ userId, uploadToken }),
    expected: () => ({}),
    notFound: { params: { uploadToken: "never-prepared" }, component: "upload" },
  },
  checkImportUserDataByUserId: {
    params: () => ({ userId, uploadToken }),
    prepare: after(methods.importUserDataByUserId, { userId, uploadToken }),
    expected: file,
    notFound: { component: "import" },
  },
  describeWebSocketSessions: {
    params: () => byPlayer,
    prepare: withSession,
    expected: (context) => ({ items: [session(context)], nextPageToken: null }),
  },
  describeWebSocketSessionsByUserId: {
    params: () => byUser,
    prepare: withSession,
    expected: (context) => ({ items: [session(context)], nextPageToken: null }),
  },
  setUserId: {
    params: ({ connectionId }) => ({ ...byPlayer, connectionId }),
    expected: (context) => ({ item: session(context) }),
  },
  setUserIdByUserId: {
    params: ({ connectionId }) => ({ ...byUser, connectionId }),
    expected: (context) => ({ item: session(context) }),
  },
  sendNotification: {
    params: () => ({ ...byUser, ...notification }),
    prepare: withSession,
    expected: ({ connectionId }) => ({ protocol: "WebSocket", sendConnectionIds: [connectionId] }),
    async checkEffect({ socket }) {
      expect(await socket.notification()).toMatchObject({ body: notification });
    },
  },
  disconnectByUserId: {
    params: () => byUser,
    prepare: withSession,
    expected: (context) => ({ items: [session(context)] }),
    checkEffect: checkCut,
  },
  disconnectAll: {
    params: () => ({ namespaceName }),
    prepare: withSession,
    expected: () => ({}),
    checkEffect: checkCut,
  },
  setFirebaseToken: {
    params: () => ({ ...byPlayer, token: "device-0001" }),
    expected: () => device,
  },
  setFirebaseTokenByUserId: {
    params: () => ({ ...byUser, token: "device-0001" }),
    expected: () => device,
  },
  getFirebaseToken: {
    params: () => byPlayer,
    prepare: withToken,
    expected: () => device,
    notFound: noToken,
  },
  getFirebaseTokenByUserId: {
    params: () => byUser,
    prepare: withToken,
    expected: () => device,
    notFound: noToken,
  },
  deleteFirebaseToken: {
    params: () => byPlayer,
    prepare: withToken,
    expected: () => device,
    checkEffect: checkNoToken,
    notFound: noToken,
  },
  deleteFirebaseTokenByUserId: {
    params: () => byUser,
    prepare: withToken,
    expected: () => device,
    checkEffect: checkNoToken,
    notFound: noToken,
  },
  sendMobileNotificationByUserId: {
    params: () => ({ ...byUser, ...notification }),
    prepare: withToken,
    expected: () => ({}),
    async checkEffect({ emulator }) {
      expect(emulator.outbox()).toMatchObject([
        { userId, ...notification, conditions: { token: true } },
      ]);
    },
    notFound: noToken,
  },
};

export const validCallOf = ({ name }: AnyMethod): ValidCall => validCalls[name]!;
