import { describe, expect, test, vi } from "vitest";
import type { GatewayError } from "../../../src/errors.js";
import { statuses } from "../../golden/golden.js";
import { createDeferred, rejectionOf, flushPromises } from "../../support/promises.js";
import { connectionRefused, fakeWorld, networkFailure, refusal, type Reply } from "./fakes.js";

const OK: Reply = [200, { item: { name: "it" } }];

/** Answers these in turn, and then the last one for ever. */
const inTurn =
  (...replies: Reply[]) =>
  (_: unknown, nth: number): Reply =>
    replies[Math.min(nth, replies.length) - 1]!;

const sale = { userId: "user-0001", subject: "sale", payload: "now" };

describe("a refusal", () => {
  test.each(Object.entries(statuses))("of %s is told in full", async (status, kind) => {
    const { admin, finish } = fakeWorld(() => refusal(Number(status), "namespace", "gateway.it"));
    const error = (await rejectionOf(finish(admin.sendNotification(sale)))) as GatewayError;
    expect(error).toMatchObject({
      kind,
      status: Number(status),
      errors: [{ component: "namespace", message: "gateway.it" }],
      method: "sendNotification",
      outcome: "refused",
      retryable: status === "402",
      message: `sendNotification: refused with ${status}: gateway.it`,
    });
  });

  test("quotes no secret, whatever the server says", async () => {
    const secrets = ["secret-0001", "ptok-0001", "atok-of-a-player", "fcm-device-token"];
    const { admin, finish } = fakeWorld(() => refusal(400, secrets.join(" "), secrets.join(" ")));
    const error = await rejectionOf(
      finish(admin.setFirebaseToken({ accessToken: secrets[2]!, token: secrets[3]! })),
    );
    const said = JSON.stringify(error) + (error as Error).message;
    for (const secret of secrets) expect(said).not.toContain(secret);
    expect(said).toContain("***");
  });
});

describe("a call that only reads", () => {
  test.each([
    ["no answer", networkFailure()],
    ["402", refusal(402)],
    ["429", refusal(429)],
    ["500", refusal(500)],
    ["503", refusal(503)],
  ])("is repeated after %s", async (_, reply) => {
    const { admin, asks, finish } = fakeWorld(inTurn(reply, reply, OK));
    expect(await finish(admin.getNamespace())).toEqual({ item: { name: "it" } });
    expect(asks).toHaveLength(3);
    expect(asks[2]!.at).toBeGreaterThan(asks[0]!.at);
  });

  test.each([400, 404, 409])("is not repeated after %i", async (status) => {
    const { admin, asks, finish } = fakeWorld(() => refusal(status));
    expect(await rejectionOf(finish(admin.getNamespace()))).toMatchObject({ status });
    expect(asks).toHaveLength(1);
  });

  test("is repeated within its deadline and ends with what was said last", async () => {
    const { admin, asks, clock, finish } = fakeWorld(() => refusal(503));
    const began = clock.now();
    const error = await rejectionOf(finish(admin.getNamespace({}, { timeoutMs: 3_000 })));
    expect(error).toMatchObject({ kind: "serviceUnavailable", retryable: true });
    expect(clock.now() - began).toBeLessThanOrEqual(3_050);
    expect(asks.length).toBeGreaterThan(3);
    expect(clock.pendingTimers).toBe(0);
  });

  test("waits up to twice as long each time, and anything between", async () => {
    const waits = async (chance: number): Promise<number[]> => {
      const { admin, asks, clock, finish } = fakeWorld(() => refusal(503));
      clock.setRandom(chance);
      await rejectionOf(finish(admin.getNamespace(), 1));
      return asks.slice(1, 5).map(({ at }, nth) => at - asks[nth]!.at);
    };
    expect(await waits(1)).toEqual([200, 400, 800, 1600]);
    expect(await waits(0.25)).toEqual([50, 100, 200, 400]);
  });

  test("that gets no answer in time may have been done", async () => {
    const { admin, asks, clock, finish } = fakeWorld(() => "silence");
    expect(await rejectionOf(finish(admin.getNamespace()))).toMatchObject({
      kind: "requestTimeout",
      outcome: "unknown",
      retryable: true,
    });
    expect(asks[0]!.signal!.aborted).toBe(true);
    expect(clock.pendingTimers).toBe(0);
  });

  test("is left when its signal aborts, also while it waits", async () => {
    for (const reply of ["silence", refusal(503)] as Reply[]) {
      const { admin, asks, clock } = fakeWorld(() => reply);
      const leave = new AbortController();
      const end = rejectionOf(admin.getNamespace({}, { signal: leave.signal }));
      await flushPromises();
      leave.abort();
      expect(await end).toMatchObject({ kind: "aborted", method: "getNamespace" });
      clock.advance(60_000);
      await flushPromises();
      expect(asks).toHaveLength(1);
      expect(clock.pendingTimers).toBe(0);
    }
  });

  test("does not begin when its signal has aborted", async () => {
    const { admin, asks, logins } = fakeWorld(() => OK);
    const error = await rejectionOf(admin.getNamespace({}, { signal: AbortSignal.abort() }));
    expect(error).toMatchObject({ kind: "aborted", outcome: "notSent", retryable: true });
    expect([...asks, ...logins]).toEqual([]);
  });
});

