// A client against the emulator for pages, in Node: nothing but its `WebSocket` and `fetch`.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { GatewayAdmin } from "../../../src/admin/index.js";
import {
  createBrowserEmulator,
  EmulatorError,
  type BrowserEmulator,
  type LoggedFrame,
} from "../../../src/emulator/browser/index.js";
import { isGatewayError } from "../../../src/errors.js";
import { GatewayClient, type GatewayClientOptions } from "../../../src/index.js";
import { until } from "../../support/until.js";

const credential = { clientId: "client", clientSecret: "planted-client-secret" };
const namespaceName = "game-0001";

let emulator: BrowserEmulator;
let clients: GatewayClient[];
beforeEach(() => {
  emulator = createBrowserEmulator({ namespaces: [namespaceName], seed: 1 });
  clients = [];
});
afterEach(async () => {
  for (const client of clients) client.dispose();
  await emulator.stop();
});

function newClient(options: Partial<GatewayClientOptions> = {}): GatewayClient {
  const { endpoints, WebSocket, fetch } = emulator;
  const given = { namespaceName, credential, endpoints, WebSocket, fetch, logger: false } as const;
  const client = new GatewayClient({ ...given, ...options });
  clients.push(client);
  return client;
}

const newAdmin = (): GatewayAdmin =>
  new GatewayAdmin({
    namespaceName,
    credential,
    endpoints: emulator.endpoints,
    fetch: emulator.fetch,
  });

describe("a client on the browser emulator", () => {
  test("connects, binds, and receives without any request of the host", async () => {
    const hostFetch = vi.spyOn(globalThis, "fetch");
    const gateway = newClient();
    const accessToken = await emulator.issueAccessToken({ userId: "alice" });
    const session = emulator.waitForSession({ userId: "alice" });
    await gateway.setUserId({ accessToken });
    expect((await session).userId).toBe("alice");
    const posted = gateway.waitFor("Gs2Chat:Post");
    const payload = { roomName: "lobby" };
    const delivery = await emulator.notify({ userId: "alice", key: "Gs2Chat:Post", payload });
    expect(delivery).toMatchObject({ sendConnectionIds: [expect.any(String)] });
    expect((await posted).payload.roomName).toBe("lobby");
    expect(emulator.calls({ method: "setUserId" })).toMatchObject([{ status: 200 }]);
    expect(hostFetch).not.toHaveBeenCalled();
    hostFetch.mockRestore();
  });

  test("binds again after the fault drop, and runs onSync for the gap", async () => {
    const gateway = newClient();
    const reasons: string[] = [];
    gateway.onSync(({ reason }) => void reasons.push(reason));
    await gateway.setUserId({ accessToken: "accessToken-0001" });
    emulator.faults.set([{ fault: "drop", userId: "user-0001" }]);
    await until("the gap was reported", () => reasons.length === 2);
    expect(reasons).toEqual(["first", "gap"]);
    expect(emulator.sessions()).toHaveLength(1);
    expect(emulator.faults.list()).toMatchObject([{ fault: "drop", hits: 1 }]);
  });

  test("gets the reply that a fault delays, by the clock of the emulator", async () => {
    const gateway = newClient();
    await gateway.setUserId({ accessToken: "accessToken-0001" });
    emulator.faults.set([{ fault: "latency", delayMs: 20 }]);
    expect(await gateway.ping()).toBeGreaterThan(20);
  });

  test("binds again after reset(), which ends its session and empties the calls", async () => {
    const gateway = newClient();
    await gateway.setUserId({ accessToken: "accessToken-0001" });
    await emulator.reset();
    expect([emulator.sessions(), emulator.calls()]).toEqual([[], []]);
    await emulator.waitForSession({ userId: "user-0001" });
  });

  test("renews its token when the emulator's clock is put forward", async () => {
    const gateway = newClient();
    await gateway.setUserId({ accessToken: () => emulator.issueAccessToken({ userId: "alice" }) });
    emulator.clock.advance(3_600_001);
    await gateway.setFirebaseToken({ token: "device-1" });
    expect(emulator.calls({ userId: "alice" }).at(-1)).toMatchObject({ status: 200 });
  });

  test("competes with a second client for an exclusive session", async () => {
    const exclusive = { accessToken: "accessToken-0001", allowConcurrentAccess: false };
    const [first, second] = [newClient({ storage: null }), newClient({ storage: null })];
    await first.setUserId(exclusive);
    const refused = await second.setUserId(exclusive).catch((error: unknown) => error);
    expect(isGatewayError(refused, "conflict")).toBe(true);
  });

  test("fails to connect once the emulator has stopped, and sees its socket closed", async () => {
    const gateway = newClient({ callTimeoutMs: 200 });
    await gateway.setUserId({ accessToken: "accessToken-0001" });
    await emulator.stop();
    expect(gateway.connection.status).not.toBe("ready");
    await expect(gateway.ping()).rejects.toSatisfy((error) => isGatewayError(error));
    await expect(emulator.fetch(emulator.url)).rejects.toThrow(TypeError);
  });
});

