import { describe, expect, onTestFinished, test } from "vitest";
import {
  EmulatorError,
  type CallDefinition,
  type Emulator,
  type EmulatorLogEntry,
} from "../../../src/emulator/index.js";
import { createDeferred } from "../../support/promises.js";
import { until } from "../../support/until.js";
import { createTestClient, namespaceName, startTestEmulator } from "../client/testEmulator.js";
import { frame, RawSocket, restLogin, type Json } from "./rawSocket.js";
import { errorsOf } from "./restCalls.js";

const doMatchmaking: CallDefinition<
  { namespaceName: string; gatheringName?: string },
  { item: object }
> = {
  service: "matchmaking",
  component: "gathering",
  function: "doMatchmaking",
  rest: { verb: "POST", path: "/{namespaceName}/gathering/{gatheringName}/do" },
  socket: "seen",
  required: ["namespaceName"],
};

const accessToken = "accessToken-0001";
const userId = "user-0001";

interface CallOptions {
  headers?: Record<string, string>;
  token?: string | undefined;
}

/** An emulator with its log, a bound socket, and the same call over both transports. */
async function start(emulatorOptions = {}) {
  const log: EmulatorLogEntry[] = [];
  const emulator = await startTestEmulator({ log: (entry) => log.push(entry), ...emulatorOptions });
  const token = await restLogin(emulator.url);
  const socket = await RawSocket.open(emulator.endpoints.webSocket);
  onTestFinished(() => {
    socket.ws.terminate();
  });
  await socket.ask(frame("setUserId", { namespaceName, accessToken }, token));
  const send = (params: Json, { service = "matchmaking", name = "doMatchmaking" } = {}) => {
    const given = frame(name, params, token, "gathering");
    Object.assign(given["x_gs2"] as Json, { service });
    return socket.ask(given);
  };
  const request = async (
    verb: string,
    path: string,
    body?: Json,
    { headers = {}, ...given }: CallOptions = {},
  ) => {
    const sent = "token" in given ? given.token : token;
    const response = await fetch(`${emulator.url}/${path}`, {
      method: verb,
      headers: { ...(sent === undefined ? {} : { authorization: `Bearer ${sent}` }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Json };
  };
  return { emulator, log, token, socket, send, request };
}

const asPlayer = { headers: { "x-gs2-access-token": accessToken } };
const doPath = "matchmaking/mm/gathering/g%201/do";
const failures = (log: readonly EmulatorLogEntry[]) =>
  log.filter(({ event }) => event === "handlerFailed");
const notifyJoin = (emulator: Emulator) =>
  emulator.notify({ userId, key: "Gs2Matchmaking:Join", payload: { joinUserId: "bob" } });

describe("a handler", () => {
  test("gets parameters, player, client and namespace, the same over REST and the socket", async () => {
    const { emulator, send, request } = await start();
    emulator.handle(doMatchmaking, ({ params, userId, clientId, namespaceName, ...call }) => ({
      item: { params, userId, clientId, namespaceName, own: call.emulator === emulator },
    }));
    const params = { namespaceName: "mm", gatheringName: "g 1", n: 1 };
    const item = { params, userId, clientId: "client-0001", namespaceName: "mm", own: true };
    const nulls = { nothing: null };
    expect(await send({ ...params, ...nulls, accessToken })).toMatchObject({
      status: 200,
      body: { item },
    });
    expect(await request("POST", doPath, { n: 1, ...nulls }, asPlayer)).toEqual({
      status: 200,
      body: { item },
    });
    expect(
      emulator
        .calls({ method: "doMatchmaking" })
        .map(({ transport, service, status, ...call }) => [
          transport,
          service,
          status,
          call.userId,
          call.namespaceName,
        ]),
    ).toEqual([
      ["socket", "matchmaking", 200, userId, "mm"],
      ["rest", "matchmaking", 200, userId, "mm"],
    ]);
  });

  test("gets the values of a query, and the user that a parameter names", async () => {
    const { emulator, request } = await start();
    const path = "/{namespaceName}/user/{userId}/gathering";
    const rest = { verb: "GET", path } as const;
    emulator.handle("matchmaking", "gathering", "describe", (call) => call, { rest });
    const { body } = await request("GET", "matchmaking/mm/user/a%2Fb/gathering?limit=3&pageToken=");
    const params = { namespaceName: "mm", userId: "a/b", limit: "3" };
    expect(body).toMatchObject({ params, userId: "a/b", namespaceName: "mm" });
  });

  test("is called for a service by its name in frames and by that in addresses", async () => {
    const { emulator, send, request } = await start();
    const rest = { verb: "POST", path: "/{namespaceName}/run" } as const;
    emulator.handle("jobQueue", "gathering", "run", () => ({ ran: true }), { rest });
    expect((await send({}, { service: "jobQueue", name: "run" })).body).toEqual({ ran: true });
    expect((await request("POST", "job-queue/jobs/run", {})).body).toEqual({ ran: true });
  });

  test.each([
    ["before the reply", ["notification", "reply"]],
    ["after the reply", ["reply", "notification"]],
  ])("notifies %s", async (when, order) => {
    const { emulator, send, socket } = await start();
    emulator.handle(doMatchmaking, async ({ afterReply }) => {
      if (when === "after the reply") afterReply(() => notifyJoin(emulator));
      else await notifyJoin(emulator);
      return { item: {} };
    });
    const before = socket.frames.length;
    await send({ namespaceName: "mm", accessToken });
    await socket.notification();
    const kinds = socket.frames
      .slice(before)
      .map(({ type }) => (type === "notification" ? type : "reply"));
    expect(kinds).toEqual(order);
  });

  test.each(["before", "after"])(
    "causes a notification that the client finds by a mark, %s the reply",
    async (when) => {
      const { emulator } = await start();
      emulator.handle(doMatchmaking, async ({ afterReply }) => {
        if (when === "after") afterReply(() => notifyJoin(emulator));
        else await notifyJoin(emulator);
        return { item: { name: "g-1" } };
      });
      const { gateway } = createTestClient(emulator);
      await gateway.setUserId({ accessToken });
      const since = gateway.mark();
      const called = await gateway.call<{ item: { name: string } }>({
        service: "matchmaking",
        component: "gathering",
        function: "doMatchmaking",
        params: { namespaceName: "mm" },
        slot: "player",
      });
      expect(called.item.name).toBe("g-1");
      const found = await gateway.waitFor("Gs2Matchmaking:Join", { since });
      expect(found.payload.joinUserId).toBe("bob");
    },
  );

  test("throws an EmulatorError, which becomes GS2's error body", async () => {
    const { emulator, send, request, log } = await start();
    const error = {
      component: "gathering",
      message: "matchmaking.gathering.error.full",
      code: "f",
    };
    emulator.handle(doMatchmaking, () => {
      throw new EmulatorError(409, [error]);
    });
    const expected = { status: 409, body: { message: JSON.stringify([error]) } };
    expect(await send({ namespaceName: "mm" })).toMatchObject(expected);
    expect(await request("POST", doPath, {})).toEqual(expected);
    expect(emulator.calls({ method: "doMatchmaking" })[0]).toMatchObject({
      outcome: "conflict",
      errors: [error],
    });
    expect(failures(log)).toEqual([]);
  });

  test("that throws anything else fails with 500, without secrets, and is logged", async () => {
    const { emulator, send, log } = await start();
    emulator.handle("matchmaking", "gathering", "doMatchmaking", ({ params }) => {
      throw new Error(`no ${String(params["password"])} for ${accessToken}`);
    });
    const password = "hunter-22";
    const { status, body } = await send({ namespaceName: "mm", password, accessToken });
    const message =
      "The handler of matchmaking.gathering.doMatchmaking failed: Error: no *** for ***";
    expect([status, errorsOf(body)]).toEqual([500, [{ component: "gathering", message }]]);
    const [failed, ...others] = failures(log);
    expect(others).toEqual([]);
    expect(failed).toMatchObject({ level: "warning" });
    expect(failed!.text).toContain(`${message} (`);
    expect(failed!.text).toMatch(/handle\.test\.ts:\d+:\d+\)$/);
    expect(JSON.stringify([failed, emulator.calls()])).not.toMatch(/hunter|accessToken-0001/);
  });

  test.each([
    ["a text", "text"],
    ["a list", [1]],
    ["null", null],
    ["a number without JSON", { n: 1n }],
  ])("that returns %s fails with 500", async (_, result) => {
    const { emulator, send, log } = await start();
    emulator.handle("matchmaking", "gathering", "doMatchmaking", () => result);
    expect((await send({})).status).toBe(500);
    expect(failures(log)).toHaveLength(1);
  });

  test("that returns nothing answers an empty result", async () => {
    const { emulator, send } = await start();
    emulator.handle("matchmaking", "gathering", "doMatchmaking", () => {});
    expect(await send({})).toMatchObject({ status: 200, body: {} });
  });

  test("that does not answer in time fails with 504, and its signal is aborted", async () => {
    const { emulator, request, log } = await start();
    let signal: AbortSignal | undefined;
    const handler = (call: { signal: AbortSignal }) => {
      ({ signal } = call);
      return new Promise<never>(() => {});
    };
    emulator.handle(doMatchmaking, handler, { timeoutMs: 20 });
    expect(await request("POST", doPath, {})).toMatchObject({ status: 504 });
    expect(signal?.aborted).toBe(true);
    expect(failures(log)[0]?.text).toContain("did not answer within 20 ms");
  });

  test("has a signal that is aborted when its caller's socket or request closes", async () => {
    const { emulator, socket, send } = await start();
    const signals: AbortSignal[] = [];
    emulator.handle(doMatchmaking, ({ signal }) => {
      signals.push(signal);
      return new Promise<never>(() => {});
    });
    void send({ namespaceName: "mm" }).catch(() => {});
    const controller = new AbortController();
    const aborted = fetch(`${emulator.url}/${doPath}`, {
      method: "POST",
      headers: { authorization: `Bearer ${await restLogin(emulator.url)}` },
      signal: controller.signal,
    }).catch(() => {});
    await until("both calls are handled", () => signals.length === 2);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false]);
    socket.ws.terminate();
    controller.abort();
    await aborted;
    await until("both signals are aborted", () => signals.every(({ aborted }) => aborted));
  });
});

