import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import type { Diagnostic } from "../../../src/core/diagnostics.js";
import type { GatewayError } from "../../../src/errors.js";
import type { GatewayClientOptions } from "../../../src/client/options.js";
import { setUpBoundClient, setUpClient } from "../../support/faultClient.js";
import { acceptingServer, errorReply, type FrameHandler } from "../../support/faultSocket.js";

beforeEach(() => {
  vi.useFakeTimers();
  // Each retry lies in the middle of its window.
  vi.spyOn(Math, "random").mockReturnValue(0.5);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const settle = () => vi.advanceTimersByTimeAsync(0);

const setUp = (server?: FrameHandler, options?: Partial<GatewayClientOptions>) =>
  setUpClient(options, server);
const setUpBound = (server?: FrameHandler, options?: Partial<GatewayClientOptions>) =>
  setUpBoundClient(options, server);

/** The result of a promise so far. */
function watch(promise: Promise<unknown>) {
  const seen: { value?: unknown; error?: GatewayError } = {};
  promise.then(
    (value) => (seen.value = value),
    (error: unknown) => (seen.error = error as GatewayError),
  );
  return seen;
}

const codes = (diagnostics: Diagnostic[]) => diagnostics.map(({ code }) => code);

describe("a connection attempt", () => {
  test("times out after ten seconds, and the next attempt starts in its window", async () => {
    const { network, gateway, diagnostics } = setUp();
    network.onConnect = "hang";
    void watch(gateway.connect());
    await vi.advanceTimersByTimeAsync(9_900);
    expect(network.sockets).toHaveLength(1);
    expect(gateway.connection.status).toBe("connecting");
    await vi.advanceTimersByTimeAsync(200);
    expect(diagnostics).toContainEqual(
      expect.objectContaining({
        code: "socketEnded",
        detail: { code: 0, reason: "", clean: false },
      }),
    );
    network.onConnect = "open";
    await vi.advanceTimersByTimeAsync(30_000);
    expect(gateway.connection.status).toBe("connected");
  });

  test("that is refused reports close code 1006, and another attempt follows", async () => {
    const { network, gateway, diagnostics } = setUp();
    network.onConnect = "refuse";
    const connected = watch(gateway.connect());
    await settle();
    // The logger prints the message, and the port may be wrong.
    const end = diagnostics.find(({ code }) => code === "socketEnded")!;
    expect(end.message).toContain("no connection to wss://nowhere.test");
    expect(end).toMatchObject({
      level: "warn",
      detail: { code: 1006, reason: "", clean: false },
    });
    expect(connected).toEqual({});
    network.onConnect = "open";
    await vi.advanceTimersByTimeAsync(1_000);
    expect(connected).toHaveProperty("value");
  });

  test("ends in closed with an error when the host cannot create the socket", async () => {
    const { network, gateway } = setUp();
    network.onConnect = "throw";
    const connected = watch(gateway.connect());
    await vi.advanceTimersByTimeAsync(1);
    expect(connected.error).toMatchObject({ kind: "invalidArgument", outcome: "notSent" });
    expect(connected.error!.message).toContain("wss://nowhere.test");
    expect(connected.error!.message).toContain("The host refuses this URL");
    expect(gateway.connection).toMatchObject({ status: "closed", error: connected.error });
    expect(vi.getTimerCount()).toBe(0);
  });

  test("with an error and then a close event ends once, with the code of the close", async () => {
    const { network, diagnostics } = await setUpBound();
    network.last.emitError();
    network.last.emitClose(4_002, true, "gone");
    await settle();
    const ends = diagnostics.filter(({ code }) => code === "socketEnded");
    expect(ends.map(({ detail }) => detail)).toEqual([
      { code: 4_002, reason: "gone", clean: true },
    ]);
  });

  test("with an error and no close event ends with 1006", async () => {
    const { network, gateway, diagnostics } = await setUpBound();
    network.last.emitError();
    await settle();
    expect(diagnostics.at(-1)).toMatchObject({ code: "socketEnded", detail: { code: 1006 } });
    expect(gateway.connection.status).toBe("reconnecting");
  });

  test("ignores an open event after its timeout", async () => {
    const { network, gateway } = setUp();
    network.onConnect = "hang";
    void watch(gateway.connect());
    await vi.advanceTimersByTimeAsync(10_100);
    const late = network.sockets[0]!;
    expect(late.closeCalled).toBe(true);
    late.open();
    late.notify("Gs2Chat:Post");
    await settle();
    expect(late.sentTexts).toEqual([]);
    expect(gateway.connection.status).toBe("connecting");
  });
});

describe("the client's frames", () => {
  test("start with the login, and no frame of a player is sent before the bind", async () => {
    const silent: FrameHandler = () => undefined;
    const { network, gateway } = setUp(silent);
    void watch(gateway.setUserId({ accessToken: "alice-token" }));
    void watch(gateway.describeWebSocketSessions());
    void watch(gateway.call({ service: "chat", component: "room", function: "post" }));
    await settle();
    expect(network.sent().map(({ method }) => method)).toEqual(["login"]);
    network.server = acceptingServer;
    network.last.reply(
      network.sent("login")[0],
      acceptingServer(network.sent("login")[0]!, network.last)!,
    );
    network.server = silent;
    await settle();
    expect(network.sent().map(({ method }) => method)).toEqual(["login", "post", "setUserId"]);
    const bind = network.sent("setUserId")[0]!;
    network.last.reply(bind, acceptingServer(bind, network.last)!);
    await settle();
    expect(network.sent().at(-1)!.method).toBe("describeWebSocketSessions");
  });

  test("start with the bind when a reconnect has a fresh project token: two round trips, no login", async () => {
    const { network } = await setUpBound();
    network.last.emitClose();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(network.last.frames.map(({ method }) => method)).toEqual(["setUserId"]);
  });

  test("are not sent on a socket that the client has left", async () => {
    const { network, gateway } = await setUpBound();
    const [socket] = network.sockets;
    const before = socket!.sentTexts.length;
    await gateway.disconnect();
    void watch(gateway.ping());
    void watch(gateway.describeWebSocketSessions());
    await settle();
    expect(socket!.sentTexts).toHaveLength(before);
  });
});

describe("ping while there is no connection", () => {
  test("names itself in the error, not the call that it would send", async () => {
    const { gateway } = await setUpBound();
    await gateway.disconnect();
    await expect(gateway.ping()).rejects.toMatchObject({
      kind: "notConnected",
      method: "ping",
      message: "ping: not connected",
    });
  });
});

describe("events of a previous socket", () => {
  test("are ignored: no frame is delivered, and a close ends no connection", async () => {
    const { network, gateway, diagnostics } = await setUpBound();
    const received: unknown[] = [];
    gateway.on("*", ({ key }) => received.push(key));
    const [first] = network.sockets;
    gateway.hint("offline");
    first!.emitClose();
    gateway.hint("online");
    await vi.advanceTimersByTimeAsync(1_500);
    expect(gateway.connection.status).toBe("ready");
    const before = diagnostics.length;
    first!.notify("Gs2Chat:Post");
    first!.emitClose(1_000, true);
    first!.emitError();
    await settle();
    expect(received).toEqual([]);
    expect(diagnostics).toHaveLength(before);
    expect(gateway.connection.status).toBe("ready");
    network.last.notify("Gs2Chat:Post");
    expect(received).toEqual(["Gs2Chat:Post"]);
  });

  test("settle no call when they are late replies", async () => {
    const { network, gateway } = await setUpBound((frame, socket) =>
      frame.method === "describeWebSocketSessions" ? undefined : acceptingServer(frame, socket),
    );
    const listed = watch(gateway.describeWebSocketSessions());
    await settle();
    const request = network.sent("describeWebSocketSessions")[0]!;
    const first = network.last;
    first.emitClose();
    first.reply(request, { status: 200, body: { items: ["from the previous socket"] } });
    await settle();
    expect(listed).toEqual({});
  });
});

describe("a half-open connection", () => {
  test("is left after an unanswered probe, without waiting for its close, and a new socket is bound", async () => {
    const { network, gateway, diagnostics } = await setUpBound(acceptingServer, {
      keepAlive: { idleMs: 20_000, timeoutMs: 2_000 },
    });
    network.last.halfOpen = true;
    await vi.advanceTimersByTimeAsync(20_000);
    expect(network.last.frames.at(-1)!.method).toBe("describeWebSocketSessions");
    expect(gateway.connection.status).toBe("ready");
    await vi.advanceTimersByTimeAsync(2_100);
    expect(gateway.connection).toMatchObject({ status: "reconnecting", reason: "probeFailed" });
    expect(network.sockets[0]!.closeCalled).toBe(true);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(network.sockets).toHaveLength(2);
    expect(gateway.connection.status).toBe("ready");
    expect(codes(diagnostics)).not.toContain("socketEnded");
  });

  test("is ruled out by any frame: a notification between probe and deadline keeps the socket", async () => {
    const { network, gateway } = await setUpBound(
      (frame, socket) =>
        frame.method === "describeWebSocketSessions" ? undefined : acceptingServer(frame, socket),
      { keepAlive: { idleMs: 20_000, timeoutMs: 2_000 } },
    );
    await vi.advanceTimersByTimeAsync(21_000);
    expect(network.sent("describeWebSocketSessions")).toHaveLength(1);
    network.last.notify("Gs2Chat:Post");
    await vi.advanceTimersByTimeAsync(1_500);
    expect(gateway.connection.status).toBe("ready");
    expect(network.sockets).toHaveLength(1);
  });

  test("is not probed for when keepAlive is false", async () => {
    const { network } = await setUpBound(acceptingServer, { keepAlive: false });
    const before = network.sent().length;
    await vi.advanceTimersByTimeAsync(3_000_000);
    expect(network.sent()).toHaveLength(before);
  });

  test("is probed for with at most 12 calls an hour while idle, token renewal aside", async () => {
    const { network } = await setUpBound();
    await vi.advanceTimersByTimeAsync(3_600_000);
    const { length } = network.sent("describeWebSocketSessions");
    expect(length).toBeGreaterThanOrEqual(11);
    expect(length).toBeLessThanOrEqual(12);
  });
});

describe("disconnect and dispose", () => {
  test.each(["disconnect", "dispose"] as const)(
    "%s leaves no timer, whatever the phase",
    async (leave) => {
      const phases: [string, (harness: ReturnType<typeof setUp>) => unknown][] = [
        ["opening", ({ network }) => (network.onConnect = "hang")],
        ["logging in", ({ network }) => (network.server = () => undefined)],
        [
          "binding",
          ({ network }) =>
            (network.server = (frame, socket) =>
              frame.method === "login" ? acceptingServer(frame, socket) : undefined),
        ],
        ["waiting", ({ network }) => (network.onConnect = "refuse")],
        ["ready", () => undefined],
      ];
      for (const [phase, prepare] of phases) {
        const harness = setUp();
        prepare(harness);
        void watch(harness.gateway.setUserId({ accessToken: "alice-token" }));
        void watch(harness.gateway.connect({ timeoutMs: 60_000 }));
        await vi.advanceTimersByTimeAsync(1);
        void harness.gateway[leave]();
        await settle();
        expect(vi.getTimerCount(), phase).toBe(0);
        expect(harness.gateway.connection.status, phase).toBe("closed");
        const { length } = harness.network.sockets;
        await vi.advanceTimersByTimeAsync(120_000);
        expect(harness.network.sockets, phase).toHaveLength(length);
      }
    },
  );

  test("dispose leaves no timer while an onSync function runs", async () => {
    const { gateway } = setUp();
    gateway.onSync(() => new Promise(() => undefined));
    void watch(gateway.setUserId({ accessToken: "alice-token" }));
    await settle();
    expect(gateway.connection.status).toBe("ready");
    gateway.dispose();
    await settle();
    expect(vi.getTimerCount()).toBe(0);
  });

  test("dispose rejects project token requests made before or after it", async () => {
    const { gateway } = setUp(acceptingServer, {
      credential: { clientId: "client-0001", projectToken: () => new Promise(() => undefined) },
    });
    const before = watch(gateway.getProjectToken());
    await settle();
    expect(before).toEqual({});
    gateway.dispose();
    const after = watch(gateway.getProjectToken());
    await settle();
    for (const { error } of [before, after]) {
      expect(error).toMatchObject({ kind: "notConnected", method: "getProjectToken" });
    }
  });

  test("disconnect leaves no timer while an onSync function runs", async () => {
    const { gateway } = setUp();
    gateway.onSync(() => new Promise(() => undefined));
    void watch(gateway.setUserId({ accessToken: "alice-token" }));
    await settle();
    await gateway.disconnect();
    await settle();
    expect(vi.getTimerCount()).toBe(0);
  });

  test("disconnect in the first status event leaves no listener on the host", async () => {
    const listening = new Set<unknown>();
    vi.stubGlobal("addEventListener", (type: string, listener: unknown) => {
      listening.add(`${type} ${String(listener)}`);
    });
    vi.stubGlobal("removeEventListener", (type: string, listener: unknown) => {
      listening.delete(`${type} ${String(listener)}`);
    });
    onTestFinished(() => void vi.unstubAllGlobals());
    const { gateway } = setUp();
    gateway.lifecycle.on("status", ({ status }) => {
      if (status === "connecting") void gateway.disconnect();
    });
    void watch(gateway.connect());
    await settle();
    expect(gateway.connection.status).toBe("closed");
    expect([...listening]).toEqual([]);
  });
});

describe("held delivery", () => {
  test("waits at most 5 seconds for a slot whose token provider hangs", async () => {
    const { network, gateway } = await setUpBound();
    const received: unknown[] = [];
    gateway.on("Gs2Chat:Post", ({ key }) => received.push(key));
    void watch(
      gateway.setUserId({ slot: "guild", accessToken: () => new Promise(() => undefined) }),
    );
    await settle();
    network.last.notify("Gs2Chat:Post");
    await vi.advanceTimersByTimeAsync(5_100);
    expect(received).toEqual(["Gs2Chat:Post"]);
  });

  test("waits at most 5 seconds for a slot whose bind gets no reply", async () => {
    const { network, gateway } = await setUpBound();
    const received: unknown[] = [];
    gateway.on("Gs2Chat:Post", ({ key }) => received.push(key));
    network.server = () => undefined;
    void watch(gateway.setUserId({ slot: "guild", accessToken: "guild-token" }));
    await settle();
    network.last.notify("Gs2Chat:Post");
    await vi.advanceTimersByTimeAsync(5_100);
    expect(received).toEqual(["Gs2Chat:Post"]);
  });

  test("does not wait for a slot released while its token provider hangs", async () => {
    const { network, gateway } = await setUpBound();
    const received: unknown[] = [];
    gateway.on("Gs2Chat:Post", ({ key }) => received.push(key));
    void watch(
      gateway.setUserId({ slot: "guild", accessToken: () => new Promise(() => undefined) }),
    );
    await settle();
    await gateway.release({ slot: "guild" });
    await vi.advanceTimersByTimeAsync(6_000);
    expect(gateway.connection.status).toBe("ready");
    network.last.notify("Gs2Chat:Post");
    await settle();
    expect(received).toEqual(["Gs2Chat:Post"]);
  });
});

describe("the snapshot", () => {
  test("has nextRetryAt only while an attempt is scheduled", async () => {
    const { network, gateway } = setUp();
    expect(gateway.connection.nextRetryAt).toBeUndefined();
    void watch(gateway.connect());
    await settle();
    expect(gateway.connection.status).toBe("connected");
    expect(gateway.connection.nextRetryAt).toBeUndefined();
    network.last.emitClose();
    expect(gateway.connection.nextRetryAt).toBeGreaterThanOrEqual(Date.now());
    expect(gateway.connection.nextRetryAt).toBeLessThan(Date.now() + 500);
    await gateway.disconnect();
    expect(gateway.connection.nextRetryAt).toBeUndefined();
  });
});

describe("retryNow", () => {
  test("sends a refused login that waits for its window", async () => {
    const { network, gateway } = setUp(() => errorReply(503, "busy"));
    void watch(gateway.connect());
    // Some windows later, so that the next window is seconds away.
    await vi.advanceTimersByTimeAsync(60_000);
    await vi.advanceTimersByTimeAsync(gateway.connection.nextRetryAt! - Date.now() + 1_500);
    expect(gateway.connection.nextRetryAt! - Date.now()).toBeGreaterThan(5_000);
    network.server = acceptingServer;
    gateway.retryNow();
    await vi.advanceTimersByTimeAsync(1_100);
    expect(gateway.connection.status).toBe("connected");
  });

  test("sends a failed bind that waits for its window", async () => {
    const { network, gateway } = setUp((frame, socket) =>
      frame.method === "setUserId" ? errorReply(503, "busy") : acceptingServer(frame, socket),
    );
    void watch(gateway.setUserId({ accessToken: "alice-token" }, { timeoutMs: 600_000 }));
    await vi.advanceTimersByTimeAsync(100_000);
    const seen = network.sent("setUserId").length;
    while (network.sent("setUserId").length === seen) await vi.advanceTimersByTimeAsync(100);
    network.server = acceptingServer;
    await vi.advanceTimersByTimeAsync(1_500);
    expect(gateway.connection.status).toBe("connected");
    gateway.retryNow();
    await vi.advanceTimersByTimeAsync(1_100);
    expect(gateway.connection.status).toBe("ready");
  });
});

describe("errors and diagnostics", () => {
  test("setUserId has an unknown outcome when disconnect follows the sent bind", async () => {
    const { network, gateway } = setUp((frame, socket) =>
      frame.method === "setUserId" ? undefined : acceptingServer(frame, socket),
    );
    const bound = watch(gateway.setUserId({ accessToken: "alice-token" }));
    await settle();
    expect(network.sent("setUserId")).toHaveLength(1);
    await gateway.disconnect();
    await settle();
    expect(bound.error).toMatchObject({ kind: "notConnected", outcome: "unknown" });
  });

  test("a retried bind is reported with its slot", async () => {
    const { diagnostics, gateway } = setUp((frame, socket) =>
      frame.method === "setUserId" ? errorReply(503, "busy") : acceptingServer(frame, socket),
    );
    void watch(gateway.setUserId({ accessToken: "alice-token", slot: "guild" }));
    await settle();
    expect(diagnostics.find(({ code }) => code === "bindRetried")?.detail).toMatchObject({
      slot: "guild",
      kind: "serviceUnavailable",
    });
  });

  test("a secret that the server quotes with JSON escapes is redacted", async () => {
    // Gson, for example, writes "=" as \u003d.
    const clientSecret = "c2VjcmV0LTAwMDE=";
    const escaped = clientSecret.replace("=", "\\u003d");
    const { gateway } = setUp(
      () => ({
        status: 400,
        body: { message: `[{"component":"login","message":"cannot use ${escaped}"}]` },
      }),
      { credential: { clientId: "client-0001", clientSecret } },
    );
    const connected = watch(gateway.connect());
    await settle();
    expect(connected.error).toMatchObject({ kind: "badRequest" });
    expect(JSON.stringify(connected.error)).toContain("cannot use");
    expect(JSON.stringify(connected.error)).not.toContain(clientSecret);
  });
});

describe("setProjectToken", () => {
  test("is not replaced by the credential's token when a call is refused with 401", async () => {
    let fresh = true;
    const { network, gateway } = setUp(
      (frame, socket) => {
        if (frame.params["xGs2ProjectToken"] !== "new-project") return errorReply(401, "expired");
        if (frame.method === "post" && fresh) {
          fresh = false;
          return errorReply(401, "accessToken expired");
        }
        return acceptingServer(frame, socket);
      },
      { credential: { clientId: "client-0001", projectToken: "old-project" } },
    );
    const first = watch(gateway.setUserId({ accessToken: () => "alice-token" }));
    await settle();
    expect(first.error).toMatchObject({ kind: "unauthorized" });
    expect(gateway.connection.status).toBe("unauthorized");
    gateway.setProjectToken("new-project");
    await settle();
    expect(gateway.connection.status).toBe("ready");
    const posted = watch(
      gateway.call({ service: "chat", component: "room", function: "post", slot: "player" }),
    );
    await settle();
    expect(network.sent("post").map(({ params }) => params["xGs2ProjectToken"])).toEqual([
      "new-project",
      "new-project",
    ]);
    expect(posted).toHaveProperty("value");
  });
});

describe("a call whose signal is already aborted", () => {
  test("does not replace the desired binding before it", async () => {
    const { network, gateway } = await setUpBound();
    const signal = AbortSignal.abort();
    const other = watch(gateway.setUserId({ accessToken: "bob-token" }, { signal }));
    await settle();
    expect(other.error).toMatchObject({ kind: "aborted", outcome: "notSent" });
    network.last.emitClose();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(network.sent("setUserId").map(({ params }) => params["accessToken"])).toEqual([
      "alice-token",
      "alice-token",
    ]);
    expect(gateway.connection.bindings["player"]).toMatchObject({ userId: "alice" });
  });

  test("does not end the wait of the call before it", async () => {
    const { network, gateway } = setUp();
    const alice = watch(gateway.setUserId({ accessToken: "alice-token" }));
    const signal = AbortSignal.abort();
    void watch(gateway.setUserId({ accessToken: "bob-token" }, { signal }));
    await settle();
    expect(network.sent("setUserId")).toHaveLength(1);
    expect(alice.value).toMatchObject({ userId: "alice" });
  });
});

describe("connect", () => {
  test("rejects with its method name when disconnect ends it", async () => {
    const { network, gateway } = setUp();
    network.onConnect = "hang";
    const connected = watch(gateway.connect());
    await gateway.disconnect();
    await settle();
    expect(connected.error).toMatchObject({ kind: "notConnected", method: "connect" });
    expect(connected.error!.message).toMatch(/^connect: /);
  });

  test("rejects with its method name after dispose", async () => {
    const { gateway } = setUp();
    gateway.dispose();
    const connected = watch(gateway.connect());
    await settle();
    expect(connected.error).toMatchObject({ kind: "notConnected", method: "connect" });
    expect(connected.error!.message).toMatch(/^connect: /);
  });
});

describe("a binding accepted after a 401", () => {
  test("has no error, and is bound again after the next drop", async () => {
    let valid = false;
    const { network, gateway } = setUp((frame, socket) =>
      frame.method === "setUserId" && !valid
        ? errorReply(401, "expired")
        : acceptingServer(frame, socket),
    );
    void watch(gateway.setUserId({ accessToken: () => "alice-token" }));
    await settle();
    expect(gateway.connection.status).toBe("unauthorized");
    valid = true;
    void watch(gateway.connect());
    await settle();
    expect(gateway.connection).toMatchObject({ status: "ready" });
    expect(gateway.connection.bindings["player"]!.error).toBeUndefined();
    network.last.emitClose();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(gateway.connection).toMatchObject({
      status: "ready",
      bindings: { player: { state: "held" } },
    });
  });
});
