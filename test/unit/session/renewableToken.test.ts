import { describe, expect, test, vi } from "vitest";
import { GatewayError, isGatewayError } from "../../../src/errors.js";
import { fromProvider, RenewableToken, type Grant } from "../../../src/session/renewableToken.js";
import { manualClock } from "../../support/manualClock.js";
import { createDeferred, rejectionOf, flushPromises } from "../../support/promises.js";

function setup(obtain: (reason: string) => Promise<Grant>) {
  const clock = manualClock();
  const obtainMock = vi.fn(obtain);
  const secrets: string[] = [];
  const trackSecret = (token: string) => void secrets.push(token);
  const token = new RenewableToken<string>("projectToken", obtainMock, {
    clock,
    timeoutMs: 30_000,
    onToken: trackSecret,
    onSlow: undefined,
  });
  return {
    clock,
    obtainMock,
    secrets,
    renew: (reason: string) => token.renew(reason),
    set: (grant: Grant) => token.set(grant),
    invalidate: () => token.invalidate(),
    fresh: () => token.fresh,
    latest: () => token.latest,
    renewTime: () => clock.wallTime() + token.renewInMs,
  };
}
const HOUR_SECONDS = 3_600;

describe("a renewable token", () => {
  test("tracks every token as a secret", async () => {
    const { renew, set, secrets } = setup(async () => ({ token: "a" }));
    await renew("first");
    set({ token: "b" });
    expect(secrets).toEqual(["a", "b"]);
  });

  test("prefers a token set during a renewal to the renewed token", async () => {
    const result = createDeferred<Grant>();
    const { renew, set, fresh } = setup(() => result.promise);
    const renewal = renew("first");
    set({ token: "by hand" });
    result.resolve({ token: "from the renewal" });
    expect([await renewal, fresh()]).toEqual(["by hand", "by hand"]);
  });

  test("has no token before the first renewal", () => {
    const { latest, fresh, obtainMock } = setup(async () => ({ token: "a" }));
    expect([latest(), fresh()]).toEqual([undefined, undefined]);
    expect(obtainMock).not.toHaveBeenCalled();
  });

  test("is fresh for nine tenths of its lifetime", async () => {
    const { clock, fresh, latest, renew, renewTime } = setup(async () => ({
      token: "a",
      lifeSeconds: 1_000,
    }));
    const start = clock.now();
    expect(await renew("first")).toBe("a");
    expect(renewTime()).toBe(start + 900_000);
    clock.advance(899_999);
    expect(fresh()).toBe("a");
    clock.jump(1);
    expect(fresh()).toBeUndefined();
    expect(latest()).toBe("a");
  });

  test("expires during a sleep, without a timer", async () => {
    const { clock, fresh, renew } = setup(async () => ({ token: "a", lifeSeconds: 1_000 }));
    await renew("first");
    clock.jump(86_400_000);
    expect(fresh()).toBeUndefined();
    expect(clock.pendingTimers).toBe(0);
  });

  test("counts its lifetime from the reply, not from the request", async () => {
    const result = createDeferred<Grant>();
    const { clock, renew, renewTime } = setup(() => result.promise);
    const pending = renew("first");
    clock.advance(8_000);
    result.resolve({ token: "a", lifeSeconds: 100 });
    await pending;
    expect(renewTime()).toBe(clock.now() + 90_000);
  });

  test.each<[string, unknown]>([
    ["missing", undefined],
    ["null", null],
    ["0", 0],
    ["negative", -1],
    ["not a number", NaN],
    ["a word", "soon"],
    ["an object", {}],
  ])("lives one hour when its lifetime is %s", async (_, lifeSeconds) => {
    const { clock, renew, renewTime } = setup(async () => ({ token: "a", lifeSeconds }));
    await renew("first");
    expect(renewTime()).toBe(clock.now() + HOUR_SECONDS * 900);
  });

  test("may never expire", async () => {
    const { clock, renew, fresh } = setup(async () => ({ token: "a", lifeSeconds: Infinity }));
    await renew("first");
    clock.jump(1e12);
    expect(fresh()).toBe("a");
  });

  test("is obtained once for concurrent renewals, with the reason of the first", async () => {
    const result = createDeferred<Grant>();
    const { obtainMock, renew } = setup(() => result.promise);
    const all = [renew("old"), renew("unauthorized"), renew("first")];
    result.resolve({ token: "a" });
    expect(await Promise.all(all)).toEqual(["a", "a", "a"]);
    expect(obtainMock.mock.calls).toEqual([["old"]]);
  });

  test("is obtained again after a renewal has settled", async () => {
    const { obtainMock, renew, fresh } = setup(async (reason) => {
      if (reason === "bad") throw new Error("no");
      return { token: reason };
    });
    expect(await renew("a")).toBe("a");
    expect(await rejectionOf(renew("bad"))).toEqual(new Error("no"));
    expect(fresh()).toBe("a");
    expect(await renew("b")).toBe("b");
    expect(obtainMock).toHaveBeenCalledTimes(3);
  });

  test("rejects concurrent renewals with the same error", async () => {
    const result = createDeferred<Grant>();
    const { renew } = setup(() => result.promise);
    const all = [renew("first"), renew("first")].map(rejectionOf);
    const no = new Error("no");
    result.reject(no);
    expect(await Promise.all(all)).toEqual([no, no]);
  });

  test.each<[string, unknown]>([
    ["nothing", undefined],
    ["an empty string", ""],
    ["a number", 5],
    ["an object", { token: "a" }],
  ])("rejects a renewal with %s as token, and keeps the previous token", async (_, token) => {
    const grants: Grant[] = [{ token: "a" }, { token }];
    const { renew, fresh } = setup(async () => grants.shift()!);
    await renew("first");
    const error = await rejectionOf(renew("old"));
    expect(error).toMatchObject({ kind: "protocol", method: "projectToken" });
    expect(isGatewayError(error)).toBe(true);
    expect(fresh()).toBe("a");
  });

  test("that was invalidated is neither fresh nor the latest", async () => {
    const { renew, invalidate, fresh, latest } = setup(async () => ({ token: "a" }));
    await renew("first");
    invalidate();
    expect([fresh(), latest()]).toEqual([undefined, undefined]);
    await renew("unauthorized");
    expect(fresh()).toBe("a");
  });

  test("may be set directly", () => {
    const { clock, set, fresh, renewTime } = setup(async () => ({ token: "a" }));
    expect(set({ token: "b", lifeSeconds: 10 })).toBe("b");
    expect(fresh()).toBe("b");
    expect(renewTime()).toBe(clock.now() + 9_000);
  });
});