describe("the emulator checks for a handler", () => {
  test("the project token, and the access token where one is sent", async () => {
    const { emulator, request } = await start();
    let calls = 0;
    emulator.handle(doMatchmaking, () => ({ item: { calls: ++calls } }));
    const wrong = { headers: { "x-gs2-access-token": "wrong" } };
    const statuses = [
      await request("POST", doPath, {}, { token: undefined }),
      await request("POST", doPath, {}, { token: "wrong" }),
      await request("POST", doPath, {}, wrong),
      await request("POST", doPath, {}),
    ].map(({ status }) => status);
    expect([statuses, calls]).toEqual([[401, 401, 401, 200], 1]);
  });

  test("that there is a player, by an option or by a definition that requires the token", async () => {
    const { emulator, request } = await start();
    const required = { ...doMatchmaking, required: ["accessToken"] };
    const handler = () => ({ item: {} });
    for (const handle of [
      () => emulator.handle(doMatchmaking, handler, { requirePlayer: true }),
      () => emulator.handle(required, handler),
    ]) {
      handle();
      const { status, body } = await request("POST", doPath, {});
      expect([status, errorsOf(body)]).toEqual([
        401,
        [{ component: "accessToken", message: "gateway.accessToken.error.require" }],
      ]);
      expect((await request("POST", doPath, {}, asPlayer)).status).toBe(200);
    }
  });

  test("the required parameters of its definition", async () => {
    const { emulator, send } = await start();
    emulator.handle(doMatchmaking, () => ({ item: {} }));
    const { status, body } = await send({ namespaceName: "" });
    const message = "matchmaking.gathering.namespaceName.error.require";
    expect([status, errorsOf(body)]).toEqual([400, [{ component: "gathering", message }]]);
  });

  test("that it is no dry run, which gets an empty result", async () => {
    const { emulator, request } = await start();
    let calls = 0;
    emulator.handle(doMatchmaking, () => ({ item: { calls: ++calls } }));
    const dryRun = { headers: { "x-gs2-dry-run": "true" } };
    expect(await request("POST", doPath, {}, dryRun)).toEqual({ status: 200, body: {} });
    expect(calls).toBe(0);
  });

  test("whether it is the repeat of a call, also while that is handled", async () => {
    const { emulator, request } = await start();
    let calls = 0;
    const answer = createDeferred();
    emulator.handle(doMatchmaking, async () => {
      calls++;
      await answer.promise;
      return { item: { calls } };
    });
    const headers = { ...asPlayer.headers, "x-gs2-duplication-avoider": "one" };
    const first = request("POST", doPath, {}, { headers });
    await until("the first is handled", () => calls === 1);
    const second = request("POST", doPath, {}, { headers });
    const other = request("POST", doPath, {}, asPlayer);
    await until("the other is handled", () => calls === 2);
    answer.resolve();
    const expected = { status: 200, body: { item: { calls: 2 } } };
    expect(await Promise.all([first, second, other])).toEqual([expected, expected, expected]);
    expect(await request("POST", doPath, {}, { headers })).toEqual(expected);
    expect(calls).toBe(2);
  });
});

