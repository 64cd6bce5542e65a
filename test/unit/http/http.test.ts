import { describe, expect, test, vi } from "vitest";
import { isGatewayError, type GatewayError } from "../../../src/errors.js";
import { post, type Fetch } from "../../../src/http/http.js";
import { named, replies, statuses } from "../../golden/golden.js";
import { rejectionOf } from "../../support/promises.js";

const answering = (status: number, text: string) =>
  vi.fn<Fetch>(async () => ({ status, text: async () => text }));

const ask = (fetch: Fetch, scrub = (text: string): string => text) =>
  post(fetch, "login", "https://identifier/projectToken/login", { a: 1, n: null }, 5_000, scrub);

const failure = async (fetch: Fetch, scrub?: (text: string) => string): Promise<GatewayError> => {
  const error = await rejectionOf(ask(fetch, scrub));
  if (!isGatewayError(error)) throw error;
  return error;
};

describe("post", () => {
  test("sends JSON once, with a limit of its own, and answers the result object", async () => {
    const fetch = answering(200, '{"access_token":"ptok-1"}');
    expect(await ask(fetch)).toEqual({ access_token: "ptok-1" });
    expect(fetch).toHaveBeenCalledTimes(1);
    const [url, { method, headers, body, signal }] = fetch.mock.calls[0]!;
    expect(url).toBe("https://identifier/projectToken/login");
    expect(method).toBe("POST");
    expect(headers).toEqual({ "Content-Type": "application/json" });
    expect(JSON.parse(body!)).toMatchObject({ a: 1 });
    expect(signal).toBeInstanceOf(AbortSignal);
  });

  test.each(
    named(
      replies.filter(({ frame, kind }) => frame.body && typeof frame.status === "number" && kind),
    ),
  )("takes %s for the refusal it is on the socket", async (_, { frame, kind, errors }) => {
    const error = await failure(answering(Number(frame.status), JSON.stringify(frame.body)));
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
    "takes a refusal for one whatever its body says (%j)",
    async (text) => {
      for (const [status, kind] of Object.entries(statuses)) {
        const error = await failure(answering(Number(status), text));
        expect(error).toMatchObject({ kind, status: Number(status), errors: [] });
      }
    },
  );

  test.each(["", "<html>", '{"access_token":'])(
    "cannot read a 200 that is no JSON (%j)",
    async (text) => {
      expect(await failure(answering(200, text))).toMatchObject({
        kind: "protocol",
        status: 200,
        outcome: "unknown",
      });
    },
  );

  test("cannot read a 200 that says null", async () => {
    expect(await failure(answering(200, "null"))).toMatchObject({ kind: "protocol", status: 200 });
  });

  test("says that a server out of reach may be asked again", async () => {
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

  test("says the same when the answer breaks off", async () => {
    const error = await failure(async () => ({
      status: 200,
      text: async () => {
        throw new TypeError("terminated");
      },
    }));
    expect(error).toMatchObject({ kind: "notConnected", outcome: "unknown", retryable: true });
  });

  test("takes secrets out of what the server says", async () => {
    const message = JSON.stringify([{ component: "login", message: "cs-1 is wrong" }]);
    const error = await failure(answering(401, JSON.stringify({ message })), (text) =>
      text.replaceAll("cs-1", "***"),
    );
    expect(error.errors).toEqual([{ component: "login", message: "*** is wrong" }]);
    expect(JSON.stringify(error)).not.toContain("cs-1");
  });
});
