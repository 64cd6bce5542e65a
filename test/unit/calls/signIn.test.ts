import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { forgetAccount, signIn, takeOverAccount } from "../../../src/calls/index.js";
import type { GatewayClient } from "../../../src/index.js";
import { acceptingServer, errorReply } from "../../support/faultSocket.js";
import { setUpClient } from "../../support/faultClient.js";
import { fakeFetch, refusal, type Answer, type FetchedRequest } from "../../support/fakeFetch.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const HOUR_MS = 3_600_000;
const key = "gs2-gateway.account:account-0001";
const place = { accountNamespaceName: "account-0001" };

function memoryStorage(entries: Record<string, string> = {}) {
  return {
    entries,
    getItem: (name: string) => entries[name] ?? null,
    setItem: (name: string, value: string) => {
      entries[name] = value;
    },
    removeItem: (name: string) => {
      delete entries[name];
    },
  };
}

/** GS2-Account and GS2-Auth; the access token of `alice-1` begins with her ID, as the bind reads it. */
function services() {
  const passwords = new Map<string, string>();
  let created = 0;
  let issued = 0;
  const overrides = new Map<string, Answer>();
  const answer = ({ method, url, body }: FetchedRequest): Answer => {
    const { pathname } = new URL(url);
    const given = Object(body) as Record<string, string>;
    if (pathname.endsWith("/projectToken/login")) {
      return { status: 200, body: { access_token: "project-token-0001", expires_in: 3_600 } };
    }
    const byAddress: Record<string, string> = {
      "POST /account/account-0001/account": "createAccount",
      "POST /auth/login/signed": "loginBySignature",
      "POST /account/account-0001/takeover/type/0": "doTakeOver",
    };
    const name = byAddress[`${method} ${pathname}`];
    const overridden = overrides.get(name ?? "authentication");
    if (overridden) return overridden;
    if (name === "createAccount") {
      const userId = `alice${++created}`;
      passwords.set(userId, `password-of-${userId}`);
      return { status: 200, body: { item: { userId, password: `password-of-${userId}` } } };
    }
    if (name === "loginBySignature") {
      const token = `${given["body"]}-access-token-${++issued}`;
      return { status: 200, body: { token, expire: Date.now() + HOUR_MS } };
    }
    if (name === "doTakeOver") {
      passwords.set("bob1", "password-of-bob1");
      return { status: 200, body: { item: { userId: "bob1", password: "password-of-bob1" } } };
    }
    const userId = pathname.split("/").at(-1)!;
    const password = passwords.get(userId);
    if (!password) return refusal(404, "account.account.error.notFound");
    if (password !== given["password"]) return refusal(401, "account.password.error.invalid");
    return { status: 200, body: { item: {}, body: userId, signature: `signature-of-${userId}` } };
  };
  const { fetch, requests } = fakeFetch(answer);
  const asked = (end: string) => requests.filter(({ url }) => url.endsWith(end));
  return { fetch, requests, asked, passwords, overrides };
}

function setUp(options: Parameters<typeof setUpClient>[0] = {}) {
  const gs2 = services();
  const storage = memoryStorage();
  const client = setUpClient({ fetch: gs2.fetch, ...options });
  const start = (gateway: GatewayClient = client.gateway) =>
    signIn(gateway, { ...place, keyId: "key-0001", storage, whenMissing: "reject" });
  return { ...client, ...gs2, storage, start };
}

async function settled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  await vi.advanceTimersByTimeAsync(0);
  return promise;
}

