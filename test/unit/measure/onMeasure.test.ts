import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { GatewayClient } from "../../../src/client/client.js";
import type { GatewayClientOptions } from "../../../src/client/options.js";
import { onMeasure, type Measure } from "../../../src/measure/index.js";
import {
  acceptingServer,
  errorReply,
  faultNetwork,
  optionsFor,
  type FrameHandler,
} from "../../support/faultSocket.js";

beforeEach(() => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
});

const login = "identifier.projectToken.login";
const bind = "gateway.webSocketSession.setUserId";
const describeSessions = "gateway.webSocketSession.describeWebSocketSessions";

function setUp(server: FrameHandler = acceptingServer, more: Partial<GatewayClientOptions> = {}) {
  const network = faultNetwork(server);
  const client = new GatewayClient(optionsFor(network, more));
  onTestFinished(() => client.dispose());
  const measures: Measure[] = [];
  const stop = onMeasure(client, (measure) => measures.push(measure));
  return {
    network,
    client,
    stop,
    measures,
    texts: () => measures.splice(0).map(({ name, outcome, method }) => [name, outcome, method]),
    setUserId: async (accessToken = "alice-token") => {
      const bound = client.setUserId({ accessToken });
      await vi.advanceTimersByTimeAsync(0);
      return bound;
    },
  };
}

test("measures the connect, the login and the bind", async () => {
  const { setUserId, texts } = setUp();
  await setUserId();
  expect(texts()).toEqual([
    ["call", "ok", login],
    ["connect", "ok", undefined],
    ["call", "ok", bind],
  ]);
});

test("measures a refused call by the kind of its error, and each frame of a repeated one", async () => {
  const { client, setUserId, texts } = setUp((frame, socket) =>
    frame.method === "doIt" ? errorReply(404, "none") : acceptingServer(frame, socket),
  );
  await setUserId();
  texts();
  const failed = client.call({ service: "s", component: "c", function: "doIt" });
  await expect(failed).rejects.toMatchObject({ kind: "notFound" });
  expect(texts()).toEqual([["call", "notFound", "s.c.doIt"]]);
});

test("measures how long a reply took", async () => {
  const { client, network, setUserId, measures } = setUp();
  await setUserId();
  network.server = () => undefined;
  const called = client.call({ service: "s", component: "c", function: "slow" });
  await vi.advanceTimersByTimeAsync(1_234);
  network.last.reply(network.last.frames.at(-1), { status: 200, body: {} });
  await called;
  expect(measures.at(-1)).toMatchObject({ name: "call", durationMs: 1_234, outcome: "ok" });
});

test("measures a call without a reply as requestTimeout, once, also when the reply comes late", async () => {
  const { client, network, setUserId, texts } = setUp(acceptingServer, { keepAlive: false });
  await setUserId();
  texts();
  network.server = () => undefined;
  void client
    .call({ service: "s", component: "c", function: "slow" }, { timeoutMs: 20_000 })
    .catch(() => undefined);
  const frame = network.last.frames.at(-1);
  await vi.advanceTimersByTimeAsync(10_001);
  network.last.reply(frame, { status: 200, body: {} });
  expect(texts()).toEqual([["call", "requestTimeout", "s.c.slow"]]);
});

test("measures a lost connection: what waited, the reconnect, and the gap from the last frame", async () => {
  const { client, network, setUserId, texts, measures } = setUp();
  await setUserId();
  texts();
  network.server = () => undefined;
  void client.call({ service: "s", component: "c", function: "slow" }).catch(() => undefined);
  await vi.advanceTimersByTimeAsync(3_000);
  network.server = acceptingServer;
  network.last.emitClose();
  await vi.advanceTimersByTimeAsync(2_000);
  const gap = measures.find(({ name }) => name === "gap")!;
  const reconnect = measures.find(({ name }) => name === "reconnect")!;
  expect(gap.durationMs - reconnect.durationMs).toBe(3_000);
  expect(texts()).toEqual([
    ["call", "notConnected", "s.c.slow"],
    ["reconnect", "ok", undefined],
    ["call", "ok", bind],
    ["gap", "ok", undefined],
  ]);
});

