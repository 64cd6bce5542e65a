import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startEmulator, type Emulator } from "../../../src/emulator/index.js";
import type { FrameLogEntry, LoggedFrame } from "../../../src/wire/frameLog.js";
import { setFirebaseToken, setUserId } from "../../../src/wire/methods.js";
import { until } from "../../support/until.js";
import { frame, RawSocket, restLogin, type Json } from "./rawSocket.js";
import { rest } from "./restCalls.js";

const loginFrame = (clientSecret = "secret-0001"): Json => {
  const params = { client_id: "client-0001", client_secret: clientSecret };
  const login = frame("login", params, undefined, "projectToken");
  return { ...login, x_gs2: { ...(login["x_gs2"] as Json), service: "identifier" } };
};

let emulator: Emulator;
let abort: AbortController;
beforeEach(async () => {
  emulator = await startEmulator({ seed: 1 });
  abort = new AbortController();
});
afterEach(async () => {
  abort.abort();
  await emulator.stop();
});

test("the 101st log stream at the same time is refused with 503, until one ends", async () => {
  const open = (signal = abort.signal) => fetch(`${emulator.url}/_emulator/log`, { signal });
  const leaving = new AbortController();
  await open(leaving.signal);
  for (let streams = 1; streams < 100; streams++) expect((await open()).status).toBe(200);
  const refused = await open();
  expect([refused.status, await refused.text()]).toEqual([
    503,
    expect.stringContaining("100 log streams") as string,
  ]);
  leaving.abort();
  await until("another stream is accepted", async () => (await open()).status === 200);
});

interface LogStream {
  entries: FrameLogEntry[];
  /** The raw stream. */
  text: string;
  lastEventId: string;
}

/** Reads the log stream, as an EventSource does. */
async function readLog(lastEventId?: string): Promise<LogStream> {
  const response = await fetch(`${emulator.url}/_emulator/log`, {
    headers: lastEventId === undefined ? {} : { "last-event-id": lastEventId },
    signal: abort.signal,
  });
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  const log: LogStream = { entries: [], text: "", lastEventId: "" };
  void (async () => {
    let rest = "";
    try {
      for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
        log.text += chunk;
        const blocks = (rest + chunk).split("\n\n");
        rest = blocks.pop()!;
        for (const line of blocks.flatMap((block) => block.split("\n"))) {
          if (line.startsWith("id: ")) log.lastEventId = line.slice(4);
          if (line.startsWith("data: ")) {
            log.entries.push(JSON.parse(line.slice(6)) as FrameLogEntry);
          }
        }
      }
    } catch {
      // The test aborted, or the emulator stopped.
    }
  })();
  return log;
}

const frames = ({ entries }: LogStream): LoggedFrame[] =>
  entries.filter((entry) => entry.kind === "frame");

const waitForFrame = (log: LogStream, matches: (frame: LoggedFrame) => boolean) =>
  until("the frame is in the log", () => frames(log).find(matches));

async function bound(accessToken = "accessToken-0001"): Promise<RawSocket> {
  const socket = await RawSocket.open(emulator.endpoints.webSocket);
  await socket.ask(loginFrame());
  await socket.ask(frame("setUserId", { namespaceName: "game-0001", accessToken }));
  return socket;
}

