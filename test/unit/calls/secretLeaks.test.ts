// Servers quote what they get. Errors, logs and diagnostics of sign-in and calls contain no password
// and no token.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  authentication,
  complete,
  createTakeOver,
  login,
  signIn,
  takeOverAccount,
  transaction,
  updateTakeOver,
} from "../../../src/calls/index.js";
import type { GatewayClient } from "../../../src/client/client.js";
import { fakeFetch, type Answer, type FetchedRequest } from "../../support/fakeFetch.js";
import { setUpClient } from "../../support/faultClient.js";
import { acceptingServer, type FrameHandler } from "../../support/faultSocket.js";
import { leakedSecrets, plantedSecret } from "../../support/secretLeaks.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const account = { userId: "alice", password: plantedSecret("password") };
const place = {
  accountNamespaceName: "account-0001",
  keyId: "key-0001",
  storage: {
    getItem: () => JSON.stringify(account),
    setItem: () => undefined,
    removeItem: () => undefined,
  },
};
const namespaceName = "namespace-0001";
const takeOver = { type: 0, userIdentifier: "a@example.com", password: plantedSecret("takeOver") };
const reward = { namespaceName, missionGroupName: "daily", missionTaskName: "m1" };

/** What is used, and the end of the address or the function whose answer quotes the request. */
const uses: Record<string, [quotes: string, use: (gateway: GatewayClient) => Promise<unknown>]> = {
  "signs in, with a refused password": ["/account/alice", (gateway) => signIn(gateway, place)],
  "signs in, with a refused signature": ["/login/signed", (gateway) => signIn(gateway, place)],
  "signs in, with a refused bind": ["setUserId", (gateway) => signIn(gateway, place)],
  "takes an account over": [
    "/takeover/type/0",
    (gateway) => takeOverAccount(gateway, { ...place, ...takeOver }),
  ],
  "sets a take-over up over the socket": [
    "createTakeOver",
    async (gateway) => {
      await signIn(gateway, place);
      await gateway.call(createTakeOver, { namespaceName, ...takeOver });
    },
  ],
  "changes a take-over over REST": [
    "/takeover/type/0",
    async (gateway) => {
      await signIn(gateway, place);
      const oldPassword = plantedSecret("oldPassword");
      const { type, password } = takeOver;
      await gateway.call(
        updateTakeOver,
        { namespaceName, type, oldPassword, password },
        { via: "rest" },
      );
    },
  ],
  "shifts the clock of a call": [
    "/account/bob",
    (gateway) =>
      gateway.call(authentication, {
        ...{ namespaceName, userId: "bob", keyId: "key-0001", password: plantedSecret("password") },
        timeOffsetToken: plantedSecret("timeOffset"),
      }),
  ],
  "shifts the clock of a login on the socket": [
    "login",
    async (gateway) => {
      await gateway.connect();
      await gateway.call(login, { userId: "bob", timeOffsetToken: plantedSecret("timeOffset") });
    },
  ],
  "waits for a transaction that it may not read": [
    "/result",
    async (gateway) => {
      await signIn(gateway, place);
      const issued = await gateway.call(complete, reward);
      await transaction(gateway, issued, { distributorNamespaceName: "d", timeoutMs: 20_000 });
    },
  ],
};

const quoted = ({ url, headers, body }: FetchedRequest): string =>
  [decodeURIComponent(url), ...Object.values(headers), JSON.stringify(body)].join(" ");
const list = (text: string) => ({
  message: JSON.stringify([{ component: text, message: text, code: text }]),
});
const answers: Record<string, (text: string) => Answer> = {
  "400 and a list": (text) => ({ status: 400, body: list(text) }),
  "401 and a list": (text) => ({ status: 401, body: list(text) }),
  "409 and plain text": (text) => ({ status: 409, body: { message: text } }),
  "200 and what is no result": (text) => ({ status: 200, body: { banStatuses: [{ name: text }] } }),
  "a network that quotes it": () => new TypeError("fetch failed"),
};

describe.each(Object.entries(uses))("a client that %s", (_, [quotes, use]) => {
  test.each(Object.entries(answers))("leaks no secret with %s", async (__, answerOf) => {
    const { fetch, requests } = fakeFetch((request): Answer => {
      const { pathname } = new URL(request.url);
      if (pathname.endsWith("/projectToken/login")) {
        const body = { access_token: plantedSecret("project"), expires_in: 3_600 };
        return { status: 200, body };
      }
      if (pathname.endsWith(quotes)) return answerOf(quoted(request));
      if (pathname.endsWith("/signed")) {
        const token = `alice-${plantedSecret("access")}`;
        return { status: 200, body: { token, expire: Date.now() + 3_600_000 } };
      }
      if (pathname.includes("/complete/")) {
        return { status: 200, body: { transactionId: "t-1", autoRunStampSheet: true } };
      }
      return { status: 200, body: { item: {}, body: "b", signature: plantedSecret("signature") } };
    });
    const frames: unknown[] = [];
    const server: FrameHandler = (frame, socket) => {
      frames.push(frame);
      const isProjectLogin = frame.method === "login" && frame.service === "identifier";
      if (frame.method !== quotes || isProjectLogin) return acceptingServer(frame, socket);
      const answer = answerOf(JSON.stringify(frame.params));
      return answer instanceof Error || answer === "hang" || answer.status === 200
        ? { status: 400, body: list(JSON.stringify(frame.params)) }
        : answer;
    };
    const logged: unknown[] = [];
    const log = (...args: unknown[]): void => void logged.push(args);
    const { gateway, diagnostics } = setUpClient(
      { fetch, logger: { debug: log, info: log, warn: log, error: log } },
      server,
    );
    const ended = use(gateway).then(
      () => undefined,
      (error: unknown) => error,
    );
    await vi.advanceTimersByTimeAsync(60_000);
    expect(leakedSecrets([requests, frames]), "what was sent").not.toEqual([]);
    expect(leakedSecrets([await ended, logged, diagnostics, gateway])).toEqual([]);
  });
});
