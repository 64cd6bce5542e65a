import { GatewayClient } from "../../src/client/client.js";
import { PLATFORM, type ClientPlatform } from "../../src/client/platform.js";
import type { GatewayClientOptions } from "../../src/client/options.js";
import type { OpenSocket, WebSocketClass } from "../../src/connection/socket.js";
import { isGatewayError } from "../../src/errors.js";
import type { Fetch } from "../../src/http/http.js";
import { ClientInvariants } from "./clientInvariants.js";
import type { Device } from "./device.js";
import type { SimulatedStorage } from "./environment.js";
import { NORMAL_CONDITIONS, type LinkConditions } from "./network.js";
import { observeSockets, type Arrival, type ObservedSocket } from "./observedSocket.js";
import type { Random } from "./random.js";
import { NAMESPACE, type Server } from "./server.js";
import type { Trace } from "./trace.js";

/** The last request of the player for a slot. */
export interface DesiredBinding {
  readonly userId: string;
  readonly exclusive: boolean;
  readonly forced: boolean;
  /** Replaced by another client: no bind is sent until the player acts. */
  lost: boolean;
  /** A reply was a conflict, in time or not. */
  conflict: boolean;
  /** A reply was 400 or 404. */
  refused: boolean;
}

/** A promise of the client that is not settled yet. */
export interface PendingCall {
  readonly name: string;
  readonly repeatable: boolean;
  readonly deadline: number;
  readonly requestIds: Set<string>;
  sends: number;
  /** Set while a reply is outstanding. */
  sentOn: ObservedSocket | undefined;
  refusedTokens: number;
}

export interface TabOptions {
  readonly name: string;
  /** Tabs of one family use the same session ID, one after another. */
  readonly family: string;
  readonly device: Device;
  readonly random: Random;
  readonly server: Server;
  readonly trace: Trace;
  readonly storage: SimulatedStorage;
  readonly opener: (
    tab: Tab,
  ) => (WebSocket: WebSocketClass, connectTimeoutMs: number) => OpenSocket;
  readonly client: Partial<GatewayClientOptions>;
  readonly fetch: (tab: Tab) => Fetch;
}

/** A page with one client and a game that uses it. */
export class Tab {
  readonly name: string;
  readonly family: string;
  readonly device: Device;
  readonly random: Random;
  readonly server: Server;
  readonly trace: Trace;
  readonly storage: SimulatedStorage;
  readonly gateway: GatewayClient;
  readonly invariants = new ClientInvariants(this);
  conditions: LinkConditions = NORMAL_CONDITIONS;
  /** Whether the game's own server, which issues access tokens, is down. */
  tokenServerDown = false;
  /** Duration of the game's `onSync`. */
  refetchMs = 0;
  disposed = false;
  readonly sockets: ObservedSocket[] = [];
  readonly projectTokens = new Set<string>();
  readonly desiredBindings = new Map<string, DesiredBinding>();
  /** Bindings that a reloaded page requests later. */
  plannedBindings: ReadonlyMap<string, DesiredBinding> = new Map();
  readonly calls = new Map<number, PendingCall>();
  readonly arrivals: Arrival[] = [];
  readonly cleanEnds: number[] = [];
  forcedActions = 0;
  forcedBinds = 0;
  /** Replies with 401. */
  refusals = 0;
  actions = 0;
  #lastCall = 0;

  constructor({ opener, client, fetch, ...rest }: TabOptions) {
    this.name = rest.name;
    this.family = rest.family;
    this.device = rest.device;
    this.random = rest.random;
    this.server = rest.server;
    this.trace = rest.trace;
    this.storage = rest.storage;
    let ids = 0;
    const open = opener(this);
    const platform: ClientPlatform = {
      clock: this.device.clock,
      newId: () => `${this.name}-id-${++ids}`,
      createSocketOpener: (WebSocket, connectTimeoutMs) =>
        observeSockets(this, open(WebSocket, connectTimeoutMs)),
      observePlatform: this.device.observePlatform,
    };
    this.gateway = new GatewayClient({
      namespaceName: NAMESPACE,
      credential: { clientId: "client-0001", clientSecret: "secret-0001" },
      endpoints: { rest: "https://nowhere.test/{service}", webSocket: "wss://nowhere.test" },
      logger: false,
      storage: this.storage,
      // Unused: the opener makes the sockets.
      WebSocket: Object as unknown as WebSocketClass,
      fetch: fetch(this),
      ...client,
      [PLATFORM]: platform,
    } as GatewayClientOptions);
    this.gateway.on("*", ({ payload }) => this.invariants.onNotification(payload as Arrival));
    this.gateway.onSync((sync) => this.invariants.onSync(sync));
    this.gateway.lifecycle.on("status", (now, before) => {
      if (now.status !== before.status) this.trace.log(`${this.name} is ${now.status}`);
    });
    this.gateway.lifecycle.on("diagnostic", ({ code, detail }) => {
      if (code === "syncOverrun") {
        this.allowEarlyDelivery();
        for (const observed of this.sockets) observed.overrun ||= !observed.over;
      }
      if (code === "handlerThrew")
        this.trace.fail(`${this.name}: a handler threw ${String(detail.error)}`);
    });
  }

  /** Logs and runs an action of the player or the page. */
  perform(what: string, run: () => void): void {
    this.trace.log(`${this.name}: ${what}`);
    this.device.time.current = this.device;
    this.actions++;
    run();
  }

