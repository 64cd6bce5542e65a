// Hostile input: names of JavaScript built-ins, deep nesting, too much data, foreign origins.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  startEmulator,
  type Emulator,
  type EmulatorLogEntry,
} from "../../../src/emulator/index.js";
import { readSettings } from "../../../src/emulator/settings.js";
import { frame, RawSocket, restLogin, type Json } from "./rawSocket.js";

let emulator: Emulator;
let token: string;
let log: EmulatorLogEntry[];
const inherited = Object.getOwnPropertyNames(Object.prototype).sort();
beforeEach(async () => {
  log = [];
  emulator = await startEmulator({ namespaces: ["game-0001"], log: (one) => log.push(one) });
  token = await restLogin(emulator.url);
});
afterEach(async () => {
  expect(log.filter(({ text }) => text.includes("failed inside the emulator"))).toEqual([]);
  expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(inherited);
  // The control API still works, and the next client can bind.
  for (const path of ["state", "calls", "sessions", "connections", "outbox", "faults"]) {
    expect((await fetch(`${emulator.url}/_emulator/${path}`)).status, path).toBe(200);
  }
  const socket = await RawSocket.open(emulator.endpoints.webSocket);
  const bind = { namespaceName: "game-0001", accessToken: "accessToken-0001" };
  expect(await socket.ask(frame("setUserId", bind, token))).toMatchObject({ status: 200 });
  await socket.close();
  await emulator.stop();
});

/** `json` is text: `JSON.stringify` cannot write `__proto__` or deep nesting. */
async function send(method: string, path: string, json: string) {
  const response = await fetch(emulator.url + path, {
    method,
    ...(method === "GET" ? {} : { body: json }),
    headers: { authorization: `Bearer ${token}`, "x-gs2-access-token": "accessToken-0001" },
  });
  return { status: response.status, text: await response.text() };
}

const names = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "*"];

describe.each(names)("the name %s", (name) => {
  test("works as userId, namespaceName, issuer and subject", async () => {
    const accessToken = await emulator.issueAccessToken({ userId: name });
    const socket = await RawSocket.open(emulator.endpoints.webSocket);
    await socket.ask(frame("setUserId", { namespaceName: name, accessToken }, token));
    expect(emulator.sessions()).toMatchObject([{ userId: name, namespaceName: name }]);
    await emulator.notify({
      userId: name,
      namespaceName: name,
      issuer: name,
      subject: name,
      payload: "{}",
    });
    expect((await socket.notification())["body"]).toEqual({
      issuer: name,
      subject: name,
      payload: "{}",
    });
    expect(emulator.calls({ userId: name })).toHaveLength(1);
    await socket.close();
  });

  test.each([
    ["a body", "POST", "/gateway/", (field: string) => `{"name":"n",${field}}`, 200],
    [
      "a model in a body",
      "POST",
      "/gateway/",
      (field: string) => `{"name":"n","logSetting":{"loggingNamespaceId":"l",${field}}}`,
      200,
    ],
    ["a state", "PUT", "/_emulator/state", (field: string) => `{"version":1,${field}}`, 400],
    [
      "faults",
      "PUT",
      "/_emulator/faults",
      (field: string) => `{"faults":[{"fault":"latency",${field}}]}`,
      400,
    ],
    [
      "a notification",
      "POST",
      "/_emulator/notifications",
      (field: string) => `{"userId":"alice","subject":"s","payload":{${field}}}`,
      200,
    ],
  ])("as a field of %s does not pollute the prototype", async (_, method, path, body, status) => {
    const response = await send(method, path, body(`"${name}":{"polluted":true}`));
    expect(response.status).toBe(status);
    expect(({} as { polluted?: true }).polluted).toBeUndefined();
  });

  test("is not a fault, setting or function", async () => {
    expect(
      await send("PUT", "/_emulator/faults", `{"faults":[{"fault":"${name}"}]}`),
    ).toMatchObject({
      status: 400,
      text: expect.stringContaining("faults[0].fault cannot be") as string,
    });
    expect(() => readSettings(JSON.parse(`{"${name}":1}`) as object)).toThrow("is unknown");
    const socket = await RawSocket.open(emulator.endpoints.webSocket);
    expect(await socket.ask(frame(name, {}, token, name))).toMatchObject({ status: 404 });
    await socket.close();
  });
});

