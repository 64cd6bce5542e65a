import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startEmulator, type Emulator } from "../../../src/emulator/index.js";
import { frame, RawSocket, restLogin, type Json } from "./rawSocket.js";
import { errorsOf } from "./restCalls.js";

let emulator: Emulator;
let token: string;
beforeAll(async () => {
  emulator = await startEmulator({ settings: { maxBodyBytes: 10_000 } });
});
beforeEach(async () => {
  token = await restLogin(emulator.url);
});
afterAll(() => emulator.stop());

async function send(
  verb: string,
  path: string,
  body: BodyInit,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: Json }> {
  const response = await fetch(`${emulator.url}/gateway${path}`, {
    method: verb,
    body,
    headers: {
      authorization: `Bearer ${token}`,
      "x-gs2-access-token": "accessToken-0001",
      "content-type": "application/json",
      ...headers,
    },
  });
  return { status: response.status, body: (await response.json()) as Json };
}

const gzipped = (value: unknown) => new Uint8Array(gzipSync(JSON.stringify(value)));
const gzip = { "content-encoding": "gzip" };
const device = "/game-0001/user/me/firebase/token";

describe("the body of a REST call", () => {
  test.each([
    ["PUT", device, { token: "device-1" }],
    ["POST", "/", { name: "by-gzip" }],
  ])("may be gzipped: %s %s", async (verb, path, value) => {
    expect((await send(verb, path, gzipped(value), gzip)).status).toBe(200);
  });

  test.each([
    ["not gzip at all", new Uint8Array([1, 2, 3]), gzip, 400, "notGzip"],
    ["gzip that breaks off", gzipped({ token: "t" }).slice(0, 15), gzip, 400, "notGzip"],
    ["gzip that becomes too long", gzipped("x".repeat(20_000)), gzip, 413, "tooLong"],
    ["a body that is too long", `{"token":"${"x".repeat(20_000)}"}`, {}, 413, "tooLong"],
    ["JSON that breaks off", '{"token":', {}, 400, "notJson"],
    ["JSON that is no object", "[1]", {}, 400, "notJson"],
    ["broken UTF-8", new Uint8Array(Buffer.from('{"token":"\xff"}', "latin1")), {}, 400, "notJson"],
    ["an unknown encoding", "{}", { "content-encoding": "br" }, 400, "encoding"],
  ])("is refused when it is %s", async (_, body, headers, status, kind) => {
    const answer = await send("PUT", device, body, headers);
    expect([answer.status, errorsOf(answer.body)]).toEqual([
      status,
      [{ component: "body", message: `gateway.body.error.${kind}` }],
    ]);
  });

  test("is not quoted in the refusal, as it may hold a secret", async () => {
    const answer = await send("PUT", device, '{"token": device-secret}');
    expect(JSON.stringify(answer.body)).not.toContain("device-secret");
  });

  test("may have a context stack and unknown fields", async () => {
    const answer = await send(
      "PUT",
      device,
      JSON.stringify({ contextStack: "a/b", token: "device-1", later: { x: 1 } }),
    );
    expect(answer.status).toBe(200);
  });

  test("does not override the path", async () => {
    const body = JSON.stringify({ namespaceName: "other", token: "device-1" });
    const answer = await send("PUT", device, body);
    expect((answer.body["item"] as Json)["firebaseTokenId"]).toContain(":gateway:game-0001:");
  });

  test("may have booleans as words in any case", async () => {
    for (const force of ["True", "FALSE", "true", false]) {
      const body = JSON.stringify({ connectionId: "none", allowConcurrentAccess: "False", force });
      const answer = await send("POST", "/game-0001/session/user/me/user", body);
      // The fields were valid; only the connection does not exist.
      expect(answer.status).toBe(404);
    }
  });
});

describe("a query", () => {
  test("may have null for an unset value", async () => {
    const response = await fetch(
      `${emulator.url}/gateway/game-0001/session/user/me?contextStack=&pageToken=null&limit=null`,
      {
        headers: { authorization: `Bearer ${token}`, "x-gs2-access-token": "accessToken-0001" },
      },
    );
    expect([response.status, await response.json()]).toEqual([
      200,
      { items: [], nextPageToken: null },
    ]);
  });
});

describe("an unknown path", () => {
  test.each([
    ["GET", "/gateway/game-0001/nothing/here"],
    ["DELETE", "/gateway/"],
    ["POST", "/matchmaking/game-0001/gathering"],
    ["GET", "/favicon.ico"],
  ])("%s %s is 404 with a sentence", async (method, path) => {
    const response = await fetch(emulator.url + path, { method });
    expect(response.status).toBe(404);
    const [error] = errorsOf((await response.json()) as Json) as { message: string }[];
    expect(error!.message).toContain(`The emulator has nothing at ${method} ${path}.`);
  });
});

describe("a frame", () => {
  test.each([
    ["no JSON", "hello"],
    ["no object", "[1]"],
    ["no envelope", '{"namespaceName":"game-0001"}'],
  ])("that cannot be parsed gets a reply and leaves the socket open: %s", async (_, text) => {
    const socket = await RawSocket.open(emulator.endpoints.webSocket);
    socket.send(text);
    expect(await socket.waitFor("a 400", (one) => one["status"] === 400)).toMatchObject({
      requestId: "",
    });
    const reply = await socket.ask(frame("getServiceVersion", {}, token, "namespace"));
    expect(reply.status).toBe(200);
    await socket.close();
  });

  test("that is binary gets a reply", async () => {
    const socket = await RawSocket.open(emulator.endpoints.webSocket);
    socket.ws.send(new Uint8Array([1, 2, 3]));
    await socket.waitFor("a 400", (one) => one["status"] === 400);
    await socket.close();
  });

  test.each([
    ["gateway", "webSocketSession", "flyToTheMoon", 404],
    ["gateway", "firebaseToken", "setUserId", 404],
    ["matchmaking", "gathering", "doMatchmaking", 501],
  ])(
    "that names an unknown function gets an error: %s %s %s is %i",
    async (service, component, name, status) => {
      const socket = await RawSocket.open(emulator.endpoints.webSocket);
      const reply = await socket.ask({
        xGs2ProjectToken: token,
        x_gs2: { service, component, function: name, requestId: "r-1" },
      });
      expect(reply.status).toBe(status);
      await socket.close();
    },
  );

  test("gets a reply with its request id as it was", async () => {
    const socket = await RawSocket.open(emulator.endpoints.webSocket);
    const odd = 'id with "quotes" and 日本';
    const reply = await socket.ask({
      x_gs2: { service: "gateway", component: "namespace", function: "x", requestId: odd },
    });
    expect(reply.requestId).toBe(odd);
    await socket.close();
  });
});