describe("the log stream", () => {
  test("has frames of both directions, and links a reply to its call", async () => {
    const socket = await bound();
    const log = await readLog();
    const reply = await waitForFrame(
      log,
      ({ type, method }) => type === "reply" && method === "gateway.webSocketSession.setUserId",
    );
    const call = frames(log).find(({ id }) => id === reply.replyTo)!;
    expect(call).toMatchObject({
      transport: "socket",
      direction: "in",
      type: "call",
      method: "gateway.webSocketSession.setUserId",
      requestId: reply.requestId,
    });
    expect(reply).toMatchObject({
      direction: "out",
      status: 200,
      connectionId: call.connectionId,
    });
    await emulator.notify({ userId: "user-0001", key: "Gs2JobQueue:Push", payload: { a: 1 } });
    expect(await waitForFrame(log, ({ type }) => type === "notification")).toMatchObject({
      direction: "out",
      players: [{ namespaceName: "game-0001", userId: "user-0001" }],
      body: { body: { subject: "Gs2JobQueue:Push", payload: '{"a":1}' } },
    });
    await socket.close();
  });

  test("has request and response of a REST call", async () => {
    const log = await readLog();
    const token = await restLogin(emulator.url);
    await rest(
      emulator.url,
      setFirebaseToken,
      { namespaceName: "game-0001", accessToken: "accessToken-0001", token: "device-0001" },
      { token },
    );
    const reply = await waitForFrame(
      log,
      ({ type, method }) => type === "reply" && method === "gateway.firebaseToken.setFirebaseToken",
    );
    expect(reply).toMatchObject({ transport: "rest", status: 200, connectionId: null });
    expect(frames(log).find(({ id }) => id === reply.replyTo)).toMatchObject({
      direction: "in",
      type: "call",
      body: { namespaceName: "game-0001", token: "***" },
    });
  });

  test("has connections and binds as events", async () => {
    const log = await readLog();
    const socket = await bound();
    const { connectionId } = emulator.sessions()[0]!;
    emulator.disconnect({ connectionId });
    await socket.closed();
    const events = () => log.entries.flatMap((one) => (one.kind === "event" ? [one] : []));
    await until("the connection is closed", () => events().some(({ event }) => event === "closed"));
    expect(events().map(({ event }) => event)).toEqual([
      "listening",
      "opened",
      "bound",
      "cut",
      "closed",
    ]);
    expect(events()[2]).toMatchObject({
      text: "user-0001 is bound in game-0001",
      detail: { userId: "user-0001", namespaceName: "game-0001", connectionId },
    });
  });

  test("resumes after the last event id, and restarts for an id of another emulator", async () => {
    const socket = await bound();
    const first = await readLog();
    await waitForFrame(first, ({ method }) => method === "gateway.webSocketSession.setUserId");
    await emulator.notify({ userId: "user-0001", key: "Gs2JobQueue:Push", payload: {} });
    await waitForFrame(first, ({ type }) => type === "notification");
    const seen = first.entries.length;
    await emulator.notify({ userId: "user-0001", key: "Gs2JobQueue:Push", payload: {} });
    const second = await readLog(first.lastEventId);
    await waitForFrame(second, ({ type }) => type === "notification");
    expect(second.entries[0]!.id).toBe(first.entries[seen - 1]!.id + 1);
    const other = await readLog("another-run-5");
    await waitForFrame(other, ({ type }) => type === "notification");
    expect(other.entries[0]!.id).toBe(1);
    await socket.close();
  });

  test("keeps the last 1,000 entries, and reports a gap to a reader that resumes", async () => {
    const socket = await bound();
    const first = await readLog();
    await waitForFrame(first, ({ method }) => method === "gateway.webSocketSession.setUserId");
    const { lastEventId } = first;
    const notification = { userId: "user-0001", key: "Gs2JobQueue:Push", payload: {} };
    for (let left = 1_000; left > 0; left--) await emulator.notify(notification);
    const late = await readLog();
    await until("all entries are read", () => late.entries.length >= 1_000);
    expect(late.entries).toHaveLength(1_000);
    const back = await readLog(lastEventId);
    await until("all entries are read", () => back.entries.length > 1_000);
    expect(back.entries[0]).toMatchObject({ kind: "gap", missed: 1_000 });
    await socket.close();
  });

  test("has only the length of unreadable and too long frames", async () => {
    const log = await readLog();
    const socket = await bound();
    socket.send('planted {"client_secret":');
    socket.send(JSON.stringify({ x_gs2: { function: "f" }, text: "x".repeat(70_000) }));
    await until("both frames are in the log", () =>
      frames(log).filter(({ type }) => type === "unreadable").length === 2 ? true : undefined,
    );
    const [first, second] = frames(log).filter(({ type }) => type === "unreadable");
    expect(first).toMatchObject({ body: null, size: 25 });
    expect(second!.body).toBe(null);
    expect(second!.size).toBeGreaterThan(70_000);
    expect(log.text).not.toContain("planted");
    await socket.close();
  });
});