describe("a call that does something", () => {
  test.each([[networkFailure()], [refusal(402)], [refusal(503)], [refusal(500)]])(
    "is sent once (%#)",
    async (reply) => {
      const { admin, asks, finish } = fakeWorld(() => reply);
      await rejectionOf(finish(admin.sendNotification(sale)));
      expect(asks).toHaveLength(1);
    },
  );

  test("may have been done when no answer came", async () => {
    const { admin, finish } = fakeWorld(() => networkFailure());
    expect(await rejectionOf(finish(admin.disconnectAll()))).toMatchObject({
      kind: "notConnected",
      outcome: "unknown",
      retryable: false,
    });
  });

  test("was not sent when nobody was there to take it", async () => {
    const { admin, asks, finish } = fakeWorld(() => connectionRefused());
    expect(await rejectionOf(finish(admin.disconnectAll()))).toMatchObject({
      kind: "notConnected",
      outcome: "notSent",
      retryable: true,
    });
    expect(asks).toHaveLength(1);
  });

  test("has one duplicationAvoider for all its repeats, and another call another one", async () => {
    const { admin, asks, finish } = fakeWorld(inTurn(refusal(503), OK));
    await finish(admin.setFirebaseTokenByUserId({ userId: "u", token: "t" }));
    await finish(admin.setFirebaseTokenByUserId({ userId: "u", token: "t" }));
    const avoiders = asks.map(({ headers }) => headers["X-GS2-DUPLICATION-AVOIDER"]);
    expect(avoiders[0]).toBe(avoiders[1]);
    expect(avoiders[2]).not.toBe(avoiders[1]);
  });
});

describe("deleting a token", () => {
  const gone = refusal(404, "firebaseToken");
  const lost: [Reply][] = [[networkFailure()], [refusal(500)]];

  test.each(lost)("is done when asking again finds none (%#)", async (first) => {
    const { admin, finish } = fakeWorld(inTurn(first, gone));
    expect(await finish(admin.deleteFirebaseTokenByUserId({ userId: "u" }))).toEqual({});
  });

  test.each([[gone], [refusal(402)]])("is refused when there was none (%#)", async (first) => {
    const { admin, finish } = fakeWorld(inTurn(first, gone));
    const error = await rejectionOf(finish(admin.deleteFirebaseTokenByUserId({ userId: "u" })));
    expect(error).toMatchObject({ kind: "notFound" });
  });
});