describe("a provider", () => {
  const tokenRequest = { reason: "first" };
  const from = (source: string | ((request: typeof tokenRequest) => unknown)) =>
    fromProvider("accessToken", source, tokenRequest, (text) => text.replaceAll("a-secret", "***"));

  test("given as a string is that token, without expiry", async () => {
    expect(await from("a")).toEqual({ token: "a", lifeSeconds: Infinity });
  });

  test("receives the token request", async () => {
    const provider = vi.fn(() => "a");
    await from(provider);
    expect(provider.mock.calls).toEqual([[tokenRequest]]);
  });

  test.each<[string, () => unknown, Grant]>([
    ["a string", () => "a", { token: "a", lifeSeconds: undefined }],
    ["a promise of a string", async () => "a", { token: "a", lifeSeconds: undefined }],
    ["a grant", () => ({ token: "a", expiresInSeconds: 60 }), { token: "a", lifeSeconds: 60 }],
    [
      "a promise of a grant",
      async () => ({ token: "a", expiresInSeconds: 60 }),
      { token: "a", lifeSeconds: 60 },
    ],
    ["a grant without lifetime", () => ({ token: "a" }), { token: "a", lifeSeconds: undefined }],
  ])("may return %s", async (_, provider, grant) => {
    expect(await from(provider)).toEqual(grant);
  });

  test.each<[string, () => unknown]>([
    [
      "throws",
      () => {
        throw new GatewayError({ kind: "unauthorized", message: "signed out" });
      },
    ],
    [
      "rejects with",
      () => Promise.reject(new GatewayError({ kind: "unauthorized", message: "signed out" })),
    ],
  ])("that %s unauthorized rejects with unauthorized and outcome notSent", async (_, provider) => {
    const error = await rejectionOf(from(provider));
    expect(error).toMatchObject({
      kind: "unauthorized",
      outcome: "notSent",
      method: "accessToken",
      cause: expect.objectContaining({ message: "signed out" }) as unknown,
    });
  });

  test.each<[string, unknown]>([
    ["an Error that quotes a value", new Error("offline: key=s3cr3t")],
    ["an Error that quotes a token", new Error("no session for s3cr3t-0123456789")],
    ["an Error that quotes a known secret", new Error("a-secret is refused: a-secret")],
    ["a GatewayError", new GatewayError({ kind: "notFound", message: "for s3cr3t.0123456789" })],
    ["a lookalike", { kind: "unauthorized", message: "s3cr3t" }],
    ["a string", "s3cr3t"],
    ["nothing", undefined],
  ])(
    "that fails with %s rejects with unknown, without secrets that the text quotes",
    async (_, cause) => {
      const error = await rejectionOf(
        from(async () => {
          throw cause;
        }),
      );
      expect(error).toMatchObject({ kind: "unknown", outcome: "notSent", method: "accessToken" });
      expect(JSON.stringify(error)).not.toMatch(/s3cr3t|a-secret/);
      expect(String(error)).not.toMatch(/s3cr3t|a-secret/);
    },
  );

  test("that fails rejects with the text of its error", async () => {
    const failed = from(() => Promise.reject(new TypeError("Failed to fetch")));
    expect(await rejectionOf(failed)).toMatchObject({
      message: "accessToken: its provider failed: TypeError: Failed to fetch",
    });
  });

  test.each<[string, unknown]>([
    ["nothing", undefined],
    ["null", null],
    ["a number", 5],
  ])("that returns %s grants no token", async (_, result) => {
    expect(await from(() => result)).toEqual({ token: undefined, lifeSeconds: undefined });
  });

  test("is awaited", async () => {
    const result = createDeferred<string>();
    const onResolve = vi.fn();
    const pending = from(() => result.promise).then(onResolve);
    await flushPromises();
    expect(onResolve).not.toHaveBeenCalled();
    result.resolve("a");
    await pending;
    expect(onResolve).toHaveBeenCalledTimes(1);
  });
});
