import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  createBrowserEmulator,
  type BrowserEmulator,
} from "../../../../src/emulator/browser/index.js";
import { until } from "../../../support/until.js";

let emulator: BrowserEmulator;
beforeEach(() => {
  emulator = createBrowserEmulator({ namespaces: ["game-0001"] });
});
afterEach(() => emulator.stop());

const address = () => emulator.endpoints.webSocket;

interface Recorded {
  readonly socket: WebSocket;
  /** Each event, as its type and what it says. */
  readonly events: string[];
}

function open(url: string | URL = address(), protocols?: string | string[]): Recorded {
  const socket = new emulator.WebSocket(url, protocols);
  const events: string[] = [];
  socket.addEventListener("open", () => events.push("open"));
  socket.addEventListener("message", ({ data }) => events.push(`message ${String(data)}`));
  socket.addEventListener("error", () => events.push("error"));
  socket.addEventListener("close", ({ code, reason, wasClean }) =>
    events.push(`close ${code} ${reason} ${wasClean ? "clean" : "unclean"}`),
  );
  return { socket, events };
}

async function opened(...args: Parameters<typeof open>): Promise<Recorded> {
  const recorded = open(...args);
  await until("the socket is open", () => recorded.socket.readyState === 1);
  return recorded;
}

const ended = ({ socket }: Recorded) =>
  until("the socket is closed", () => socket.readyState === 3);

/** A call that binds the player of `accessToken-0001`. */
const bind = async (requestId: string) => {
  const body = { client_id: "client", client_secret: "secret" };
  const login = await emulator.fetch(`${emulator.url}/identifier/projectToken/login`, {
    method: "POST",
    body: JSON.stringify(body),
  });
  const { access_token } = (await login.json()) as { access_token: string };
  return JSON.stringify({
    x_gs2: {
      service: "gateway",
      component: "webSocketSession",
      function: "setUserId",
      contentType: "application/json",
      requestId,
    },
    xGs2ClientId: "client",
    xGs2ProjectToken: access_token,
    namespaceName: "game-0001",
    accessToken: "accessToken-0001",
  });
};

test("the platform's WebSocket can be replaced by the emulator's class", () => {
  const replaced: { WebSocket: typeof WebSocket; fetch: typeof fetch } = emulator;
  expect(replaced.WebSocket).toBe(emulator.WebSocket);
});

describe("the constructor of the page's WebSocket", () => {
  test.each([
    ["no URL", "http://["],
    ["another scheme", "ftp://in-page.localhost:9/gateway-ws"],
    ["a fragment", "ws://in-page.localhost:9/gateway-ws#top"],
  ])("throws a SyntaxError for %s", (_, url) => {
    expect(() => new emulator.WebSocket(url)).toThrow(
      expect.objectContaining({ name: "SyntaxError" }) as Error,
    );
  });

  test("throws a SyntaxError for subprotocols that are doubled or no tokens", () => {
    for (const protocols of [["one", "ONE"], ["a b"], ""]) {
      expect(() => new emulator.WebSocket(address(), protocols)).toThrow(DOMException);
    }
  });

  test("takes http: for ws:, and the first subprotocol", async () => {
    const { socket } = await opened(address().replace("ws:", "http:"), ["one", "two"]);
    expect(socket.url).toBe(address());
    expect(socket.protocol).toBe("one");
    expect(socket.extensions).toBe("");
  });

  test("has the constants of a WebSocket on class and instance", () => {
    const { socket } = open();
    for (const { CONNECTING, OPEN, CLOSING, CLOSED } of [emulator.WebSocket, socket]) {
      expect([CONNECTING, OPEN, CLOSING, CLOSED]).toEqual([0, 1, 2, 3]);
    }
    expect(socket).toBeInstanceOf(emulator.WebSocket);
    expect(emulator.WebSocket.name).toBe("WebSocket");
  });
});

