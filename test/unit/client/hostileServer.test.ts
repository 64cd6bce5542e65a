// Frames that no correct server sends: names with a meaning in JavaScript, unlimited nesting, and
// megabytes of text.
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { GatewayClient } from "../../../src/client/client.js";
import type { Diagnostic } from "../../../src/core/diagnostics.js";
import type { Notification } from "../../../src/notify/notification.js";
import { defineNotification } from "../../../src/notify/schema.js";
import { isGatewayError } from "../../../src/errors.js";
import {
  faultNetwork,
  optionsFor,
  acceptingServer,
  type FrameHandler,
} from "../../support/faultSocket.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const settle = () => vi.advanceTimersByTimeAsync(0);

/** A client with alice bound, its notifications and its diagnostics. */
async function bound(server: FrameHandler = acceptingServer) {
  const network = faultNetwork(server);
  const gateway = new GatewayClient(optionsFor(network));
  onTestFinished(() => gateway.dispose());
  const diagnostics: Diagnostic[] = [];
  gateway.lifecycle.on("diagnostic", (diagnostic) => diagnostics.push(diagnostic));
  const received: Notification[] = [];
  gateway.on("*", (event) => received.push(event));
  gateway.setUserId({ accessToken: "alice-token" }).catch(() => undefined);
  await settle();
  return { network, gateway, diagnostics, received };
}

const deep = (levels: number): string =>
  `${'{"a":['.repeat(levels / 2)}1${"]}".repeat(levels / 2)}`;
const HUGE = "x".repeat(5_000_000);

const names = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "then",
  "*",
  "",
  HUGE,
];
const titled = names.map((name) => [name === HUGE ? "5 MB" : `"${name}"`, name] as const);

/** The properties that every object inherits. No test may change them. */
const inherited = Object.getOwnPropertyNames(Object.prototype).sort();
afterEach(() => {
  expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(inherited);
});

