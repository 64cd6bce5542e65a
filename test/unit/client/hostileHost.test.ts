// The game's own code, the host and the way methods are called, as adversaries of the client.
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import type { GatewayClientOptions } from "../../../src/client/options.js";
import type { Sync } from "../../../src/client/types.js";
import type { Diagnostic } from "../../../src/core/diagnostics.js";
import { setUpBoundClient, setUpClient } from "../../support/faultClient.js";
import { acceptingServer, errorReply } from "../../support/faultSocket.js";
import { createDeferred, rejectionOf } from "../../support/promises.js";

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, "random").mockReturnValue(0.5);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const pass = (ms = 0) => vi.advanceTimersByTimeAsync(ms);
const never = (): Promise<never> => new Promise(() => undefined);
const codes = (diagnostics: readonly Diagnostic[]) => diagnostics.map(({ code }) => code);
const MINUTE_MS = 60_000;
const SCORE = { subject: "score" };

describe("a token provider", () => {
  test("that fails or hangs while its token is old costs no socket, no probe and no call", async () => {
    let answer: () => string | Promise<string> = () => "project-1";
    const { network, gateway } = setUpClient({
      credential: { clientId: "client-0001", projectToken: () => answer() },
    });
    let accessAnswer: () => string | Promise<string> = () => "alice-token";
    await Promise.all([gateway.setUserId({ accessToken: () => accessAnswer() }), pass()]);
    for (const misbehave of [
      never,
      () => {
        throw new Error("down");
      },
    ]) {
      answer = accessAnswer = misbehave;
      await pass(70 * MINUTE_MS);
      const call = gateway.describeWebSocketSessions();
      // The access token has expired, so the provider gets its 5 seconds.
      await pass(5_000);
      await expect(call).resolves.toEqual({ items: [] });
    }
    expect(network.sockets).toHaveLength(1);
    expect(network.sent("describeWebSocketSessions").length).toBeGreaterThan(20);
    expect(gateway.connection.status).toBe("ready");
  });

  test("that never settles is reported, and asked again", async () => {
    const projectToken = vi.fn<() => Promise<string>>(never);
    const { gateway, diagnostics } = setUpClient({
      credential: { clientId: "client-0001", projectToken },
    });
    const connecting = gateway.connect();
    await pass(5_000);
    expect(codes(diagnostics)).toEqual(["providerSlow"]);
    projectToken.mockResolvedValue("project-1");
    await pass(MINUTE_MS);
    await connecting;
    expect(projectToken).toHaveBeenCalledTimes(2);
  });

  test("that never settles is asked again at once after disconnect and connect", async () => {
    const projectToken = vi.fn<() => Promise<string>>(never);
    const { gateway } = setUpClient({ credential: { clientId: "client-0001", projectToken } });
    void rejectionOf(gateway.connect());
    await pass();
    await gateway.disconnect();
    expect(vi.getTimerCount()).toBe(0);
    projectToken.mockResolvedValue("project-1");
    await Promise.all([gateway.connect(), pass()]);
    expect(gateway.connection.status).toBe("connected");
  });

  test("of one slot that is slow delays neither another slot nor its notifications", async () => {
    const { network, gateway } = await setUpBoundClient();
    void rejectionOf(gateway.setUserId({ slot: "guild", accessToken: never }));
    await pass(3_000);
    const received: unknown[] = [];
    gateway.on(SCORE, ({ payload }) => received.push(payload));
    network.last.notify("score", 1);
    expect(received).toEqual([1]);
  });

  test.each(["replaced", "released"])(
    "of a binding that was %s leaves no timer, and is not reported",
    async (end) => {
      const { gateway, diagnostics } = await setUpBoundClient();
      const timers = vi.getTimerCount();
      const bind = rejectionOf(gateway.setUserId({ accessToken: never }));
      await pass(1_000);
      if (end === "replaced") {
        await Promise.all([gateway.setUserId({ accessToken: "carol-token" }), pass()]);
      } else {
        await gateway.release();
      }
      expect(await bind).toMatchObject({ kind: "aborted", outcome: "notSent" });
      expect(vi.getTimerCount()).toBeLessThanOrEqual(timers);
      await pass(MINUTE_MS);
      expect(codes(diagnostics)).not.toContain("providerSlow");
    },
  );

  test("may take longer than its deadline: a late token is used", async () => {
    const { gateway } = setUpClient({ providerTimeoutMs: 10_000 });
    const accessToken = () =>
      new Promise<string>((resolve) => setTimeout(() => resolve("alice-token"), 40_000));
    const bind = rejectionOf(gateway.setUserId({ accessToken }));
    await pass(2 * MINUTE_MS);
    expect(await bind).toMatchObject({ kind: "requestTimeout", outcome: "notSent" });
    expect(gateway.connection.bindings["player"]).toMatchObject({ state: "held" });
  });
});

