import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { GatewayClient } from "../../../src/client/client.js";
import { internalsOf, type FrameObserver } from "../../../src/core/internals.js";
import { faultNetwork, optionsFor, acceptingServer } from "../../support/faultSocket.js";

beforeEach(() => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
});

function setUp() {
  const client = new GatewayClient(optionsFor(faultNetwork(acceptingServer), {}));
  onTestFinished(() => client.dispose());
  const internals = internalsOf(client)!;
  const delivered: string[] = [];
  client.on("*", ({ subject, via }) => delivered.push(`${subject} ${via}`));
  const thrown: unknown[] = [];
  client.lifecycle.on("diagnostic", ({ code, detail }) => {
    if (code === "handlerThrew") thrown.push(detail.error);
  });
  const receive = (subject: string, via: "socket" | "push" = "socket"): void =>
    internals.receive({ issuer: "", subject, payload: "" }, 0, via);
  return { client, internals, delivered, thrown, receive };
}

describe("addNotificationFilter", () => {
  test("delivers what a filter passes on and drops the rest", () => {
    const { internals, delivered, receive } = setUp();
    internals.addNotificationFilter(({ subject }, _via, next) => {
      if (subject !== "dropped") next();
    });
    receive("a");
    receive("dropped");
    receive("b", "push");
    expect(delivered).toEqual(["a socket", "b push"]);
  });

  test("runs filters in the order they were added", () => {
    const { internals, delivered, receive } = setUp();
    const order: string[] = [];
    for (const name of ["first", "second"]) {
      internals.addNotificationFilter((_frame, via, next) => {
        order.push(`${name} ${via}`);
        next();
      });
    }
    receive("a");
    expect(order).toEqual(["first socket", "second socket"]);
    expect(delivered).toEqual(["a socket"]);
  });

  test("lets a filter pass a notification on later, also after its removal", () => {
    const { internals, delivered, receive } = setUp();
    const kept: (() => void)[] = [];
    const remove = internals.addNotificationFilter((_frame, _via, next) => void kept.push(next));
    receive("a");
    remove();
    receive("b");
    for (const next of kept) next();
    expect(delivered).toEqual(["b socket", "a socket"]);
  });

  test("removes one filter and leaves the others, in any order", () => {
    const { internals, delivered, receive } = setUp();
    const dropAll = (): void => undefined;
    const removals = [1, 2].map(() => internals.addNotificationFilter(dropAll));
    removals[0]!();
    removals[0]!();
    receive("dropped");
    removals[1]!();
    receive("delivered");
    expect(delivered).toEqual(["delivered socket"]);
  });

  test("reports a filter that throws", () => {
    const { internals, thrown, receive } = setUp();
    const error = new Error("filter");
    internals.addNotificationFilter(() => {
      throw error;
    });
    receive("a");
    expect(thrown).toEqual([error]);
  });
});

describe("onDispose", () => {
  test("calls back once when the client is disposed", () => {
    const { client, internals } = setUp();
    const callback = vi.fn();
    internals.onDispose(callback);
    expect(callback).not.toHaveBeenCalled();
    client.dispose();
    client.dispose();
    expect(callback).toHaveBeenCalledOnce();
  });

  test("calls back at once when the client is disposed already", () => {
    const { client, internals } = setUp();
    client.dispose();
    const callback = vi.fn();
    internals.onDispose(callback);
    expect(callback).toHaveBeenCalledOnce();
  });

  test("does not call a removed callback", () => {
    const { client, internals } = setUp();
    const callback = vi.fn();
    internals.onDispose(callback)();
    client.dispose();
    expect(callback).not.toHaveBeenCalled();
  });

  test("calls the other callbacks when one throws", () => {
    const { client, internals } = setUp();
    internals.onDispose(() => {
      throw new Error("callback");
    });
    const callback = vi.fn();
    internals.onDispose(callback);
    expect(() => client.dispose()).not.toThrow();
    expect(callback).toHaveBeenCalledOnce();
  });
});

test("internalsOf returns undefined for a value that is not a GatewayClient", () => {
  for (const other of [undefined, null, {}, "client"]) {
    expect(internalsOf(other)).toBeUndefined();
  }
});

describe("frameObservers", () => {
  test("see every frame both ways, with its socket's successor, until they are removed", async () => {
    const network = faultNetwork(acceptingServer);
    const client = new GatewayClient(optionsFor(network, {}));
    onTestFinished(() => client.dispose());
    const { connection } = internalsOf(client)!;
    const seen: string[] = [];
    const observe: FrameObserver = (data, direction) => {
      const { requestId, x_gs2 } = JSON.parse(String(data)) as {
        requestId?: string;
        x_gs2?: { function: string };
      };
      seen.push(`${direction} ${x_gs2?.function ?? requestId ?? "notification"}`);
    };
    connection.frameObservers.add(observe);
    const connected = client.connect();
    await vi.advanceTimersByTimeAsync(1_000);
    await connected;
    network.last.notify("Gs2Chat:Post");
    expect(seen).toEqual(["out login", "in 1", "in notification"]);

    const { generation } = connection.state;
    connection.dispatch({ type: "socketEnded", generation, clean: false });
    expect(client.connection).toMatchObject({ status: "reconnecting", reason: "network" });
    await vi.advanceTimersByTimeAsync(2_000);
    expect(client.connection.status).toBe("connected");
    expect(network.sockets).toHaveLength(2);

    const before = seen.length;
    connection.frameObservers.delete(observe);
    network.last.notify("Gs2Chat:Post");
    expect(seen).toHaveLength(before);
  });
});
