// Secrets in any input must not appear in the logs and lists of the emulator.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  startEmulator,
  type Emulator,
  type EmulatorLogEntry,
} from "../../../src/emulator/index.js";
import { formatJson, formatText } from "../../../src/emulator/log/eventLog.js";
import { leakedSecrets, plantedSecret } from "../../support/secretLeaks.js";
import { frame, RawSocket, type Json } from "./rawSocket.js";

let emulator: Emulator;
let log: EmulatorLogEntry[];
let leave: AbortController;
beforeEach(async () => {
  log = [];
  leave = new AbortController();
  emulator = await startEmulator({ namespaces: ["game-0001"], log: (one) => log.push(one) });
});
afterEach(async () => {
  leave.abort();
  await emulator.stop();
});

const list = async (path: string): Promise<string> =>
  (await fetch(`${emulator.url}/_emulator/${path}`)).text();

/** The log stream from its start to the entry that contains `last`. */
async function logStream(last: string): Promise<string> {
  const response = await fetch(`${emulator.url}/_emulator/log`, { signal: leave.signal });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes(last)) text += (await reader.read()).value ?? "";
  await reader.cancel();
  return text;
}

interface Channel {
  /** `last` is part of the last event. */
  readonly read: (last: string) => string | Promise<string>;
  /** Labels of secrets that it contains on purpose. */
  readonly holds?: readonly string[];
}

/** Everything that the emulator shows. */
const channels: Record<string, Channel> = {
  "the entries of the log": { read: () => JSON.stringify(log) },
  "the log as text": { read: () => log.map(formatText).join("\n") },
  "the log as JSON": { read: () => log.map(formatJson).join("\n") },
  "the log stream": { read: logStream },
  "the calls": { read: () => list("calls") },
  "the sessions": { read: () => list("sessions") },
  "the sockets": { read: () => list("connections") },
  "the faults": { read: () => list("faults") },
  // It shows the payload as the player gets it.
  "the outbox": { read: () => list("outbox"), holds: ["payload"] },
};

let tokens: { project: string; access: string };

/** JSON text with a secret. */
const nested = (who: string) => JSON.stringify({ deep: [{ accessToken: plantedSecret(who) }] });

/** Every input that may contain a secret. */
const inputs: Record<string, (socket: RawSocket) => Promise<unknown>> = {
  "a login": (socket) => socket.ask(login(plantedSecret("clientSecret"))),
  "a login that is refused": async () => {
    await control("PUT", "faults", {
      faults: [{ fault: "refuseLogin", status: 401 }],
    });
    const body = { client_id: "client-0001", client_secret: plantedSecret("clientSecret") };
    expect((await post("/identifier/projectToken/login", body)).status).toBe(401);
  },
  "a login without a client id": () =>
    post("/identifier/projectToken/login", { client_secret: plantedSecret("clientSecret") }),
  "a bind": (socket) => socket.ask(frame("setUserId", namespace(), tokens.project)),
  "a bind with unknown tokens": (socket) =>
    socket.ask(
      frame(
        "setUserId",
        {
          ...namespace(),
          accessToken: plantedSecret("access"),
          xGs2AccessToken: plantedSecret("access"),
        },
        plantedSecret("project"),
      ),
    ),
  "a call with unknown tokens": () =>
    post(
      "/gateway/game-0001/session/user/me/user",
      { connectionId: "c" },
      {
        authorization: `Bearer ${plantedSecret("bearer")}`,
        "x-gs2-access-token": plantedSecret("access"),
      },
    ),
  "a query with a token": () =>
    fetch(
      `${emulator.url}/gateway/game-0001/user/me/firebase/token?accessToken=${encodeURIComponent(plantedSecret("access"))}`,
      {
        headers: { authorization: `Bearer ${tokens.project}` },
      },
    ),
  "a Firebase token": (socket) =>
    socket.ask(
      frame(
        "setFirebaseToken",
        { ...namespace(), token: plantedSecret("firebase") },
        tokens.project,
        "firebaseToken",
      ),
    ),
  "a push for a device": async (socket) => {
    await inputs["a Firebase token"]!(socket);
    await post(
      "/gateway/game-0001/user/alice/firebase/token/notification",
      { subject: "s", payload: "{}" },
      { authorization: `Bearer ${tokens.project}` },
    );
  },
  "a namespace's secret": (socket) =>
    socket.ask(
      frame(
        "createNamespace",
        { name: "n", firebaseSecret: plantedSecret("firebaseSecret") },
        tokens.project,
        "namespace",
      ),
    ),
  "a payload with tokens": (socket) =>
    socket.ask(
      frame(
        "sendNotification",
        { ...namespace(), userId: "alice", subject: "s", payload: nested("payload") },
        tokens.project,
      ),
    ),
  "a payload that is broken JSON": (socket) =>
    socket.ask(
      frame(
        "sendNotification",
        { ...namespace(), userId: "alice", subject: "s", payload: nested("payload").slice(0, -6) },
        tokens.project,
      ),
    ),
  "a call of another service": (socket) =>
    socket.ask({
      ...frame(
        "post",
        { metadata: nested("metadata"), accessToken: plantedSecret("access") },
        tokens.project,
      ),
      x_gs2: { service: "chat", component: "room", function: "post", requestId: "chat-1" },
    }),
  "a token behind a limit": (socket) =>
    socket.ask(
      frame(
        "setFirebaseToken",
        { ...namespace(), token: plantedSecret("long").repeat(200) },
        tokens.project,
        "firebaseToken",
      ),
    ),
  "a token that is not a string": (socket) =>
    socket.ask(
      frame(
        "setFirebaseToken",
        { ...namespace(), token: { value: plantedSecret("object") } },
        tokens.project,
        "firebaseToken",
      ),
    ),
  "a truncated frame": async (socket) => {
    socket.send(`{"client_secret":"${plantedSecret("torn")}"`);
    await socket.waitFor("a 400", (one) => one["status"] === 400);
  },
  "a frame without an envelope": async (socket) => {
    socket.send({ accessToken: plantedSecret("bare"), said: nested("said") });
    await socket.waitFor("a 400", (one) => one["status"] === 400);
  },
  "a truncated body": () =>
    fetch(`${emulator.url}/identifier/projectToken/login`, {
      method: "POST",
      body: `{"client_secret":"${plantedSecret("torn")}"`,
    }),
  "an upload that was not prepared": () =>
    fetch(`${emulator.url}/_emulator/uploads/${encodeURIComponent(plantedSecret("upload"))}`, {
      method: "PUT",
      body: plantedSecret("file"),
    }),
  "an unknown file": () => list(`files/${encodeURIComponent(plantedSecret("file"))}`),
  "an import": () =>
    post(
      "/gateway/system/import/user/alice",
      { uploadToken: plantedSecret("upload") },
      {
        authorization: `Bearer ${tokens.project}`,
      },
    ),
  "an unknown path": () =>
    fetch(`${emulator.url}/nothing/${encodeURIComponent(plantedSecret("path"))}`),
  "a state": () =>
    control("PUT", "state", {
      version: 1,
      accessTokens: [{ accessToken: plantedSecret("access"), userId: "alice", expiresAt: 9e12 }],
      projectTokens: [{ projectToken: plantedSecret("project"), clientId: "c", expiresAt: 9e12 }],
      namespaces: [{ name: "game-0001", firebaseSecret: plantedSecret("firebaseSecret") }],
    }),
  "an invalid state": () =>
    control(
      "PUT",
      "state",
      { version: 1, accessTokens: [{ accessToken: plantedSecret("access") }] },
      400,
    ),
};

