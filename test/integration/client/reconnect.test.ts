import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { once } from "node:events";
import { pathToFileURL } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { startEmulator } from "../../../src/emulator/index.js";
import { emulatorEndpoints, type GatewayClientOptions, type Sync } from "../../../src/node.js";
import { inRepo } from "../../support/repo.js";
import { tcpProxy } from "../../support/tcpProxy.js";
import { until } from "../../support/until.js";
import { createTestClient, startTestEmulator, namespaceName } from "./testEmulator.js";

const portOf = (url: string) => Number(new URL(url).port);

test("the client rebinds on the same session after a restart of the emulator, with one onSync for the gap", async () => {
  const first = await startEmulator({ namespaces: [namespaceName] });
  onTestFinished(() => first.stop());
  const { gateway, becomes, statuses } = createTestClient(first);
  const syncs: Sync[] = [];
  gateway.onSync((sync) => syncs.push(sync));
  const before = await gateway.setUserId({
    accessToken: "accessToken-0001",
    allowConcurrentAccess: false,
  });
  await first.stop();
  await becomes("reconnecting");
  const second = await startTestEmulator({ port: portOf(first.url) });
  await becomes("ready");
  const after = gateway.connection.bindings["player"]!;
  expect(after).toMatchObject({
    userId: before.userId,
    sessionId: before.sessionId,
    state: "held",
  });
  expect(second.sessions()).toMatchObject([{ userId: "user-0001", sessionId: before.sessionId }]);
  expect(syncs.map(({ reason }) => reason)).toEqual(["first", "gap"]);
  expect(syncs[1]!.downMs).toBeGreaterThan(0);
  expect(syncs[1]!.since).toBeLessThanOrEqual(Date.now());
  const received = gateway.waitFor("Gs2Chat:Post");
  await second.notify({ userId: "user-0001", key: "Gs2Chat:Post", payload: { roomName: "r" } });
  expect((await received).payload.roomName).toBe("r");
  expect(statuses).toEqual([
    "connecting",
    "connected",
    "ready",
    "reconnecting",
    "connected",
    "ready",
  ]);
});

test("waitFor rejects at a gap with onGap reject, and goes on waiting without it", async () => {
  const emulator = await startTestEmulator();
  const { gateway, becomes } = createTestClient(emulator);
  await gateway.setUserId({ accessToken: "accessToken-0001" });
  const patient = gateway.waitFor("Gs2Chat:Post");
  const strict = gateway.waitFor("Gs2Chat:Post", { onGap: "reject" });
  strict.catch(() => undefined);
  emulator.disconnect({ userId: "user-0001", code: 1006 });
  await becomes("reconnecting");
  await expect(strict).rejects.toMatchObject({ kind: "gap" });
  await becomes("ready");
  await emulator.notify({ userId: "user-0001", key: "Gs2Chat:Post", payload: {} });
  expect((await patient).key).toBe("Gs2Chat:Post");
});

test("the client rebinds after any close code, and a diagnostic has the code", async () => {
  const emulator = await startTestEmulator();
  const { gateway, becomes, diagnostics } = createTestClient(emulator);
  await gateway.setUserId({ accessToken: "accessToken-0001" });
  for (const code of [1000, 1006, 4321]) {
    emulator.disconnect({ userId: "user-0001", code });
    await becomes("reconnecting");
    gateway.retryNow();
    await becomes("ready");
  }
  const ends = diagnostics.flatMap((one) => (one.code === "socketEnded" ? [one.detail] : []));
  expect(ends.map(({ code, clean }) => [code, clean])).toEqual([
    [1000, true],
    [1006, false],
    [4321, true],
  ]);
});

describe("a half-open connection", () => {
  test("is detected by pings without a reply, and the client rebinds on a new one", async () => {
    const emulator = await startTestEmulator();
    const proxy = await tcpProxy(portOf(emulator.url));
    onTestFinished(() => proxy.stop());
    const { gateway, becomes } = createTestClient(
      { endpoints: emulatorEndpoints(proxy.url) },
      { keepAlive: { idleMs: 100, timeoutMs: 100 } },
    );
    await gateway.setUserId({ accessToken: "accessToken-0001" });
    const { length } = emulator.calls();
    proxy.freeze();
    await becomes("reconnecting");
    expect(gateway.connection.reason).toBe("probeFailed");
    await becomes("ready");
    const methods = emulator
      .calls()
      .slice(length)
      .map(({ method }) => method);
    expect(methods).toEqual(["setUserId"]);
    const received = gateway.waitFor("Gs2Chat:Post");
    await emulator.notify({ userId: "user-0001", key: "Gs2Chat:Post", payload: {} });
    await received;
  });

  test("answered pings keep an idle connection open without calls", async () => {
    const emulator = await startTestEmulator();
    const { gateway, diagnostics } = createTestClient(emulator, {
      keepAlive: { idleMs: 20, timeoutMs: 2_000 },
    });
    await gateway.setUserId({ accessToken: "accessToken-0001" });
    const { length } = emulator.calls();
    const since = performance.now();
    await until("a few pings were answered", () => performance.now() - since > 300);
    expect(gateway.connection.status).toBe("ready");
    expect(emulator.calls()).toHaveLength(length);
    expect(diagnostics.map(({ code }) => code)).not.toContain("socketEnded");
  });

  test("is detected after a call without a reply, before the keep-alive would", async () => {
    const emulator = await startTestEmulator();
    const proxy = await tcpProxy(portOf(emulator.url));
    onTestFinished(() => proxy.stop());
    const { gateway, becomes } = createTestClient(
      { endpoints: emulatorEndpoints(proxy.url) },
      { keepAlive: { timeoutMs: 100 } },
    );
    await gateway.setUserId({ accessToken: "accessToken-0001" });
    proxy.freeze();
    await expect(gateway.setFirebaseToken({ token: "t" }, { timeoutMs: 50 })).rejects.toMatchObject(
      { kind: "requestTimeout", outcome: "unknown", retryable: true },
    );
    await becomes("reconnecting");
    expect(gateway.connection.reason).toBe("probeFailed");
    await becomes("ready");
  });
});