describe("the project token", () => {
  const bearer = "Authorization";

  test("is got once for all calls, and again when it is old", async () => {
    const { admin, asks, logins, clock } = fakeWorld(() => OK);
    await Promise.all([1, 2, 3].map(() => admin.getNamespace()));
    expect(logins).toHaveLength(1);
    clock.advance(3_600_000 * 0.9 - 1);
    await admin.getNamespace();
    expect(logins).toHaveLength(1);
    clock.advance(1);
    await Promise.all([1, 2, 3].map(() => admin.getNamespace()));
    expect(logins).toHaveLength(2);
    expect(asks.at(-1)!.headers[bearer]).toBe("Bearer ptok-0002");
  });

  test("is renewed once by many that were refused with 401, and each is repeated once", async () => {
    const { admin, asks, logins } = fakeWorld(({ headers }) =>
      headers[bearer] === "Bearer ptok-0001" ? refusal(401) : OK,
    );
    await Promise.all([1, 2, 3].map(() => admin.sendNotification(sale)));
    expect(logins).toHaveLength(2);
    expect(asks).toHaveLength(6);
  });

  test("is not renewed again by a call that hears of its 401 when there is another already", async () => {
    const late = createDeferred();
    const { admin, asks, logins } = fakeWorld(async ({ headers }, nth) => {
      if (nth === 1) await late.promise;
      return headers[bearer] === "Bearer ptok-0001" ? refusal(401) : OK;
    });
    const first = admin.sendNotification(sale);
    await flushPromises();
    await admin.getNamespace();
    late.resolve();
    await first;
    expect(asks.map(({ headers }) => headers[bearer])).toEqual(
      [1, 1, 2, 2].map((nth) => `Bearer ptok-000${nth}`),
    );
    expect(logins).toHaveLength(2);
  });

  test("is renewed no second time for the same call", async () => {
    const { admin, asks, logins, finish } = fakeWorld(() => refusal(401));
    const error = await rejectionOf(finish(admin.getNamespace()));
    expect(error).toMatchObject({ kind: "unauthorized", outcome: "refused", retryable: false });
    expect([asks.length, logins.length]).toEqual([2, 2]);
  });

  test("that cannot be renewed leaves the refusal as it was", async () => {
    const { admin, asks, finish } = fakeWorld(
      () => refusal(401),
      {},
      (nth) => (nth === 1 ? [200, { access_token: "ptok-0001" }] : refusal(503)),
    );
    expect(await rejectionOf(finish(admin.getNamespace()))).toMatchObject({
      status: 401,
      method: "getNamespace",
    });
    expect(asks).toHaveLength(1);
  });

  test("may be a text, and then there is no other", async () => {
    const { admin, asks, logins } = fakeWorld(() => refusal(401), {
      credential: { clientId: "client-0001", projectToken: "ptok-mine" },
    });
    expect(await rejectionOf(admin.getNamespace())).toMatchObject({ kind: "unauthorized" });
    expect(asks.map(({ headers }) => headers[bearer])).toEqual(["Bearer ptok-mine"]);
    expect(logins).toEqual([]);
  });

  test("may come from somebody who is told why", async () => {
    const projectToken = vi.fn((ask: { reason: string }) => ({
      token: `ptok-${ask.reason}`,
      expiresInSeconds: 100,
    }));
    const { admin, asks, clock } = fakeWorld(inTurn(refusal(401), OK), {
      credential: { clientId: "client-0001", projectToken },
    });
    await admin.getNamespace();
    clock.advance(90_000);
    await admin.getNamespace();
    expect(asks.map(({ headers }) => headers[bearer])).toEqual(
      ["first", "unauthorized", "old"].map((reason) => `Bearer ptok-${reason}`),
    );
  });

  test.each(["", "a\nb"])("is none when it is %j", async (token) => {
    const { admin, asks, finish } = fakeWorld(() => OK, {
      credential: { clientId: "client-0001", projectToken: () => token },
    });
    const error = await rejectionOf(finish(admin.getNamespace()));
    expect(error).toMatchObject({ kind: "protocol", outcome: "notSent" });
    expect(JSON.stringify(error)).not.toContain("a\\nb");
    expect(asks).toEqual([]);
  });

  test("is asked for again after a failure, whatever call waits for it", async () => {
    const { admin, asks, logins, finish } = fakeWorld(
      () => OK,
      {},
      (nth) => (nth < 3 ? networkFailure() : [200, { access_token: "ptok-0003" }]),
    );
    await finish(admin.sendNotification(sale));
    expect([logins.length, asks.length]).toEqual([3, 1]);
  });

  test("that is refused ends the call, which was not sent", async () => {
    const { admin, asks, logins, finish } = fakeWorld(
      () => OK,
      {},
      () => refusal(401, "projectToken", "secret-0001 is wrong"),
    );
    const error = await rejectionOf(finish(admin.getNamespace()));
    expect(error).toMatchObject({
      kind: "unauthorized",
      status: 401,
      method: "getNamespace",
      outcome: "notSent",
      retryable: false,
      errors: [{ component: "projectToken", message: "*** is wrong" }],
    });
    expect([logins.length, asks.length]).toEqual([1, 0]);
  });

  test("of somebody who never answers holds up nobody for ever", async () => {
    let times = 0;
    const { admin, finish } = fakeWorld(() => OK, {
      credential: {
        clientId: "client-0001",
        projectToken: () => (++times === 1 ? new Promise<never>(() => undefined) : "ptok"),
      },
    });
    expect(await rejectionOf(finish(admin.getNamespace()))).toMatchObject({
      kind: "requestTimeout",
      outcome: "notSent",
    });
    expect(await finish(admin.getNamespace())).toEqual({ item: { name: "it" } });
  });
});
