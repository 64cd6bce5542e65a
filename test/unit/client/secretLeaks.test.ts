// Every secret given to the client is a plantedSecret. The server sends all values of its frames
// back in every possible way. No channel of the client may contain a secret.
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

/** A client whose output is recorded, by channel. */
function recordedClient(network: FaultNetwork, options: Partial<GatewayClientOptions>) {
  const output: Record<Channel, unknown[]> = {
    rejections: [],
    status: [],
    unauthorized: [],
    diagnostics: [],
    logger: [],
    console: [],
    syncs: [],
    client: [],
  };
  const record =
    (channel: Channel) =>
    (...args: unknown[]) =>
      void output[channel].push(args);
  const levels = ["debug", "info", "warn", "error"] as const;
  for (const level of [...levels, "log"] as const) {
    vi.spyOn(console, level).mockImplementation(record("console"));
  }
  const logger = Object.fromEntries(
    levels.map((level) => [level, record("logger")]),
  ) as never as Logger;
  const gateway = new GatewayClient(optionsFor(network, { logger, fetch: noFetch, ...options }));
  onTestFinished(() => gateway.dispose());
  gateway.lifecycle.on("diagnostic", record("diagnostics"));
  gateway.lifecycle.on("status", record("status"));
  gateway.lifecycle.on("unauthorized", record("unauthorized"));
  gateway.onSync(record("syncs"));
  output.client.push(gateway);
  return {
    gateway,
    output,
    /** Records the rejection of a call. */
    try: (call: Promise<unknown>) => void call.catch(record("rejections")),
  };
}

const noFetch = () => Promise.reject(new TypeError("fetch failed"));

/** Longer than every deadline and many attempts. */
const passDeadlines = () => vi.advanceTimersByTimeAsync(120_000);

const credentials = {
  secret: { clientId: "client-0001", clientSecret: plantedSecret("clientSecret") },
  text: { clientId: "client-0001", projectToken: plantedSecret("projectText") },
  provider: { clientId: "client-0001", projectToken: async () => plantedSecret("projectProvided") },
};

/** Calls each method that takes a secret, with a plantedSecret. */
async function exerciseClient(client: ReturnType<typeof recordedClient>): Promise<void> {
  const { gateway } = client;
  const slots = [
    { slot: "player", accessToken: plantedSecret("accessText") },
    { slot: "guild", accessToken: () => plantedSecret("accessProvided") },
  ];
  gateway.on(strict, () => undefined);
  gateway.on("*", ({ payload }) => payload);
  client.try(gateway.connect({ timeoutMs: 5_000 }));
  for (const options of slots) client.try(gateway.setUserId(options, { timeoutMs: 5_000 }));
  await passDeadlines();
  client.try(gateway.setFirebaseToken({ token: plantedSecret("firebase") }));
  client.try(gateway.getFirebaseToken());
  const params = {
    accessToken: plantedSecret("callAccess"),
    client_secret: plantedSecret("callSecret"),
    config: { services: [{ apiSecret: plantedSecret("nested") }] },
  };
  const target = { service: "chat", component: "room", function: "post" };
  client.try(gateway.call({ ...target, params }));
  client.try(gateway.getProjectToken());
  await passDeadlines();
  gateway.setProjectToken(plantedSecret("projectSet"));
  client.try(gateway.takeOver());
  client.try(gateway.ping());
  await passDeadlines();
  client.output.client.push(gateway.connection);
  client.try(gateway.disconnect());
  await passDeadlines();
}

const issuingServer: FrameHandler = (frame, socket) =>
  frame.method === "login"
    ? { status: 200, body: { access_token: plantedSecret("projectIssued"), expires_in: 3_600 } }
    : acceptingServer(frame, socket);

const strict = defineNotification("strict", {
  "~standard": {
    version: 1,
    vendor: "test",
    validate: (value) => ({
      issues: Object.keys(value as object).map((name) => ({
        message: `not ${JSON.stringify(value)}`,
        path: [name],
      })),
    }),
  },
});

