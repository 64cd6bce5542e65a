import { describe, expect, test, vi } from "vitest";
import type { GatewayError } from "../../../src/errors.js";
import { statuses } from "../../golden/golden.js";
import { createDeferred, rejectionOf, flushPromises } from "../../support/promises.js";
import {
  connectionRefused,
  createFakeAdmin,
  networkFailure,
  refusal,
  type Reply,
} from "./fakes.js";

const OK: Reply = [200, { item: { name: "it" } }];

/** Replies with these in turn, then always with the last one. */
const inTurn =
  (...replies: Reply[]) =>
  (_: unknown, nth: number): Reply =>
    replies[Math.min(nth, replies.length) - 1]!;

const sale = { userId: "user-0001", subject: "sale", payload: "now" };

describe("the error of a refused call", () => {
  test.each(Object.entries(statuses))("has status, kind %s and details", async (status, kind) => {
    const { admin, finish } = createFakeAdmin(() =>
      refusal(Number(status), "namespace", "gateway.it"),
    );
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

  test("quotes no secret that the server quotes", async () => {
    const secrets = ["secret-0001", "ptok-0001", "atok-of-a-player", "fcm-device-token"];
    const { admin, finish } = createFakeAdmin(() =>
      refusal(400, secrets.join(" "), secrets.join(" ")),
    );
    const error = await rejectionOf(
      finish(admin.setFirebaseToken({ accessToken: secrets[2]!, token: secrets[3]! })),
    );
    const text = JSON.stringify(error) + (error as Error).message;
    for (const secret of secrets) expect(text).not.toContain(secret);
    expect(text).toContain("***");
  });
});

describe("a read", () => {
  test.each([
    ["no answer", networkFailure()],
    ["402", refusal(402)],
    ["429", refusal(429)],
    ["500", refusal(500)],
    ["503", refusal(503)],
  ])("is repeated after %s", async (_, reply) => {
    const { admin, requests, finish } = createFakeAdmin(inTurn(reply, reply, OK));
    expect(await finish(admin.getNamespace())).toEqual({ item: { name: "it" } });
    expect(requests).toHaveLength(3);
    expect(requests[2]!.at).toBeGreaterThan(requests[0]!.at);
  });

  test.each([400, 404, 409])("is not repeated after %i", async (status) => {
    const { admin, requests, finish } = createFakeAdmin(() => refusal(status));
    expect(await rejectionOf(finish(admin.getNamespace()))).toMatchObject({ status });
    expect(requests).toHaveLength(1);
  });

  test("is repeated until its deadline and rejects with the last error", async () => {
    const { admin, requests, clock, finish } = createFakeAdmin(() => refusal(503));
    const began = clock.now();
    const error = await rejectionOf(finish(admin.getNamespace({}, { timeoutMs: 3_000 })));
    expect(error).toMatchObject({ kind: "serviceUnavailable", retryable: true });
    expect(clock.now() - began).toBeLessThanOrEqual(3_050);
    expect(requests.length).toBeGreaterThan(3);
    expect(clock.pendingTimers).toBe(0);
  });

  test("is repeated after a random delay whose limit doubles each time", async () => {
    const waits = async (chance: number): Promise<number[]> => {
      const { admin, requests, clock, finish } = createFakeAdmin(() => refusal(503));
      clock.setRandom(chance);
      await rejectionOf(finish(admin.getNamespace(), 1));
      return requests.slice(1, 5).map(({ at }, nth) => at - requests[nth]!.at);
    };
    expect(await waits(1)).toEqual([200, 400, 800, 1600]);
    expect(await waits(0.25)).toEqual([50, 100, 200, 400]);
  });

  test("rejects with outcome unknown when no response comes in time", async () => {
    const { admin, requests, clock, finish } = createFakeAdmin(() => "silence");
    expect(await rejectionOf(finish(admin.getNamespace()))).toMatchObject({
      kind: "requestTimeout",
      outcome: "unknown",
      retryable: true,
    });
    expect(requests[0]!.signal!.aborted).toBe(true);
    expect(clock.pendingTimers).toBe(0);
  });

  test("rejects when its signal aborts, also between two attempts", async () => {
    for (const reply of ["silence", refusal(503)] as Reply[]) {
      const { admin, requests, clock } = createFakeAdmin(() => reply);
      const leave = new AbortController();
      const end = rejectionOf(admin.getNamespace({}, { signal: leave.signal }));
      await flushPromises();
      leave.abort();
      expect(await end).toMatchObject({ kind: "aborted", method: "getNamespace" });
      clock.advance(60_000);
      await flushPromises();
      expect(requests).toHaveLength(1);
      expect(clock.pendingTimers).toBe(0);
    }
  });

  test("is not sent when its signal has aborted before", async () => {
    const { admin, requests, logins } = createFakeAdmin(() => OK);
    const error = await rejectionOf(admin.getNamespace({}, { signal: AbortSignal.abort() }));
    expect(error).toMatchObject({ kind: "aborted", outcome: "notSent", retryable: true });
    expect([...requests, ...logins]).toEqual([]);
  });
});

describe("a write", () => {
  test.each([[networkFailure()], [refusal(402)], [refusal(503)], [refusal(500)]])(
    "is sent once (%#)",
    async (reply) => {
      const { admin, requests, finish } = createFakeAdmin(() => reply);
      await rejectionOf(finish(admin.sendNotification(sale)));
      expect(requests).toHaveLength(1);
    },
  );

  test("rejects with outcome unknown when no response comes", async () => {
    const { admin, finish } = createFakeAdmin(() => networkFailure());
    expect(await rejectionOf(finish(admin.disconnectAll()))).toMatchObject({
      kind: "notConnected",
      outcome: "unknown",
      retryable: false,
    });
  });

  test("rejects with outcome notSent when the connection was refused", async () => {
    const { admin, requests, finish } = createFakeAdmin(() => connectionRefused());
    expect(await rejectionOf(finish(admin.disconnectAll()))).toMatchObject({
      kind: "notConnected",
      outcome: "notSent",
      retryable: true,
    });
    expect(requests).toHaveLength(1);
  });

  test("sends one duplicationAvoider for all its attempts, and each call has its own", async () => {
    const { admin, requests, finish } = createFakeAdmin(inTurn(refusal(503), OK));
    await finish(admin.setFirebaseTokenByUserId({ userId: "u", token: "t" }));
    await finish(admin.setFirebaseTokenByUserId({ userId: "u", token: "t" }));
    const avoiders = requests.map(({ headers }) => headers["X-GS2-DUPLICATION-AVOIDER"]);
    expect(avoiders[0]).toBe(avoiders[1]);
    expect(avoiders[2]).not.toBe(avoiders[1]);
  });
});

describe("deleteFirebaseToken", () => {
  const gone = refusal(404, "firebaseToken");
  const lost: [Reply][] = [[networkFailure()], [refusal(500)]];

  test.each(lost)("resolves when the repeat of a lost call finds no token (%#)", async (first) => {
    const { admin, finish } = createFakeAdmin(inTurn(first, gone));
    expect(await finish(admin.deleteFirebaseTokenByUserId({ userId: "u" }))).toEqual({});
  });

  test.each([[gone], [refusal(402)]])("rejects when there was no token (%#)", async (first) => {
    const { admin, finish } = createFakeAdmin(inTurn(first, gone));
    const error = await rejectionOf(finish(admin.deleteFirebaseTokenByUserId({ userId: "u" })));
    expect(error).toMatchObject({ kind: "notFound" });
  });
});

describe("the project token", () => {
  const bearer = "Authorization";

  test("is obtained once for all calls, and again when it has expired", async () => {
    const { admin, requests, logins, clock } = createFakeAdmin(() => OK);
    await Promise.all([1, 2, 3].map(() => admin.getNamespace()));
    expect(logins).toHaveLength(1);
    clock.advance(3_600_000 * 0.9 - 1);
    await admin.getNamespace();
    expect(logins).toHaveLength(1);
    clock.advance(1);
    await Promise.all([1, 2, 3].map(() => admin.getNamespace()));
    expect(logins).toHaveLength(2);
    expect(requests.at(-1)!.headers[bearer]).toBe("Bearer ptok-0002");
  });

  test("is renewed once for many calls with a 401, and each call is repeated once", async () => {
    const { admin, requests, logins } = createFakeAdmin(({ headers }) =>
      headers[bearer] === "Bearer ptok-0001" ? refusal(401) : OK,
    );
    await Promise.all([1, 2, 3].map(() => admin.sendNotification(sale)));
    expect(logins).toHaveLength(2);
    expect(requests).toHaveLength(6);
  });

  test("is not renewed for a 401 to a token that was replaced meanwhile", async () => {
    const late = createDeferred();
    const { admin, requests, logins } = createFakeAdmin(async ({ headers }, nth) => {
      if (nth === 1) await late.promise;
      return headers[bearer] === "Bearer ptok-0001" ? refusal(401) : OK;
    });
    const first = admin.sendNotification(sale);
    await flushPromises();
    await admin.getNamespace();
    late.resolve();
    await first;
    expect(requests.map(({ headers }) => headers[bearer])).toEqual(
      [1, 1, 2, 2].map((nth) => `Bearer ptok-000${nth}`),
    );
    expect(logins).toHaveLength(2);
  });

  test("is not renewed twice for one call", async () => {
    const { admin, requests, logins, finish } = createFakeAdmin(() => refusal(401));
    const error = await rejectionOf(finish(admin.getNamespace()));
    expect(error).toMatchObject({ kind: "unauthorized", outcome: "refused", retryable: false });
    expect([requests.length, logins.length]).toEqual([2, 2]);
  });

  test("is left as it is when the renewal fails: the call rejects with its 401", async () => {
    const { admin, requests, finish } = createFakeAdmin(
      () => refusal(401),
      {},
      (nth) => (nth === 1 ? [200, { access_token: "ptok-0001" }] : refusal(503)),
    );
    expect(await rejectionOf(finish(admin.getNamespace()))).toMatchObject({
      status: 401,
      method: "getNamespace",
    });
    expect(requests).toHaveLength(1);
  });

  test("is not renewed when it is a text", async () => {
    const { admin, requests, logins } = createFakeAdmin(() => refusal(401), {
      credential: { clientId: "client-0001", projectToken: "ptok-mine" },
    });
    expect(await rejectionOf(admin.getNamespace())).toMatchObject({ kind: "unauthorized" });
    expect(requests.map(({ headers }) => headers[bearer])).toEqual(["Bearer ptok-mine"]);
    expect(logins).toEqual([]);
  });

  test("may come from a provider that gets the reason", async () => {
    const projectToken = vi.fn((request: { reason: string }) => ({
      token: `ptok-${request.reason}`,
      expiresInSeconds: 100,
    }));
    const { admin, requests, clock } = createFakeAdmin(inTurn(refusal(401), OK), {
      credential: { clientId: "client-0001", projectToken },
    });
    await admin.getNamespace();
    clock.advance(90_000);
    await admin.getNamespace();
    expect(requests.map(({ headers }) => headers[bearer])).toEqual(
      ["first", "unauthorized", "old"].map((reason) => `Bearer ptok-${reason}`),
    );
  });

  test.each(["", "a\nb"])("must not be %j", async (token) => {
    const { admin, requests, finish } = createFakeAdmin(() => OK, {
      credential: { clientId: "client-0001", projectToken: () => token },
    });
    const error = await rejectionOf(finish(admin.getNamespace()));
    expect(error).toMatchObject({ kind: "protocol", outcome: "notSent" });
    expect(JSON.stringify(error)).not.toContain("a\\nb");
    expect(requests).toEqual([]);
  });

  test("is requested again after a failure", async () => {
    const { admin, requests, logins, finish } = createFakeAdmin(
      () => OK,
      {},
      (nth) => (nth < 3 ? networkFailure() : [200, { access_token: "ptok-0003" }]),
    );
    await finish(admin.sendNotification(sale));
    expect([logins.length, requests.length]).toEqual([3, 1]);
  });

  test("ends the call with outcome notSent when the login is refused", async () => {
    const { admin, requests, logins, finish } = createFakeAdmin(
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
    expect([logins.length, requests.length]).toEqual([1, 0]);
  });

  test("is handed out with what is left of its life, and renewed when it is due", async () => {
    const { admin, clock, logins, finish } = createFakeAdmin(() => OK);
    const first = await finish(admin.getProjectToken());
    expect(first).toEqual({ token: "ptok-0001", expiresInSeconds: 3600 });
    clock.advance(600_000);
    expect(await finish(admin.getProjectToken())).toEqual({
      token: "ptok-0001",
      expiresInSeconds: 3000,
    });
    clock.advance(2_700_000);
    expect(await finish(admin.getProjectToken())).toMatchObject({ token: "ptok-0002" });
    expect(logins).toHaveLength(2);
  });

  test("is replaced when it is older than maxAgeMs, by one login for all who ask", async () => {
    const { admin, clock, logins, finish } = createFakeAdmin(() => OK);
    await finish(admin.getProjectToken());
    clock.advance(20_000);
    const asked = [1, 2, 3].map(() => admin.getProjectToken({ maxAgeMs: 10_000 }));
    const tokens = (await finish(Promise.all(asked))).map(({ token }) => token);
    expect(tokens).toEqual(["ptok-0002", "ptok-0002", "ptok-0002"]);
    clock.advance(5_000);
    expect(await finish(admin.getProjectToken({ maxAgeMs: 10_000 }))).toMatchObject({
      token: "ptok-0002",
    });
    expect(logins).toHaveLength(2);
    for (const maxAgeMs of [-1, NaN]) {
      expect(await rejectionOf(admin.getProjectToken({ maxAgeMs }))).toMatchObject({
        kind: "invalidArgument",
        message: "getProjectToken: maxAgeMs takes milliseconds, 0 or more",
      });
    }
  });

  test("is handed out without a life where that is not known", async () => {
    const given = { clientId: "client-0001", projectToken: "ptok-mine" };
    const { admin, finish } = createFakeAdmin(() => OK, { credential: given });
    expect(await finish(admin.getProjectToken({ maxAgeMs: 0 }))).toEqual({ token: "ptok-mine" });
  });

  test("does not block later calls when its provider never settles", async () => {
    let times = 0;
    const { admin, finish } = createFakeAdmin(() => OK, {
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
