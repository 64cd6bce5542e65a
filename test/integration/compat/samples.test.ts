import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  Gs2Constant,
  Gs2WebSocketSession,
  BasicGs2Credential,
} from "../../../src/compat/coreNode.js";
import {
  FirebaseToken,
  Gs2GatewayWebSocketClient,
  Namespace,
  SetUserIdRequest,
  WebSocketSession,
} from "../../../src/compat/gateway.js";
import { startEmulator, type Emulator } from "../../../src/emulator/index.js";
import { allMethods } from "../../../src/wire/allMethods.js";
import { samples, type SampleName } from "./samples.js";

const namespaceName = "namespace-0001";
const official = { ...Gs2Constant };
let emulator: Emulator;
let playing: Gs2WebSocketSession | undefined;

/** New for each sample. */
beforeEach(async () => {
  emulator = await startEmulator();
  Gs2Constant.ENDPOINT_HOST = emulator.endpoints.rest;
  Gs2Constant.WS_ENDPOINT_HOST = emulator.endpoints.webSocket;
});
afterEach(async () => {
  await playing?.disconnect();
  playing = undefined;
  await emulator.stop();
  Object.assign(Gs2Constant, official);
});

/** A socket with the samples' client ID. */
const connect = async (): Promise<void> => {
  playing = new Gs2WebSocketSession(
    "ap-northeast-1",
    new BasicGs2Credential("your client id", "your client secret"),
  );
  await playing.connect();
};

const bind = async (): Promise<void> => {
  await connect();
  await new Gs2GatewayWebSocketClient(playing!).setUserId(
    new SetUserIdRequest().withNamespaceName(namespaceName).withAccessToken("accessToken-0001"),
  );
};

interface Sample {
  /** Samples or other steps that run before this one. */
  before?: readonly (SampleName | (() => Promise<void>))[];
  reads: Readonly<Record<string, unknown>>;
  /** The class of the item. */
  kind?: new () => object;
}

const item = (kind: new () => object, values: object): Pick<Sample, "reads" | "kind"> => ({
  reads: { item: expect.objectContaining(values) as unknown },
  kind,
});
const text: unknown = expect.any(String);
const url: unknown = expect.stringMatching(/^http/);
const mine = { userId: "user-0001", token: "firebase-token-0001" };
const bound = { userId: "user-0001", namespaceName };

const table: Readonly<Record<SampleName, Sample>> = {
  describeNamespaces: {
    before: ["createNamespace"],
    reads: { items: [expect.any(Namespace)], nextPageToken: null },
  },
  createNamespace: { ...item(Namespace, { name: namespaceName }) },
  getNamespaceStatus: { before: ["createNamespace"], reads: { status: text } },
  getNamespace: {
    before: ["createNamespace"],
    ...item(Namespace, {
      name: namespaceName,
      logSetting: expect.objectContaining({
        loggingNamespaceId: "grn:gs2:ap-northeast-1:YourOwnerId:log:namespace-0001",
      }) as unknown,
    }),
  },
  updateNamespace: {
    before: ["createNamespace"],
    ...item(Namespace, { description: "description1", firebaseSecret: "firebase-secret2" }),
  },
  deleteNamespace: {
    before: ["createNamespace"],
    ...item(Namespace, { name: namespaceName }),
  },
  getServiceVersion: { reads: { item: text } },
  dumpUserDataByUserId: { reads: {} },
  checkDumpUserDataByUserId: { before: ["dumpUserDataByUserId"], reads: { url } },
  cleanUserDataByUserId: { reads: {} },
  checkCleanUserDataByUserId: { before: ["cleanUserDataByUserId"], reads: {} },
  prepareImportUserDataByUserId: { reads: { uploadToken: text, uploadUrl: url } },
  importUserDataByUserId: { reads: {} },
  checkImportUserDataByUserId: { before: ["importUserDataByUserId"], reads: { url } },
  describeWebSocketSessions: {
    before: ["createNamespace", bind],
    reads: { items: [expect.any(WebSocketSession)], nextPageToken: null },
  },
  describeWebSocketSessionsByUserId: {
    before: ["createNamespace", bind],
    reads: { items: [expect.any(WebSocketSession)], nextPageToken: null },
  },
  setUserId: { before: ["createNamespace", connect], ...item(WebSocketSession, bound) },
  setUserIdByUserId: { before: ["createNamespace", connect], ...item(WebSocketSession, bound) },
  sendNotification: {
    before: ["createNamespace", bind],
    reads: { protocol: text, sendConnectionIds: [text] },
  },
  disconnectByUserId: {
    before: ["createNamespace", bind],
    reads: { items: [expect.any(WebSocketSession)] },
  },
  disconnectAll: { before: ["createNamespace"], reads: {} },
  setFirebaseToken: { before: ["createNamespace"], ...item(FirebaseToken, mine) },
  setFirebaseTokenByUserId: { before: ["createNamespace"], ...item(FirebaseToken, mine) },
  getFirebaseToken: {
    before: ["createNamespace", "setFirebaseToken"],
    ...item(FirebaseToken, mine),
  },
  getFirebaseTokenByUserId: {
    before: ["createNamespace", "setFirebaseToken"],
    ...item(FirebaseToken, mine),
  },
  deleteFirebaseToken: {
    before: ["createNamespace", "setFirebaseToken"],
    ...item(FirebaseToken, mine),
  },
  deleteFirebaseTokenByUserId: {
    before: ["createNamespace", "setFirebaseToken"],
    ...item(FirebaseToken, mine),
  },
  sendMobileNotificationByUserId: {
    before: ["createNamespace", "setFirebaseToken"],
    reads: {},
  },
};

describe("the samples of the GS2 reference, run at a fresh emulator without a setting", () => {
  test("exist for each method", () => {
    expect(Object.keys(samples).sort()).toEqual(allMethods.map(({ name }) => name).sort());
    expect(Object.keys(samples)).toHaveLength(28);
  });

  test.each(Object.entries(table) as [SampleName, Sample][])(
    "%s",
    async (name, { before = [], reads, kind = Object }) => {
      for (const step of before) await (typeof step === "string" ? samples[step]() : step());
      const read: { item?: unknown } = await samples[name]();
      expect(read).toEqual(reads);
      if (kind !== Object) expect(read.item).toBeInstanceOf(kind);
      expect(emulator.calls({ method: name }).at(-1)).toMatchObject({ status: 200 });
    },
  );
});
