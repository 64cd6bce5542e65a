import { beforeEach, describe, expect, test, vi } from "vitest";
import {
  type CallRequest,
  PendingCalls,
  type Gate,
  type Tokens,
} from "../../../src/connection/calls.js";
import type { GatewayError } from "../../../src/errors.js";
import type { Repeat } from "../../../src/wire/methods.js";
import { manualClock } from "../../support/manualClock.js";

const flush = async () => {
  for (let i = 0; i < 20; i++) await Promise.resolve();
};

/** PendingCalls with a gate, a socket and tokens set by the test. */
function setUp() {
  const clock = manualClock();
  let ids = 0;
  const harness = {
    clock,
    gate: "send" as Gate,
    isSocketOpen: true,
    tokens: { clientId: "client", projectToken: "project-1" } as Tokens | Promise<Tokens>,
    sent: [] as Record<string, unknown>[],
    checkLiveness: vi.fn(),
    renewTokens: vi.fn<() => Promise<unknown>>(async () => undefined),
    calls: undefined as unknown as PendingCalls,
    call(request: Partial<CallRequest> & { repeat?: Repeat } = {}) {
      const seen: { value?: unknown; error?: GatewayError } = {};
      harness.calls
        .start({
          target: { service: "gateway", component: "c", function: "someMethod" },
          params: {},
          timeoutMs: 10_000,
          ...request,
        })
        .then(
          (value) => (seen.value = value),
          (error: unknown) => (seen.error = error as GatewayError),
        );
      return seen;
    },
    idOf(index: number): string {
      return (harness.sent.at(index)!["x_gs2"] as { requestId: string }).requestId;
    },
    async reply(index: number, status = 200, body: object | null = { ok: true }, message?: string) {
      const settled = harness.calls.settle({
        kind: "reply",
        requestId: harness.idOf(index),
        status,
        body: (body ?? undefined) as Record<string, unknown> | undefined,
        message,
      });
      await flush();
      return settled;
    },
  };
  harness.calls = new PendingCalls(clock, {
    gate: () => harness.gate,
    send(text) {
      if (harness.isSocketOpen) harness.sent.push(JSON.parse(text) as Record<string, unknown>);
      return harness.isSocketOpen;
    },
    checkLiveness: harness.checkLiveness,
    newId: () => `avoider-${++ids}`,
    session: {
      tokensFor: () => harness.tokens,
      renewTokens: () => harness.renewTokens(),
      trackSecrets() {},
      redact: (text) => text.replaceAll("s3cret", "***"),
    },
  });
  return harness;
}

let harness: ReturnType<typeof setUp>;
beforeEach(() => {
  harness = setUp();
});

