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

/** The calls beside a gate, a line and tokens that the test holds in its hand. */
function setUp() {
  const clock = manualClock();
  let ids = 0;
  const world = {
    clock,
    gate: "send" as Gate,
    lineOpen: true,
    tokens: { clientId: "client", projectToken: "project-1" } as Tokens | Promise<Tokens>,
    sent: [] as Record<string, unknown>[],
    checkLiveness: vi.fn(),
    renewTokens: vi.fn<() => Promise<unknown>>(async () => undefined),
    calls: undefined as unknown as PendingCalls,
    call(request: Partial<CallRequest> & { repeat?: Repeat } = {}) {
      const seen: { value?: unknown; error?: GatewayError } = {};
      world.calls
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
      return (world.sent.at(index)!["x_gs2"] as { requestId: string }).requestId;
    },
    async reply(index: number, status = 200, body: object | null = { ok: true }, message?: string) {
      const settled = world.calls.settle({
        kind: "reply",
        requestId: world.idOf(index),
        status,
        body: (body ?? undefined) as Record<string, unknown> | undefined,
        message,
      });
      await flush();
      return settled;
    },
  };
  world.calls = new PendingCalls(clock, {
    gate: () => world.gate,
    send(text) {
      if (world.lineOpen) world.sent.push(JSON.parse(text) as Record<string, unknown>);
      return world.lineOpen;
    },
    checkLiveness: world.checkLiveness,
    newId: () => `avoider-${++ids}`,
    session: {
      tokensFor: () => world.tokens,
      renewTokens: () => world.renewTokens(),
      trackSecrets() {},
      redact: (text) => text.replaceAll("s3cret", "***"),
    },
  });
  return world;
}

let world: ReturnType<typeof setUp>;
beforeEach(() => {
  world = setUp();
});

describe("a call", () => {
  test("goes out at once where it may, and is answered", async () => {
    const seen = world.call({ params: { a: 1 } });
    expect(world.sent).toMatchObject([
      { a: 1, xGs2ClientId: "client", xGs2ProjectToken: "project-1" },
    ]);
    expect(await world.reply(0, 200, { items: [] })).toBe(true);
    expect(seen).toEqual({ value: { items: [] } });
    expect(world.calls.size).toBe(0);
    expect(world.clock.pendingTimers).toBe(0);
  });

  test("waits where it must, and goes out when looked at again", async () => {
    world.gate = "wait";
    const seen = world.call();
    world.calls.advanceAll();
    expect(world.sent).toEqual([]);
    world.gate = "send";
    world.calls.advanceAll();
    world.calls.advanceAll();
    expect(world.sent).toHaveLength(1);
    await world.reply(0);
    expect(seen).toHaveProperty("value");
  });

  test("that may not go is told why, with nothing sent", async () => {
    world.gate = { kind: "replaced", problem: "somebody else is there" };
    const seen = world.call();
    await flush();
    expect(seen.error).toMatchObject({
      kind: "replaced",
      outcome: "notSent",
      method: "someMethod",
      message: "someMethod: somebody else is there",
    });
  });

  test("waits for tokens, and is judged anew once they are there", async () => {
    let bring = (_: Tokens): void => {};
    world.tokens = new Promise((resolve) => (bring = resolve));
    const seen = world.call();
    expect(world.sent).toEqual([]);
    world.gate = "wait";
    bring({ clientId: "client", projectToken: "project-2" });
    await flush();
    expect(world.sent).toEqual([]);
    world.tokens = { clientId: "client", projectToken: "project-3" };
    world.gate = "send";
    world.calls.advanceAll();
    expect(world.sent).toMatchObject([{ xGs2ProjectToken: "project-3" }]);
    await world.reply(0);
    expect(seen).toHaveProperty("value");
  });

  test("whose tokens cannot be had rejects with what the provider said", async () => {
    world.tokens = Promise.reject(Object.assign(new Error("no token"), {}));
    const seen = world.call();
    await flush();
    expect(seen.error).toMatchObject({ message: "no token" });
    expect(world.sent).toEqual([]);
    expect(world.calls.size).toBe(0);
  });

  test("on a line that is closed just then waits on", async () => {
    world.lineOpen = false;
    const seen = world.call();
    await flush();
    expect(seen).toEqual({});
    world.lineOpen = true;
    world.calls.advanceAll();
    expect(world.sent).toHaveLength(1);
  });

  test("carries an avoider where the row takes one, and the same on its repeat", () => {
    world.call({ repeat: "safe", takesDuplicationAvoider: true });
    world.calls.socketLost();
    world.calls.advanceAll();
    expect(world.sent.map((frame) => frame["xGs2DuplicationAvoider"])).toEqual([
      "avoider-1",
      "avoider-1",
    ]);
    world.call();
    expect(world.sent.at(-1)).not.toHaveProperty("xGs2DuplicationAvoider");
  });
});