describe("emulator.handle", () => {
  test("returns a function that removes the handler, unless another has replaced it", async () => {
    const { emulator, send } = await start();
    const removeFirst = emulator.handle(doMatchmaking, () => ({ item: { handler: 1 } }));
    const removeSecond = emulator.handle(doMatchmaking, () => ({ item: { handler: 2 } }));
    removeFirst();
    expect((await send({ namespaceName: "mm" })).body).toEqual({ item: { handler: 2 } });
    removeSecond();
    expect((await send({ namespaceName: "mm" })).status).toBe(501);
  });

  test("keeps its handlers through a reset, which ends the calls under way", async () => {
    const { emulator, request, token } = await start();
    let calls = 0;
    emulator.handle(doMatchmaking, () =>
      ++calls === 1 ? new Promise<never>(() => {}) : { item: { calls } },
    );
    const pending = request("POST", doPath, {});
    await until("it is handled", () => calls === 1);
    await emulator.reset();
    expect((await pending).status).toBe(503);
    expect(emulator.calls()).toEqual([]);
    expect((await request("POST", doPath, {}, { token })).status).toBe(401);
    const fresh = await restLogin(emulator.url);
    expect((await request("POST", doPath, {}, { token: fresh })).body).toEqual({ item: { calls } });
  });

  test("ends the calls under way when the emulator stops", async () => {
    const { emulator, request } = await start();
    let signal: AbortSignal | undefined;
    emulator.handle(doMatchmaking, (call) => {
      ({ signal } = call);
      return new Promise<never>(() => {});
    });
    const pending = request("POST", doPath, {}).catch(() => ({ status: 503 }));
    await until("it is handled", () => signal);
    await emulator.stop();
    expect((await pending).status).toBe(503);
    expect(signal?.aborted).toBe(true);
  });

  test.each([
    [
      "one of the 28 methods",
      ["gateway", "webSocketSession", "setUserId"],
      "gateway.webSocketSession.setUserId",
    ],
    ["the login", ["identifier", "projectToken", "login"], "identifier.projectToken.login"],
  ])("refuses %s by name", async (_, [service, component, name], named) => {
    const emulator = await startTestEmulator();
    expect(() => emulator.handle(service!, component!, name!, () => ({}))).toThrow(
      `handle: function cannot be ${named}: the emulator has its own rules for it`,
    );
  });

  test.each([
    ["GET", "/{one}/status", "gateway", "gateway.namespace.getNamespaceStatus"],
    ["POST", "/projectToken/login", "identifier", "identifier.projectToken.login"],
    ["POST", "/{a}/gathering/{b}/do", "matchmaking", "matchmaking.gathering.doMatchmaking"],
  ] as const)("refuses %s %s, which another function has", async (verb, path, service, owner) => {
    const emulator = await startTestEmulator();
    emulator.handle(doMatchmaking, () => ({ item: {} }));
    expect(() => emulator.handle(service, "a", "b", () => ({}), { rest: { verb, path } })).toThrow(
      `handle: rest cannot be ${verb} ${path}: ${owner} has it`,
    );
  });

  test("names what is wrong with an argument", async () => {
    const emulator = await startTestEmulator();
    const handle = emulator.handle as (...given: unknown[]) => unknown;
    const handler = () => ({});
    const given: [unknown[], string][] = [
      [[], "service takes a name such as matchmaking"],
      [[null, handler], "service takes a name such as matchmaking"],
      [["a b", "b", "c", handler], "service takes a name such as matchmaking"],
      [["a", "", "c", handler], "component takes a name such as gathering"],
      [[{ service: "a", component: "b" }, handler], "function takes a name such as doMatchmaking"],
      [["a", "b", "c"], "handler takes a function"],
      [
        ["a", "b", "c", handler, { x: 1 }],
        "options.x is unknown; known are rest, requirePlayer, timeoutMs",
      ],
      [
        ["a", "b", "c", handler, { timeoutMs: -1 }],
        "options.timeoutMs takes a number of milliseconds, 0 or more",
      ],
      [
        ["a", "b", "c", handler, { rest: { verb: "GET", path: "/{a}/{a}" } }],
        "options.rest.path cannot have a parameter twice",
      ],
      [
        [{ ...doMatchmaking, rest: { verb: "GET", path: "x" } }, handler],
        "rest.path takes a path such as /{namespaceName}/gathering",
      ],
    ];
    for (const [args, problem] of given)
      expect(() => handle(...args)).toThrow(`handle: ${problem}`);
  });

  test("has no effect with an upstream, and says so", async () => {
    const behind = await startTestEmulator();
    const emulator = await startTestEmulator({ upstream: behind.url });
    expect(() => emulator.handle(doMatchmaking, () => ({ item: {} }))).toThrow("upstream");
  });
});