describe("a call", () => {
  test("is sent at once when the gate is open, and resolves with its reply", async () => {
    const seen = harness.call({ params: { a: 1 } });
    expect(harness.sent).toMatchObject([
      { a: 1, xGs2ClientId: "client", xGs2ProjectToken: "project-1" },
    ]);
    expect(await harness.reply(0, 200, { items: [] })).toBe(true);
    expect(seen).toEqual({ value: { items: [] } });
    expect(harness.calls.size).toBe(0);
    expect(harness.clock.pendingTimers).toBe(0);
  });

  test("waits while the gate is closed, and is sent once by advanceAll", async () => {
    harness.gate = "wait";
    const seen = harness.call();
    harness.calls.advanceAll();
    expect(harness.sent).toEqual([]);
    harness.gate = "send";
    harness.calls.advanceAll();
    harness.calls.advanceAll();
    expect(harness.sent).toHaveLength(1);
    await harness.reply(0);
    expect(seen).toHaveProperty("value");
  });

  test("rejects with the error of the gate, with nothing sent", async () => {
    harness.gate = { kind: "replaced", problem: "another client holds the player" };
    const seen = harness.call();
    await flush();
    expect(seen.error).toMatchObject({
      kind: "replaced",
      outcome: "notSent",
      method: "someMethod",
      message: "someMethod: another client holds the player",
    });
  });

  test("waits for tokens, and then checks the gate again", async () => {
    let resolveTokens = (_: Tokens): void => {};
    harness.tokens = new Promise((resolve) => (resolveTokens = resolve));
    const seen = harness.call();
    expect(harness.sent).toEqual([]);
    harness.gate = "wait";
    resolveTokens({ clientId: "client", projectToken: "project-2" });
    await flush();
    expect(harness.sent).toEqual([]);
    harness.tokens = { clientId: "client", projectToken: "project-3" };
    harness.gate = "send";
    harness.calls.advanceAll();
    expect(harness.sent).toMatchObject([{ xGs2ProjectToken: "project-3" }]);
    await harness.reply(0);
    expect(seen).toHaveProperty("value");
  });

  test("rejects with the error of the token provider", async () => {
    harness.tokens = Promise.reject(Object.assign(new Error("no token"), {}));
    const seen = harness.call();
    await flush();
    expect(seen.error).toMatchObject({ message: "no token" });
    expect(harness.sent).toEqual([]);
    expect(harness.calls.size).toBe(0);
  });

  test("keeps waiting when the socket closes before the send", async () => {
    harness.isSocketOpen = false;
    const seen = harness.call();
    await flush();
    expect(seen).toEqual({});
    harness.isSocketOpen = true;
    harness.calls.advanceAll();
    expect(harness.sent).toHaveLength(1);
  });

  test("carries a duplication avoider where its method takes one, and repeats it unchanged", () => {
    harness.call({ repeat: "safe", takesDuplicationAvoider: true });
    harness.calls.socketLost();
    harness.calls.advanceAll();
    expect(harness.sent.map((frame) => frame["xGs2DuplicationAvoider"])).toEqual([
      "avoider-1",
      "avoider-1",
    ]);
    harness.call();
    expect(harness.sent.at(-1)).not.toHaveProperty("xGs2DuplicationAvoider");
  });
});

describe("a deadline", () => {
  test("rejects a waiting call as notSent, without a liveness check", async () => {
    harness.gate = "wait";
    const seen = harness.call({ timeoutMs: 100 });
    harness.clock.advance(99);
    await flush();
    expect(seen).toEqual({});
    harness.clock.advance(1);
    await flush();
    expect(seen.error).toMatchObject({
      kind: "requestTimeout",
      outcome: "notSent",
      retryable: true,
    });
    expect(harness.checkLiveness).not.toHaveBeenCalled();
    harness.gate = "send";
    harness.calls.advanceAll();
    expect(harness.sent).toEqual([]);
  });

  test.each([
    ["safe", true],
    ["safeDelete", true],
    ["never", false],
    [undefined, false],
  ] as const)(
    "rejects a sent call (%s) as unknown, retryable: %s, and checks liveness",
    async (repeat, retryable) => {
      const seen = harness.call({ timeoutMs: 100, repeat });
      harness.clock.advance(100);
      await flush();
      expect(seen.error).toMatchObject({ kind: "requestTimeout", outcome: "unknown", retryable });
      expect(harness.checkLiveness).toHaveBeenCalledTimes(1);
      expect(await harness.reply(0)).toBe(false);
    },
  );

  test("counts from the start of the call, repeats included", async () => {
    const seen = harness.call({ timeoutMs: 100, repeat: "safe" });
    harness.clock.advance(60);
    harness.calls.socketLost();
    harness.calls.advanceAll();
    harness.clock.advance(40);
    await flush();
    expect(harness.sent).toHaveLength(2);
    expect(seen.error).toMatchObject({ kind: "requestTimeout" });
  });
});

