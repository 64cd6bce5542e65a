import { GatewayClient } from "../../src/client/client.js";
import { PLATFORM, type ClientPlatform } from "../../src/client/platform.js";
import type { GatewayClientOptions } from "../../src/client/options.js";
import type { OpenSocket, WebSocketClass } from "../../src/connection/socket.js";
import { isGatewayError, type GatewayError, type GatewayErrorKind } from "../../src/errors.js";
import type { Fetch } from "../../src/http/http.js";
import {
  defineNotification,
  type SchemaResult,
  type StandardSchema,
} from "../../src/notify/schema.js";
import type { WaitOptions } from "../../src/notify/notificationSource.js";
import { ClientInvariants } from "./clientInvariants.js";
import type { Device } from "./device.js";
import type { SimulatedStorage } from "./environment.js";
import { isThrownByGame, TokenProvider, type ProviderFault } from "./foreignCode.js";
import { NORMAL_CONDITIONS, type LinkConditions } from "./network.js";
import { observeSockets, type Arrival, type ObservedSocket } from "./observedSocket.js";
import type { Random } from "./random.js";
import { NAMESPACE, type Server } from "./server.js";
import type { Trace } from "./trace.js";

/** The last request of the player for a slot. */
export interface DesiredBinding {
  readonly userId: string;
  readonly namespaceName: string;
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
  /** The game gets project tokens from its own server. */
  readonly usesProjectTokenProvider: boolean;
  /** The other clients of the environment. */
  readonly others: () => readonly Tab[];
  readonly logger: GatewayClientOptions["logger"];
}

/** For scenarios in which two clients were given one ID. */
export const SHARED_SESSION_ID = "shared";

/** What code of the game does in a handler; the result is that of the handler. */
export type Misbehavior = (where: string) => unknown;

/** A page with one client and a game that uses it. */
export class Tab {
  readonly name: string;
  readonly family: string;
  readonly device: Device;
  readonly random: Random;
  readonly server: Server;
  readonly trace: Trace;
  readonly storage: SimulatedStorage;
  readonly others: () => readonly Tab[];
  readonly gateway: GatewayClient;
  readonly invariants = new ClientInvariants(this);
  conditions: LinkConditions = NORMAL_CONDITIONS;
  /** By slot; of the project token under `project`. */
  readonly providers = new Map<string, TokenProvider>();
  /** The faults of every provider. */
  providerFault: ProviderFault | undefined;
  misbehave: Misbehavior | undefined;
  /** Until then no socket that works may be left. */
  keepsSocketUntil = -Infinity;
  readonly probeTimeoutMs = 5_000;
  /** Set: its providers must be reported when slow, and asked again after this time. */
  providerTimeoutMs: number | undefined;
  /** No other `onSync` than the tab's own runs. */
  holdsForSyncAlone = false;
  /** Players whose slot was released, and not requested since: in which step. */
  readonly released = new Map<string, number>();
  /** The step in which a request took the place of a forced one. */
  forceSupersededAt = -1;
  /** `setUserId` has not returned: a diagnostic of its arguments comes before the request. */
  isRequesting = false;
  probes = 0;
  slowProviders = 0;
  projectTokenLifeSeconds: number | undefined;
  /** Session ID of its latest bind. */
  sessionId: string | undefined;
  /** The one that its storage kept for it. */
  storedSessionId: string | undefined;
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