test("the log stream redacts secrets and tokens", async () => {
  const log = await readLog();
  const secretOf = (name: string) => `planted-${name}-0123456789`;
  const socket = await RawSocket.open(emulator.endpoints.webSocket);
  const { body } = await socket.ask(loginFrame(secretOf("client-secret")));
  const projectToken = body["access_token"] as string;
  const accessToken = await emulator.issueAccessToken({ userId: "alice" });
  const namespaceName = "game-0001";
  const carried = {
    xGs2ProjectToken: projectToken,
    xGs2AccessToken: accessToken,
    accessToken,
    namespaceName,
  };
  await socket.ask({ ...frame("setUserId", carried), ...carried });
  const device = { ...carried, token: secretOf("firebase-token") };
  await socket.ask({ ...frame("setFirebaseToken", device, undefined, "firebaseToken"), ...device });
  const secret = { name: "game-0002", firebaseSecret: secretOf("firebase-secret") };
  await socket.ask(frame("createNamespace", secret, projectToken, "namespace"));
  const upload = await socket.ask(
    frame("prepareImportUserDataByUserId", { userId: "alice" }, projectToken, "namespace"),
  );
  const uploadToken = upload.body["uploadToken"] as string;
  expect(upload.body["uploadUrl"]).toContain(uploadToken);
  await emulator.notify({
    userId: "alice",
    subject: "custom",
    payload: { accessToken: secretOf("in-payload"), again: `Bearer ${secretOf("bearer")}` },
  });
  await rest(
    emulator.url,
    setUserId,
    { namespaceName, accessToken: secretOf("rest-access-token") },
    { token: projectToken, headers: { "x-gs2-request-id": "last" } },
  );
  const last = await waitForFrame(
    log,
    ({ requestId, type }) => requestId === "last" && type === "reply",
  );
  expect(last.status).toBe(401);
  for (const name of [projectToken, accessToken, uploadToken, "planted"]) {
    expect(log.text).not.toContain(name);
  }
  expect(log.text).toContain("***");
  await socket.close();
});

describe("the control API for connections", () => {
  const post = async (path: string, body: unknown = {}) => {
    const response = await fetch(`${emulator.url}/_emulator/${path}`, {
      method: "POST",
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };

  test("lists connections, bound or not", async () => {
    const one = await bound();
    const two = await RawSocket.open(emulator.endpoints.webSocket);
    const response = await fetch(`${emulator.url}/_emulator/connections`);
    const { items } = (await response.json()) as { items: object[] };
    expect(items).toMatchObject([
      { clientId: "client-0001", sessions: [{ userId: "user-0001" }] },
      { clientId: null, sessions: [] },
    ]);
    await one.close();
    await two.close();
  });

  test("cuts one connection with the given code", async () => {
    const one = await bound();
    const two = await bound("accessToken-0002");
    const { connectionId } = emulator.sessions()[0]!;
    const { body } = await post(`connections/${connectionId}/cut`, { code: 4_001 });
    expect(body).toMatchObject({ items: [{ userId: "user-0001" }] });
    expect(await one.closed()).toBe(4_001);
    expect(emulator.sessions()).toMatchObject([{ userId: "user-0002" }]);
    expect(await post(`connections/${connectionId}/cut`)).toEqual({
      status: 404,
      body: { message: `There is no open socket ${connectionId}.` },
    });
    await two.close();
  });

  test("kicks one connection, or expires its tokens", async () => {
    const one = await bound();
    const two = await bound("accessToken-0002");
    const [first, second] = emulator.sessions();
    expect(await post(`connections/${first!.connectionId}/kick`)).toMatchObject({ status: 200 });
    await one.closed();
    const rival = emulator.sessions().find(({ userId }) => userId === "user-0001")!;
    expect(rival.connectionId).not.toBe(first!.connectionId);

    const path = `connections/${second!.connectionId}/expire-tokens`;
    expect(await post(path)).toMatchObject({ status: 200 });
    const again = await two.ask(
      frame("setUserId", { namespaceName: "game-0001", accessToken: "accessToken-0002" }),
    );
    expect(again.status).toBe(401);
    const idle = await RawSocket.open(emulator.endpoints.webSocket);
    const response = await fetch(`${emulator.url}/_emulator/connections`);
    const { items } = (await response.json()) as { items: { connectionId: string }[] };
    const { connectionId } = items.at(-1)!;
    expect(await post(`connections/${connectionId}/kick`)).toEqual({
      status: 400,
      body: { message: `No player is bound on ${connectionId}.` },
    });
    expect((await post("connections/unknown/kick")).status).toBe(404);
    await two.close();
    await idle.close();
  });

  test("creates and deletes namespaces by name", async () => {
    expect(await post("namespaces", { name: "game-0009" })).toMatchObject({ status: 200 });
    expect(await post("namespaces", { name: "game-0009" })).toEqual({
      status: 400,
      body: { message: "There is a namespace game-0009 already." },
    });
    const remove = () =>
      fetch(`${emulator.url}/_emulator/namespaces/game-0009`, { method: "DELETE" });
    expect((await remove()).status).toBe(200);
    expect((await remove()).status).toBe(404);
  });
});