describe("the page's WebSocket", () => {
  test("opens in a later task", async () => {
    const { socket, events } = open();
    await Promise.resolve();
    expect([socket.readyState, events]).toEqual([0, []]);
    await until("the socket is open", () => socket.readyState === 1);
    expect(events).toEqual(["open"]);
  });

  test("gets replies in later tasks, in order, with its origin", async () => {
    const { socket, events } = await opened();
    const origins: string[] = [];
    socket.onmessage = ({ origin }) => void origins.push(origin);
    for (const id of ["one", "two"]) socket.send(await bind(id));
    expect(events).toEqual(["open"]);
    await until("both replies are there", () => events.length === 3);
    const ids = events.slice(1).map((text) => {
      const frame = JSON.parse(text.slice("message ".length)) as Record<string, unknown>;
      return [frame["requestId"], frame["status"]];
    });
    expect(ids).toEqual([
      ["one", 200],
      ["two", 200],
    ]);
    expect(origins).toEqual(Array(2).fill("ws://in-page.localhost:9"));
  });

  test("calls handlers and listeners in the order of their first registration, with itself", async () => {
    const socket = new emulator.WebSocket(address());
    const calls: unknown[] = [];
    socket.onopen = () => void calls.push("replaced");
    socket.addEventListener("open", () => calls.push("listener"));
    const handler = vi.fn(function (this: WebSocket) {
      calls.push(this);
    });
    socket.onopen = handler;
    expect(socket.onopen).toBe(handler);
    socket.onerror = 5 as never;
    expect(socket.onerror).toBe(null);
    await until("the listener was called", () => calls.length === 2);
    expect(calls).toEqual([socket, "listener"]);
    expect(handler.mock.calls[0]![0 as never]).toMatchObject({ type: "open", target: socket });
  });

  test("counts what is sent until it arrives, and for ever once it is closed", async () => {
    const recorded = await opened();
    const { socket } = recorded;
    socket.send("\u00e9");
    socket.send(new Uint8Array(3));
    socket.send(new Blob(["four"]));
    expect(socket.bufferedAmount).toBe(2 + 3 + 4);
    await until("all is sent", () => socket.bufferedAmount === 0);
    socket.close();
    await ended(recorded);
    socket.send("late");
    expect(socket.bufferedAmount).toBe(4);
  });

  test("throws an InvalidStateError when it sends before it is open", () => {
    const { socket } = open();
    expect(() => socket.send("early")).toThrow(
      expect.objectContaining({ name: "InvalidStateError" }) as Error,
    );
  });

  test("keeps its binaryType, and ignores one that does not exist", () => {
    const { socket } = open();
    expect(socket.binaryType).toBe("blob");
    socket.binaryType = "arraybuffer";
    socket.binaryType = "text" as never;
    expect(socket.binaryType).toBe("arraybuffer");
  });

  test.each([
    ["a binary frame", () => new Uint8Array([1])],
    ["a text that is no JSON", () => "no JSON"],
    ["half of a surrogate pair", () => "\ud800"],
  ])("gets an error frame for %s", async (_, data) => {
    const { socket, events } = await opened();
    socket.send(data());
    await until("the error is there", () => events.length === 2);
    expect(events[1]).toContain('"status":400');
    expect(socket.readyState).toBe(1);
  });

  test("is closed with 1009 after a message over maxMessageBytes", async () => {
    const recorded = await opened();
    recorded.socket.send("x".repeat(131_073));
    await ended(recorded);
    expect(recorded.events).toEqual(["open", "close 1009  clean"]);
  });
});