describe("a value nested 10,000 levels deep", () => {
  const deep = `${'{"a":['.repeat(5_000)}1${"]}".repeat(5_000)}`;

  test.each([
    ["a REST body", "POST", "/gateway/", `{"name":"n","x":${deep}}`],
    [
      "a notification",
      "POST",
      "/_emulator/notifications",
      `{"userId":"a","subject":"s","payload":${deep}}`,
    ],
    ["faults", "PUT", "/_emulator/faults", `{"faults":[${deep}]}`],
    // Once in the store, it could not be serialized any more.
    [
      "a state",
      "PUT",
      "/_emulator/state",
      `{"version":1,"namespaces":[{"name":"n","logSetting":${deep}}]}`,
    ],
  ])("is refused as %s", async (_, method, path, body) => {
    expect((await send(method, path, body)).status).toBe(400);
  });

  test("is refused in a frame, and the socket stays open", async () => {
    const socket = await RawSocket.open(emulator.endpoints.webSocket);
    const text = JSON.stringify(frame("getServiceVersion", {}, token, "namespace"));
    socket.send(text.replace("{", `{"x":${deep},`));
    await socket.waitFor("a 400", ({ status }) => status === 400);
    expect(await socket.ask(frame("getServiceVersion", {}, token, "namespace"))).toMatchObject({
      status: 200,
    });
    await socket.close();
  });

  test("is refused as the content of an upload: its import fails and stores nothing", async () => {
    const text = `{"service":"gateway","firebaseTokens":${deep}}`;
    const prepared = await send("POST", "/gateway/system/import/user/alice/prepare", "{}");
    const { uploadToken, uploadUrl } = JSON.parse(prepared.text) as Json &
      Record<"uploadToken" | "uploadUrl", string>;
    expect((await fetch(uploadUrl, { method: "PUT", body: text })).status).toBe(200);
    const started = await send(
      "POST",
      "/gateway/system/import/user/alice",
      JSON.stringify({ uploadToken }),
    );
    expect(started.status).toBe(200);
    const path = `/gateway/system/import/user/alice/${uploadToken}`;
    const { url } = JSON.parse((await send("GET", path, "")).text) as { url: string };
    expect(await (await fetch(url)).json()).toMatchObject({
      status: "failed",
      errors: ["firebaseTokens is not an array."],
    });
    expect(emulator.state().firebaseTokens).toEqual([]);
  });
});

describe("5 MB", () => {
  const huge = "x".repeat(5_000_000);

  test.each([
    ["a REST body", "POST", "/gateway/", 413],
    ["a notification", "POST", "/_emulator/notifications", 400],
    ["a state", "PUT", "/_emulator/state", 400],
    ["an upload", "PUT", "/_emulator/uploads/upload-1", 400],
  ])("are refused by default as %s", async (_, method, path, status) => {
    expect((await send(method, path, `{"version":1,"userId":"${huge}"}`)).status).toBe(status);
  });

  test("in one frame close the socket, and no other", async () => {
    const other = await RawSocket.open(emulator.endpoints.webSocket);
    const socket = await RawSocket.open(emulator.endpoints.webSocket);
    socket.send(huge);
    expect(await socket.closed()).toBe(1009);
    expect(await other.ask(frame("getServiceVersion", {}, token, "namespace"))).toMatchObject({
      status: 200,
    });
    await other.close();
  });
});

describe("a page of another origin", () => {
  test.each([
    ["POST", "/_emulator/reset"],
    ["POST", "/_emulator/notifications"],
    ["POST", "/_emulator/access-tokens"],
    ["PUT", "/_emulator/state"],
    ["PUT", "/_emulator/faults"],
    ["PUT", "/_emulator/uploads/upload-1"],
    ["DELETE", "/_emulator/namespaces/game-0001"],
    ["GET", "/_emulator/state"],
    ["GET", "/_emulator/log"],
  ])("is refused %s %s without a preflight", async (method, path) => {
    const state = JSON.stringify(await (await fetch(`${emulator.url}/_emulator/state`)).json());
    const response = await fetch(emulator.url + path, {
      method,
      // A content type that needs no preflight.
      headers: { origin: "https://evil.example", "content-type": "text/plain" },
      ...(method === "POST" || method === "PUT" ? { body: '{"version":1,"namespaces":[]}' } : {}),
    });
    expect(response.status).toBe(403);
    expect(response.headers.get("access-control-allow-origin")).toBeNull();
    expect(JSON.stringify(await (await fetch(`${emulator.url}/_emulator/state`)).json())).toBe(
      state,
    );
  });
});
