import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { GatewayAdmin } from "../../../src/admin/index.js";
import {
  BasicGs2Credential,
  Gs2Constant,
  Gs2RestSession,
  Gs2WebSocketSession,
} from "../../../src/compat/coreNode.js";
import {
  CreateNamespaceRequest,
  Gs2GatewayRestClient,
  Gs2GatewayWebSocketClient,
  TransactionSetting,
} from "../../../src/compat/gateway.js";
import { startEmulator, type Emulator } from "../../../src/emulator/index.js";
import type { TransactionSetting as Setting } from "../../../src/wire/models.js";
import { frame, RawSocket, restLogin } from "./rawSocket.js";

const credential = () => new BasicGs2Credential("client-0001", "secret-0001");
const official = { ...Gs2Constant };

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator();
  Gs2Constant.ENDPOINT_HOST = emulator.endpoints.rest;
  Gs2Constant.WS_ENDPOINT_HOST = emulator.endpoints.webSocket;
});
afterAll(async () => {
  Object.assign(Gs2Constant, official);
  await emulator.stop();
});

type Create = (name: string, transactionSetting: Setting) => Promise<unknown>;

const throughCompat =
  (connect: () => Promise<Pick<Gs2GatewayRestClient, "createNamespace">>): Create =>
  async (name, setting) => {
    const client = await connect();
    const request = new CreateNamespaceRequest()
      .withName(name)
      .withTransactionSetting(TransactionSetting.fromDict(setting));
    return (await client.createNamespace(request)).getItem()!.getTransactionSetting()!.toDict();
  };

const ways: Readonly<Record<string, Create>> = {
  async admin(name, transactionSetting) {
    const admin = new GatewayAdmin({
      credential: { clientId: "client-0001", clientSecret: "secret-0001" },
      endpoints: emulator.endpoints,
      logger: false,
    });
    return (await admin.createNamespace({ name, transactionSetting })).item.transactionSetting;
  },
  "compat over REST": throughCompat(async () => {
    const session = new Gs2RestSession(credential(), "ap-northeast-1");
    await session.connect();
    return new Gs2GatewayRestClient(session);
  }),
  "compat over the socket": throughCompat(async () => {
    const session = new Gs2WebSocketSession(credential(), "ap-northeast-1");
    await session.connect();
    const client = new Gs2GatewayWebSocketClient(session);
    return {
      async createNamespace(request) {
        const result = await client.createNamespace(request);
        await session.disconnect();
        return result;
      },
    };
  }),
  async "a raw frame"(name, transactionSetting) {
    const token = await restLogin(emulator.url);
    const socket = await RawSocket.open(emulator.endpoints.webSocket);
    const { body } = await socket.ask(
      frame("createNamespace", { name, transactionSetting }, token, "namespace"),
    );
    return (body["item"] as { transactionSetting: unknown }).transactionSetting;
  },
};

describe.each(Object.entries(ways))("a default emulator accepts from %s", (way, create) => {
  test("the template that only runs transactions by itself", async () => {
    expect(await create(`auto ${way}`, { enableAutoRun: true })).toMatchObject({
      enableAutoRun: true,
      enableAtomicCommit: false,
      transactionUseDistributor: false,
      acquireActionUseJobQueue: false,
    });
  });

  test("a field without the switch it depends on, which has no effect", async () => {
    expect(await create(`atomic ${way}`, { enableAtomicCommit: true })).toMatchObject({
      enableAutoRun: false,
      enableAtomicCommit: false,
    });
  });

  test("the keyId that official SDKs send", async () => {
    expect(await create(`key ${way}`, { keyId: "grn:key" })).toMatchObject({ keyId: "grn:key" });
  });
});