/** A server's reaction to a frame. `quoted` holds every value of the frame. */
type QuotingServer = (
  frame: SentFrame,
  quoted: string,
  socket: FaultSocket,
) => ServerReply | undefined;

/** Every value of a frame; nested ones as JSON. */
const quote = ({ params }: SentFrame): string =>
  Object.values(params)
    .map((value) => (typeof value === "string" ? value : JSON.stringify(value)))
    .join(" ");

const list = (quoted: string) =>
  JSON.stringify([{ component: quoted, message: quoted, code: quoted }]);

const quotingServers: Record<string, QuotingServer> = {
  "401 with a list": (_, quoted) => ({ status: 401, body: { message: list(quoted) } }),
  "400 with a list": (_, quoted) => ({ status: 400, body: { message: list(quoted) } }),
  "409 with a list": (_, quoted) => ({ status: 409, body: { message: list(quoted) } }),
  "503 with a list": (_, quoted) => ({ status: 503, body: { message: list(quoted) } }),
  "401 in plain text": (_, quoted) => ({ status: 401, body: { message: quoted } }),
  "400 in plain text": (_, quoted) => ({ status: 400, body: { message: quoted } }),
  "503 in plain text": (_, quoted) => ({ status: 503, message: quoted }),
  "the frame itself, as JSON in the message": ({ params }) => ({
    status: 400,
    body: { message: JSON.stringify(params) },
  }),
  "a list that quotes the frame as JSON": ({ params }) => ({
    status: 400,
    body: { message: list(JSON.stringify(params)) },
  }),
  "a list that quotes the frame in a URL": (_, quoted) => ({
    status: 400,
    body: { message: list(`https://gs2.test/?q=${encodeURIComponent(quoted)}`) },
  }),
  "a list that quotes the frame in Base64": (_, quoted) => ({
    status: 503,
    body: { message: list(`Basic ${Buffer.from(quoted).toString("base64")}`) },
  }),
  "a list that is broken JSON": (_, quoted) => ({
    status: 400,
    body: { message: list(JSON.stringify(quoted)).slice(0, -2) },
  }),
  "a reply without a status": ({ requestId }, quoted, socket) => {
    socket.deliver({ requestId, message: quoted });
    return undefined;
  },
  "a reply to an unknown request": (_, quoted, socket) => {
    socket.deliver({ requestId: quoted, status: 200, body: {} });
    return undefined;
  },
  "an incomplete frame": (_, quoted, socket) => {
    socket.deliver(`{"requestId":"${quoted}`);
    return undefined;
  },
  "a frame of no known type": (_, quoted, socket) => {
    socket.deliver({ body: { [quoted]: quoted } });
    return undefined;
  },
  "a notification": (_, quoted, socket) => {
    socket.deliver({
      type: "notification",
      body: { issuer: quoted, subject: quoted, payload: quoted },
    });
    return undefined;
  },
  "a notification that fails its schema": (_, quoted, socket) => {
    socket.notify("strict", { quoted });
    return undefined;
  },
  "a notification whose names fail its schema": (_, quoted, socket) => {
    socket.notify("strict", Object.fromEntries(quoted.split(" ").map((name) => [name, 1])));
    return undefined;
  },
  "a close with a reason": (_, quoted, socket) => {
    socket.emitClose(4_000, true, quoted);
    return undefined;
  },
  "no reply": () => undefined,
};

const stages: Record<string, (frame: SentFrame) => boolean> = {
  "the login": () => true,
  "the bind": ({ method }) => method !== "login",
  "every call": ({ method }) => method !== "login" && method !== "setUserId",
};

describe.each(Object.entries(stages))(
  "secrets that the server sends back from %s on",
  (_, isTurn) => {
    test.each(Object.entries(quotingServers))(
      "as %s reach no channel of the client",
      async (_, quotingServer) => {
        for (const credential of Object.values(credentials)) {
          const network = faultNetwork((frame, socket) =>
            isTurn(frame)
              ? quotingServer(frame, quote(frame), socket)
              : issuingServer(frame, socket),
          );
          const client = recordedClient(network, { credential });
          await exerciseClient(client);
          expect(
            leakedSecrets(network.sent().filter(isTurn)),
            "frames the server received",
          ).not.toEqual([]);
          for (const channel of channels) {
            expect(leakedSecrets(client.output[channel]), channel).toEqual([]);
          }
        }
      },
    );
  },
);

