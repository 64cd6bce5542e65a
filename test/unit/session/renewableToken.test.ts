import { describe, expect, test, vi } from "vitest";
import { GatewayError, isGatewayError } from "../../../src/errors.js";
import { fromProvider, RenewableToken, type Grant } from "../../../src/session/renewableToken.js";
import { manualClock } from "../../support/manualClock.js";
import { createDeferred, rejectionOf, flushPromises } from "../../support/promises.js";

function setup(obtain: (why: string) => Promise<Grant>) {
  const clock = manualClock();
  const asked = vi.fn(obtain);
  const secrets: string[] = [];
  const keep = (token: string) => void secrets.push(token);
  const token = new RenewableToken<string>("projectToken", clock.wallTime, asked, keep);
  return {
    clock,
    asked,
    secrets,
    renew: (reason: string) => token.renew(reason),
    set: (grant: Grant) => token.set(grant),
    invalidate: () => token.invalidate(),
    fresh: () => token.fresh,
    latest: () => token.latest,
    renewTime: () => clock.wallTime() + token.renewInMs,
  };
}
const HOUR = 3_600;

describe("a token that ages", () => {
  test("is kept as a secret, each one there ever was", async () => {
    const { renew, set, secrets } = setup(async () => ({ token: "a" }));
    await renew("first");
    set({ token: "b" });
    expect(secrets).toEqual(["a", "b"]);
  });

  test("that is set while another is on its way is the newer one", async () => {
    const answer = createDeferred<Grant>();
    const { renew, set, fresh } = setup(() => answer.promise);
    const renewal = renew("first");
    set({ token: "by hand" });
    answer.resolve({ token: "from the flight" });
    expect([await renewal, fresh()]).toEqual(["by hand", "by hand"]);
  });

  test("is not there before it is obtained", () => {
    const { latest, fresh, asked } = setup(async () => ({ token: "a" }));
    expect([latest(), fresh()]).toEqual([undefined, undefined]);
    expect(asked).not.toHaveBeenCalled();
  });

  test("is young for nine tenths of its life, by the clock on the wall", async () => {
    const {
      clock,
      fresh,
      latest: last,
      renew,
      renewTime,
    } = setup(async () => ({
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
    expect(last()).toBe("a");
  });

  test("is old after a sleep, although no timer ran", async () => {
    const { clock, fresh, renew } = setup(async () => ({ token: "a", lifeSeconds: 1_000 }));
    await renew("first");
    clock.jump(86_400_000);
    expect(fresh()).toBeUndefined();
    expect(clock.pendingTimers).toBe(0);
  });

  test("counts its life from when it came, not from when it was asked for", async () => {
    const answer = createDeferred<Grant>();
    const { clock, renew, renewTime } = setup(() => answer.promise);
    const coming = renew("first");
    clock.advance(8_000);
    answer.resolve({ token: "a", lifeSeconds: 100 });
    await coming;
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
  ])("lives an hour where its life is %s", async (_, lifeSeconds) => {
    const { clock, renew, renewTime } = setup(async () => ({ token: "a", lifeSeconds }));
    await renew("first");
    expect(renewTime()).toBe(clock.now() + HOUR * 900);
  });

  test("may live for ever", async () => {
    const { clock, renew, fresh } = setup(async () => ({ token: "a", lifeSeconds: Infinity }));
    await renew("first");
    clock.jump(1e12);
    expect(fresh()).toBe("a");
  });

  test("is obtained once for all who ask meanwhile, for the reason of the first", async () => {
    const answer = createDeferred<Grant>();
    const { asked, renew } = setup(() => answer.promise);
    const all = [renew("old"), renew("unauthorized"), renew("first")];
    answer.resolve({ token: "a" });
    expect(await Promise.all(all)).toEqual(["a", "a", "a"]);
    expect(asked.mock.calls).toEqual([["old"]]);
  });

  test("is obtained anew once the flight is over, however it ended", async () => {
    const { asked, renew, fresh } = setup(async (why) => {
      if (why === "bad") throw new Error("no");
      return { token: why };
    });
    expect(await renew("a")).toBe("a");
    expect(await rejectionOf(renew("bad"))).toEqual(new Error("no"));
    expect(fresh()).toBe("a");
    expect(await renew("b")).toBe("b");
    expect(asked).toHaveBeenCalledTimes(3);
  });

  test("fails alike for all who share the flight", async () => {
    const answer = createDeferred<Grant>();
    const { renew } = setup(() => answer.promise);
    const all = [renew("first"), renew("first")].map(rejectionOf);
    const no = new Error("no");
    answer.reject(no);
    expect(await Promise.all(all)).toEqual([no, no]);
  });

  test.each<[string, unknown]>([
    ["nothing", undefined],
    ["an empty text", ""],
    ["a number", 5],
    ["an object", { token: "a" }],
  ])("is not there where %s came for one, and the one before stays", async (_, token) => {
    const grants: Grant[] = [{ token: "a" }, { token }];
    const { renew, fresh } = setup(async () => grants.shift()!);
    await renew("first");
    const error = await rejectionOf(renew("old"));
    expect(error).toMatchObject({ kind: "protocol", method: "projectToken" });
    expect(isGatewayError(error)).toBe(true);
    expect(fresh()).toBe("a");
  });

  test("that was refused is not young any more, but still known", async () => {
    const { renew, invalidate, fresh, latest: last } = setup(async () => ({ token: "a" }));
    await renew("first");
    invalidate();
    expect([fresh(), last()]).toEqual([undefined, "a"]);
    await renew("unauthorized");
    expect(fresh()).toBe("a");
  });

  test("may be set from outside", () => {
    const { clock, set, fresh, renewTime } = setup(async () => ({ token: "a" }));
    expect(set({ token: "b", lifeSeconds: 10 })).toBe("b");
    expect(fresh()).toBe("b");
    expect(renewTime()).toBe(clock.now() + 9_000);
  });
});

describe("a provider", () => {
  const ask = { reason: "first" };
  const from = (source: string | ((asked: typeof ask) => unknown)) =>
    fromProvider("accessToken", source, ask);

  test("that is a text is that token, for ever", async () => {
    expect(await from("a")).toEqual({ token: "a", lifeSeconds: Infinity });
  });

  test("is told why it is asked", async () => {
    const provider = vi.fn(() => "a");
    await from(provider);
    expect(provider.mock.calls).toEqual([[ask]]);
  });

  test.each<[string, () => unknown, Grant]>([
    ["a text", () => "a", { token: "a", lifeSeconds: undefined }],
    ["a promise of a text", async () => "a", { token: "a", lifeSeconds: undefined }],
    ["a grant", () => ({ token: "a", expiresInSeconds: 60 }), { token: "a", lifeSeconds: 60 }],
    [
      "a promise of a grant",
      async () => ({ token: "a", expiresInSeconds: 60 }),
      { token: "a", lifeSeconds: 60 },
    ],
    ["a grant without life", () => ({ token: "a" }), { token: "a", lifeSeconds: undefined }],
  ])("may answer %s", async (_, provider, grant) => {
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
  ])("that %s unauthorized means it, and nothing was sent", async (_, provider) => {
    const error = await rejectionOf(from(provider));
    expect(error).toMatchObject({
      kind: "unauthorized",
      outcome: "notSent",
      method: "accessToken",
      cause: expect.objectContaining({ message: "signed out" }) as unknown,
    });
  });

  test.each<[string, unknown]>([
    ["an Error", new Error("offline: key=s3cr3t")],
    ["another kind of ours", new GatewayError({ kind: "notFound", message: "s3cr3t" })],
    ["a lookalike", { kind: "unauthorized", message: "s3cr3t" }],
    ["a text", "s3cr3t"],
    ["nothing", undefined],
  ])("that fails with %s may be asked again, and what it said stays its own", async (_, cause) => {
    const error = await rejectionOf(
      from(async () => {
        throw cause;
      }),
    );
    expect(error).toMatchObject({ kind: "unknown", outcome: "notSent", method: "accessToken" });
    expect(JSON.stringify(error)).not.toContain("s3cr3t");
    expect(String(error)).not.toContain("s3cr3t");
  });

  test.each<[string, unknown]>([
    ["nothing", undefined],
    ["null", null],
  ])("that answers %s has failed", async (_, answer) => {
    expect(await rejectionOf(from(() => answer))).toMatchObject({ kind: "unknown" });
  });

  test("is waited for", async () => {
    const answer = createDeferred<string>();
    const over = vi.fn();
    const coming = from(() => answer.promise).then(over);
    await flushPromises();
    expect(over).not.toHaveBeenCalled();
    answer.resolve("a");
    await coming;
    expect(over).toHaveBeenCalledTimes(1);
  });
});
