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
  kind: acceptingServer,
  broken: () => errorReply(500, "x.error.internal"),
  busy: () => errorReply(503, "x.error.busy"),
  silent: () => undefined,
  "silent about the login": (frame, socket) =>
    frame.method === "login" ? undefined : acceptingServer(frame, socket),
  "silent about the bind": (frame, socket) =>
    frame.method === "setUserId" ? undefined : acceptingServer(frame, socket),
  "babbling in answer": (frame) => ({ status: Number.NaN, body: frame.requestId }),
};

type Deed =
  | readonly ["pass", number]
  | readonly ["reception", ConnectBehavior]
  | readonly ["server", string]
  | readonly ["end", number]
  | readonly ["hole" | "late end" | "notify" | "garbage" | "call" | "retryNow"]
  | readonly ["hint", "foreground" | "background" | "online" | "offline"];

const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 2, arbitrary: fc.tuple(fc.constant("pass"), fc.integer({ min: 0, max: 40_000 })) },
  { weight: 3, arbitrary: fc.tuple(fc.constant("pass"), fc.integer({ min: 0, max: 600 })) },
  fc.tuple(fc.constant("reception"), fc.constantFrom<ConnectBehavior>("open", "hang", "refuse")),
  fc.tuple(fc.constant("server"), fc.constantFrom(...Object.keys(servers))),
  fc.tuple(fc.constant("end"), fc.constantFrom(1000, 1001, 1006, 4000)),
  { weight: 3, arbitrary: fc.constant<Deed>(["notify"]) },
  fc.constantFrom<Deed>(["hole"], ["late end"], ["garbage"], ["call"], ["retryNow"]),
  fc.tuple(
    fc.constant("hint"),
    fc.constantFrom("foreground", "background", "online", "offline"),
  ) as fc.Arbitrary<Deed>,
);

/** A player in bad weather, and what has to hold all the while. */
class Story {
  readonly network: FaultNetwork = faultNetwork();
  readonly gateway = new GatewayClient(
    optionsFor(this.network, {
      callTimeoutMs: CALL_TIMEOUT_MS,
      keepAlive: { idleMs: 20_000 },
      storage: null,
    }),
  );
  readonly heard: number[] = [];
  calls = 0;
  settled = 0;
  #told = 0;
  /** The last socket whose bind a refetch has followed. */
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
    this.gateway.lifecycle.on("diagnostic", (told) => {
      // Whoever was kept waiting for too long is told, and hears the news before the refetch is done.
      if (told.code === "syncOverrun") this.#synced = newest();
      if (told.code === "handlerThrew") this.#wrong.push(told.detail.error);
    });
    this.gateway.on("*", ({ payload }) => {
      const number = payload as number;
      expect(this.#synced, "the refetch is done before what follows a gap").toBeGreaterThanOrEqual(
        this.#socketOf.get(number)!,
      );
      expect(number, "in order, and once").toBeGreaterThan(this.heard.at(-1) ?? 0);
      this.heard.push(number);
    });
    this.gateway.setUserId({ accessToken: "alice-token" }).catch(() => undefined);
  }

  async do([what, with_]: Deed): Promise<void> {
    const { sockets } = this.network;
    const last = sockets.at(-1);
    switch (what) {
      case "pass":
        await vi.advanceTimersByTimeAsync(with_);
        break;
      case "reception":
        this.network.onConnect = with_;
        break;
      case "server":
        this.#serve(servers[with_]!);
        break;
      case "end":
        if (last && !last.closeCalled && last.readyState < 2) last.emitClose(with_);
        break;
      case "hole":
        if (last) last.halfOpen = true;
        break;
      case "late end":
        sockets
          .find(({ closeCalled, readyState }) => closeCalled && readyState < 3)
          ?.emitClose(1000);
        break;
      case "notify":
        // What a server says it says on every socket that is bound there, dead ones included.
        this.#told++;
        sockets.forEach((socket, index) => {
          if (socket.readyState !== 1 || !this.#bound.has(socket)) return;
          if (!socket.closeCalled && !socket.halfOpen) this.#socketOf.set(this.#told, index);
          socket.notify("news", this.#told);
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
        this.gateway.hint(with_);
    }
    await vi.advanceTimersByTimeAsync(0);
    this.check();
  }

  #serve(server: FrameHandler): void {
    this.network.server = (frame, socket) => {
      const answer = server(frame, socket);
      if (frame.method === "setUserId" && answer?.status === 200) this.#bound.add(socket);
      return answer;
    };
  }

  check(): void {
    // A handler's exception stops nobody; here it is to stop the test.
    if (this.#wrong.length) throw this.#wrong[0];
    for (const { frames } of this.network.sockets) {
      for (const { method, params } of frames) {
        if (method !== "login") {
          expect(params["xGs2ProjectToken"], `${method} leaves after the login`).toBeTruthy();
        }
      }
      const first = frames.findIndex(({ method }) => method === "setFirebaseToken");
      if (first >= 0) {
        const before = frames.slice(0, first).map(({ method }) => method);
        expect(before, "nothing of a player's leaves before the bind").toContain("setUserId");
      }
    }
  }

  async clearUp(): Promise<void> {
    this.network.onConnect = "open";
    this.#serve(acceptingServer);
    for (const hint of ["online", "foreground"] as const) this.gateway.hint(hint);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(this.gateway.connection.status, "bound within a minute of good weather").toBe("ready");
    const { last } = this.network;
    expect([last.closeCalled, last.halfOpen, last.readyState], "over a socket that lives").toEqual([
      false,
      false,
      1,
    ]);
    expect(last.frames.filter(({ method }) => method === "setUserId").length).toBeGreaterThan(0);
    expect(this.settled, "each call has settled, once").toBe(this.calls);
    await vi.advanceTimersByTimeAsync(REFETCH_MS);
    await this.do(["notify"]);
    expect(this.heard.at(-1), "and hears what is said").toBe(this.#told);
    this.gateway.dispose();
    expect(vi.getTimerCount(), "nothing is left").toBe(0);
  }
}

test(
  "whatever the weather: bound again within a minute of its end, every call settled, all news in order",
  { timeout: 120_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(deed, { maxLength: 40 }), async (deeds) => {
        vi.clearAllTimers();
        const story = new Story();
        for (const one of deeds) await story.do(one);
        await story.clearUp();
      }),
      { numRuns: 300 },
    );
  },
);