describe("handle() of the browser emulator", () => {
  const call = { service: "matchmaking", component: "gathering", function: "doMatchmaking" };

  test("answers a function of another service over the socket and REST", async () => {
    emulator.handle(
      call.service,
      call.component,
      call.function,
      async ({ userId, params, emulator: own }) => {
        const payload = { gatheringName: "g-1" };
        await own.notify({ userId: userId!, key: "Gs2Matchmaking:Complete", payload });
        return { item: { name: params["gatheringName"] } };
      },
      { rest: { verb: "POST", path: "/{namespaceName}/gathering/do" } },
    );
    const gateway = newClient();
    await gateway.setUserId({ accessToken: "accessToken-0001" });
    const completed = gateway.waitFor("Gs2Matchmaking:Complete");
    const params = { gatheringName: "g-1" };
    const answer = await gateway.call({ ...call, params, slot: "player" });
    expect(answer).toMatchObject({ item: { name: "g-1" } });
    expect((await completed).payload.gatheringName).toBe("g-1");

    const login = await emulator.fetch(`${emulator.url}/identifier/projectToken/login`, {
      method: "POST",
      body: JSON.stringify({ client_id: "client", client_secret: "secret" }),
    });
    const { access_token: token } = (await login.json()) as { access_token: string };
    const reply = await emulator.fetch(`${emulator.url}/matchmaking/mm/gathering/do`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "x-gs2-access-token": "accessToken-0001" },
      body: JSON.stringify(params),
    });
    expect([reply.status, await reply.json()]).toEqual([200, { item: { name: "g-1" } }]);
  });

  test("makes an EmulatorError the failure of the call", async () => {
    emulator.handle(call.service, call.component, call.function, () => {
      throw new EmulatorError(404, [{ component: "gathering", message: "none" }]);
    });
    const gateway = newClient();
    await gateway.setUserId({ accessToken: "accessToken-0001" });
    const failed = gateway.call({ ...call, params: {}, slot: "player" });
    await expect(failed).rejects.toSatisfy((error) => isGatewayError(error, "notFound"));
  });
});

describe("an admin on the browser emulator", () => {
  test("sends notifications over REST, exports and imports user data", async () => {
    const gateway = newClient();
    await gateway.setUserId({ accessToken: "accessToken-0001" });
    const received = gateway.waitFor("sale" as never);
    const admin = newAdmin();
    await admin.sendNotification({ userId: "user-0001", subject: "sale", payload: "{}" });
    await received;
    await gateway.setFirebaseToken({ token: "device-1" });
    const { url } = await admin.exportUserData({ userId: "user-0001" });
    const dump = await (await emulator.fetch(url)).text();
    expect(dump).toContain("device-1");
    await admin.eraseUserData({ userId: "user-0001" });
    await admin.importUserData({ userId: "user-0001", data: dump });
    const { item } = await admin.getFirebaseTokenByUserId({ userId: "user-0001" });
    expect(item.token).toBe("device-1");
  });
});

