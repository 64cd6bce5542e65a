// Every secret a client is given is a plantedSecret, and the server says back all it hears, in every way a server can. None may sing.
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { GatewayClient } from "../../../src/client/client.js";
import type { Logger } from "../../../src/core/diagnostics.js";
import { GatewayError } from "../../../src/errors.js";
import { defineNotification } from "../../../src/notify/schema.js";
import type { GatewayClientOptions } from "../../../src/client/options.js";
import { leakedSecrets, plantedSecret } from "../../support/secretLeaks.js";
import {
  faultNetwork,
  optionsFor,
  acceptingServer,
  type ServerReply,
  type FaultNetwork,
  type FaultSocket,
  type SentFrame,
  type FrameHandler,
} from "../../support/faultSocket.js";

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, "random").mockReturnValue(0.5);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const channels = [
  "rejections",
  "status",
  "unauthorized",
  "diagnostics",
  "logger",
  "console",
  "syncs",
  "client",
] as const;
type Channel = (typeof channels)[number];

/** A client of which all that it says to anybody is kept, by the channel it said it through. */
function overheard(network: FaultNetwork, options: Partial<GatewayClientOptions>) {
  const heard: Record<Channel, unknown[]> = {
    rejections: [],
    status: [],
    unauthorized: [],
    diagnostics: [],
    logger: [],
    console: [],
    syncs: [],
    client: [],
  };
  const tell =
    (channel: Channel) =>
    (...said: unknown[]) =>
      void heard[channel].push(said);
  const levels = ["debug", "info", "warn", "error"] as const;
  for (const level of [...levels, "log"] as const) {
    vi.spyOn(console, level).mockImplementation(tell("console"));
  }
  const logger = Object.fromEntries(
    levels.map((level) => [level, tell("logger")]),
  ) as never as Logger;
  const gateway = new GatewayClient(optionsFor(network, { logger, fetch: noFetch, ...options }));
  onTestFinished(() => gateway.dispose());
  gateway.lifecycle.on("diagnostic", tell("diagnostics"));
  gateway.lifecycle.on("status", tell("status"));
  gateway.lifecycle.on("unauthorized", tell("unauthorized"));
  gateway.onSync(tell("syncs"));
  heard.client.push(gateway);
  return {
    gateway,
    heard,
    /** Lets a call end as it will. */
    try: (call: Promise<unknown>) => void call.catch(tell("rejections")),
  };
}

const noFetch = () => Promise.reject(new TypeError("fetch failed"));

/** Long enough for every deadline and many attempts. */
const aWhile = () => vi.advanceTimersByTimeAsync(120_000);

const given = {
  secret: { clientId: "client-0001", clientSecret: plantedSecret("clientSecret") },
  text: { clientId: "client-0001", projectToken: plantedSecret("projectText") },
  provider: { clientId: "client-0001", projectToken: async () => plantedSecret("projectProvided") },
};

/** What a game does in its life, with a plantedSecret wherever a secret goes in. */
async function live(client: ReturnType<typeof overheard>): Promise<void> {
  const { gateway } = client;
  const slots = [
    { slot: "player", accessToken: plantedSecret("accessText") },
    { slot: "guild", accessToken: () => plantedSecret("accessProvided") },
  ];
  gateway.on(strict, () => undefined);
  gateway.on("*", ({ payload }) => payload);
  client.try(gateway.connect({ timeoutMs: 5_000 }));
  for (const one of slots) client.try(gateway.setUserId(one, { timeoutMs: 5_000 }));
  await aWhile();
  client.try(gateway.setFirebaseToken({ token: plantedSecret("firebase") }));
  client.try(gateway.getFirebaseToken());
  const params = {
    accessToken: plantedSecret("callAccess"),
    client_secret: plantedSecret("callSecret"),
  };
  const target = { service: "chat", component: "room", function: "post" };
  client.try(gateway.call({ ...target, params }));
  client.try(gateway.getProjectToken());
  await aWhile();
  gateway.setProjectToken(plantedSecret("projectSet"));
  client.try(gateway.takeOver());
  client.try(gateway.ping());
  await aWhile();
  client.heard.client.push(gateway.connection);
  client.try(gateway.disconnect());
  await aWhile();
}

const playAlong: FrameHandler = (frame, socket) =>
  frame.method === "login"
    ? { status: 200, body: { access_token: plantedSecret("projectIssued"), expires_in: 3_600 } }
    : acceptingServer(frame, socket);

const strict = defineNotification("strict", {
  "~standard": {
    version: 1,
    vendor: "test",
    validate: (value) => ({ issues: [{ message: `not ${JSON.stringify(value)}` }] }),
  },
});

/** What a server does in place of answering, or answers. `said` is every value of the frame. */
type Road = (frame: SentFrame, said: string, socket: FaultSocket) => ServerReply | undefined;

const list = (said: string) => JSON.stringify([{ component: said, message: said, code: said }]);