describe("a time", () => {
  test.each([null, undefined, Infinity])("of %s sets no limit of its own", async (timeoutMs) => {
    const { gateway, network } = setUpClient();
    network.onConnect = "hang";
    const connecting = gateway.connect({ timeoutMs: timeoutMs as never });
    let settled = false;
    void connecting.then(
      () => (settled = true),
      () => (settled = true),
    );
    await pass(30 * MINUTE_MS);
    expect(settled).toBe(false);
  });

  test.each([NaN, -1, 2 ** 31, "soon"])("of %s is invalidArgument", async (timeoutMs) => {
    const { gateway } = await setUpBoundClient();
    const options = { timeoutMs: timeoutMs as number };
    for (const promise of [
      gateway.connect(options),
      gateway.setUserId({ accessToken: "alice-token" }, options),
      gateway.waitFor({ subject: "s" }, options),
      gateway.describeWebSocketSessions({}, options),
    ]) {
      expect(await rejectionOf(promise)).toMatchObject({ kind: "invalidArgument" });
    }
    for (const name of ["callTimeoutMs", "providerTimeoutMs", "conflictGraceMs"]) {
      const construct = () => setUpClient({ [name]: timeoutMs });
      expect(construct).toThrow(name);
    }
    expect(() => setUpClient({ keepAlive: { timeoutMs: timeoutMs as number } })).toThrow(
      "keepAlive",
    );
  });
});

describe("parameters that JSON cannot hold", () => {
  const cycle: Record<string, unknown> = {};
  cycle["self"] = cycle;
  test.each<[string, unknown]>([
    ["a BigInt", { score: 1n }],
    ["a cycle", cycle],
    [
      "a getter that throws",
      {
        get score(): number {
          throw new Error("no score");
        },
      },
    ],
    ["a text", "score"],
  ])("%s are refused, and later calls go on", async (_, params) => {
    const { gateway } = setUpClient();
    const target = { service: "game", component: "score", function: "put" };
    const call = rejectionOf(gateway.call({ ...target, params: params as never }));
    await Promise.all([gateway.setUserId({ accessToken: "alice-token" }), pass()]);
    expect(await call).toMatchObject({ kind: "invalidArgument", outcome: "notSent" });
    const next = gateway.call({ ...target, params: null as never });
    await pass();
    await expect(next).resolves.toBeDefined();
  });
});

describe("a player who taps twice", () => {
  test("takes over once, and both calls resolve", async () => {
    let isTaken = true;
    const { network, gateway } = setUpClient({}, (frame, socket) => {
      if (frame.method !== "setUserId") return acceptingServer(frame, socket);
      if (isTaken && !frame.params["force"]) return errorReply(409, "conflict");
      // The reply takes a second.
      setTimeout(() => {
        isTaken = false;
        socket.reply(frame, acceptingServer(frame, socket)!);
      }, 1_000);
      return undefined;
    });
    const bind = rejectionOf(
      gateway.setUserId({ accessToken: "alice-token", allowConcurrentAccess: false }),
    );
    await pass();
    expect(await bind).toMatchObject({ kind: "conflict" });
    const first = gateway.takeOver();
    await pass(100);
    const second = gateway.takeOver();
    await pass(5_000);
    expect([(await first).state, (await second).state]).toEqual(["held", "held"]);
    expect(network.sent("setUserId").filter(({ params }) => params["force"])).toHaveLength(1);
  });

  test("with force in setUserId binds once, and both calls resolve", async () => {
    const { network, gateway } = setUpClient({}, (frame, socket) => {
      if (frame.method !== "setUserId") return acceptingServer(frame, socket);
      setTimeout(() => socket.reply(frame, acceptingServer(frame, socket)!), 1_000);
      return undefined;
    });
    await Promise.all([gateway.connect(), pass()]);
    const request = { accessToken: "alice-token", allowConcurrentAccess: false, force: true };
    const both = [gateway.setUserId(request), gateway.setUserId(request)];
    await pass(1_000);
    expect((await Promise.all(both)).map(({ state }) => state)).toEqual(["held", "held"]);
    expect(network.sent("setUserId")).toHaveLength(1);
  });
});

