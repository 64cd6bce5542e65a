import * as v from "valibot";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { defineCall } from "../../../src/calls/index.js";
import { acceptingServer, errorReply, type FrameHandler } from "../../support/faultSocket.js";
import { setUpBoundClient, setUpClient } from "../../support/faultClient.js";
import { fakeFetch, refusal, type Answer, type FetchedRequest } from "../../support/fakeFetch.js";

interface Params {
  namespaceName: string;
  accessToken?: string;
  gatheringName: string;
  note?: string | null;
}
interface Result {
  item: { name: string };
}
const names = { service: "matchmaking", component: "gathering" } as const;
const path = "/{namespaceName}/gathering/{gatheringName}";
const required = ["namespaceName", "accessToken", "gatheringName"] as const;

const overRest = defineCall<Params, Result>({
  ...names,
  function: "ping",
  rest: { verb: "POST", path },
  socket: "unknown",
  required,
});
const overSocket = defineCall<Params, Result>({
  ...names,
  function: "ping",
  rest: { verb: "POST", path },
  socket: "seen",
  required,
});
const read = defineCall<Omit<Params, "accessToken">, Result>({
  ...names,
  function: "getGathering",
  rest: { verb: "GET", path },
  socket: "unknown",
  required: ["namespaceName"],
});
const params = { namespaceName: "mm-0001", gatheringName: "g-0001" };
const result = { item: { name: "g-0001" } };

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const flush = () => vi.advanceTimersByTimeAsync(0);

/** REST logins succeed; `answer` answers the rest. */
function rest(answer: (request: FetchedRequest, index: number) => Answer) {
  let logins = 0;
  let calls = 0;
  const { fetch, requests } = fakeFetch((request) =>
    request.url.endsWith("/login")
      ? { status: 200, body: { access_token: `rest-project-${++logins}`, expires_in: 3_600 } }
      : answer(request, calls++),
  );
  return { fetch, sent: () => requests.filter(({ url }) => !url.endsWith("/login")) };
}

const settle = async <T>(promise: Promise<T>) => {
  const settled = promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  await flush();
  return settled;
};
const failure = async (promise: Promise<unknown>) => {
  const settled = await settle(promise);
  if (!("error" in settled)) throw new Error("it did not reject");
  return settled.error;
};

const answerPing: FrameHandler = (frame, socket) =>
  frame.method === "ping" ? { status: 200, body: result } : acceptingServer(frame, socket);

describe("a definition that was seen on a socket", () => {
  test("is sent over the socket, with the access token of the slot", async () => {
    const { gateway, network } = await setUpBoundClient({}, answerPing);
    expect(await settle(gateway.call(overSocket, params))).toEqual({ value: result });
    const { params: sent, service } = network.sent("ping")[0]!;
    expect(service).toBe("matchmaking");
    expect(sent).toMatchObject({ ...params, xGs2AccessToken: "alice-token" });
  });

  test("carries its duplicationAvoider in the envelope, and its timeOffsetToken beside it", async () => {
    const { gateway, network } = await setUpBoundClient({}, answerPing);
    const shifted = { ...params, timeOffsetToken: "offset-0001", duplicationAvoider: "once-0001" };
    await settle(gateway.call(overSocket, shifted));
    const { params: sent } = network.sent("ping")[0]!;
    expect(sent).toMatchObject({
      xGs2DuplicationAvoider: "once-0001",
      timeOffsetToken: "offset-0001",
    });
    expect(sent).not.toHaveProperty("duplicationAvoider");
    await settle(gateway.call(overSocket, params));
    expect(network.sent("ping")[1]!.params).not.toHaveProperty("xGs2DuplicationAvoider");
  });

  test("is sent over REST with via: rest", async () => {
    const { fetch, sent } = rest(() => ({ status: 200, body: result }));
    const { gateway, network } = await setUpBoundClient({ fetch }, answerPing);
    await settle(gateway.call(overSocket, params, { via: "rest" }));
    expect(sent()).toHaveLength(1);
    expect(network.sent("ping")).toEqual([]);
  });

  test("is repeated once with new tokens after a 401", async () => {
    let pings = 0;
    const { gateway, network } = await setUpBoundClient({}, (frame, socket) =>
      frame.method === "ping" && ++pings === 1
        ? errorReply(401, "expired")
        : answerPing(frame, socket),
    );
    expect(await settle(gateway.call(overSocket, params))).toEqual({ value: result });
    expect(network.sent("ping")).toHaveLength(2);
  });
});

