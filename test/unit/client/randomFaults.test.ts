import fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { GatewayClient } from "../../../src/client/client.js";
import {
  faultNetwork,
  optionsFor,
  acceptingServer,
  errorReply,
  type FaultNetwork,
  type FaultSocket,
  type ConnectBehavior,
  type FrameHandler,
} from "../../support/faultSocket.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const CALL_TIMEOUT_MS = 10_000;
const REFETCH_MS = 700;

const servers: Record<string, FrameHandler> = {
  accepting: acceptingServer,
  broken: () => errorReply(500, "x.error.internal"),
  busy: () => errorReply(503, "x.error.busy"),
  silent: () => undefined,
  "no reply to the login": (frame, socket) =>
    frame.method === "login" ? undefined : acceptingServer(frame, socket),
  "no reply to the bind": (frame, socket) =>
    frame.method === "setUserId" ? undefined : acceptingServer(frame, socket),
  "malformed replies": (frame) => ({ status: Number.NaN, body: frame.requestId }),
};

type Action =
  | readonly ["pass", number]
  | readonly ["onConnect", ConnectBehavior]
  | readonly ["server", string]
  | readonly ["end", number]
  | readonly ["halfOpen" | "lateClose" | "notify" | "garbage" | "call" | "retryNow"]
  | readonly ["hint", "foreground" | "background" | "online" | "offline"];

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 2, arbitrary: fc.tuple(fc.constant("pass"), fc.integer({ min: 0, max: 40_000 })) },
  { weight: 3, arbitrary: fc.tuple(fc.constant("pass"), fc.integer({ min: 0, max: 600 })) },
  fc.tuple(fc.constant("onConnect"), fc.constantFrom<ConnectBehavior>("open", "hang", "refuse")),
  fc.tuple(fc.constant("server"), fc.constantFrom(...Object.keys(servers))),
  fc.tuple(fc.constant("end"), fc.constantFrom(1000, 1001, 1006, 4000)),
  { weight: 3, arbitrary: fc.constant<Action>(["notify"]) },
  fc.constantFrom<Action>(["halfOpen"], ["lateClose"], ["garbage"], ["call"], ["retryNow"]),
  fc.tuple(
    fc.constant("hint"),
    fc.constantFrom("foreground", "background", "online", "offline"),
  ) as fc.Arbitrary<Action>,
);

/** A client on a faulty network, and the invariants checked after each action. */
class FaultRun {
  readonly network: FaultNetwork = faultNetwork();
  readonly gateway = new GatewayClient(
    optionsFor(this.network, {
      callTimeoutMs: CALL_TIMEOUT_MS,
      keepAlive: { idleMs: 20_000 },
      storage: null,
    }),
  );
  readonly received: number[] = [];
  calls = 0;
  settled = 0;
  #notifiedCount = 0;
  /** The last socket whose bind was followed by a finished refetch. */
  #synced = -1;
  readonly #socketOf = new Map<number, number>();
  readonly #bound = new Set<FaultSocket>();
  readonly #wrong: unknown[] = [];

  constructor() {
    this.#serve(acceptingServer);
    const newest = () => this.network.sockets.length - 1;
    this.gateway.onSync(async () => {
      const socket = newest();
      await new Promise((resolve) => setTimeout(resolve, REFETCH_MS));
      this.#synced = Math.max(this.#synced, socket);
    });
    this.gateway.lifecycle.on("diagnostic", (diagnostic) => {
      // On a sync overrun the held notifications are delivered before the refetch ends.
      if (diagnostic.code === "syncOverrun") this.#synced = newest();
      if (diagnostic.code === "handlerThrew") this.#wrong.push(diagnostic.detail.error);
    });
    this.gateway.on("*", ({ payload }) => {
      const number = payload as number;
      expect(this.#synced, "the refetch ends before later notifications").toBeGreaterThanOrEqual(
        this.#socketOf.get(number)!,
      );
      expect(number, "in order, and once").toBeGreaterThan(this.received.at(-1) ?? 0);
      this.received.push(number);
    });
    this.gateway.setUserId({ accessToken: "alice-token" }).catch(() => undefined);
  }