describe("close()", () => {
  test("closes with its code and reason, once, in a later task", async () => {
    const recorded = await opened();
    const { socket, events } = recorded;
    socket.close(3001, "enough");
    socket.close(3002, "again");
    expect([socket.readyState, events]).toEqual([2, ["open"]]);
    await ended(recorded);
    socket.close();
    expect(events).toEqual(["open", "close 3001 enough clean"]);
  });

  test("closes with 1005 where it has no code, and the emulator's session ends", async () => {
    const recorded = await opened();
    recorded.socket.send(await bind("bind"));
    await until("the player is bound", () => emulator.sessions().length === 1);
    recorded.socket.close();
    await ended(recorded);
    expect(recorded.events.at(-1)).toBe("close 1005  clean");
    expect(emulator.sessions()).toEqual([]);
  });

  test.each([
    [1001, "", "InvalidAccessError"],
    [2999, "", "InvalidAccessError"],
    [5000, "", "InvalidAccessError"],
    [1000, "\u00e9".repeat(62), "SyntaxError"],
  ])("throws for the code %d with the reason %s", async (code, reason, name) => {
    const { socket } = await opened();
    expect(() => socket.close(code, reason)).toThrow(expect.objectContaining({ name }) as Error);
    expect(socket.readyState).toBe(1);
  });

  test("before the socket is open ends in an error and 1006", async () => {
    const recorded = open();
    recorded.socket.close();
    expect(recorded.socket.readyState).toBe(2);
    await ended(recorded);
    expect(recorded.events).toEqual(["error", "close 1006  unclean"]);
  });
});

describe("a handshake fails, with an error and 1006,", () => {
  const failure = ["error", "close 1006  unclean"];

  test.each([
    ["at another address", () => "wss://gateway-ws.ap-northeast-1.gen2.gs2io.com"],
    ["at another path", () => `${address()}/more`],
  ])("%s", async (_, url) => {
    const recorded = open(url());
    await ended(recorded);
    expect(recorded.events).toEqual(failure);
  });

  test("when the fault refuse says so", async () => {
    emulator.faults.set([{ fault: "refuse" }]);
    const recorded = open();
    await ended(recorded);
    expect(recorded.events).toEqual(failure);
  });

  test("beyond maxConnections, whether open or not yet", async () => {
    await emulator.stop();
    emulator = createBrowserEmulator({ settings: { maxConnections: 1 } });
    emulator.faults.set([{ fault: "hangBeforeOpen", times: 1 }]);
    const first = open();
    const second = open();
    await ended(second);
    expect([first.events, second.events]).toEqual([[], failure]);
    first.socket.close();
    await ended(first);
    await opened();
  });

  test("after stop(), which closes the open sockets with 1001", async () => {
    const before = await opened();
    await emulator.stop();
    expect(before.events).toEqual(["open", "close 1001 the emulator stops clean"]);
    const after = open();
    await ended(after);
    expect(after.events).toEqual(failure);
  });
});

describe("the emulator's end", () => {
  test("closes with the code of a fault, or with 1006 without a close frame", async () => {
    const first = await opened();
    emulator.faults.set([{ fault: "close", code: 3003, reason: "no" }]);
    await ended(first);
    const second = await opened();
    emulator.faults.set([{ fault: "drop" }]);
    await ended(second);
    expect([first.events.at(-1), second.events.at(-1)]).toEqual([
      "close 3003 no clean",
      "close 1006  unclean",
    ]);
  });

  test("answers nothing on a half-open connection, whose close() times out", async () => {
    const recorded = await opened();
    emulator.faults.set([{ fault: "halfOpen" }]);
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      recorded.socket.send("no JSON");
      recorded.socket.close(1000);
      for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate);
      expect([recorded.socket.readyState, recorded.events]).toEqual([2, ["open"]]);
      await vi.advanceTimersByTimeAsync(10_000);
    } finally {
      vi.useRealTimers();
    }
    expect(recorded.events).toEqual(["open", "close 1006  unclean"]);
  });

  test("cuts a half-open connection without its client's noticing, until the emulator stops", async () => {
    const recorded = await opened();
    recorded.socket.send(await bind("bind"));
    await until("the player is bound", () => emulator.sessions().length === 1);
    emulator.faults.set([{ fault: "halfOpen" }]);
    emulator.disconnect({ userId: "user-0001" });
    for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate);
    expect([recorded.socket.readyState, emulator.sessions()]).toEqual([1, []]);
  });

  test("closes half-open connections with 1006 when it stops", async () => {
    const recorded = await opened();
    emulator.faults.set([{ fault: "halfOpen" }]);
    await emulator.stop();
    expect(recorded.events).toEqual(["open", "close 1006  unclean"]);
  });
});