const namespace = (): Json => ({
  namespaceName: "game-0001",
  accessToken: tokens.access,
  xGs2AccessToken: tokens.access,
});

const login = (clientSecret: string): Json => {
  const params = { client_id: "client-0001", client_secret: clientSecret };
  const text = frame("login", params, undefined, "projectToken");
  return { ...text, x_gs2: { ...(text["x_gs2"] as Json), service: "identifier" } };
};

const post = (path: string, body: Json, headers: Record<string, string> = {}) =>
  fetch(emulator.url + path, { method: "POST", body: JSON.stringify(body), headers });

async function control(method: string, path: string, body: Json, status = 200): Promise<void> {
  const url = `${emulator.url}/_emulator/${path}`;
  const response = await fetch(url, { method, body: JSON.stringify(body) });
  expect([path, response.status]).toEqual([path, status]);
}

async function identify(clientSecret: string): Promise<Json> {
  const body = { client_id: "client-0001", client_secret: clientSecret };
  return (await (await post("/identifier/projectToken/login", body)).json()) as Json;
}

/** Adds an entry without secrets to every channel; returns part of the last event. */
async function witness(): Promise<string> {
  const userId = "witness";
  // A replaced state has other project tokens.
  const project = (await identify(plantedSecret("lastSecret")))["access_token"] as string;
  const accessToken = await emulator.issueAccessToken({ userId });
  const socket = await RawSocket.open(emulator.endpoints.webSocket);
  await socket.ask(frame("setUserId", { namespaceName: "game-0001", accessToken }, project));
  await post(
    `/gateway/game-0001/user/${userId}/firebase/token/notification`,
    { subject: "s", payload: "{}" },
    { authorization: `Bearer ${project}` },
  );
  emulator.faults.set([{ fault: "latency", userId, delayMs: 0 }]);
  await emulator.notify({ userId, namespaceName: "game-0001", subject: "end", payload: "{}" });
  return "end to ";
}

beforeEach(async () => {
  const { access_token } = await identify(plantedSecret("firstSecret"));
  tokens = {
    project: access_token as string,
    access: await emulator.issueAccessToken({ userId: "alice" }),
  };
});

describe.each(Object.entries(channels))("%s", (_, { read, holds = [] }) => {
  test("contain no secret of any input", async () => {
    for (const send of Object.values(inputs)) {
      const socket = await RawSocket.open(emulator.endpoints.webSocket);
      await send(socket);
      await socket.close();
      emulator.faults.clear();
    }
    const shown = await read(await witness());
    expect(shown).toContain("witness");
    expect(leakedSecrets(shown)).toEqual(holds);
    expect(shown).not.toContain(tokens.project);
    expect(shown).not.toContain(tokens.access);
  });
});

test("GET state contains the secrets, because it can be restored", async () => {
  const socket = await RawSocket.open(emulator.endpoints.webSocket);
  await inputs["a namespace's secret"]!(socket);
  await inputs["a Firebase token"]!(socket);
  expect(leakedSecrets(await list("state")).sort()).toEqual(["firebase", "firebaseSecret"]);
});