describe("fetch of the browser emulator", () => {
  test("rejects with a TypeError for another address, and reaches nothing there", async () => {
    await expect(emulator.fetch("https://example.com/api")).rejects.toThrow(
      "The browser emulator's fetch serves http://in-page.localhost:9, and nothing at https://example.com.",
    );
  });

  test("rejects with the reason of an aborted signal", async () => {
    const signal = AbortSignal.abort(new Error("too late"));
    await expect(emulator.fetch(emulator.url, { signal })).rejects.toThrow("too late");
  });

  test("takes a Request and a URL, and unpacks a gzipped body", async () => {
    const json = JSON.stringify({ client_id: "client", client_secret: "secret" });
    const packed = new Response(json).body!.pipeThrough(new CompressionStream("gzip"));
    const url = new URL(`${emulator.url}/identifier/projectToken/login`);
    const body = await new Response(packed).arrayBuffer();
    const headers = { "content-encoding": "gzip" };
    const login = new Request(url, { method: "POST", body, headers });
    expect((await emulator.fetch(login)).status).toBe(200);
    expect((await emulator.fetch(url, { method: "POST", body: json })).status).toBe(200);
    expect((await emulator.fetch(`${emulator.url}/nothing`)).status).toBe(404);
  });
});

describe("onFrame", () => {
  test("calls back for each frame and REST message in order, redacted, until its undo", async () => {
    const frames: LoggedFrame[] = [];
    const stop = emulator.onFrame((frame) => frames.push(frame));
    const admin = newAdmin();
    await admin.describeNamespaces();
    const gateway = newClient();
    await gateway.setUserId({ accessToken: "accessToken-0001" });
    await until("the bind's reply is logged", () => frames.length === 8);
    expect(
      frames.map(({ transport, direction, method }) => [transport, direction, method]),
    ).toEqual(
      [
        ["rest", "identifier.projectToken.login"],
        ["rest", "gateway.namespace.describeNamespaces"],
        ["socket", "identifier.projectToken.login"],
        ["socket", "gateway.webSocketSession.setUserId"],
      ].flatMap(([transport, method]) => [
        [transport, "in", method],
        [transport, "out", method],
      ]),
    );
    const text = JSON.stringify(frames);
    expect(text).not.toContain(credential.clientSecret);
    expect(text).not.toMatch(/projectToken-[0-9a-f]{16}|accessToken-0001/);
    stop();
    await gateway.ping();
    expect(frames).toHaveLength(8);
  });
});

describe("createBrowserEmulator", () => {
  test.each([
    ["port", { port: 9480 }],
    ["data", { data: "state.json" }],
    ["settings", { settings: { conflictStatus: 1 } }],
    ["namespaces", { namespaces: [""] }],
  ])("throws invalidArgument for %s", (name, options) => {
    const create = () => createBrowserEmulator(options as never);
    expect(create).toThrow(expect.objectContaining({ kind: "invalidArgument" }) as Error);
    expect(create).toThrow(name);
    expect(create).toThrow("createBrowserEmulator");
  });

  test("takes faults, a log and strictness from the start", async () => {
    const events: string[] = [];
    await emulator.stop();
    emulator = createBrowserEmulator({
      strict: true,
      credentials: [credential],
      faults: [{ fault: "refuseLogin", times: 1 }],
      log: ({ event }) => events.push(event),
    });
    const login = (client_secret: string) =>
      emulator.fetch(`${emulator.url}/identifier/projectToken/login`, {
        method: "POST",
        body: JSON.stringify({ client_id: credential.clientId, client_secret }),
      });
    const statuses = [];
    for (const secret of ["other", credential.clientSecret, "other"]) {
      statuses.push((await login(secret)).status);
    }
    expect(statuses).toEqual([503, 200, 401]);
    expect(events).toContain("fault");
  });
});