  async perform([type, value]: Action): Promise<void> {
    const { sockets } = this.network;
    const last = sockets.at(-1);
    switch (type) {
      case "pass":
        await vi.advanceTimersByTimeAsync(value);
        break;
      case "onConnect":
        this.network.onConnect = value;
        break;
      case "server":
        this.#serve(servers[value]!);
        break;
      case "end":
        if (last && !last.closeCalled && last.readyState < 2) last.emitClose(value);
        break;
      case "halfOpen":
        if (last) last.halfOpen = true;
        break;
      case "lateClose":
        sockets
          .find(({ closeCalled, readyState }) => closeCalled && readyState < 3)
          ?.emitClose(1000);
        break;
      case "notify":
        // The server notifies every socket bound to the player, half-open sockets included.
        this.#notifiedCount++;
        sockets.forEach((socket, index) => {
          if (socket.readyState !== 1 || !this.#bound.has(socket)) return;
          if (!socket.closeCalled && !socket.halfOpen)
            this.#socketOf.set(this.#notifiedCount, index);
          socket.notify("news", this.#notifiedCount);
        });
        break;
      case "garbage":
        last?.deliver("{");
        break;
      case "call":
        this.calls++;
        this.gateway
          .setFirebaseToken({ token: "t" })
          .catch(() => undefined)
          .finally(() => this.settled++);
        break;
      case "retryNow":
        this.gateway.retryNow();
        break;
      case "hint":
        this.gateway.hint(value);
    }
    await vi.advanceTimersByTimeAsync(0);
    this.check();
  }

  #serve(server: FrameHandler): void {
    this.network.server = (frame, socket) => {
      const reply = server(frame, socket);
      if (frame.method === "setUserId" && reply?.status === 200) this.#bound.add(socket);
      return reply;
    };
  }

  check(): void {
    // The client reports a handler's exception as a diagnostic; here it fails the test.
    if (this.#wrong.length) throw this.#wrong[0];
    for (const { frames } of this.network.sockets) {
      for (const { method, params } of frames) {
        if (method !== "login") {
          expect(params["xGs2ProjectToken"], `${method} is sent after the login`).toBeTruthy();
        }
      }
      const first = frames.findIndex(({ method }) => method === "setFirebaseToken");
      if (first >= 0) {
        const before = frames.slice(0, first).map(({ method }) => method);
        expect(before, "no frame of a player is sent before the bind").toContain("setUserId");
      }
    }
  }

  async recover(): Promise<void> {
    this.network.onConnect = "open";
    this.#serve(acceptingServer);
    for (const hint of ["online", "foreground"] as const) this.gateway.hint(hint);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(this.gateway.connection.status, "bound within a minute after the faults").toBe("ready");
    const { last } = this.network;
    expect([last.closeCalled, last.halfOpen, last.readyState], "on an open socket").toEqual([
      false,
      false,
      1,
    ]);
    expect(last.frames.filter(({ method }) => method === "setUserId").length).toBeGreaterThan(0);
    expect(this.settled, "each call has settled, once").toBe(this.calls);
    await vi.advanceTimersByTimeAsync(REFETCH_MS);
    await this.perform(["notify"]);
    expect(this.received.at(-1), "the next notification is delivered").toBe(this.#notifiedCount);
    this.gateway.dispose();
    expect(vi.getTimerCount(), "no timer is left").toBe(0);
  }
}

test(
  "the client is bound within a minute after the faults, settles each call, and delivers in order",
  { timeout: 120_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 40 }), async (actions) => {
        vi.clearAllTimers();
        const run = new FaultRun();
        for (const next of actions) await run.perform(next);
        await run.recover();
      }),
      { numRuns: 300 },
    );
  },
);