describe("setUserId", () => {
  test("connects after disconnect", async () => {
    const { gateway } = await setUpBoundClient();
    await gateway.disconnect();
    await Promise.all([gateway.setUserId({ accessToken: "alice-token" }), pass()]);
    expect(gateway.connection.status).toBe("ready");
  });

  test.each(["__proto__", "toString", "constructor", " ", "x".repeat(100_000)])(
    "accepts the slot %.20s",
    async (slot) => {
      const { network, gateway } = await setUpBoundClient();
      expect(await rejectionOf(gateway.describeWebSocketSessions({ slot }))).toMatchObject({
        kind: "notConnected",
      });
      await gateway.release({ slot });
      expect(network.sockets).toHaveLength(1);
      await Promise.all([gateway.setUserId({ slot, accessToken: "guild-token" }), pass()]);
      expect(gateway.connection.bindings[slot]).toMatchObject({ slot, userId: "guild" });
      await gateway.release({ slot });
      expect(Object.keys(gateway.connection.bindings)).toEqual(["player"]);
    },
  );

  test("for another namespace in the same slot ends the former session, and is a first bind", async () => {
    const { network, gateway } = await setUpBoundClient();
    const syncs: unknown[] = [];
    gateway.onSync(({ reason, binding }) => syncs.push([reason, binding.namespaceName]));
    await pass();
    await Promise.all([
      gateway.setUserId({ accessToken: "alice-token", namespaceName: "game-0002" }),
      pass(1_000),
    ]);
    expect(network.sockets).toHaveLength(2);
    expect(syncs).toEqual([
      ["first", "game-0001"],
      ["first", "game-0002"],
    ]);
  });
});

describe("onSync", () => {
  test("runs at once, once, for a handler registered after the bind", async () => {
    const { network, gateway } = await setUpBoundClient();
    const syncs: Sync[] = [];
    const off = gateway.onSync((sync) => {
      off();
      syncs.push(sync);
    });
    await pass();
    expect(syncs).toMatchObject([{ reason: "first", downMs: 0, binding: { userId: "alice" } }]);
    const later: string[] = [];
    gateway.onSync(({ reason }) => later.push(reason));
    await pass();
    network.last.emitClose();
    await pass(1_000);
    expect(later).toEqual(["first", "gap"]);
  });

  test("runs once for a handler registered while the bind is announced", async () => {
    const { gateway } = setUpClient();
    const reasons: string[] = [];
    let isRegistered = false;
    gateway.lifecycle.on("status", ({ status }) => {
      if (status !== "ready" || isRegistered) return;
      isRegistered = true;
      gateway.onSync(({ reason }) => reasons.push(reason));
    });
    await Promise.all([gateway.setUserId({ accessToken: "alice-token" }), pass()]);
    expect(reasons).toEqual(["first"]);
  });

  test("may wait for a notification that is held for it", async () => {
    const { network, gateway } = setUpClient();
    const order: unknown[] = [];
    gateway.on(SCORE, ({ payload }) => order.push(payload));
    gateway.onSync(async () => {
      network.last.notify("score", 1);
      network.last.notify("score", 2);
      order.push(["first", (await gateway.waitFor(SCORE)).payload]);
      order.push(["second", (await gateway.waitFor(SCORE)).payload]);
    });
    await Promise.all([gateway.setUserId({ accessToken: "alice-token" }), pass()]);
    expect(order).toEqual([["first", 1], ["second", 2], 1, 2]);
  });

  test("has its full 5 seconds after a slow bind", async () => {
    const { network, gateway, diagnostics } = setUpClient({}, (frame, socket) => {
      if (frame.method !== "setUserId") return acceptingServer(frame, socket);
      setTimeout(() => socket.reply(frame, acceptingServer(frame, socket)!), 4_000);
      return undefined;
    });
    const refetch = createDeferred<undefined>();
    gateway.onSync(() => refetch.promise);
    const received: unknown[] = [];
    gateway.on(SCORE, ({ payload }) => received.push(payload));
    void gateway.setUserId({ accessToken: "alice-token" });
    await pass(4_000);
    network.last.notify("score", 1);
    await pass(4_900);
    expect([received, codes(diagnostics)]).toEqual([[], []]);
    refetch.resolve(undefined);
    await pass();
    expect(received).toEqual([1]);
  });
});