  constructor({ opener, client, fetch, usesProjectTokenProvider, logger, ...rest }: TabOptions) {
    this.name = rest.name;
    this.family = rest.family;
    this.device = rest.device;
    this.random = rest.random;
    this.server = rest.server;
    this.trace = rest.trace;
    this.storage = rest.storage;
    this.others = rest.others;
    let ids = 0;
    const open = opener(this);
    const platform: ClientPlatform = {
      pageSessionIds: () => this.device.sessionIds,
      clock: this.device.clock,
      newId: () => `${this.name}-id-${++ids}`,
      createSocketOpener: (WebSocket, connectTimeoutMs) =>
        observeSockets(this, open(WebSocket, connectTimeoutMs)),
      observePlatform: this.device.observePlatform,
    };
    this.gateway = new GatewayClient({
      namespaceName: NAMESPACE,
      credential: usesProjectTokenProvider
        ? {
            clientId: "client-0001",
            projectToken: () => this.#provider("project").request(() => this.#projectToken()),
          }
        : { clientId: "client-0001", clientSecret: "secret-0001" },
      endpoints: { rest: "https://nowhere.test/{service}", webSocket: "wss://nowhere.test" },
      logger,
      storage: this.storage,
      // Unused: the opener makes the sockets.
      WebSocket: Object as unknown as WebSocketClass,
      fetch: fetch(this),
      ...client,
      [PLATFORM]: platform,
    } as GatewayClientOptions);
    this.#listenBadly();
    this.gateway.on("*", ({ payload }) => this.invariants.onNotification(payload as Arrival));
    this.gateway.onSync((sync) => this.invariants.onSync(sync));
    this.gateway.lifecycle.on("status", (now, before) => {
      if (now.status === before.status) return;
      const reason = now.reason ? `, reason ${now.reason}` : "";
      this.trace.log(`${this.name} is ${now.status}${reason}`);
    });
    this.gateway.lifecycle.on("diagnostic", ({ code, detail }) => {
      if (code === "syncOverrun") {
        this.allowEarlyDelivery();
        for (const observed of this.sockets) observed.overrun ||= !observed.over;
      }
      if (code === "providerSlow") {
        this.slowProviders++;
        this.trace.log(`${this.name} reports a slow provider of ${detail.slot ?? "project"}`);
      }
      const error = code === "handlerThrew" || code === "stepFailed" ? detail.error : undefined;
      const isOfLogger = logger !== false && String(error).includes("is not a function");
      if (!isThrownByGame(error) && !isOfLogger) {
        this.trace.fail(`${this.name}: ${code}: ${String(error)}`);
      }
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

  /** A function that the game gives as the access token of a slot. */
  accessToken(slot: string, userId: string): () => Promise<string> {
    const answer = async (): Promise<string> => {
      await this.delay(this.random.between(0, 60));
      return this.server.issue(userId);
    };
    return () => this.#provider(slot).request(answer) as Promise<string>;
  }

  async #projectToken(): Promise<unknown> {
    await this.delay(this.random.between(20, 100));
    const { status, text } = this.server.login({
      client_id: "client-0001",
      client_secret: "secret-0001",
    });
    const { access_token: token, expires_in: expiresInSeconds } = JSON.parse(text) as {
      access_token?: string;
      expires_in?: number;
    };
    if (!token) throw new Error(`the game's server answers ${status}`);
    this.projectTokens.add(token);
    return { token, expiresInSeconds: this.projectTokenLifeSeconds ?? expiresInSeconds };
  }

  #provider(of: string): TokenProvider {
    const { time } = this.device;
    const provider =
      this.providers.get(of) ??
      new TokenProvider(
        of,
        () => time.now,
        (ms) => this.delay(ms),
      );
    this.providers.set(of, provider);
    provider.fault = this.faultOf(of);
    return provider;
  }

  /** Handlers of the game that do what `misbehave` says. */
  #listenBadly(): void {
    const { gateway } = this;
    const run = (where: string) => (): unknown => this.misbehave?.(where);
    gateway.on({ subject: "news" }, run("on"));
    gateway.onSync(run("onSync"));
    for (const event of ["status", "replaced", "unauthorized", "diagnostic"] as const) {
      gateway.lifecycle.on(event, run(event));
    }
    const schema: StandardSchema = {
      "~standard": {
        version: 1,
        vendor: "simulation",
        validate: (value) =>
          (this.misbehave?.("schema") as SchemaResult<unknown> | undefined) ?? { value },
      },
    };
    gateway.on(defineNotification("news", schema), run("on a definition"));
  }