describe("a deadline", () => {
  test("ends a call that still waits as not sent, and raises no suspicion", async () => {
    world.gate = "wait";
    const seen = world.call({ timeoutMs: 100 });
    world.clock.advance(99);
    await flush();
    expect(seen).toEqual({});
    world.clock.advance(1);
    await flush();
    expect(seen.error).toMatchObject({
      kind: "requestTimeout",
      outcome: "notSent",
      retryable: true,
    });
    expect(world.checkLiveness).not.toHaveBeenCalled();
    world.gate = "send";
    world.calls.advanceAll();
    expect(world.sent).toEqual([]);
  });

  test.each([
    ["safe", true],
    ["safeDelete", true],
    ["never", false],
    [undefined, false],
  ] as const)(
    "ends a sent call (%s) as unknown, retryable: %s, and the line is suspect",
    async (repeat, retryable) => {
      const seen = world.call({ timeoutMs: 100, repeat });
      world.clock.advance(100);
      await flush();
      expect(seen.error).toMatchObject({ kind: "requestTimeout", outcome: "unknown", retryable });
      expect(world.checkLiveness).toHaveBeenCalledTimes(1);
      expect(await world.reply(0)).toBe(false);
    },
  );

  test("counts from the start of the call, repeats included", async () => {
    const seen = world.call({ timeoutMs: 100, repeat: "safe" });
    world.clock.advance(60);
    world.calls.socketLost();
    world.calls.advanceAll();
    world.clock.advance(40);
    await flush();
    expect(world.sent).toHaveLength(2);
    expect(seen.error).toMatchObject({ kind: "requestTimeout" });
  });
});

describe("a signal", () => {
  test("that fired before the call sends nothing", async () => {
    const seen = world.call({ signal: AbortSignal.abort() });
    await flush();
    expect(seen.error).toMatchObject({ kind: "aborted", outcome: "notSent" });
    expect(world.sent).toEqual([]);
    expect(world.calls.size).toBe(0);
    expect(world.clock.pendingTimers).toBe(0);
  });

  test("that fires while the call waits ends it as not sent", async () => {
    world.gate = "wait";
    const controller = new AbortController();
    const seen = world.call({ signal: controller.signal });
    controller.abort();
    await flush();
    expect(seen.error).toMatchObject({ kind: "aborted", outcome: "notSent" });
    world.gate = "send";
    world.calls.advanceAll();
    expect(world.sent).toEqual([]);
  });

  test("that fires after sending ends it as unknown; the answer then belongs to nobody", async () => {
    const controller = new AbortController();
    const seen = world.call({ signal: controller.signal });
    controller.abort();
    await flush();
    expect(seen.error).toMatchObject({ kind: "aborted", outcome: "unknown" });
    expect(await world.reply(0)).toBe(false);
  });
});

test("a hundred calls may wait; one more is refused at once, and one that need not wait is not", async () => {
  world.gate = "wait";
  const waiting = Array.from({ length: 100 }, () => world.call());
  const oneMore = world.call();
  await flush();
  expect(oneMore.error).toMatchObject({
    kind: "notConnected",
    outcome: "notSent",
    retryable: true,
  });
  expect(waiting.every((seen) => !seen.error)).toBe(true);
  world.gate = "send";
  world.calls.advanceAll();
  expect(world.sent).toHaveLength(100);
  const next = world.call();
  expect(world.sent).toHaveLength(101);
  await world.reply(100);
  expect(next).toHaveProperty("value");
});