describe("an abort signal", () => {
  test("that is already aborted sends nothing", async () => {
    const seen = harness.call({ signal: AbortSignal.abort() });
    await flush();
    expect(seen.error).toMatchObject({ kind: "aborted", outcome: "notSent" });
    expect(harness.sent).toEqual([]);
    expect(harness.calls.size).toBe(0);
    expect(harness.clock.pendingTimers).toBe(0);
  });

  test("rejects a waiting call as notSent", async () => {
    harness.gate = "wait";
    const controller = new AbortController();
    const seen = harness.call({ signal: controller.signal });
    controller.abort();
    await flush();
    expect(seen.error).toMatchObject({ kind: "aborted", outcome: "notSent" });
    harness.gate = "send";
    harness.calls.advanceAll();
    expect(harness.sent).toEqual([]);
  });

  test("rejects a sent call as unknown, and its late reply settles no call", async () => {
    const controller = new AbortController();
    const seen = harness.call({ signal: controller.signal });
    controller.abort();
    await flush();
    expect(seen.error).toMatchObject({ kind: "aborted", outcome: "unknown" });
    expect(await harness.reply(0)).toBe(false);
  });
});

test("PendingCalls rejects the 101st waiting call at once, but not a call that need not wait", async () => {
  harness.gate = "wait";
  const waiting = Array.from({ length: 100 }, () => harness.call());
  const overLimit = harness.call();
  await flush();
  expect(overLimit.error).toMatchObject({
    kind: "notConnected",
    outcome: "notSent",
    retryable: true,
  });
  expect(waiting.every((seen) => !seen.error)).toBe(true);
  harness.gate = "send";
  harness.calls.advanceAll();
  expect(harness.sent).toHaveLength(100);
  const next = harness.call();
  expect(harness.sent).toHaveLength(101);
  await harness.reply(100);
  expect(next).toHaveProperty("value");
});

describe("after the socket is lost", () => {
  test.each(["safe", "safeDelete"] as const)(
    "a sent call of kind %s is sent again",
    async (repeat) => {
      const seen = harness.call({ repeat });
      harness.gate = "wait";
      harness.calls.socketLost();
      await flush();
      expect(seen).toEqual({});
      harness.gate = "send";
      harness.calls.advanceAll();
      expect(harness.sent).toHaveLength(2);
      await harness.reply(1);
      expect(seen).toHaveProperty("value");
    },
  );

  test.each(["never", "binding", undefined] as const)(
    "a sent call of kind %s has an unknown outcome",
    async (repeat) => {
      const seen = harness.call({ repeat });
      harness.calls.socketLost();
      await flush();
      expect(seen.error).toMatchObject({
        kind: "notConnected",
        outcome: "unknown",
        retryable: false,
      });
      harness.calls.advanceAll();
      expect(harness.sent).toHaveLength(1);
    },
  );

  test("a waiting call is sent on the next socket, whatever its kind", () => {
    harness.gate = "wait";
    harness.call({ repeat: "never" });
    harness.calls.socketLost();
    harness.gate = "send";
    harness.calls.advanceAll();
    expect(harness.sent).toHaveLength(1);
  });

  test("a call of the lost generation rejects, sent or not", async () => {
    const sent = harness.call({ generation: 1, repeat: "safe" });
    harness.gate = "wait";
    const waiting = harness.call({ generation: 1, repeat: "safe" });
    harness.calls.socketLost();
    await flush();
    expect(sent.error).toMatchObject({ kind: "notConnected", outcome: "unknown" });
    expect(waiting.error).toMatchObject({ kind: "notConnected", outcome: "notSent" });
  });

  test("404 resolves a repeated deletion, and rejects a first deletion", async () => {
    const repeated = harness.call({ repeat: "safeDelete" });
    harness.calls.socketLost();
    harness.calls.advanceAll();
    await harness.reply(1, 404, null, "[]");
    expect(repeated).toEqual({ value: {} });
    const first = harness.call({ repeat: "safeDelete" });
    await harness.reply(2, 404, null, "[]");
    expect(first.error).toMatchObject({ kind: "notFound", outcome: "refused" });
    const read = harness.call({ repeat: "safe" });
    harness.calls.socketLost();
    harness.calls.advanceAll();
    await harness.reply(4, 404, null, "[]");
    expect(read.error).toMatchObject({ kind: "notFound" });
  });
});

