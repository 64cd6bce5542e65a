import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { startEmulator, type Emulator } from "../../../src/emulator/index.js";
import { getNamespace, getServiceVersion, sendNotification } from "../../../src/wire/methods.js";
import { frame, RawSocket, restLogin, type Json } from "./rawSocket.js";
import { errorsOf, rest } from "./restCalls.js";

async function logIn(url: string, body: Json): Promise<{ status: number; body: Json }> {
  const response = await fetch(`${url}/identifier/projectToken/login`, {
    method: "POST",
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Json };
}

const loginFrame = (params: Json): Json => ({
  ...params,
  x_gs2: {
    service: "identifier",
    component: "projectToken",
    function: "login",
    contentType: "application/json",
    requestId: "10001",
  },
});

describe("login without strict", () => {
  let emulator: Emulator;
  beforeAll(async () => {
    emulator = await startEmulator();
  });
  afterAll(() => emulator.stop());

  test("accepts any credential except the secret wrong", async () => {
    const any = { client_id: "any-client", client_secret: "anything" };
    expect((await logIn(emulator.url, any)).status).toBe(200);
    const wrong = await logIn(emulator.url, { ...any, client_secret: "wrong" });
    expect([wrong.status, errorsOf(wrong.body)]).toEqual([
      401,
      [{ component: "projectToken", message: "identifier.projectToken.credential.error.invalid" }],
    ]);
  });

  test("returns an error for each missing field", async () => {
    const { status, body } = await logIn(emulator.url, { client_secret: null });
    expect([status, errorsOf(body)]).toEqual([
      400,
      [
        { component: "projectToken", message: "identifier.projectToken.client_id.error.require" },
        {
          component: "projectToken",
          message: "identifier.projectToken.client_secret.error.require",
        },
      ],
    ]);
  });

  test("on a socket is 401 for a wrong secret and can be retried", async () => {
    const socket = await RawSocket.open(emulator.endpoints.webSocket);
    const wrong = await socket.ask(loginFrame({ client_id: "c", client_secret: "wrong" }));
    expect(wrong.status).toBe(401);
    socket.frames.length = 0;
    const right = await socket.ask(loginFrame({ client_id: "c", client_secret: "s" }));
    expect(right.status).toBe(200);
    await socket.close();
  });

  test("sendNotification creates a missing namespace, getNamespace does not", async () => {
    const token = await restLogin(emulator.url);
    const namespaceName = "made-on-demand";
    const get = () => rest(emulator.url, getNamespace, { namespaceName }, { token });
    expect((await get()).status).toBe(404);
    const notification = { namespaceName, userId: "user-0001", subject: "s", payload: "p" };
    await rest(emulator.url, sendNotification, notification, { token });
    expect((await get()).status).toBe(200);
  });
});

describe("login with strict", () => {
  let emulator: Emulator;
  beforeAll(async () => {
    emulator = await startEmulator({
      strict: true,
      namespaces: ["game-0001"],
      credentials: [{ clientId: "client-0001", clientSecret: "secret-0001" }],
    });
  });
  afterAll(() => emulator.stop());

  test("accepts only configured credentials", async () => {
    expect(await restLogin(emulator.url)).toEqual(expect.any(String));
    const unknown = { client_id: "client-0001", client_secret: "secret-0002" };
    expect((await logIn(emulator.url, unknown)).status).toBe(401);
  });

  test("setUserId refuses accessToken-0001 and accepts an issued token", async () => {
    const token = await restLogin(emulator.url);
    const socket = await RawSocket.open(emulator.endpoints.webSocket);
    const bind = (accessToken: string) =>
      socket.ask(frame("setUserId", { namespaceName: "game-0001", accessToken }, token));
    expect((await bind("accessToken-0001")).status).toBe(401);
    const issued = await emulator.issueAccessToken({ userId: "player with a name" });
    expect(await bind(issued)).toMatchObject({
      status: 200,
      body: { item: { userId: "player with a name" } },
    });
    await socket.close();
  });

  test("sendNotification does not create namespaces", async () => {
    const token = await restLogin(emulator.url);
    const notification = {
      namespaceName: "game-9999",
      userId: "user-0001",
      subject: "s",
      payload: "p",
    };
    const reply = await rest(emulator.url, sendNotification, notification, { token });
    expect(reply.status).toBe(404);
  });
});

describe("token expiry by the emulator's clock", () => {
  let emulator: Emulator;
  beforeAll(async () => {
    emulator = await startEmulator({ settings: { projectTokenExpiresInSeconds: 60 } });
  });
  afterEach(() => emulator.reset());
  afterAll(() => emulator.stop());

  test("a call with an expired project token is 401", async () => {
    const token = await restLogin(emulator.url);
    const ask = () => rest(emulator.url, getServiceVersion, {}, { token });
    // One second of real time is left for the test.
    emulator.clock.advance(59_000);
    expect((await ask()).status).toBe(200);
    emulator.clock.advance(1_000);
    const late = await ask();
    expect([late.status, errorsOf(late.body)]).toEqual([
      401,
      [{ component: "projectToken", message: "gateway.projectToken.error.expired" }],
    ]);
    const fresh = await restLogin(emulator.url);
    expect((await rest(emulator.url, getServiceVersion, {}, { token: fresh })).status).toBe(200);
  });

  test("an expired access token does not end its session", async () => {
    const token = await restLogin(emulator.url);
    const socket = await RawSocket.open(emulator.endpoints.webSocket);
    const accessToken = await emulator.issueAccessToken({
      userId: "user-0001",
      expiresInMs: 5_000,
    });
    const bind = frame("setUserId", { namespaceName: "game-0001", accessToken }, token);
    expect((await socket.ask(bind)).status).toBe(200);
    emulator.clock.advance(5_000);
    const again = await socket.ask(
      frame("setUserId", { namespaceName: "game-0001", accessToken }, token),
    );
    expect([again.status, errorsOf(again.body)]).toEqual([
      401,
      [{ component: "accessToken", message: "gateway.accessToken.error.expired" }],
    ]);
    expect(emulator.sessions()).toHaveLength(1);
    await socket.close();
  });

  test("an access token expires after an hour by default", async () => {
    const before = emulator.clock.now();
    const response = await fetch(`${emulator.url}/_emulator/access-tokens`, {
      method: "POST",
      body: JSON.stringify({ userId: "user-0001" }),
    });
    const issued = (await response.json()) as { userId: string; expiresAt: number };
    expect(issued.userId).toBe("user-0001");
    expect(issued.expiresAt - before).toBeGreaterThanOrEqual(3_600_000);
    expect(issued.expiresAt - emulator.clock.now()).toBeLessThanOrEqual(3_600_000);
  });
});