describe("signIn", () => {
  test("creates and keeps an account, and binds its player", async () => {
    const { start, storage, gateway, network } = setUp();
    const player = await settled(start());
    expect(player).toMatchObject({
      userId: "alice1",
      binding: { userId: "alice1", state: "held" },
    });
    expect(JSON.parse(storage.entries[key]!)).toEqual({
      userId: "alice1",
      password: "password-of-alice1",
    });
    expect(network.sent("setUserId")[0]!.params["accessToken"]).toBe("alice1-access-token-1");
    expect(gateway.connection.status).toBe("ready");
    expect(await player.getAccessToken()).toBe("alice1-access-token-1");
  });

  test("signs the kept account in, and creates no other", async () => {
    const { start, storage, passwords, asked } = setUp();
    passwords.set("carol", "password-of-carol");
    storage.entries[key] = JSON.stringify({ userId: "carol", password: "password-of-carol" });
    expect((await settled(start())).userId).toBe("carol");
    expect(asked("/account-0001/account")).toEqual([]);
  });

  test("shares one flight where it is called twice at once, as a second mount does", async () => {
    const { start, network, asked } = setUp();
    const [one, two] = await settled(Promise.all([start(), start()]));
    expect(one.userId).toBe(two.userId);
    expect(asked("/account-0001/account")).toHaveLength(1);
    expect(asked("/login/signed")).toHaveLength(1);
    expect(network.sent("setUserId")).toHaveLength(1);
  });

  test("creates one account for two clients with one storage", async () => {
    const { start, asked } = setUp();
    const other = setUp();
    const both = Promise.allSettled([start(), start(other.gateway)]);
    await settled(both);
    const created = [asked, other.asked].flatMap((of) => of("/account-0001/account"));
    expect(created).toHaveLength(1);
  });

  test("uses the account that another tab has created meanwhile", async () => {
    const { start, storage, passwords } = setUp();
    passwords.set("carol", "password-of-carol");
    const promise = start();
    storage.entries[key] = JSON.stringify({ userId: "carol", password: "password-of-carol" });
    expect((await settled(promise)).userId).toBe("carol");
  });

  test("uses its access token on later binds until nine tenths of its life have passed", async () => {
    const { start, network, asked } = setUp();
    await settled(start());
    const reconnect = async () => {
      network.last.emitClose();
      await vi.advanceTimersByTimeAsync(2_000);
    };
    await reconnect();
    expect(asked("/login/signed")).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(0.95 * HOUR_MS);
    await reconnect();
    expect(network.sent("setUserId").at(-1)!.params["accessToken"]).toBe("alice1-access-token-2");
  });

  test("renews a refused token in one flight with what the game asks for", async () => {
    const { start, network, asked } = setUp();
    const { getAccessToken } = await settled(start());
    let refusals = 0;
    network.server = (frame, socket) =>
      frame.method === "setUserId" && ++refusals === 1
        ? errorReply(401, "expired")
        : acceptingServer(frame, socket);
    network.last.emitClose();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(network.sent("setUserId").at(-1)!.params["accessToken"]).toBe("alice1-access-token-2");
    await vi.advanceTimersByTimeAsync(0.95 * HOUR_MS);
    const before = asked("/login/signed").length;
    await settled(Promise.all([getAccessToken(), getAccessToken(), getAccessToken()]));
    expect(asked("/login/signed")).toHaveLength(before + 1);
  });

  test("ends in unauthorized, once signed in, where the password was changed elsewhere", async () => {
    const { start, network, gateway, passwords } = setUp();
    await settled(start());
    passwords.set("alice1", "changed by a take-over");
    network.server = (frame, socket) =>
      frame.method === "setUserId" ? errorReply(401, "expired") : acceptingServer(frame, socket);
    network.last.emitClose();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(gateway.connection.status).toBe("unauthorized");
  });

  test("rejects with notFound where GS2 does not know the account, and keeps it", async () => {
    const { start, storage } = setUp();
    const kept = JSON.stringify({ userId: "gone", password: "password-of-gone" });
    storage.entries[key] = kept;
    await expect(settled(start())).rejects.toMatchObject({ kind: "notFound" });
    expect(storage.entries[key]).toBe(kept);
  });

  test("makes a new account in place of one an emulator has lost", async () => {
    const { gateway, storage } = setUp();
    storage.entries[key] = JSON.stringify({ userId: "gone", password: "password-of-gone" });
    const promise = signIn(gateway, { ...place, keyId: "key-0001", storage });
    expect((await settled(promise)).userId).toBe("alice1");
    expect(storage.entries[key]).toContain("alice1");
  });

  test("rejects with unauthorized where the account is banned, and says why", async () => {
    const { start, overrides } = setUp();
    const banStatuses = [{ name: "cheat", reason: "speed hack", releaseTimestamp: 1 }];
    overrides.set("authentication", { status: 200, body: { item: {}, banStatuses } });
    await expect(settled(start())).rejects.toMatchObject({
      kind: "unauthorized",
      message: "authentication: the account is banned",
      errors: [{ component: "cheat", message: "speed hack" }],
    });
  });

  test("names what is missing", async () => {
    const { gateway } = setUp();
    await expect(signIn(gateway, undefined as never)).rejects.toMatchObject({
      kind: "invalidArgument",
      message: "signIn: accountNamespaceName must be supplied",
    });
    await expect(signIn(gateway, { ...place } as never)).rejects.toMatchObject({
      kind: "invalidArgument",
      message: "signIn: keyId must be supplied",
    });
    await expect(signIn({} as never, { ...place, keyId: "k" })).rejects.toMatchObject({
      message: "signIn: gateway must be a GatewayClient",
    });
  });

  test("works with a storage that is asynchronous, and rejects where it is full", async () => {
    const { gateway } = setUp();
    const inner = memoryStorage();
    const storage = {
      getItem: async (name: string) => inner.getItem(name),
      setItem: async (name: string, value: string) => inner.setItem(name, value),
      removeItem: async (name: string) => inner.removeItem(name),
    };
    await settled(signIn(gateway, { ...place, keyId: "key-0001", storage, storageKey: "mine" }));
    expect(Object.keys(inner.entries)).toEqual(["mine"]);
    await forgetAccount({ ...place, storage, storageKey: "mine" });
    expect(inner.entries).toEqual({});
    const full = { ...storage, setItem: async () => Promise.reject(new Error("QuotaExceeded")) };
    await expect(
      settled(signIn(gateway, { ...place, keyId: "key-0001", storage: full })),
    ).rejects.toThrow("QuotaExceeded");
  });

  test("shows no password and no token in logs, diagnostics, errors and objects", async () => {
    const logged: unknown[] = [];
    const log = (...args: unknown[]) => void logged.push(...args);
    const { start, gateway, diagnostics, overrides } = setUp({
      logger: { debug: log, info: log, warn: log, error: log },
    });
    const player = await settled(start());
    overrides.set(
      "loginBySignature",
      refusal(
        400,
        "signature-of-alice1 password-of-alice1 alice1-access-token-1 project-token-0001",
      ),
    );
    await vi.advanceTimersByTimeAsync(0.95 * HOUR_MS);
    const error: unknown = await settled(start()).catch((reason: unknown) => reason);
    const text = inspect([logged, diagnostics, error, player, gateway], { depth: 12 });
    expect(text).toContain("***");
    expect(text).not.toMatch(/signature-of-|password-of-|access-token-\d|project-token-0/);
  });
});

describe("takeOverAccount", () => {
  const options = { ...place, keyId: "key-0001", type: 0, userIdentifier: "b@example.com" };

  test("signs the other account in, and keeps it in place of this device's", async () => {
    const { start, gateway, storage, asked } = setUp();
    await settled(start());
    const promise = takeOverAccount(gateway, { ...options, storage, password: "secret-word-1" });
    expect(await settled(promise)).toMatchObject({ userId: "bob1", binding: { userId: "bob1" } });
    expect(asked("/takeover/type/0")[0]!.body).toEqual({
      userIdentifier: "b@example.com",
      password: "secret-word-1",
    });
    expect(storage.entries[key]).toContain("bob1");
  });

  test("changes nothing where ID or password are wrong", async () => {
    const { start, gateway, storage, overrides } = setUp();
    await settled(start());
    overrides.set("doTakeOver", refusal(401, "account.takeOver.error.password"));
    const promise = takeOverAccount(gateway, { ...options, storage, password: "wrong-word-1" });
    await expect(settled(promise)).rejects.toMatchObject({ kind: "unauthorized" });
    expect(storage.entries[key]).toContain("alice1");
    expect(gateway.connection.bindings["player"]).toMatchObject({
      userId: "alice1",
      state: "held",
    });
  });
});