  /** Faults of providers by slot, and `project`. */
  readonly providerFaults = new Map<string, ProviderFault>();

  faultOf(of: string): ProviderFault | undefined {
    return this.providerFaults.get(of) ?? this.providerFault;
  }

  /** A bind with this session ID leaves. */
  onSessionIdUsed(sessionId: string): void {
    this.sessionId = sessionId;
    if (sessionId === SHARED_SESSION_ID) return;
    const { trace, name, storedSessionId } = this;
    for (const other of this.others()) {
      const isLiving = !other.disposed && !other.device.gone && !other.device.inBackForwardCache;
      trace.assert(
        !isLiving || other.sessionId !== sessionId,
        () => `${name} and ${other.name} use one session ID`,
      );
    }
    trace.assert(
      storedSessionId === undefined || storedSessionId === sessionId,
      () => `${name} does not use the session ID that was stored for it`,
    );
  }

  setUserId(
    slot: string,
    userId: string,
    exclusive: boolean,
    force: boolean,
    { sessionId, namespaceName = NAMESPACE }: { sessionId?: string; namespaceName?: string } = {},
  ): void {
    const before = this.desiredBindings.get(slot);
    const desired: DesiredBinding = {
      userId,
      namespaceName,
      exclusive,
      forced: force,
      lost: false,
      conflict: false,
      refused: false,
    };
    if (force) this.forcedActions++;
    this.desiredBindings.set(slot, desired);
    this.released.delete(userId);
    if (before?.forced) this.forceSupersededAt = this.device.time.steps;
    const step = this.device.time.steps;
    this.isRequesting = true;
    this.track(
      `setUserId ${userId}`,
      10_000,
      () =>
        this.gateway.setUserId({
          slot,
          namespaceName,
          accessToken: this.accessToken(slot, userId),
          allowConcurrentAccess: !exclusive,
          sessionId,
          force,
        }),
      (error) => this.#revert(slot, desired, before, step, error),
    );
    this.isRequesting = false;
  }

  /** Every promise settles, also after `dispose`. */
  useAfterDispose(): void {
    const { gateway } = this;
    const uses: Record<string, () => Promise<unknown>> = {
      waitFor: () => gateway.waitFor("*"),
      connect: () => gateway.connect(),
      getProjectToken: () => gateway.getProjectToken(),
      ping: () => gateway.ping(),
      setUserId: () => gateway.setUserId({ accessToken: "token" }),
      takeOver: () => gateway.takeOver(),
    };
    for (const [name, use] of Object.entries(uses)) {
      this.track(`${name} after dispose`, 0, use, undefined, true);
    }
  }

  restoreBindings(bindings: ReadonlyMap<string, DesiredBinding>): void {
    for (const [slot, { userId, exclusive, namespaceName }] of bindings) {
      this.perform(`setUserId ${userId}`, () =>
        this.setUserId(slot, userId, exclusive, false, { namespaceName }),
      );
    }
  }

  takeOver(slot: string, mustResolve = false): void {
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
    const failed = this.#mustResolve("takeOver");
    this.track(
      `takeOver ${slot}`,
      10_000,
      () => this.gateway.takeOver({ slot }),
      (error) => {
        this.#revert(slot, desired, before, step, error);
        if (mustResolve) failed(error);
      },
    );
  }

  release(slot: string): void {
    const { userId } = this.desiredBindings.get(slot) ?? {};
    // Frames do not name their player: all that is held may be dropped, and the others get a gap.
    for (const arrival of this.arrivals) arrival.droppable = true;
    if (userId) this.released.set(userId, this.device.time.steps);
    this.desiredBindings.delete(slot);
    this.invariants.forget(slot);
    void this.gateway.release({ slot });
  }