describe("disconnect", () => {
  type Context = ReturnType<typeof createTestClient> & {
    emulator: Awaited<ReturnType<typeof startTestEmulator>>;
    /** Resolves when the client sends a call of this function. */
    sends(name: string): Promise<unknown>;
  };

  const moments: Record<string, (context: Context) => unknown> = {
    "before the socket is open": () => undefined,
    "during the login": ({ sends }) => sends("login"),
    "during the bind": ({ sends }) => sends("setUserId"),
    "when ready": ({ becomes }) => becomes("ready"),
    "while waiting for the next attempt": async ({ becomes, emulator }) => {
      await becomes("ready");
      await emulator.stop();
      await becomes("reconnecting");
    },
  };

  test.each(Object.entries(moments))("%s: the client stays closed", async (_, moment) => {
    const emulator = await startTestEmulator();
    const sent = new EventTarget();
    class ObservedWebSocket extends WebSocket {
      override send(text: string) {
        super.send(text);
        const { x_gs2 } = JSON.parse(text) as { x_gs2: { function: string } };
        sent.dispatchEvent(new Event(x_gs2.function));
      }
    }
    const client = createTestClient(emulator, {
      WebSocket: ObservedWebSocket as unknown as NonNullable<GatewayClientOptions["WebSocket"]>,
    });
    const { gateway } = client;
    const sends = (name: string) => once(sent, name);
    const reached = moment({ ...client, emulator, sends });
    const bound = gateway.setUserId({ accessToken: "accessToken-0001" });
    bound.catch(() => undefined);
    await reached;
    await gateway.disconnect();
    const { attempt } = gateway.connection;
    for (const hint of ["online", "foreground", "background", "offline", "online"] as const) {
      gateway.hint(hint);
    }
    gateway.retryNow();
    expect(gateway.connection).toMatchObject({ status: "closed", reason: "user", attempt });
    await until("the server has no session", () => emulator.sessions().length === 0);
    expect(gateway.connection.status).toBe("closed");
    await expect(gateway.describeWebSocketSessions()).rejects.toMatchObject({
      kind: "notConnected",
      outcome: "notSent",
    });
  });

  test("is ended by setUserId, which connects", async () => {
    const emulator = await startTestEmulator();
    const { gateway } = createTestClient(emulator);
    await gateway.setUserId({ accessToken: "accessToken-0001" });
    await gateway.disconnect();
    await gateway.setUserId({ accessToken: "accessToken-0002" });
    expect(gateway.connection.status).toBe("ready");
    expect(emulator.sessions()).toMatchObject([{ userId: "user-0002" }]);
  });

  test("keeps the desired bindings: connect rebinds them", async () => {
    const emulator = await startTestEmulator();
    const { gateway, becomes } = createTestClient(emulator);
    await gateway.setUserId({ accessToken: "accessToken-0001" });
    await gateway.disconnect();
    await gateway.connect();
    await becomes("ready");
    expect(emulator.sessions()).toMatchObject([{ userId: "user-0001" }]);
  });

  test("lets a Node process exit by itself within a second", async () => {
    const built = inRepo("dist", "node.js");
    expect(existsSync(built), "dist/node.js is missing: run `npm run build` first").toBe(true);
    const emulator = await startTestEmulator();
    const script = `
      import { GatewayClient, emulatorEndpoints } from ${JSON.stringify(pathToFileURL(built).href)};
      const gateway = new GatewayClient({
        namespaceName: ${JSON.stringify(namespaceName)},
        credential: { clientId: "client-0001", clientSecret: "secret-0001" },
        endpoints: emulatorEndpoints(${JSON.stringify(emulator.url)}),
        logger: false,
      });
      await gateway.setUserId({ accessToken: "accessToken-0001" });
      await gateway.disconnect();
      console.log("disconnected");
    `;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    onTestFinished(() => void child.kill());
    let output = "";
    child.stdout.on("data", (data) => (output += String(data)));
    child.stderr.on("data", (data) => (output += String(data)));
    await until(
      "the child process has disconnected",
      () => output.includes("disconnected"),
      15_000,
    );
    const since = performance.now();
    if (child.exitCode === null) await once(child, "exit");
    expect(performance.now() - since).toBeLessThan(1_000);
    expect(child.exitCode, output).toBe(0);
  });
});
