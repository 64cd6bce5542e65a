import { createChecker, plainParams, reportIneffectiveField } from "../api/check.js";
import { createMethodCaller } from "../api/methods.js";
import type { CallRequest } from "../connection/calls.js";
import { Connection } from "../connection/connection.js";
import type { Hint } from "../connection/machine.js";
import type { Binding, ConnectionSnapshot } from "../connection/snapshot.js";
import { emitChanges, StatusTracker } from "../connection/status.js";
import { createDeferred, DISPOSED, type Deferred } from "../core/deferred.js";
import type { Report } from "../core/diagnostics.js";
import type { ClientInternals } from "../core/internals.js";
import { createReporter, describeError } from "../core/reporter.js";
import { invalidArgument } from "../errors.js";
import { loginByRest } from "../http/login.js";
import { createEmitter, type Emitter } from "../notify/emitter.js";
import { Notifications } from "../notify/notify.js";
import { Session, type SessionPorts } from "../session/session.js";
import { TabSession } from "../session/tabSession.js";
import { loginTarget, type Values } from "../wire/frames.js";
import type { AnyMethod } from "../wire/methods.js";
import { removeActiveClient } from "./activeClients.js";
import { DEFAULT_SLOT } from "./bindings.js";
import { EventQueue } from "./eventQueue.js";
import { readOptions, type ClientSettings, type GatewayClientOptions } from "./options.js";
import { hostGlobals } from "./platform.js";
import { probeByCall } from "./probe.js";
import { SyncEvents } from "./syncEvents.js";
import type { CallOptions, Lifecycle, LifecycleEvents, ServiceCall } from "./types.js";

const CONNECT_TIMEOUT_MS = 10_000;

const lifecycleEvents: readonly (keyof LifecycleEvents)[] = [
  "status",
  "replaced",
  "unauthorized",
  "diagnostic",
];

type Unauthorized = LifecycleEvents["unauthorized"][0];

/**
 * The parts of a client, wired by name: what one part needs of another is a named port.
 * @internal
 */
export class ClientCore {
  readonly settings: ClientSettings;
  readonly queue: EventQueue;
  readonly report: Report;
  /** An error of its handlers is not reported: that would have no end. */
  readonly diagnosticEvents = createEmitter(() => undefined);
  readonly lifecycle: Emitter;
  readonly handlers: Emitter;
  readonly notifications: Notifications;
  readonly tabSession: TabSession;
  readonly session: Session;
  readonly connection: Connection;
  readonly status: StatusTracker;
  readonly syncEvents: SyncEvents;
  readonly checkArguments: ReturnType<typeof createChecker>;
  readonly #callRow: ReturnType<typeof createMethodCaller<CallRequest, Promise<Values>>>;
  readonly #pendingTokenRequests = new Set<Deferred<string>>();
  #isDisposed = false;