  /** A call that must not be repeated; its reply carries the number it was sent with. */
  echo(slot: string | undefined, mustResolve = false): void {
    const number = ++this.#lastCall;
    const request = {
      service: "game",
      component: "echo",
      function: "send",
      params: { echo: number },
    };
    const onError = mustResolve ? this.#mustResolve("call") : undefined;
    const send = async (): Promise<void> => {
      const { echo } = await this.gateway.call(slot ? { ...request, slot } : request);
      this.trace.assert(
        echo === number,
        () => `${this.name}: call ${number} got the reply of call ${String(echo)}`,
      );
    };
    this.track("call", 10_000, send, onError);
  }

  /** Unless the page was blocked for the whole deadline while the call waited for a provider. */
  #mustResolve(name: string): (error: unknown) => void {
    const startedAt = this.device.time.now;
    const slowBefore = this.slowProviders;
    return (error) => {
      if (this.device.wokeAt > startedAt && this.slowProviders > slowBefore) return;
      this.trace.fail(`${this.name}: ${name} must resolve: ${String(error)}`);
    };
  }

  /** A call that may be repeated. */
  setFirebaseToken(slot: string, mustResolve = false): void {
    const token = `device-${this.#lastCall + 1}`;
    this.track(
      "setFirebaseToken",
      10_000,
      () => this.gateway.setFirebaseToken({ token, slot }),
      mustResolve ? this.#mustResolve("setFirebaseToken") : undefined,
      true,
    );
  }

  waitFor(options: WaitOptions & { timeoutMs: number }): void {
    this.track("waitFor", options.timeoutMs, async () => {
      const { payload } = await this.gateway.waitFor({ subject: "news" }, options);
      this.invariants.onWaiterResolved(payload as Arrival);
    });
  }

  /** A handler of `onSync` that comes late is called for what was bound before. */
  registerOnSync(): void {
    const { trace, device, name } = this;
    const heldNow = (): Map<string, string | undefined> => {
      const bindings = Object.entries(this.gateway.connection.bindings);
      const held = bindings.filter(([, { state }]) => state === "held");
      return new Map(held.map(([slot, { connectionId }]) => [slot, connectionId]));
    };
    const before = heldNow();
    const calls = new Map<string, number>();
    this.gateway.onSync(({ binding: { slot } }) => {
      calls.set(slot, (calls.get(slot) ?? 0) + 1);
    });
    device.time.after(
      1,
      () => {
        if (this.disposed) return;
        const after = heldNow();
        for (const [slot, connectionId] of before) {
          if (after.get(slot) !== connectionId) continue;
          const count = calls.get(slot) ?? 0;
          trace.assert(
            count === 1,
            () => `${name}: a late onSync was called ${count} times for ${slot}`,
          );
        }
      },
      device,
    );
  }

  /** Follows a promise of the client until it settles. */
  track(
    name: string,
    timeoutMs: number,
    start: () => Promise<unknown>,
    onError?: (error: unknown) => void,
    repeatable = false,
    rejectsWith?: GatewayErrorKind,
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
        trace.assert(rejectsWith === undefined, () => `${this.name}: ${name} resolved`);
      },
      (error: unknown) => {
        this.calls.delete(number);
        if (!isGatewayError(error))
          return trace.fail(`${this.name}: ${name} threw ${String(error)}`);
        trace.log(`${this.name} ${name} #${number} rejects: ${error.kind}, ${error.outcome}`);
        trace.assert(
          rejectsWith === undefined || error.kind === rejectsWith || this.disposed,
          () => `${this.name}: ${name} rejected with ${error.kind}: ${error.message}`,
        );
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
    const { bindings } = this.gateway.connection;
    const binding = Object.hasOwn(bindings, slot) ? bindings[slot] : undefined;
    if (binding?.error === error) return;
    // Accepted, and rejected at once by a disconnect, which keeps the desired binding.
    const { kind, message } = error as GatewayError;
    const isRefused = kind === "invalidArgument" || /never sent late|is closed/.test(message);
    if (binding && !isRefused) return;
    if (before) this.desiredBindings.set(slot, before);
    else this.desiredBindings.delete(slot);
  }
}