describe("a notification with the name", () => {
  test.each(titled)("%s reaches its handlers, as subject and as issuer", async (_, name) => {
    const { network, gateway, received } = await bound();
    const byKey: unknown[] = [];
    const byPair: unknown[] = [];
    const checked: unknown[] = [];
    if (name !== "*") gateway.on(name as never, (event: Notification) => byKey.push(event.subject));
    gateway.on({ subject: name }, ({ subject }) => byPair.push(subject));
    gateway.on({ issuer: name }, ({ issuer }) => byPair.push(issuer));
    if (name !== "*" && name !== "") {
      const definition = defineNotification(name, {
        "~standard": { version: 1, vendor: "test", validate: (value) => ({ value }) },
      });
      gateway.on(definition, ({ key }) => checked.push(key));
    }
    const waited = gateway.waitFor({ subject: name });
    network.last.notify(name, { a: 1 }, name);
    network.last.notify("Gs2Chat:Post", {}, "other");
    await settle();
    expect(received.map(({ subject }) => subject)).toEqual([name, "Gs2Chat:Post"]);
    expect((await waited).payload).toEqual({ a: 1 });
    expect(byPair).toEqual([name, name]);
    if (name !== "*") expect(byKey).toEqual([name]);
    if (name !== "*" && name !== "") expect(checked).toEqual([name]);
    expect(gateway.connection.status).toBe("ready");
  });

  test.each(titled)("%s as a payload field changes no prototype", async (_, name) => {
    const { network, received } = await bound();
    network.last.notify("own", JSON.parse(`{"${name}":{"polluted":true}}`));
    await settle();
    expect(Object.keys(received[0]!.payload as object)).toEqual([name]);
    expect(Object.keys({ ...(received[0]!.payload as object) })).toEqual([name]);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

describe("a frame", () => {
  const notification = (payload: string) =>
    `{"type":"notification","body":{"issuer":"i","subject":"s","payload":${payload}}}`;
  const reply = (body: string) => `{"requestId":"1","status":200,"body":${body}}`;

  test.each([
    ["10,000 levels as payload", notification(deep(10_000))],
    ["10,000 levels in the text of the payload", notification(JSON.stringify(deep(10_000)))],
    ["100,000 levels in the text of the payload", notification(JSON.stringify(deep(100_000)))],
    ["10,000 levels as subject", `{"body":{"subject":${deep(10_000)},"issuer":"i","payload":""}}`],
    ["10,000 levels as request id", `{"requestId":${deep(10_000)},"status":200}`],
    [
      "10,000 levels as status",
      `{"requestId":"1","status":${"[".repeat(10_000)}${"]".repeat(10_000)}}`,
    ],
    ["10,000 levels as reply", reply(deep(10_000))],
    ["10,000 levels of an unknown frame", deep(10_000)],
    ["5 MB of payload", notification(JSON.stringify(HUGE))],
    ["5 MB of request id", `{"requestId":"${HUGE}","status":200}`],
    ["5 MB of invalid JSON", HUGE],
    ["__proto__ as request id", '{"requestId":"__proto__","status":200,"body":{}}'],
    [
      "a field __proto__ beside the body",
      '{"__proto__":{"type":"notification"},"body":{"subject":"s"}}',
    ],
  ])("with %s leaves the client ready", async (_, text) => {
    const { network, gateway, received, diagnostics } = await bound();
    network.last.deliver(text);
    network.last.notify("Gs2Chat:Post", {});
    await settle();
    // Payloads are parsed on delivery; reading one must not throw.
    for (const event of received) expect(() => event.payload).not.toThrow();
    expect(received.at(-1)!.key).toBe("Gs2Chat:Post");
    expect(gateway.connection.status).toBe("ready");
    for (const { message, detail } of diagnostics) {
      expect(message.length).toBeLessThanOrEqual(600);
      for (const text of Object.values(detail))
        expect(String(text).length).toBeLessThanOrEqual(500);
    }
    await gateway.ping();
  });
});

describe("a reply", () => {
  // JSON text, since only a hostile server writes values nested this deeply.
  const strangeValues: [what: string, json: string][] = [
    ["10,000 levels", deep(10_000)],
    ["5 MB", JSON.stringify(HUGE)],
    ["__proto__", '"__proto__"'],
    ["a number", "5"],
    ["an object without a string form", '{"toString":"no function"}'],
    ["null", "null"],
  ];

  /** A server that replies to one method with this body until `hostile.done` is set. */
  const replyingServer = (method: string, status: number, body: string) => {
    const hostile = { done: false };
    const server: FrameHandler = (frame, socket) => {
      if (frame.method !== method || hostile.done) return acceptingServer(frame, socket);
      const { requestId } = frame;
      queueMicrotask(() =>
        socket.deliver(`{"requestId":"${requestId}","status":${status},"body":${body}}`),
      );
      return undefined;
    };
    return { hostile, server };
  };

  /** Checks that the client can still bind a player. */
  async function expectUsable(gateway: GatewayClient): Promise<void> {
    gateway.setProjectToken("project-good");
    const again = gateway.setUserId({ accessToken: "bob-token" }, { timeoutMs: 60_000 });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await again).toMatchObject({ userId: "bob", state: "held" });
    expect(() => JSON.stringify(gateway.connection)).not.toThrow();
  }

  test.each(strangeValues)(
    "to a bind with %s as session leaves the client usable",
    async (_, value) => {
      const item = `{"item":{"userId":${value},"connectionId":${value},"sessionId":${value}}}`;
      const { hostile, server } = replyingServer("setUserId", 200, item);
      const { gateway, network } = await bound(server);
      await vi.advanceTimersByTimeAsync(20_000);
      expect(network.sent("setUserId")).not.toEqual([]);
      hostile.done = true;
      await expectUsable(gateway);
    },
  );

  test.each(strangeValues)(
    "to a login with %s as expires_in leaves the client usable",
    async (_, value) => {
      const body = `{"access_token":"project-0001","expires_in":${value}}`;
      const { hostile, server } = replyingServer("login", 200, body);
      const { gateway } = await bound(server);
      await vi.advanceTimersByTimeAsync(20_000);
      hostile.done = true;
      await expectUsable(gateway);
    },
  );

  test.each(strangeValues)(
    "to a login with %s as access_token leaves the client usable",
    async (_, value) => {
      const { hostile, server } = replyingServer("login", 200, `{"access_token":${value}}`);
      const { gateway } = await bound(server);
      await vi.advanceTimersByTimeAsync(20_000);
      hostile.done = true;
      await expectUsable(gateway);
    },
  );

  test.each(strangeValues)(
    "that refuses with %s rejects with an error that can be serialized",
    async (_, value) => {
      const list = `[{"component":${value},"message":${value},"code":${value}}]`;
      for (const body of [`{"message":${value}}`, `{"message":${JSON.stringify(list)}}`, value]) {
        const { hostile, server } = replyingServer("describeWebSocketSessions", 400, body);
        const { gateway } = await bound(server);
        const call = gateway.describeWebSocketSessions().catch((error: unknown) => error);
        await vi.advanceTimersByTimeAsync(20_000);
        const error = await call;
        expect(isGatewayError(error, "badRequest")).toBe(true);
        expect(() => JSON.stringify(error) + String(error)).not.toThrow();
        hostile.done = true;
        await expectUsable(gateway);
        gateway.dispose();
      }
    },
  );
});