describe("EmulatorError", () => {
  test.each([
    [200, [{ component: "a", message: "b" }], "status takes a status from 400 to 599"],
    [404, [], "errors takes one error or more"],
    [404, [{ component: "a" }], "errors[0].message"],
  ])("refuses status %s with %j", (status, errors, problem) => {
    expect(() => new EmulatorError(status, errors as never)).toThrow(problem);
  });
});

describe("a function without a handler", () => {
  test("gets 501 with the line that adds it, logged once", async () => {
    const { request, send, log } = await start();
    for (let n = 0; n < 2; n++) expect((await send({ namespaceName: "mm" })).status).toBe(501);
    const { status, body } = await request("POST", doPath, {});
    expect([status, (errorsOf(body) as Json[])[1]]).toEqual([
      501,
      {
        component: "emulator",
        message: `Add it with emulator.handle("matchmaking", "component", "function", ({ params, userId }) => ({ ... }), { rest: { verb: "POST", path: "/mm/gathering/g%201/do" } }), or in a module for gs2-gateway emulator --handlers FILE.`,
      },
    ]);
    const warnings = log.filter(({ level }) => level === "warning").map(({ text }) => text);
    expect(warnings).toEqual([
      expect.stringContaining(`emulator.handle("matchmaking", "gathering", "doMatchmaking", `),
      expect.stringContaining(`emulator.handle("matchmaking", "component", "function", `),
    ]);
  });

  test("gets 404 where no GS2 client asks", async () => {
    const { request } = await start();
    expect((await request("GET", "matchmaking/mm", undefined, { token: undefined })).status).toBe(
      404,
    );
  });
});

describe("a fault", () => {
  test("applies to the replies of one service", async () => {
    const { emulator, send, socket } = await start();
    emulator.handle(doMatchmaking, () => ({ item: {} }));
    emulator.handle("chat", "gathering", "doMatchmaking", () => ({}));
    emulator.faults.set([
      { fault: "replyDuplicated", service: "matchmaking", method: "doMatchmaking" },
    ]);
    const before = socket.frames.length;
    await send({ namespaceName: "mm", accessToken });
    await send({}, { service: "chat" });
    expect(socket.frames).toHaveLength(before + 3);
    expect(emulator.faults.list()).toMatchObject([{ hits: 1 }]);
  });
});