describe("the console of a client without a logger", () => {
  test.each(Object.entries(quotingServers))(
    "shows no secret that the server sends back as %s",
    async (_, quotingServer) => {
      const network = faultNetwork((frame, socket) => quotingServer(frame, quote(frame), socket));
      const client = recordedClient(network, { credential: credentials.secret, logger: undefined });
      await exerciseClient(client);
      expect(leakedSecrets(client.output.console)).toEqual([]);
    },
  );
});

describe("a text that is not a known secret reaches the channel", () => {
  const unknownText = plantedSecret("stranger");
  const refusing =
    (status: number, method: string): QuotingServer =>
    (frame, _quoted, socket) =>
      frame.method === method
        ? { status, body: { message: list(unknownText) } }
        : acceptingServer(frame, socket);
  const acceptingUnknownText: QuotingServer = (frame, _quoted, socket) =>
    frame.method === "setUserId"
      ? { status: 200, body: { item: { userId: unknownText, connectionId: "c" } } }
      : acceptingServer(frame, socket);

  test.each<[channel: Channel, QuotingServer, more?: Partial<GatewayClientOptions>]>([
    ["rejections", refusing(400, "getFirebaseToken")],
    ["status", refusing(401, "login")],
    ["unauthorized", refusing(401, "login")],
    ["diagnostics", refusing(503, "setUserId")],
    ["logger", refusing(503, "setUserId")],
    ["console", refusing(503, "setUserId"), { logger: undefined }],
    ["syncs", acceptingUnknownText],
    ["client", acceptingUnknownText],
  ])("%s", async (channel, quotingServer, more = {}) => {
    const network = faultNetwork((frame, socket) => quotingServer(frame, "", socket));
    const client = recordedClient(network, { credential: credentials.secret, ...more });
    await exerciseClient(client);
    expect(leakedSecrets(client.output[channel])).toContain("stranger");
  });

  test("status, as the cause of an error", async () => {
    const network = faultNetwork();
    const client = recordedClient(network, { credential: credentials.secret });
    const signedOut = new GatewayError({ kind: "unauthorized", message: unknownText });
    const accessToken = () => Promise.reject(signedOut);
    client.try(client.gateway.setUserId({ accessToken }, { timeoutMs: 5_000 }));
    await passDeadlines();
    expect(leakedSecrets(client.output.status)).toContain("stranger");
  });
});

describe("a login over REST that ends with", () => {
  const restReply = (status: number, text: (quoted: string) => string) => (body: string) =>
    Promise.resolve({ status, text: () => Promise.resolve(text(body)) });
  const asList = (quoted: string) => JSON.stringify({ message: list(quoted) });

  test.each<[string, (body: string) => Promise<{ status: number; text(): Promise<string> }>]>([
    ["401 and a list", restReply(401, asList)],
    ["400 and a list", restReply(400, asList)],
    ["503 and a page", restReply(503, (quoted) => `<pre>${quoted}</pre>`)],
    ["200 and no JSON", restReply(200, (quoted) => quoted.slice(1))],
    ["200 and no token", restReply(200, (quoted) => quoted)],
    ["no reply", noFetch],
  ])("%s leaks no secret", async (_, quotingServer) => {
    const client = recordedClient(faultNetwork(), {
      credential: credentials.secret,
      fetch: (_url, { body = "" }) => quotingServer(body),
    });
    client.try(client.gateway.getProjectToken());
    await passDeadlines();
    expect(client.output.rejections).not.toEqual([]);
    for (const channel of channels)
      expect(leakedSecrets(client.output[channel]), channel).toEqual([]);
  });
});