describe("a notification", () => {
  test("held for one player is not delivered to the next", async () => {
    const { network, gateway } = setUpClient();
    gateway.onSync(({ binding }) => (binding.userId === "alice" ? never() : undefined));
    const received: unknown[] = [];
    gateway.on(SCORE, ({ payload }) => received.push(payload));
    await Promise.all([gateway.setUserId({ accessToken: "alice-token" }), pass()]);
    network.last.notify("score", "for alice");
    await Promise.all([gateway.setUserId({ accessToken: "bob-token" }), pass(1_000)]);
    expect(gateway.connection.bindings["player"]).toMatchObject({ userId: "bob" });
    network.last.notify("score", "for bob");
    await pass(10_000);
    expect(received).toEqual(["for bob"]);
  });

  test("is not delivered after dispose", async () => {
    const { network, gateway } = await setUpBoundClient();
    const handler = vi.fn();
    gateway.on(SCORE, handler);
    const { last } = network;
    gateway.dispose();
    last.notify("score");
    expect(handler).not.toHaveBeenCalled();
    expect(await rejectionOf(gateway.waitFor(SCORE))).toMatchObject({ kind: "notConnected" });
  });
});

describe("the client", () => {
  test("keeps nothing for each key, slot or signal that is gone", async () => {
    const { network, gateway } = await setUpBoundClient();
    const counted = new AbortController().signal;
    let listeners = 0;
    vi.spyOn(counted, "addEventListener").mockImplementation(() => {
      listeners++;
    });
    vi.spyOn(counted, "removeEventListener").mockImplementation(() => {
      listeners--;
    });
    for (let n = 0; n < 100; n++) {
      gateway.on({ subject: `key-${n}` }, () => undefined, { signal: counted })();
      gateway.onSync(() => undefined, { signal: counted })();
      void rejectionOf(gateway.waitFor({ subject: `key-${n}` }, { signal: counted, timeoutMs: 1 }));
    }
    await pass(1);
    expect(listeners).toBe(0);
    gateway.on({ subject: "key" }, () => undefined, { signal: counted });
    gateway.onSync(() => undefined, { signal: counted });
    expect(listeners).toBe(2);
    gateway.dispose();
    expect(listeners).toBe(0);
    expect(network.sockets).toHaveLength(1);
  });

  test("warns of a client secret in a page that talks to GS2 itself", () => {
    vi.stubGlobal("document", {});
    onTestFinished(() => void vi.unstubAllGlobals());
    const codes = (options: Partial<GatewayClientOptions>): string[] => {
      const warn = vi.fn<(message: string) => void>();
      const logger = { debug: vi.fn(), info: vi.fn(), warn, error: vi.fn() };
      setUpClient({ logger, ...options });
      return warn.mock.calls.map(([message]) => message);
    };
    expect(codes({ endpoints: undefined })).toEqual([
      "[gs2-gateway] clientSecretInPage: use projectToken",
    ]);
    expect(codes({})).toEqual([]);
    const credential = { clientId: "client-0001", projectToken: "project-1" };
    expect(codes({ endpoints: undefined, credential })).toEqual([]);
  });
});