describe("a definition that was not seen on a socket", () => {
  test("is sent over REST: path, headers and body", async () => {
    const { fetch, sent } = rest(() => ({ status: 200, body: result }));
    const { gateway } = await setUpBoundClient({ fetch });
    const call = gateway.call(overRest, { ...params, gatheringName: "g 1", note: "hi" });
    expect(await settle(call)).toEqual({ value: result });
    expect(sent()).toEqual([
      {
        method: "POST",
        url: "https://nowhere.test/matchmaking/mm-0001/gathering/g%201",
        headers: {
          "X-GS2-CLIENT-ID": "client-0001",
          Authorization: expect.stringMatching(/^Bearer project-/) as string,
          "X-GS2-ACCESS-TOKEN": "alice-token",
          "Content-Type": "application/json",
        },
        body: { note: "hi" },
      },
    ]);
  });

  test("needs no connection where it is no player's function", async () => {
    const { fetch, sent } = rest(() => ({ status: 200, body: result }));
    const { gateway, network } = setUpClient({ fetch });
    expect(await settle(gateway.call(read, params))).toEqual({ value: result });
    expect(sent()[0]!.headers["Authorization"]).toBe("Bearer rest-project-1");
    expect(network.sockets).toEqual([]);
  });

  test("takes an access token among its parameters in place of a slot's", async () => {
    const { fetch, sent } = rest(() => ({ status: 200, body: result }));
    const { gateway } = setUpClient({ fetch });
    await settle(gateway.call(overRest, { ...params, accessToken: "bob-token" }));
    expect(sent()[0]!.headers["X-GS2-ACCESS-TOKEN"]).toBe("bob-token");
    expect(sent()[0]!.body).toEqual({});
  });

  test("rejects with notConnected, unsent, where the slot was never bound", async () => {
    const { fetch, sent } = rest(() => ({ status: 200, body: result }));
    const { gateway } = setUpClient({ fetch });
    expect(await failure(gateway.call(overRest, params))).toMatchObject({
      kind: "notConnected",
      outcome: "notSent",
      message: 'ping: slot "player" has no binding: call setUserId first',
    });
    expect(sent()).toEqual([]);
  });

  test("is repeated once with new tokens after a 401, and a second 401 rejects", async () => {
    const { fetch, sent } = rest(() => refusal(401, "expired"));
    const tokens = ["alice-token-1", "alice-token-2", "alice-token-3"];
    const { gateway } = setUpClient({ fetch });
    await settle(gateway.setUserId({ accessToken: () => tokens.shift()! }));
    expect(await failure(gateway.call(overRest, params))).toMatchObject({
      kind: "unauthorized",
      outcome: "refused",
      status: 401,
      errors: [{ component: "x", message: "expired" }],
    });
    const accessTokens = sent().map(({ headers }) => headers["X-GS2-ACCESS-TOKEN"]);
    expect(accessTokens).toEqual(["alice-token-1", "alice-token-2"]);
    expect(new Set(sent().map(({ headers }) => headers["Authorization"])).size).toBe(2);
  });

  test("rejects with outcome unknown where the network fails; a GET may be repeated", async () => {
    const { fetch } = rest(() => new TypeError("Failed to fetch"));
    const { gateway } = await setUpBoundClient({ fetch });
    const lost = { kind: "notConnected", outcome: "unknown" };
    expect(await failure(gateway.call(overRest, params))).toMatchObject({
      ...lost,
      retryable: false,
    });
    expect(await failure(gateway.call(read, params))).toMatchObject({ ...lost, retryable: true });
  });

  test("rejects at its deadline, by its signal, and when the client is disposed", async () => {
    const { fetch } = rest(() => "hang");
    const { gateway } = await setUpBoundClient({ fetch });
    const abort = new AbortController();
    const late = gateway.call(overRest, params, { timeoutMs: 500 });
    const aborted = gateway.call(overRest, params, { signal: abort.signal });
    const disposed = gateway.call(overRest, params);
    const ends = Promise.allSettled([late, aborted, disposed]);
    await vi.advanceTimersByTimeAsync(500);
    abort.abort();
    gateway.dispose();
    expect(await ends).toMatchObject(
      ["requestTimeout", "aborted", "notConnected"].map((kind) => ({
        reason: { kind, outcome: "unknown", method: "ping" },
      })),
    );
  });

  test("redacts its tokens and passwords in what the server says", async () => {
    const { fetch } = rest(({ body, headers }) =>
      refusal(400, `${JSON.stringify(body)} ${JSON.stringify(headers)}`),
    );
    const { gateway } = await setUpBoundClient({ fetch });
    const withPassword = defineCall<Params & { password: string }, Result>({
      ...names,
      function: "ping",
      rest: { verb: "POST", path },
      socket: "unknown",
      required: [...required, "password"],
    });
    const error = await failure(
      gateway.call(withPassword, { ...params, password: "correct-horse-battery" }),
    );
    const text = JSON.stringify(error);
    expect(text).toContain("***");
    expect(text).not.toMatch(/correct-horse|alice-token|project-\d/);
  });
});