  constructor(options: GatewayClientOptions) {
    const settings = (this.settings = readOptions(options));
    const { credential, namespaceName, platform } = settings;
    const { clock, newId } = platform;
    this.queue = new EventQueue(
      () => this.connection.settle(),
      (error) => this.report("error", "stepFailed", describeError(error), { error }),
    );
    this.report = createReporter(
      settings.logger,
      (text) => this.session.redact(text),
      (diagnostic) =>
        this.queue.announce(() => this.diagnosticEvents.emit("diagnostic", diagnostic)),
    );
    const onHandlerError = (error: unknown, message: string): void =>
      this.report("error", "handlerThrew", message, { error });
    this.lifecycle = createEmitter(onHandlerError);
    this.lifecycle.listen("unauthorized", ({ slot, error }: Unauthorized) =>
      this.report("error", "tokensRefused", error.message, { slot }),
    );
    this.handlers = createEmitter(onHandlerError);
    this.notifications = new Notifications(clock, this.handlers, this.report);
    this.tabSession = new TabSession(settings.storage, newId, platform.pageSessionIds());
    this.session = new Session(credential, {
      clock,
      providerTimeoutMs: settings.providerTimeoutMs,
      loginTimeoutMs: 2 * settings.callTimeoutMs + 1_000,
      report: this.report,
      usableSocket: () => {
        const { phase, generation } = this.connection.state;
        return phase === "open" ? generation : undefined;
      },
      loginBySocket: (params, generation) => this.#loginBySocket(params, generation),
      loginByRest: (params) => this.#loginByRest(params),
    });
    this.syncEvents = new SyncEvents({
      clock,
      queue: this.queue,
      notifications: this.notifications,
      bindingOf: this.#bindingOf,
      report: this.report,
    });
    this.connection = new Connection(settings, {
      clock,
      newId,
      openRaw: platform.createSocketOpener(settings.WebSocket, CONNECT_TIMEOUT_MS),
      observePlatform: (emit) => this.#observePlatform(emit),
      queue: this.queue,
      session: this.session,
      notifications: this.notifications,
      probeByCall: () => void this.probe(settings.probeTimeoutMs).catch(() => undefined),
      sync: (slot, reason, downMs) => this.syncEvents.emit(slot, reason, downMs),
      afterSteps: () => this.status.refresh(),
      report: this.report,
    });
    this.#callRow = createMethodCaller(
      (request) => this.connection.calls.start(request),
      settings.callTimeoutMs,
    );
    this.checkArguments = createChecker(
      (slot) => this.#paramsOf(slot)?.["namespaceName"] ?? namespaceName,
      reportIneffectiveField(this.report),
    );
    this.status = new StatusTracker(
      clock,
      () => this.connection.state,
      (slot) => this.#paramsOf(slot),
      (now, before) => this.queue.announce(() => emitChanges(this.lifecycle.emit, now, before)),
    );
  }

  /** Callers may have no TypeScript. */
  readonly onLifecycle: Lifecycle["on"] = (event, handler, options) => {
    if (!lifecycleEvents.includes(event)) {
      throw invalidArgument("lifecycle.on", "event", `must be one of ${lifecycleEvents.join()}`);
    }
    const emitter = event === "diagnostic" ? this.diagnosticEvents : this.lifecycle;
    return emitter.listen(event, handler, options);
  };

  reportSettings(): void {
    const { isEmulator, webSocketUrl, credential } = this.settings;
    const { clientId, clientSecret } = credential as { clientId: string; clientSecret?: string };
    if (isEmulator) {
      this.report("info", "emulator", webSocketUrl, { webSocket: webSocketUrl });
    } else if (clientSecret && "document" in globalThis) {
      this.report("warn", "clientSecretInPage", "use projectToken", { clientId });
    }
  }

  get snapshot(): ConnectionSnapshot {
    return this.status.snapshot;
  }

  /** A method of the table, for the player of a slot. */
  async callMethod(
    row: AnyMethod,
    values: Values & { readonly slot?: string | undefined } = {},
    options: CallOptions = {},
  ): Promise<never> {
    const slot = values.slot ?? options.slot ?? DEFAULT_SLOT;
    const params = this.checkArguments(row, slot, values);
    return (await this.#callRow(row, params, { ...options, slot, needsBinding: true })) as never;
  }

  call(request: Omit<ServiceCall, symbol>, options: CallOptions): Promise<Values> {
    // Callers may have no TypeScript.
    const given = Object(request) as ServiceCall;
    const { service, component, function: name, params, slot = options.slot } = given;
    for (const field of ["service", "component", "function"] as const) {
      if (!given[field]) throw invalidArgument("call", field);
    }
    return this.connection.calls.start({
      ...options,
      timeoutMs: options.timeoutMs ?? this.settings.callTimeoutMs,
      target: { service, component, function: name },
      params: plainParams("call", params ?? {}),
      slot,
      needsBinding: slot !== undefined,
    });
  }

  probe(timeoutMs: number): Promise<void> {
    return probeByCall(
      this.connection.state,
      (slot) => this.#paramsOf(slot)?.["namespaceName"],
      (slot) => this.session.latestTokens(slot),
      this.#callRow,
      timeoutMs,
    );
  }

  getProjectToken(): Promise<string> {
    // A provider of tokens, or a network that hangs, may never settle.
    const { clock } = this.settings.platform;
    const onEnd = (): void => void this.#pendingTokenRequests.delete(request);
    const request = createDeferred<string>("getProjectToken", clock, {}, onEnd);
    this.#pendingTokenRequests.add(request);
    if (this.#isDisposed) this.#failTokenRequests();
    else void this.session.freshProjectToken().then(request.resolve, request.reject);
    return request.promise;
  }

  disconnect(): void {
    removeActiveClient(this.#bindingOf);
    this.notifications.endHolds();
    this.connection.dispatch({ type: "disconnect" });
    // A login that getProjectToken waits for needs no connection.
    this.session.cancelRequests(this.#pendingTokenRequests.size > 0);
  }

  dispose(): void {
    this.disconnect();
    this.#isDisposed = true;
    this.session.cancelRequests();
    this.status.dispose();
    this.tabSession.release();
    this.notifications.dispose();
    this.#failTokenRequests();
    this.lifecycle.emit("dispose");
    this.lifecycle.forgetHandlers();
    this.diagnosticEvents.forgetHandlers();
  }

  /** For the other entries of this package. */
  internals(): ClientInternals {
    const { notifications } = this;
    // Not all settings: the credential is among them, and this object can be printed.
    const { endpoints, region, callTimeoutMs, fetch, platform } = this.settings;
    return {
      report: this.report,
      handlers: this.handlers,
      receive: (...arrival) => notifications.receive(...arrival),
      addNotificationFilter: (filter) => notifications.addNotificationFilter(filter),
      onDispose: (callback) => this.onDispose(callback),
      startCall: (request) => this.connection.calls.start(request),
      connection: this.connection,
      session: this.session,
      settings: { endpoints, region, callTimeoutMs, fetch, platform },
    };
  }

  onDispose(callback: () => void): () => void {
    if (this.#isDisposed) callback();
    return this.lifecycle.listen("dispose", callback);
  }

  #loginBySocket(params: Values, generation: number): Promise<Values> {
    const { credential, callTimeoutMs: timeoutMs } = this.settings;
    const tokens = { clientId: credential.clientId };
    const call = { target: loginTarget, params, generation, tokens, timeoutMs };
    return this.connection.calls.start(call);
  }

  #loginByRest(params: Parameters<SessionPorts["loginByRest"]>[0]): Promise<Values> {
    const { fetch = hostGlobals.fetch!, endpoints, region, callTimeoutMs } = this.settings;
    const { redact } = this.session;
    return loginByRest(params, { fetch, endpoints, region, redact, timeoutMs: callTimeoutMs });
  }

  /** A page that is hidden or left gives its session ID back to the tab. */
  #observePlatform(emit: (hint: Hint) => void): () => void {
    return this.settings.platform.observePlatform((hint) => {
      if (hint === "background") this.tabSession.restore();
      else if (hint === "pagehide") this.tabSession.release();
      else if (hint === "foreground" || hint === "pageshow") this.tabSession.claim();
      emit(hint);
    });
  }

  readonly #bindingOf = (slot: string): Binding | undefined => this.snapshot.bindings[slot];

  #paramsOf(slot: string): Values | undefined {
    return this.session.desiredBinding(slot)?.params;
  }

  #failTokenRequests(): void {
    for (const { fail } of this.#pendingTokenRequests) fail({ kind: "notConnected" }, DISPOSED);
  }
}