describe("when the socket goes", () => {
  test.each(["safe", "safeDelete"] as const)(
    "a sent call of kind %s is sent again",
    async (repeat) => {
      const seen = world.call({ repeat });
      world.gate = "wait";
      world.calls.socketLost();
      await flush();
      expect(seen).toEqual({});
      world.gate = "send";
      world.calls.advanceAll();
      expect(world.sent).toHaveLength(2);
      await world.reply(1);
      expect(seen).toHaveProperty("value");
    },
  );

  test.each(["never", "binding", undefined] as const)(
    "a sent call of kind %s has an unknown outcome",
    async (repeat) => {
      const seen = world.call({ repeat });
      world.calls.socketLost();
      await flush();
      expect(seen.error).toMatchObject({
        kind: "notConnected",
        outcome: "unknown",
        retryable: false,
      });
      world.calls.advanceAll();
      expect(world.sent).toHaveLength(1);
    },
  );

  test("a call that has not been sent goes out on the next, whatever its kind", () => {
    world.gate = "wait";
    world.call({ repeat: "never" });
    world.calls.socketLost();
    world.gate = "send";
    world.calls.advanceAll();
    expect(world.sent).toHaveLength(1);
  });

  test("a call that belongs to that socket ends with it, be it sent or not", async () => {
    const sent = world.call({ generation: 1, repeat: "safe" });
    world.gate = "wait";
    const waiting = world.call({ generation: 1, repeat: "safe" });
    world.calls.socketLost();
    await flush();
    expect(sent.error).toMatchObject({ kind: "notConnected", outcome: "unknown" });
    expect(waiting.error).toMatchObject({ kind: "notConnected", outcome: "notSent" });
  });

  test("404 on the repeat of a deletion means it was done; 404 at first means it was not there", async () => {
    const repeated = world.call({ repeat: "safeDelete" });
    world.calls.socketLost();
    world.calls.advanceAll();
    await world.reply(1, 404, null, "[]");
    expect(repeated).toEqual({ value: {} });
    const first = world.call({ repeat: "safeDelete" });
    await world.reply(2, 404, null, "[]");
    expect(first.error).toMatchObject({ kind: "notFound", outcome: "refused" });
    const read = world.call({ repeat: "safe" });
    world.calls.socketLost();
    world.calls.advanceAll();
    await world.reply(4, 404, null, "[]");
    expect(read.error).toMatchObject({ kind: "notFound" });
  });
});

describe("a 401", () => {
  test("renews the tokens once, and the call is repeated once with the new ones", async () => {
    const seen = world.call({ repeat: "never" });
    world.tokens = { clientId: "client", projectToken: "project-2" };
    await world.reply(0, 401, null, "[]");
    expect(world.renewTokens).toHaveBeenCalledTimes(1);
    expect(world.sent.at(-1)).toMatchObject({ xGs2ProjectToken: "project-2" });
    expect(seen).toEqual({});
    await world.reply(1);
    expect(seen).toHaveProperty("value");
  });

  test("twice rejects that call", async () => {
    const seen = world.call();
    await world.reply(0, 401, null, "[]");
    await world.reply(1, 401, null, "[]");
    expect(world.renewTokens).toHaveBeenCalledTimes(1);
    expect(world.sent).toHaveLength(2);
    expect(seen.error).toMatchObject({ kind: "unauthorized", status: 401, outcome: "refused" });
  });

  test("whose renewal fails rejects with the 401", async () => {
    world.renewTokens.mockRejectedValue(new Error("no"));
    const seen = world.call();
    await world.reply(0, 401, null, "[]");
    expect(seen.error).toMatchObject({ kind: "unauthorized", status: 401 });
    expect(world.sent).toHaveLength(1);
  });

  test("of a call that belongs to one socket is not ours to mend", async () => {
    const seen = world.call({ generation: 1 });
    await world.reply(0, 401, null, "[]");
    expect(world.renewTokens).not.toHaveBeenCalled();
    expect(seen.error).toMatchObject({ kind: "unauthorized" });
  });
});

describe("answers", () => {
  test("find their calls in any order", async () => {
    const [a, b, c] = [world.call(), world.call(), world.call()];
    await world.reply(2, 200, { n: "c" });
    await world.reply(0, 200, { n: "a" });
    await world.reply(1, 200, { n: "b" });
    expect([a, b, c].map(({ value }) => value)).toEqual([{ n: "a" }, { n: "b" }, { n: "c" }]);
  });

  test("that come twice, or to nobody, settle nothing", async () => {
    const seen = world.call();
    expect(await world.reply(0, 200, { n: 1 })).toBe(true);
    expect(await world.reply(0, 200, { n: 2 })).toBe(false);
    expect(seen.value).toEqual({ n: 1 });
  });

  test("from the socket before do not answer a call that waits to be repeated", async () => {
    const seen = world.call({ repeat: "safe" });
    world.gate = "wait";
    world.calls.socketLost();
    expect(await world.reply(0)).toBe(false);
    expect(seen).toEqual({});
  });

  test("with a null body and a message are refusals, even with 200", async () => {
    const seen = world.call();
    await world.reply(0, 200, null, "something is wrong");
    expect(seen.error).toMatchObject({ outcome: "refused", status: 200 });
  });

  test("without a status cannot be read", async () => {
    const seen = world.call();
    await world.reply(0, NaN, {});
    expect(seen.error).toMatchObject({ kind: "protocol" });
  });

  test("that refuse carry status and error list, without a secret in any of it", async () => {
    const seen = world.call();
    const list = [{ component: "login", message: "the s3cret is wrong", code: "s3cret" }];
    await world.reply(0, 400, null, JSON.stringify(list));
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
