import { describe, expect, onTestFinished, test } from "vitest";
import type { Emulator, EmulatorOptions } from "../../../src/emulator/index.js";
import { emulatorEndpoints } from "../../../src/index.js";
import { GatewayAdmin } from "../../../src/admin/index.js";
import { connectEmulator } from "../../../src/testing/index.js";
import { until } from "../../support/until.js";
import { createTestClient, namespaceName, startTestEmulator } from "../client/testEmulator.js";
import { frame, RawSocket, restLogin } from "./rawSocket.js";

/** An emulator as a proxy before a second one. */
async function startProxy(
  options: EmulatorOptions = {},
  behind: EmulatorOptions = {},
): Promise<{ upstream: Emulator; proxy: Emulator }> {
  const upstream = await startTestEmulator({ log: () => {}, ...behind });
  const proxy = await startTestEmulator({ upstream: upstream.url, ...options });
  return { upstream, proxy };
}

/** The frame log that the inspector reads. */
async function readLog(emulator: Emulator): Promise<string> {
  const aborted = new AbortController();
  const response = await fetch(`${emulator.url}/_emulator/log`, { signal: aborted.signal });
  const reader = response.body!.getReader();
  let text = "";
  while (!text.includes("data: ")) text += new TextDecoder().decode((await reader.read()).value);
  aborted.abort();
  return text;
}

