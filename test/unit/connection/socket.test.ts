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

async function anAttempt(connectTimeoutMs = 1_000) {
  const told: unknown[] = [];
  const events: SocketEvents = {
    opened: () => told.push("opened"),
    received: (data) => told.push(data),
    alive: () => told.push("alive"),
    ended: (end) => told.push(end),
  };
  const socket = createSocketOpener(network.WebSocket, connectTimeoutMs)(
    "wss://nowhere.test",
    events,
  );
  await vi.advanceTimersByTimeAsync(0);
  return { socket, told };
}

describe("one attempt", () => {
  test("makes one socket, at the URL it was given, and never another", async () => {
    network.onConnect = "refuse";
    const { told } = await anAttempt();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(network.sockets.map(({ url }) => url)).toEqual(["wss://nowhere.test"]);
    expect(told).toEqual([{ code: 1006, reason: "", clean: false }]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("tells what comes, as it comes, once", async () => {
    const { told } = await anAttempt();
    network.last.deliver("one");
    network.last.deliver("");
    network.last.deliver("two");
    expect(told).toEqual(["opened", "one", "", "two"]);
  });

  test.each([
    [1000, true, "bye"],
    [1006, false, ""],
    [4321, true, "custom"],
  ])("ends with the code the host tells: %i", async (code, clean, reason) => {
    const { told } = await anAttempt();
    network.last.emitClose(code, clean, reason);
    expect(told).toEqual(["opened", { code, reason, clean }]);
  });

  test("that is not open in time ends with code 0, and the socket is left", async () => {
    network.onConnect = "hang";
    const { told } = await anAttempt();
    await vi.advanceTimersByTimeAsync(999);
    expect(told).toEqual([]);
    await vi.advanceTimersByTimeAsync(2);
    expect(told).toEqual([{ code: 0, reason: "", clean: false }]);
    expect(network.last.closeCalled).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("whose constructor throws ends with what was thrown, later, not while it is being made", async () => {
    network.onConnect = "throw";
    const told: unknown[] = [];
    createSocketOpener(network.WebSocket, 1_000)("wss://nowhere.test", {
      opened: () => told.push("opened"),
      received: () => {},
      alive: () => {},
      ended: (end) => told.push(end),
    });
    expect(told).toEqual([]);
    await vi.advanceTimersByTimeAsync(10);
    expect(told).toMatchObject([{ code: 0, clean: false, refused: { name: "SyntaxError" } }]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(told).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("that errors ends once: with the close that follows, else by itself", async () => {
    const first = await anAttempt();
    network.last.emitError();
    network.last.emitClose(4_000, true);
    await vi.advanceTimersByTimeAsync(100);
    expect(first.told).toEqual(["opened", { code: 4_000, reason: "", clean: true }]);
    const second = await anAttempt();
    network.last.emitError();
    await vi.advanceTimersByTimeAsync(0);
    network.last.emitClose();
    expect(second.told).toEqual(["opened", { code: 1006, reason: "", clean: false }]);
  });
});

describe("leaving", () => {
  test("silences everything that may still come, at once and for good", async () => {
    const { socket, told } = await anAttempt();
    told.length = 0;
    const raw = network.last;
    socket.leave();
    expect(raw.closeCalled).toBe(true);
    raw.deliver("late");
    raw.emitError();
    raw.emitClose(1_000, true);
    raw.emitClose();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(told).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("before the socket is even made makes none", async () => {
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

  test("while it is opening ends the attempt", async () => {
    network.onConnect = "hang";
    const { socket, told } = await anAttempt();
    socket.leave();
    network.last.open();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(told).toEqual([]);
    expect(network.last.closeCalled).toBe(true);
  });

  test("inside the event of a frame stops what follows it", async () => {
    const told: unknown[] = [];
    const socket = createSocketOpener(network.WebSocket, 1_000)("wss://nowhere.test", {
      opened: () => told.push("opened"),
      received(data) {
        told.push(data);
        socket.leave();
      },
      alive: () => {},
      ended: (end) => told.push(end),
    });
    await vi.advanceTimersByTimeAsync(0);
    network.last.deliver("one");
    network.last.deliver("two");
    network.last.emitClose();
    expect(told).toEqual(["opened", "one"]);
  });
});

describe("sending", () => {
  const frame = `{"x_gs2":{}}`;

  test("is refused unless the socket is open", async () => {
    network.onConnect = "hang";
    const { socket } = await anAttempt();
    expect(socket.send("early")).toBe(false);
    network.last.open();
    expect(socket.send(frame)).toBe(true);
    network.last.readyState = 2;
    expect(socket.send("closing")).toBe(false);
    expect(network.last.sentTexts).toEqual([frame]);
  });

  test("is refused after leaving, though the raw socket would take it", async () => {
    const { socket } = await anAttempt();
    socket.leave();
    network.last.readyState = 1;
    expect(socket.send("late")).toBe(false);
    expect(network.last.sentTexts).toEqual([]);
  });

  test("of a ping is refused where the host has none, and its pong is a sign of life where it has", async () => {
    const { socket } = await anAttempt();
    expect(socket.ping()).toBe(false);
    let pong = (): void => {};
    const Base = network.WebSocket as unknown as { prototype: object };
    Object.assign(Base.prototype, { sendPing: (onPong: () => void) => (pong = onPong) });
    const withPings = await anAttempt();
    expect(withPings.socket.ping()).toBe(true);
    pong();
    withPings.socket.leave();
    pong();
    expect(withPings.told).toEqual(["opened", "alive"]);
  });
});