  get isAwake(): boolean {
    return !this.device.asleep && !this.device.gone;
  }

  /** Notifications received so far may be delivered before `onSync` ends. */
  allowEarlyDelivery(): void {
    for (const arrival of this.arrivals) arrival.early = true;
  }

  delay(ms: number): Promise<void> {
    const { time } = this.device;
    return new Promise((resolve) => {
      time.after(ms, resolve, this.device);
    });
  }

  accessToken = async (userId: string): Promise<string> => {
    await this.delay(this.random.between(0, 60));
    if (this.tokenServerDown) throw new Error("the game's server is down");
    return this.server.issue(userId);
  };

  setUserId(
    slot: string,
    userId: string,
    exclusive: boolean,
    force: boolean,
    sessionId?: string,
  ): void {
    const before = this.desiredBindings.get(slot);
    const desired: DesiredBinding = {
      userId,
      exclusive,
      forced: force,
      lost: false,
      conflict: false,
      refused: false,
    };
    if (force) this.forcedActions++;
    this.desiredBindings.set(slot, desired);
    const step = this.device.time.steps;
    this.track(
      `setUserId ${userId}`,
      10_000,
      () =>
        this.gateway.setUserId({
          slot,
          accessToken: () => this.accessToken(userId),
          allowConcurrentAccess: !exclusive,
          sessionId,
          force,
        }),
      (error) => this.#revert(slot, desired, before, step, error),
    );
  }

  restoreBindings(bindings: ReadonlyMap<string, DesiredBinding>): void {
    for (const [slot, { userId, exclusive }] of bindings) {
      this.perform(`setUserId ${userId}`, () => this.setUserId(slot, userId, exclusive, false));
    }
  }

  takeOver(slot: string): void {
    const before = this.desiredBindings.get(slot);
    if (!before) return;
    const desired: DesiredBinding = {
      ...before,
      forced: true,
      lost: false,
      conflict: false,
      refused: false,
    };
    this.forcedActions++;
    this.desiredBindings.set(slot, desired);
    const step = this.device.time.steps;
    this.track(
      `takeOver ${slot}`,
      10_000,
      () => this.gateway.takeOver({ slot }),
      (error) => this.#revert(slot, desired, before, step, error),
    );
  }

  release(slot: string): void {
    this.desiredBindings.delete(slot);
    this.invariants.forget(slot);
    void this.gateway.release({ slot });
  }

  /** A call that must not be repeated; its reply carries the number it was sent with. */
  echo(slot: string | undefined): void {
    const number = ++this.#lastCall;
    const request = {
      service: "game",
      component: "echo",
      function: "send",
      params: { echo: number },
    };
    this.track("call", 10_000, async () => {
      const { echo } = await this.gateway.call(slot ? { ...request, slot } : request);
      this.trace.assert(
        echo === number,
        () => `${this.name}: call ${number} got the reply of call ${String(echo)}`,
      );
    });
  }

  /** A call that may be repeated. */
  setFirebaseToken(slot: string): void {
    const token = `device-${this.#lastCall + 1}`;
    this.track(
      "setFirebaseToken",
      10_000,
      () => this.gateway.setFirebaseToken({ token, slot }),
      undefined,
      true,
    );
  }

  waitFor(options: Parameters<GatewayClient["waitFor"]>[1] & { timeoutMs: number }): void {
    this.track("waitFor", options.timeoutMs, async () => {
      const { payload } = await this.gateway.waitFor({ subject: "news" }, options);
      this.invariants.onWaiterResolved(payload as Arrival);
    });
  }

  /** Follows a promise of the client until it settles. */
  track(
    name: string,
    timeoutMs: number,
    start: () => Promise<unknown>,
    onError?: (error: unknown) => void,
    repeatable = false,
  ): void {
    if (name !== "call") this.#lastCall++;
    const number = this.#lastCall;
    const { trace } = this;
    const call: PendingCall = {
      name,
      repeatable,
      deadline: this.device.time.now + timeoutMs + this.device.timerLatenessMs,
      requestIds: new Set(),
      sends: 0,
      sentOn: undefined,
      refusedTokens: 0,
    };
    this.calls.set(number, call);
    start().then(
      () => {
        this.calls.delete(number);
        trace.log(`${this.name} ${name} #${number} resolves`);
      },
      (error: unknown) => {
        this.calls.delete(number);
        if (!isGatewayError(error))
          return trace.fail(`${this.name}: ${name} threw ${String(error)}`);
        trace.log(`${this.name} ${name} #${number} rejects: ${error.kind}, ${error.outcome}`);
        trace.assert(
          error.outcome !== "notSent" || call.sends === 0,
          () => `${this.name}: ${name} was sent, and its error says notSent`,
        );
        onError?.(error);
      },
    );
  }

  /** Undoes a request that the client rejected at once, and not because of the binding. */
  #revert(
    slot: string,
    desired: DesiredBinding,
    before: DesiredBinding | undefined,
    step: number,
    error: unknown,
  ): void {
    if (this.device.time.steps !== step || this.desiredBindings.get(slot) !== desired) return;
    const binding = this.gateway.connection.bindings[slot];
    if (binding?.error === error) return;
    // Accepted, and rejected at once by a disconnect, which keeps the desired binding.
    if (!before && binding) return;
    if (before) this.desiredBindings.set(slot, before);
    else this.desiredBindings.delete(slot);
  }
}