describe("a probe", () => {
  test("is measured as one, and any reply to it is a success", async () => {
    const { client, network, setUserId, texts } = setUp();
    await setUserId();
    texts();
    network.server = () => errorReply(500, "broken");
    await client.ping();
    expect(texts()).toEqual([["probe", "ok", describeSessions]]);
  });

  test("without a reply is measured as requestTimeout", async () => {
    const { network, setUserId, texts } = setUp();
    await setUserId();
    texts();
    network.last.halfOpen = true;
    await vi.advanceTimersByTimeAsync(305_100);
    expect(texts()[0]).toEqual(["probe", "requestTimeout", describeSessions]);
  });
});

describe("an outage", () => {
  test("that the game ends is measured as aborted", async () => {
    const { client, network, setUserId, texts } = setUp();
    await setUserId();
    texts();
    network.onConnect = "refuse";
    network.last.emitClose();
    await vi.advanceTimersByTimeAsync(5_000);
    await client.disconnect();
    expect(texts()).toEqual([
      ["reconnect", "aborted", undefined],
      ["gap", "aborted", undefined],
    ]);
  });

  test("that ends with a refused login is measured by its kind", async () => {
    const { network, setUserId, texts } = setUp();
    await setUserId();
    texts();
    vi.setSystemTime(Date.now() + 4_000_000);
    network.server = () => errorReply(401, "expired");
    network.last.emitClose();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(texts().filter(([name]) => name === "reconnect")).toEqual([
      ["reconnect", "unauthorized", undefined],
    ]);
  });

  test("that ends because another client has the place is measured as replaced", async () => {
    const { client, network, texts } = setUp();
    const bound = client.setUserId({ accessToken: "alice-t", allowConcurrentAccess: false });
    await vi.advanceTimersByTimeAsync(0);
    await bound;
    texts();
    network.server = (frame, socket) =>
      frame.method === "setUserId" ? errorReply(409, "conflict") : acceptingServer(frame, socket);
    network.last.emitClose();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(client.connection.status).toBe("replaced");
    expect(texts().slice(-2)).toEqual([
      ["call", "conflict", bind],
      ["gap", "replaced", undefined],
    ]);
  });
});

test("ends with its undo and with the client, and leaves no timer", async () => {
  const { client, network, setUserId, stop, texts } = setUp();
  await setUserId();
  texts();
  network.server = () => undefined;
  void client.call({ service: "s", component: "c", function: "f" }).catch(() => undefined);
  stop();
  network.last.emitClose();
  await vi.advanceTimersByTimeAsync(20_000);
  expect(texts()).toEqual([]);
  client.dispose();
  expect(vi.getTimerCount()).toBe(0);
});

test("reports what the handler throws, and goes on", async () => {
  const client = new GatewayClient(optionsFor(faultNetwork(), {}));
  onTestFinished(() => client.dispose());
  const codes: string[] = [];
  client.lifecycle.on("diagnostic", ({ code }) => codes.push(code));
  onMeasure(client, () => {
    throw new Error("no meter");
  });
  const connected = client.connect();
  await vi.advanceTimersByTimeAsync(0);
  await connected;
  expect(codes.filter((code) => code === "handlerThrew")).toHaveLength(2);
});

test("a measure has no ID, token or payload", async () => {
  const { client, network, setUserId, measures } = setUp();
  await setUserId("alice-token-0815");
  network.last.notify("Gs2Chat:Post", { text: "private" });
  await client.setFirebaseToken({ token: "device-0815" });
  expect(measures.length).toBeGreaterThan(3);
  expect(new Set(measures.flatMap(Object.keys))).toEqual(
    new Set(["name", "durationMs", "outcome", "method"]),
  );
  expect(JSON.stringify(measures)).not.toMatch(/alice|0815|private|game-0001|client/);
});

test.each([
  ["gateway", [{}, () => undefined]],
  ["handler", [undefined, undefined]],
])("refuses a wrong %s by its name", (field, [gateway, handler]) => {
  const client = gateway ?? new GatewayClient(optionsFor(faultNetwork(), {}));
  expect(() => onMeasure(client as never, handler as never)).toThrow(`onMeasure: ${field}`);
});
