import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createSocketOpener, type SocketEvents } from "../../../src/connection/socket.js";
import { faultNetwork, type FaultNetwork } from "../../support/faultSocket.js";

let network: FaultNetwork;
beforeEach(() => {
  vi.useFakeTimers();
  network = faultNetwork(() => undefined);
});
afterEach(() => {
  vi.useRealTimers();
});

async function startAttempt(connectTimeoutMs = 1_000) {
  const emitted: unknown[] = [];
  const events: SocketEvents = {
    opened: () => emitted.push("opened"),
    received: (data) => emitted.push(data),
    alive: () => emitted.push("alive"),
    ended: (end) => emitted.push(end),
  };
  const socket = createSocketOpener(network.WebSocket, connectTimeoutMs)(
    "wss://nowhere.test",
    events,
  );
  await vi.advanceTimersByTimeAsync(0);
  return { socket, emitted };
}

describe("a connection attempt", () => {
  test("creates one socket, at its URL", async () => {
    network.onConnect = "refuse";
    const { emitted } = await startAttempt();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(network.sockets.map(({ url }) => url)).toEqual(["wss://nowhere.test"]);
    expect(emitted).toEqual([{ code: 1006, reason: "", clean: false }]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("emits each event once, in order", async () => {
    const { emitted } = await startAttempt();
    network.last.deliver("one");
    network.last.deliver("");
    network.last.deliver("two");
    expect(emitted).toEqual(["opened", "one", "", "two"]);
  });

  test.each([
    [1000, true, "bye"],
    [1006, false, ""],
    [4321, true, "custom"],
  ])("ends with the close code from the host: %i", async (code, clean, reason) => {
    const { emitted } = await startAttempt();
    network.last.emitClose(code, clean, reason);
    expect(emitted).toEqual(["opened", { code, reason, clean }]);
  });

  test("that is not open in time ends with code 0, and leaves the socket", async () => {
    network.onConnect = "hang";
    const { emitted } = await startAttempt();
    await vi.advanceTimersByTimeAsync(999);
    expect(emitted).toEqual([]);
    await vi.advanceTimersByTimeAsync(2);
    expect(emitted).toEqual([{ code: 0, reason: "", clean: false }]);
    expect(network.last.closeCalled).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("whose constructor throws ends later, with the thrown error", async () => {
    network.onConnect = "throw";
    const emitted: unknown[] = [];
    createSocketOpener(network.WebSocket, 1_000)("wss://nowhere.test", {
      opened: () => emitted.push("opened"),
      received: () => {},
      alive: () => {},
      ended: (end) => emitted.push(end),
    });
    expect(emitted).toEqual([]);
    await vi.advanceTimersByTimeAsync(10);
    expect(emitted).toMatchObject([{ code: 0, clean: false, refused: { name: "SyntaxError" } }]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(emitted).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("that errors ends once: with the following close, or by itself", async () => {
    const first = await startAttempt();
    network.last.emitError();
    network.last.emitClose(4_000, true);
    await vi.advanceTimersByTimeAsync(100);
    expect(first.emitted).toEqual(["opened", { code: 4_000, reason: "", clean: true }]);
    const second = await startAttempt();
    network.last.emitError();
    await vi.advanceTimersByTimeAsync(0);
    network.last.emitClose();
    expect(second.emitted).toEqual(["opened", { code: 1006, reason: "", clean: false }]);
  });
});

describe("leave", () => {
  test("stops every later event", async () => {
    const { socket, emitted } = await startAttempt();
    emitted.length = 0;
    const raw = network.last;
    socket.leave();
    expect(raw.closeCalled).toBe(true);
    raw.deliver("late");
    raw.emitError();
    raw.emitClose(1_000, true);
    raw.emitClose();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(emitted).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("before the socket is created creates none", async () => {
    const ended = vi.fn();
    const socket = createSocketOpener(network.WebSocket, 1_000)("wss://nowhere.test", {
      opened: ended,
      received: ended,
      alive: ended,
      ended,
    });
    socket.leave();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(ended).not.toHaveBeenCalled();
    expect(network.sockets.filter(({ closeCalled }) => !closeCalled)).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("while the socket opens ends the attempt", async () => {
    network.onConnect = "hang";
    const { socket, emitted } = await startAttempt();
    socket.leave();
    network.last.open();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(emitted).toEqual([]);
    expect(network.last.closeCalled).toBe(true);
  });

  test("inside a frame event stops the events after it", async () => {
    const emitted: unknown[] = [];
    const socket = createSocketOpener(network.WebSocket, 1_000)("wss://nowhere.test", {
      opened: () => emitted.push("opened"),
      received(data) {
        emitted.push(data);
        socket.leave();
      },
      alive: () => {},
      ended: (end) => emitted.push(end),
    });
    await vi.advanceTimersByTimeAsync(0);
    network.last.deliver("one");
    network.last.deliver("two");
    network.last.emitClose();
    expect(emitted).toEqual(["opened", "one"]);
  });
});

describe("send", () => {
  const frame = `{"x_gs2":{}}`;

  test("is refused unless the socket is open", async () => {
    network.onConnect = "hang";
    const { socket } = await startAttempt();
    expect(socket.send("early")).toBe(false);
    network.last.open();
    expect(socket.send(frame)).toBe(true);
    network.last.readyState = 2;
    expect(socket.send("closing")).toBe(false);
    expect(network.last.sentTexts).toEqual([frame]);
  });

  test("is refused after leave, although the raw socket is open", async () => {
    const { socket } = await startAttempt();
    socket.leave();
    network.last.readyState = 1;
    expect(socket.send("late")).toBe(false);
    expect(network.last.sentTexts).toEqual([]);
  });

  test("of a ping is refused without host support, and with it the pong counts as alive", async () => {
    const { socket } = await startAttempt();
    expect(socket.ping()).toBe(false);
    let pong = (): void => {};
    const Base = network.WebSocket as unknown as { prototype: object };
    Object.assign(Base.prototype, { sendPing: (onPong: () => void) => (pong = onPong) });
    const withPings = await startAttempt();
    expect(withPings.socket.ping()).toBe(true);
    pong();
    withPings.socket.leave();
    pong();
    expect(withPings.emitted).toEqual(["opened", "alive"]);
  });
});