describe("a 401 reply", () => {
  test("renews the tokens and repeats the call with the new tokens, once", async () => {
    const seen = harness.call({ repeat: "never" });
    harness.tokens = { clientId: "client", projectToken: "project-2" };
    await harness.reply(0, 401, null, "[]");
    expect(harness.renewTokens).toHaveBeenCalledTimes(1);
    expect(harness.sent.at(-1)).toMatchObject({ xGs2ProjectToken: "project-2" });
    expect(seen).toEqual({});
    await harness.reply(1);
    expect(seen).toHaveProperty("value");
  });

  test("rejects the call when it comes twice", async () => {
    const seen = harness.call();
    await harness.reply(0, 401, null, "[]");
    await harness.reply(1, 401, null, "[]");
    expect(harness.renewTokens).toHaveBeenCalledTimes(1);
    expect(harness.sent).toHaveLength(2);
    expect(seen.error).toMatchObject({ kind: "unauthorized", status: 401, outcome: "refused" });
  });

  test("rejects the call when the renewal fails", async () => {
    harness.renewTokens.mockRejectedValue(new Error("no"));
    const seen = harness.call();
    await harness.reply(0, 401, null, "[]");
    expect(seen.error).toMatchObject({ kind: "unauthorized", status: 401 });
    expect(harness.sent).toHaveLength(1);
  });

  test("renews no tokens for a call of one generation", async () => {
    const seen = harness.call({ generation: 1 });
    await harness.reply(0, 401, null, "[]");
    expect(harness.renewTokens).not.toHaveBeenCalled();
    expect(seen.error).toMatchObject({ kind: "unauthorized" });
  });
});

describe("replies", () => {
  test("settle their calls in any order", async () => {
    const [a, b, c] = [harness.call(), harness.call(), harness.call()];
    await harness.reply(2, 200, { n: "c" });
    await harness.reply(0, 200, { n: "a" });
    await harness.reply(1, 200, { n: "b" });
    expect([a, b, c].map(({ value }) => value)).toEqual([{ n: "a" }, { n: "b" }, { n: "c" }]);
  });

  test("settle no call when they are duplicates or have no call", async () => {
    const seen = harness.call();
    expect(await harness.reply(0, 200, { n: 1 })).toBe(true);
    expect(await harness.reply(0, 200, { n: 2 })).toBe(false);
    expect(seen.value).toEqual({ n: 1 });
  });

  test("of the previous socket do not settle a call that waits to be repeated", async () => {
    const seen = harness.call({ repeat: "safe" });
    harness.gate = "wait";
    harness.calls.socketLost();
    expect(await harness.reply(0)).toBe(false);
    expect(seen).toEqual({});
  });

  test("with a null body and a message reject the call, even with 200", async () => {
    const seen = harness.call();
    await harness.reply(0, 200, null, "something is wrong");
    expect(seen.error).toMatchObject({ outcome: "refused", status: 200 });
  });

  test("without a status reject the call as unreadable", async () => {
    const seen = harness.call();
    await harness.reply(0, NaN, {});
    expect(seen.error).toMatchObject({ kind: "protocol" });
  });

  test("that refuse carry status and error list, with secrets redacted", async () => {
    const seen = harness.call();
    const list = [{ component: "login", message: "the s3cret is wrong", code: "s3cret" }];
    await harness.reply(0, 400, null, JSON.stringify(list));
    expect(seen.error).toMatchObject({
      kind: "badRequest",
      status: 400,
      errors: [{ component: "login", message: "the *** is wrong" }],
      retryable: false,
    });
    expect(seen.error!.message).toContain("the *** is wrong");
    expect(JSON.stringify(seen.error) + String(seen.error)).not.toContain("s3cret");
  });
});
