import { describe, expect, test, vi } from "vitest";
import { isGatewayError, type GatewayError } from "../../../src/errors.js";
import type { Fetch } from "../../../src/http/http.js";
import { loginByRest } from "../../../src/http/login.js";
import { named, replies, statuses } from "../../golden/golden.js";
import { rejectionOf } from "../../support/promises.js";

const responding = (status: number, text: string) =>
  vi.fn<Fetch>(async () => ({ status, text: async () => text }));

const endpoints = { rest: "https://{service}.{region}.test", webSocket: "" };
const params = { client_id: "cid-1", client_secret: "cs-1" };

const logIn = (fetch: Fetch, redact = (text: string): string => text, timeoutMs?: number) =>
  loginByRest(params, { fetch, endpoints, region: "eu-west-1", redact, timeoutMs });

const failure = async (fetch: Fetch, redact?: (text: string) => string): Promise<GatewayError> => {
  const error = await rejectionOf(logIn(fetch, redact));
  if (!isGatewayError(error)) throw error;
  return error;
};

describe("loginByRest", () => {
  test("sends one POST with JSON and resolves with the result object", async () => {
    const fetch = responding(200, '{"access_token":"ptok-1"}');
    expect(await logIn(fetch)).toEqual({ access_token: "ptok-1" });
    expect(fetch).toHaveBeenCalledTimes(1);
    const [url, { method, headers, body, signal }] = fetch.mock.calls[0]!;
    expect(url).toBe("https://identifier.eu-west-1.test/projectToken/login");
    expect(method).toBe("POST");
    expect(headers).toEqual({ "Content-Type": "application/json" });
    expect(JSON.parse(body!)).toEqual(params);
    expect(signal).toBeUndefined();
  });

  test("passes fetch a signal where it has a timeout", async () => {
    const fetch = responding(200, "{}");
    await logIn(fetch, undefined, 5_000);
    expect(fetch.mock.calls[0]![1].signal).toBeInstanceOf(AbortSignal);
  });

  test("aborts after the timeout where AbortSignal.timeout is missing, as in Safari 15", async () => {
    const { timeout } = AbortSignal;
    Reflect.deleteProperty(AbortSignal, "timeout");
    vi.useFakeTimers();
    try {
      const fetch = responding(200, "{}");
      await logIn(fetch, undefined, 5_000);
      const signal = fetch.mock.calls[0]![1].signal!;
      vi.advanceTimersByTime(4_999);
      expect(signal.aborted).toBe(false);
      vi.advanceTimersByTime(1);
      expect(signal.aborted).toBe(true);
    } finally {
      vi.useRealTimers();
      AbortSignal.timeout = timeout;
    }
  });

  test.each(
    named(
      replies.filter(({ frame, kind }) => frame.body && typeof frame.status === "number" && kind),
    ),
  )("rejects as the socket does with the reply %s", async (_, { frame, kind, errors }) => {
    const error = await failure(responding(Number(frame.status), JSON.stringify(frame.body)));
    expect(error).toMatchObject({
      kind,
      errors,
      status: frame.status,
      method: "login",
      outcome: "refused",
      retryable: false,
      message: expect.stringMatching(/^login: /) as string,
    });
  });

  test.each(["", "<html>Bad Gateway</html>", "null", "[]", '"no"'])(
    "rejects by the status when the body is %j",
    async (text) => {
      for (const [status, kind] of Object.entries(statuses)) {
        const error = await failure(responding(Number(status), text));
        expect(error).toMatchObject({ kind, status: Number(status), errors: [] });
      }
    },
  );

  test.each(["", "<html>", '{"access_token":', "null"])(
    "rejects with protocol when a 200 has the body %j",
    async (text) => {
      expect(await failure(responding(200, text))).toMatchObject({
        kind: "protocol",
        status: 200,
        outcome: "unknown",
      });
    },
  );

  test("rejects with a retryable notConnected when fetch fails", async () => {
    const cause = new TypeError("fetch failed");
    const error = await failure(async () => {
      throw cause;
    });
    expect(error).toMatchObject({
      kind: "notConnected",
      outcome: "unknown",
      retryable: true,
      method: "login",
      cause,
    });
    expect(JSON.stringify(error)).not.toContain("fetch failed");
  });

  test("rejects with a retryable notConnected when the body breaks off", async () => {
    const error = await failure(async () => ({
      status: 200,
      text: async () => {
        throw new TypeError("terminated");
      },
    }));
    expect(error).toMatchObject({ kind: "notConnected", outcome: "unknown", retryable: true });
  });

  test("redacts what the server says", async () => {
    const message = JSON.stringify([{ component: "login", message: "cs-1 is wrong" }]);
    const error = await failure(responding(401, JSON.stringify({ message })), (text) =>
      text.replaceAll("cs-1", "***"),
    );
    expect(error.errors).toEqual([{ component: "login", message: "*** is wrong" }]);
    expect(JSON.stringify(error)).not.toContain("cs-1");
  });
});