describe("the parameters of a definition", () => {
  test.each([
    [{ ...params, namespaceName: "" }, "ping: namespaceName must be supplied"],
    [{ ...params, gatheringName: null as never }, "ping: gatheringName must be supplied"],
    [{ namespaceName: "mm-0001" } as never, "ping: gatheringName must be supplied"],
    [undefined as never, "ping: namespaceName must be supplied"],
    [{ ...params, gatheringName: ".." }, 'ping: gatheringName must not be ".."'],
    [{ ...params, note: 1n as never }, "ping: params must be an object that JSON can hold"],
  ])("are checked before anything is sent: %#", async (given, message) => {
    const { fetch, sent } = rest(() => ({ status: 200 }));
    const { gateway } = await setUpBoundClient({ fetch });
    const error = { kind: "invalidArgument", outcome: "notSent", message };
    expect(await failure(gateway.call(overRest, given))).toMatchObject(error);
    expect(sent()).toEqual([]);
  });

  test("that are null are absent", async () => {
    const { fetch, sent } = rest(() => ({ status: 200, body: result }));
    const { gateway } = await setUpBoundClient({ fetch });
    await settle(gateway.call(overRest, { ...params, note: null }));
    expect(sent()[0]!.body).toEqual({});
  });

  test("in the path are required even if the definition does not say so", async () => {
    const { gateway } = setUpClient();
    expect(await failure(gateway.call(read, { ...params, gatheringName: "" }))).toMatchObject({
      message: "getGathering: gatheringName must be supplied",
    });
  });

  test("and the way are refused where they do not fit the definition", async () => {
    const { gateway } = await setUpBoundClient();
    const noRest = defineCall<object, object>({ ...names, function: "f", socket: "seen" });
    expect(await failure(gateway.call(noRest, {}, { via: "rest" }))).toMatchObject({
      message: "f: via has no REST path",
    });
    expect(await failure(gateway.call(noRest, {}, { via: "pigeon" as never }))).toMatchObject({
      message: 'f: via must be "socket" or "rest"',
    });
  });
});

describe("the schemas of a definition", () => {
  const checked = defineCall({
    ...names,
    function: "getGathering",
    rest: { verb: "GET", path },
    socket: "unknown",
    params: v.object({
      namespaceName: v.string(),
      gatheringName: v.pipe(v.string(), v.minLength(3)),
    }),
    result: v.object({ item: v.object({ name: v.string() }) }),
  });

  test("pass what fits", async () => {
    const { fetch } = rest(() => ({ status: 200, body: { ...result, more: 1 } }));
    const { gateway } = setUpClient({ fetch });
    expect(await settle(gateway.call(checked, params))).toEqual({ value: result });
  });

  test("reject parameters before anything is sent, and quote none", async () => {
    const { fetch, sent } = rest(() => ({ status: 200, body: result }));
    const { gateway } = setUpClient({ fetch });
    const wrong = { namespaceName: "mm-0001", gatheringName: { password: "hunter22" } } as never;
    const error = await failure(gateway.call(checked, wrong));
    expect(error).toMatchObject({ kind: "invalidArgument", outcome: "notSent" });
    expect((error as Error).message).toMatch(/^getGathering: gatheringName /);
    expect(JSON.stringify(error)).not.toContain("hunter22");
    expect(sent()).toEqual([]);
  });

  test("reject a result that does not fit, naming the field", async () => {
    const { fetch } = rest(() => ({ status: 200, body: { item: { name: 7 } } }));
    const { gateway } = setUpClient({ fetch });
    const error = await failure(gateway.call(checked, params));
    expect(error).toMatchObject({ kind: "protocol", outcome: "unknown", retryable: false });
    expect((error as Error).message).toContain("item.name");
  });
});

test("defineCall throws where a name is missing", () => {
  expect(() => defineCall({ ...names, function: "", socket: "seen" })).toThrow(
    "defineCall: function must be supplied",
  );
});

test("a call by its names stays as it was", async () => {
  const { gateway, network } = await setUpBoundClient({}, answerPing);
  const call = gateway.call({ ...names, function: "ping", params, slot: "player" });
  expect(await settle(call)).toEqual({ value: result });
  expect(network.sent("ping")[0]!.params).toMatchObject({ xGs2AccessToken: "alice-token" });
});
