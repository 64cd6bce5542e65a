import { describe, expect, onTestFinished, test, vi } from "vitest";
import { GatewayAdmin } from "../../../src/admin/index.js";
import { GatewayClient } from "../../../src/client/client.js";
import { BasicGs2Credential } from "../../../src/compat/credentials.js";
import { Gs2Constant } from "../../../src/compat/session.js";
import { Gs2RestSession } from "../../../src/compat/restSession.js";
import { rejectionOf } from "../../support/promises.js";

const secret = { clientId: "client-0001", clientSecret: "secret-0001" };
const token = { clientId: "client-0001", projectToken: "project-0001" };
const problem = "endpoints must be https: and wss: where a clientSecret is sent off this machine";

const open = (rest: string, webSocket: string, credential: typeof secret | typeof token) => [
  () => new GatewayAdmin({ credential, endpoints: { rest, webSocket }, logger: false }),
  () =>
    new GatewayClient({
      credential,
      endpoints: { rest, webSocket },
      WebSocket: vi.fn() as never,
      logger: false,
    }).dispose(),
];

describe("a clientSecret", () => {
  test.each([
    "http://192.168.1.5:9480",
    "http://gs2.example/{service}",
    "HTTP://gs2.example",
    "http://localhost.evil.example",
    "http://127.0.0.1.evil.example",
    "http://localhost@evil.example",
    "http://localhost:80@evil.example",
  ])("is refused by admin and client for %s", (rest) => {
    const [admin, client] = open(rest, "wss://gs2.example", secret);
    expect(admin).toThrow(`GatewayAdmin: ${problem}`);
    expect(client).toThrow(`GatewayClient: ${problem}`);
  });

  test("is refused by the client for a plain socket", () => {
    const [, client] = open("https://gs2.example", "ws://gs2.example", secret);
    expect(client).toThrow(`GatewayClient: ${problem}`);
  });

  test.each([
    ["https://gs2.example", "wss://gs2.example"],
    ["http://127.0.0.1:9480/{service}", "ws://127.0.0.1:9480/gateway-ws"],
    ["http://localhost:9480/{service}", "ws://game.localhost:9480"],
    ["http://[::1]:9480", "ws://[::1]"],
  ])("is accepted for %s and %s", (rest, webSocket) => {
    for (const create of open(rest, webSocket, secret)) expect(create).not.toThrow();
  });

  test("is refused by a session of compat", async () => {
    const before = Gs2Constant.ENDPOINT_HOST;
    onTestFinished(() => void (Gs2Constant.ENDPOINT_HOST = before));
    Gs2Constant.ENDPOINT_HOST = "http://gs2.example/{service}";
    const session = new Gs2RestSession("ap-northeast-1", new BasicGs2Credential("c", "secret-1"));
    expect(await rejectionOf(Promise.resolve(session.connect()))).toMatchObject({
      message: `connect: ${problem}`,
    });
  });
});

test("a project token may go over plain http: it ends, and its rights are few", () => {
  for (const create of open("http://gs2.example", "ws://gs2.example", token)) {
    expect(create).not.toThrow();
  }
});