describe("an emulator with an upstream", () => {
  test("passes login, bind, notification and a call of our client, both ways", async () => {
    const { upstream, proxy } = await startProxy();
    const { gateway } = createTestClient(proxy);
    const binding = await gateway.setUserId({ accessToken: "accessToken-0001" });
    expect(binding.userId).toBe("user-0001");
    // The session is that of the upstream, with the upstream's connection ID.
    expect(upstream.sessions()).toMatchObject([
      { userId: "user-0001", connectionId: binding.connectionId },
    ]);
    expect(proxy.sessions()).toMatchObject([{ userId: "user-0001", namespaceName }]);

    const received = gateway.waitFor("Gs2JobQueue:Push", { timeoutMs: 5_000 });
    const payload = { namespaceName, userId: "user-0001" };
    await upstream.notify({ userId: "user-0001", key: "Gs2JobQueue:Push", payload });
    expect((await received).payload).toEqual(payload);

    const { item } = await gateway.setFirebaseToken({ token: "device-1" });
    expect(item.token).toBe("device-1");
    expect(upstream.state().firebaseTokens).toHaveLength(1);
    expect(proxy.state().firebaseTokens).toHaveLength(0);
  });

  test("passes REST calls with their path values, bodies, queries and statuses", async () => {
    const { upstream, proxy } = await startProxy();
    const admin = new GatewayAdmin({
      namespaceName,
      credential: { clientId: "client-0001", clientSecret: "secret-0001" },
      endpoints: proxy.endpoints,
      logger: false,
    });
    await admin.createNamespace({ name: "made", description: "by admin" });
    expect(upstream.state().namespaces.map(({ name }) => name)).toContain("made");
    const { item } = await admin.getNamespace({ namespaceName: "made" });
    expect(item.description).toBe("by admin");
    const { items } = await admin.describeNamespaces({ namePrefix: "ma", limit: 1 });
    expect(items.map(({ name }) => name)).toEqual(["made"]);
    await admin.setFirebaseTokenByUserId({ userId: "a/b c", token: "device-1" });
    expect(await admin.getFirebaseTokenByUserId({ userId: "a/b c" })).toMatchObject({
      item: { userId: "a/b c" },
    });
    await expect(admin.getNamespace({ namespaceName: "none" })).rejects.toMatchObject({
      kind: "notFound",
      errors: [{ component: "namespace", message: "gateway.namespace.error.notFound" }],
    });
    expect(proxy.calls({ method: "getNamespace" }).map(({ status }) => status)).toEqual([200, 404]);
  });

  test("passes calls of services that it does not know, over REST and the socket", async () => {
    const requests: string[] = [];
    const { proxy } = await startProxy(
      {},
      {
        mount: {
          "/matchmaking/": async (request) => {
            const { pathname, search } = new URL(request.url);
            requests.push(`${request.method} ${pathname}${search} ${await request.text()}`);
            return Response.json(
              { item: "made" },
              { status: 202, headers: { "x-gs2-trace": "t" } },
            );
          },
        },
      },
    );
    const response = await fetch(`${proxy.url}/matchmaking/mm%2F1/gathering?limit=2`, {
      method: "POST",
      headers: { "content-type": "application/json", cookie: "session=1" },
      body: '{"a":1}',
    });
    expect([response.status, response.headers.get("x-gs2-trace"), await response.json()]).toEqual([
      202,
      "t",
      { item: "made" },
    ]);
    expect(requests).toEqual(['POST /matchmaking/mm%2F1/gathering?limit=2 {"a":1}']);

    const socket = await RawSocket.open(proxy.endpoints.webSocket);
    const token = await restLogin(proxy.url);
    const unknown = frame("doMatchmaking", {}, token, "gathering");
    (unknown["x_gs2"] as Record<string, string>)["service"] = "matchmaking";
    // 501 is the upstream emulator's own: GS2 would handle it.
    expect(await socket.ask(unknown)).toMatchObject({ status: 501 });
    expect(proxy.calls({ method: "doMatchmaking" })).toMatchObject([
      { service: "matchmaking", status: 501 },
    ]);
    await socket.close();
  });

  test("shows calls, replies and notifications in the log of the inspector, without secrets", async () => {
    const { upstream, proxy } = await startProxy();
    const { gateway } = createTestClient(proxy);
    await gateway.setUserId({ accessToken: "accessToken-0001" });
    const received = gateway.waitFor({ subject: "raid-start" }, { timeoutMs: 5_000 });
    await upstream.notify({ userId: "user-0001", subject: "raid-start", payload: "{}" });
    await received;
    await restLogin(proxy.url);
    const log = await readLog(proxy);
    for (const part of [
      '"method":"gateway.webSocketSession.setUserId"',
      '"type":"notification"',
      '"subject":"raid-start"',
      '"transport":"rest"',
    ]) {
      expect(log).toContain(part);
    }
    for (const secret of ["secret-0001", "accessToken-0001"]) expect(log).not.toContain(secret);
    for (const { projectToken: token } of upstream.state().projectTokens) {
      expect(log).not.toContain(token);
    }
    expect(JSON.stringify(proxy.calls())).not.toContain("secret-0001");
  });

  test("shows no password of a player's account, and no secret that the upstream quotes", async () => {
    const refusal = (quoted: string) => ({
      message: JSON.stringify([{ component: "account", message: `account.error ${quoted}` }]),
    });
    const { proxy } = await startProxy(
      {},
      {
        mount: {
          "/account/": async (request) => {
            const { password } = (await request.json()) as { password: string };
            const token = request.headers.get("authorization")!.split(" ")[1]!;
            return Response.json(refusal(`${password} ${token}`), { status: 401 });
          },
        },
      },
    );
    const password = "planted-password";
    const authorization = "Bearer planted-project-token";
    await fetch(`${proxy.url}/account/game/account/authentication`, {
      method: "POST",
      headers: { authorization, "content-type": "application/json" },
      body: JSON.stringify({ userId: "alice", password }),
    });
    const [call] = proxy.calls({ userId: "alice" });
    expect(call).toMatchObject({ status: 401, params: { password: "***" } });
    expect(call?.errors).toEqual([{ component: "account", message: "account.error *** ***" }]);
    expect(await readLog(proxy)).not.toContain("planted");
  });

  test("shows no secret of a frame that the upstream quotes in its reply", async () => {
    const { proxy } = await startProxy({}, { settings: { conflictMessage: "planted-token" } });
    const token = await restLogin(proxy.url);
    const exclusive = { namespaceName, userId: "alice", allowConcurrentAccess: false };
    for (const status of [200, 409]) {
      const socket = await RawSocket.open(proxy.endpoints.webSocket);
      const params = { ...exclusive, timeOffsetToken: "planted-token" };
      expect(await socket.ask(frame("setUserIdByUserId", params, token))).toMatchObject({ status });
    }
    const log = await readLog(proxy);
    expect(log).toContain('"status":409');
    expect(log).not.toContain("planted");
  });

  test("applies faults to what passes: a refused bind, lost and duplicated frames, cuts", async () => {
    const { upstream, proxy } = await startProxy();
    proxy.faults.set([{ fault: "refuseBind", status: 503, times: 1 }]);
    const { gateway, diagnostics } = createTestClient(proxy);
    await gateway.setUserId({ accessToken: "accessToken-0001" });
    expect(proxy.calls({ method: "setUserId" }).map(({ status }) => status)).toEqual([503, 200]);
    expect(upstream.calls({ method: "setUserId" })).toHaveLength(1);

    proxy.faults.set([{ fault: "duplicateNotification", userId: "user-0001" }]);
    let copies = 0;
    gateway.on("*", () => copies++);
    await upstream.notify({ userId: "user-0001", subject: "twice", payload: "{}" });
    await until("both copies arrive", () => copies === 2);

    proxy.faults.set([{ fault: "drop", userId: "user-0001" }]);
    await until("the upstream notices the cut", () => upstream.sessions().length === 0);
    await until("the client binds again", () => upstream.sessions().length === 1);
    expect(diagnostics.filter(({ level }) => level === "error")).toEqual([]);
  });

  test("refuses faults that would change the upstream's sessions or tokens", async () => {
    const { proxy } = await startProxy();
    for (const fault of ["kick", "expireTokens"] as const) {
      expect(() => proxy.faults.set([{ fault }])).toThrow(`The fault ${fault} has no effect`);
    }
    expect(proxy.faults.list()).toEqual([]);
  });

  test("closes a socket that the upstream closes, with its code", async () => {
    const { upstream, proxy } = await startProxy();
    const socket = await RawSocket.open(proxy.endpoints.webSocket);
    const token = await restLogin(proxy.url);
    const params = { namespaceName, userId: "alice" };
    const { body } = await socket.ask(frame("setUserIdByUserId", params, token));
    const { connectionId } = body["item"] as { connectionId: string };
    upstream.disconnect({ connectionId, code: 4321 });
    expect(await socket.closed()).toBe(4321);
    await until("the session ends", () => proxy.sessions().length === 0);
  });

  test("passes frames on as they are, also those that it cannot read", async () => {
    const { proxy } = await startProxy();
    const socket = await RawSocket.open(proxy.endpoints.webSocket);
    socket.send("not JSON");
    expect(await socket.waitFor("a refusal", ({ status }) => status === 400)).toMatchObject({
      requestId: "",
    });
    await socket.close();
  });

  test("passes on the refusal of a socket, and answers 502 where the upstream is not there", async () => {
    const { upstream, proxy } = await startProxy();
    upstream.faults.set([{ fault: "refuse", status: 503 }]);
    await expect(RawSocket.open(proxy.endpoints.webSocket)).rejects.toThrow("refused with 503");
    await upstream.stop();
    await expect(RawSocket.open(proxy.endpoints.webSocket)).rejects.toThrow("refused with 502");
    const response = await fetch(`${proxy.url}/gateway/system/version`);
    expect([response.status, await response.text()]).toEqual([
      502,
      expect.stringContaining("emulator.upstream.error.unreachable"),
    ]);
  });

  test("keeps its own pages and control plane, and refuses paths that name no service", async () => {
    const { proxy } = await startProxy();
    const connected = await connectEmulator(proxy.url);
    expect(await connected.sessions()).toEqual([]);
    const response = await fetch(`${proxy.url}/evil.example%2F/x`);
    expect(response.status).toBe(404);
  });

  test("follows no redirect of the upstream, which would get the credentials", async () => {
    const followed: string[] = [];
    const other = await startTestEmulator({
      mount: { "/stolen/": (request) => (followed.push(request.url), new Response("ok")) },
    });
    const { proxy } = await startProxy(
      {},
      {
        mount: { "/inbox/": () => Response.redirect(`${other.url}/stolen/`, 307) },
      },
    );
    const headers = { authorization: "Bearer token-0001" };
    const response = await fetch(`${proxy.url}/inbox/message`, { headers, redirect: "manual" });
    expect(response.status).toBe(502);
    expect(followed).toEqual([]);
  });

  test("ends its sockets to the upstream with those of its clients, and with itself", async () => {
    const { upstream, proxy } = await startProxy();
    const open = async () =>
      (
        (await (await fetch(`${upstream.url}/_emulator/connections`)).json()) as {
          items: unknown[];
        }
      ).items.length;
    const [first] = await Promise.all([
      RawSocket.open(proxy.endpoints.webSocket),
      RawSocket.open(proxy.endpoints.webSocket),
    ]);
    expect(await open()).toBe(2);
    await first.close();
    for (let left = await open(); left !== 1; left = await open());
    await proxy.stop();
    for (let left = await open(); left !== 0; left = await open());
  });

  test.each(["tokyo", "ftp://127.0.0.1", "http://user:word@127.0.0.1"])(
    "refuses the upstream %s",
    async (upstream) => {
      await expect(startTestEmulator({ upstream })).rejects.toThrow(
        "upstream takes a region such as ap-northeast-1, or an address",
      );
    },
  );

  test.each(["http://192.0.2.1:9480", "http://gs2.example"])(
    "refuses the upstream %s, to which clients' secrets would go unencrypted",
    async (upstream) => {
      await expect(startTestEmulator({ upstream })).rejects.toThrow(
        "upstream takes an https: address, or one on this machine",
      );
    },
  );

  test("closes a socket that sends a frame longer than a body may be", async () => {
    const { proxy } = await startProxy({ settings: { maxBodyBytes: 10_000 } });
    const socket = await RawSocket.open(proxy.endpoints.webSocket);
    socket.send("x".repeat(10_001));
    expect(await socket.closed()).toBe(1009);
  });

  test("reads a region as the hosts of GS2", async () => {
    const asked: string[] = [];
    const { fetch: real } = globalThis;
    globalThis.fetch = ((url: string, init?: RequestInit) =>
      url.startsWith("http://127")
        ? real(url, init)
        : (asked.push(url), Promise.reject(new Error()))) as typeof fetch;
    onTestFinished(() => void (globalThis.fetch = real));
    const proxy = await startTestEmulator({ upstream: "eu-west-1" });
    await fetch(`${proxy.url}/gateway/system/version?x=1`);
    await fetch(`${proxy.url}/identifier/projectToken/login`, { method: "POST", body: "{}" });
    expect(asked).toEqual([
      "https://gateway.eu-west-1.gen2.gs2io.com/system/version?x=1",
      "https://identifier.eu-west-1.gen2.gs2io.com/projectToken/login",
    ]);
    expect(emulatorEndpoints(proxy.url)).toEqual(proxy.endpoints);
  });
});