const roads: Record<string, Road> = {
  "401 with a list": (_, said) => ({ status: 401, body: { message: list(said) } }),
  "400 with a list": (_, said) => ({ status: 400, body: { message: list(said) } }),
  "409 with a list": (_, said) => ({ status: 409, body: { message: list(said) } }),
  "503 with a list": (_, said) => ({ status: 503, body: { message: list(said) } }),
  "401 in plain text": (_, said) => ({ status: 401, body: { message: said } }),
  "400 in plain text": (_, said) => ({ status: 400, body: { message: said } }),
  "503 in plain text": (_, said) => ({ status: 503, message: said }),
  "the frame itself, as JSON in the message": ({ params }) => ({
    status: 400,
    body: { message: JSON.stringify(params) },
  }),
  "a list that quotes the frame as JSON": ({ params }) => ({
    status: 400,
    body: { message: list(JSON.stringify(params)) },
  }),
  "an answer without a status": ({ requestId }, said, socket) => {
    socket.deliver({ requestId, message: said });
    return undefined;
  },
  "an answer to nobody": (_, said, socket) => {
    socket.deliver({ requestId: said, status: 200, body: {} });
    return undefined;
  },
  "a frame that breaks off": (_, said, socket) => {
    socket.deliver(`{"requestId":"${said}`);
    return undefined;
  },
  "a frame of no type": (_, said, socket) => {
    socket.deliver({ body: { [said]: said } });
    return undefined;
  },
  "a notification": (_, said, socket) => {
    socket.deliver({ type: "notification", body: { issuer: said, subject: said, payload: said } });
    return undefined;
  },
  "a notification that fits no schema": (_, said, socket) => {
    socket.notify("strict", { said });
    return undefined;
  },
  "a close that says why": (_, said, socket) => {
    socket.emitClose(4_000, true, said);
    return undefined;
  },
  silence: () => undefined,
};

const stages: Record<string, (frame: SentFrame) => boolean> = {
  "the login": () => true,
  "the bind": ({ method }) => method !== "login",
  "every call": ({ method }) => method !== "login" && method !== "setUserId",
};

describe.each(Object.entries(stages))("a server that answers from %s on with", (_, isTurn) => {
  test.each(Object.entries(roads))("%s hears secrets and none is told", async (_, road) => {
    for (const credential of Object.values(given)) {
      const network = faultNetwork((frame, socket) =>
        isTurn(frame)
          ? road(frame, Object.values(frame.params).map(String).join(" "), socket)
          : playAlong(frame, socket),
      );
      const client = overheard(network, { credential });
      await live(client);
      expect(leakedSecrets(network.sent().filter(isTurn)), "what the server heard").not.toEqual([]);
      for (const channel of channels) {
        expect(leakedSecrets(client.heard[channel]), channel).toEqual([]);
      }
    }
  });
});

describe("without a logger, the console", () => {
  test.each(Object.entries(roads))("hears nothing of what comes by %s", async (_, road) => {
    const network = faultNetwork((frame, socket) =>
      road(frame, Object.values(frame.params).map(String).join(" "), socket),
    );
    const client = overheard(network, { credential: given.secret, logger: undefined });
    await live(client);
    expect(leakedSecrets(client.heard.console)).toEqual([]);
  });
});

describe("what is not known as a secret is heard, so the ear is good, in", () => {
  const stranger = plantedSecret("stranger");
  const refusing =
    (status: number, method: string): Road =>
    (frame, _said, socket) =>
      frame.method === method
        ? { status, body: { message: list(stranger) } }
        : acceptingServer(frame, socket);
  const named: Road = (frame, _said, socket) =>
    frame.method === "setUserId"
      ? { status: 200, body: { item: { userId: stranger, connectionId: "c" } } }
      : acceptingServer(frame, socket);

  test.each<[channel: Channel, Road, more?: Partial<GatewayClientOptions>]>([
    ["rejections", refusing(400, "getFirebaseToken")],
    ["status", refusing(401, "login")],
    ["unauthorized", refusing(401, "login")],
    ["diagnostics", refusing(503, "setUserId")],
    ["logger", refusing(503, "setUserId")],
    ["console", refusing(503, "setUserId"), { logger: undefined }],
    ["syncs", named],
    ["client", named],
  ])("%s", async (channel, road, more = {}) => {
    const network = faultNetwork((frame, socket) => road(frame, "", socket));
    const client = overheard(network, { credential: given.secret, ...more });
    await live(client);
    expect(leakedSecrets(client.heard[channel])).toContain("stranger");
  });

  test("the cause of an error", async () => {
    const network = faultNetwork();
    const client = overheard(network, { credential: given.secret });
    const signedOut = new GatewayError({ kind: "unauthorized", message: stranger });
    const accessToken = () => Promise.reject(signedOut);
    client.try(client.gateway.setUserId({ accessToken }, { timeoutMs: 5_000 }));
    await aWhile();
    expect(leakedSecrets(client.heard.status)).toContain("stranger");
  });
});

describe("a login over REST that ends with", () => {
  const answer = (status: number, text: (said: string) => string) => (body: string) =>
    Promise.resolve({ status, text: () => Promise.resolve(text(body)) });
  const quote = (said: string) => JSON.stringify({ message: list(said) });

  test.each<[string, (body: string) => Promise<{ status: number; text(): Promise<string> }>]>([
    ["401 and a list", answer(401, quote)],
    ["400 and a list", answer(400, quote)],
    ["503 and a page", answer(503, (said) => `<pre>${said}</pre>`)],
    ["200 and no JSON", answer(200, (said) => said.slice(1))],
    ["200 and no token", answer(200, (said) => said)],
    ["no answer", noFetch],
  ])("%s tells no secret", async (_, road) => {
    const client = overheard(faultNetwork(), {
      credential: given.secret,
      fetch: (_url, { body = "" }) => road(body),
    });
    client.try(client.gateway.getProjectToken());
    await aWhile();
    expect(client.heard.rejections).not.toEqual([]);
    for (const channel of channels)
      expect(leakedSecrets(client.heard[channel]), channel).toEqual([]);
  });
});
