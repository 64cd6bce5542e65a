import { createChecker, createRowCaller } from "../api/methods.js";
import type { CallRequest } from "../connection/calls.js";
import { Connection, type ConnectionPorts } from "../connection/connection.js";
import type { ConnectionEvent } from "../connection/machine.js";
import { SnapshotMaker, type Binding, type ConnectionSnapshot } from "../connection/snapshot.js";
import type { SyncReason } from "../connection/state.js";
import { emitChanges, StatusTracker, type Condition } from "../connection/status.js";
import { createDeferred, type AbortOptions, type Deferred } from "../core/deferred.js";
import type { Report } from "../core/diagnostics.js";
import { createReporter } from "../core/reporter.js";
import { post } from "../http/http.js";
import { createEmitter } from "../notify/emitter.js";
import { Notifications } from "../notify/notify.js";
import { readSession, Session, type SessionPorts } from "../session/session.js";
import { TabSession } from "../session/tabSession.js";
import { loginTarget, type Values } from "../wire/frames.js";
import type { AnyMethod } from "../wire/methods.js";
import { addActiveClient, removeActiveClient } from "./activeClients.js";
import { Bindings, DEFAULT_SLOT } from "./bindings.js";
import { EventQueue } from "./eventQueue.js";
import { readOptions, type ClientSettings, type GatewayClientOptions } from "./options.js";
import { probeByCall } from "./probe.js";
import type { CallOptions, Sync } from "./types.js";

const CONNECT_TIMEOUT_MS = 10_000;

/**
 * The parts of a client, wired by name: what one part needs of another is a named port.
 * @internal
 */
export class ClientCore {
  readonly settings: ClientSettings;
  readonly report: Report;
  /** An error of its handlers is not reported: that would have no end. */
  readonly diagnosticEvents = createEmitter(() => undefined);
  readonly lifecycle: ReturnType<typeof createEmitter>;
  readonly notifications: Notifications;
  readonly session: Session;
  readonly connection: Connection;
  readonly status: StatusTracker;
  readonly bindings: Bindings;
  readonly #queue: EventQueue;
  readonly #tabSession: TabSession;
  readonly #pendingTokenRequests = new Set<Deferred<string>>();
  readonly #callRow: (
    row: AnyMethod,
    params: Values,
    rest: Pick<CallRequest, "slot" | "needsBinding" | "generation" | "timeoutMs" | "signal">,
  ) => Promise<Values>;
  readonly #checkArguments: ReturnType<typeof createChecker>;
  #isDisposed = false;

  constructor(options: GatewayClientOptions) {
    const settings = (this.settings = readOptions(options));
    const { platform, namespaceName, callTimeoutMs, webSocketUrl } = settings;
    const { clock } = platform;
    this.#queue = new EventQueue(
      () => this.connection.settle(),
      (error) => this.report("error", "stepFailed", describe(error), { error }),
    );
    this.report = createReporter(settings.logger, this.#redact, (diagnostic) =>
      this.#queue.announce(() => this.diagnosticEvents.emit("diagnostic", diagnostic)),
    );
    const onHandlerError = (error: unknown, message: string): void =>
      this.report("error", "handlerThrew", message, { error });
    this.lifecycle = createEmitter(onHandlerError);
    this.notifications = new Notifications(clock, createEmitter(onHandlerError), this.report);
    this.#tabSession = new TabSession(settings.storage, platform.newId);
    this.session = new Session(settings.credential, this.#sessionPorts());
    this.connection = new Connection(
      {
        url: webSocketUrl,
        callTimeoutMs,
        idleMs: settings.idleMs,
        probeTimeoutMs: settings.probeTimeoutMs,
        conflictGraceMs: settings.conflictGraceMs,
        loopback: /^wss?:..(localhost|127\.|\[::1])/.test(webSocketUrl),
      },
      clock,
      this.#connectionPorts(),
    );
    this.#callRow = createRowCaller(
      (request: CallRequest) => this.connection.calls.start(request),
      callTimeoutMs,
    );
    this.#checkArguments = createChecker(
      (slot) => this.#paramsOf(slot)?.["namespaceName"] ?? namespaceName,
      (method, field, needs) => {
        const text = `${method}: ${field} needs ${needs}`;
        this.report("warn", "brokenCondition", text, { method, field, needs });
      },
    );
    this.status = new StatusTracker(
      clock,
      new SnapshotMaker(clock, (slot) => this.#paramsOf(slot)),
      () => this.connection.state,
      (now, before) => this.#queue.announce(() => emitChanges(this.lifecycle.emit, now, before)),
    );
    this.bindings = new Bindings({
      session: this.session,
      defaultNamespaceName: namespaceName,
      callTimeoutMs,
      sessionId: () => this.#tabSession.id,
      state: () => this.connection.state,
      dispatch: (event) => this.connection.dispatch(event),
      dispatchAndWait: (...request) => this.dispatchAndWait(...request),
      bindingOf: this.#bindingOf,
      checkArguments: this.#checkArguments,
    });
  }

  get snapshot(): ConnectionSnapshot {
    return this.status.snapshot;
  }

  /** Dispatches an event, and waits until the condition is true. */
  dispatchAndWait(
    method: string,
    options: AbortOptions,
    condition: Condition,
    event: ConnectionEvent,
    describeFailure?: Parameters<StatusTracker["waitUntil"]>[3],
  ): Promise<true> {
    const waiting = this.status.waitUntil(method, options, condition, describeFailure);
    if (this.#isDisposed) waiting.fail({ kind: "notConnected" }, "disposed");
    else if (!options.signal?.aborted) this.connection.dispatch(event);
    return waiting.promise;
  }

  /** A method of the table, for the player of a slot. */
  async callMethod(
    row: AnyMethod,
    values: Values & { readonly slot?: string | undefined } = {},
    options: CallOptions = {},
  ): Promise<Values> {
    const { slot = options.slot ?? DEFAULT_SLOT } = values;
    const params = this.#checkArguments(row, slot, values);
    return this.#callRow(row, params, { ...options, slot, needsBinding: true });
  }

  probe(timeoutMs: number): Promise<void> {
    const ports = {
      state: () => this.connection.state,
      namespaceOf: (slot: string) => this.#paramsOf(slot)?.["namespaceName"],
      callRow: this.#callRow,
    };
    return probeByCall(ports, timeoutMs);
  }

  getProjectToken(): Promise<string> {
    // A provider of tokens, or a network that hangs, may never settle.
    const { clock } = this.settings.platform;
    const request = createDeferred<string>("getProjectToken", clock, {}, () =>
      this.#pendingTokenRequests.delete(request),
    );
    this.#pendingTokenRequests.add(request);
    if (this.#isDisposed) this.#failTokenRequests();
    else void this.session.freshProjectToken().then(request.resolve, request.reject);
    return request.promise;
  }

  disconnect(): void {
    removeActiveClient(this.#bindingOf);
    this.connection.dispatch({ type: "disconnect" });
    this.notifications.endHolds();
  }

  dispose(): void {
    this.#isDisposed = true;
    this.disconnect();
    this.#tabSession.restore();
    this.notifications.dispose();
    this.#failTokenRequests();
    this.lifecycle.emit("dispose");
    this.lifecycle.forgetHandlers();
    this.diagnosticEvents.forgetHandlers();
  }

  onDispose(callback: () => void): () => void {
    if (this.#isDisposed) callback();
    return this.lifecycle.listen("dispose", callback);
  }

  #sessionPorts(): SessionPorts {
    const { platform, callTimeoutMs, credential, fetch, loginUrl } = this.settings;
    return {
      wallTime: platform.clock.wallTime,
      usableSocket: () => {
        const { phase, generation } = this.connection.state;
        return phase === "open" ? generation : undefined;
      },
      loginBySocket: (params, generation) =>
        this.connection.calls.start({
          timeoutMs: callTimeoutMs,
          target: loginTarget,
          params,
          generation,
          tokens: { clientId: credential.clientId },
        }),
      loginByRest: (params) => post(fetch, "login", loginUrl, params, callTimeoutMs, this.#redact),
    };
  }

  #connectionPorts(): ConnectionPorts {
    const { platform, WebSocket, probeTimeoutMs } = this.settings;
    const { session, notifications } = this;
    return {
      openRaw: platform.createSocketOpener(WebSocket, CONNECT_TIMEOUT_MS),
      observePlatform: (emit) => this.#observePlatform(emit),
      newId: platform.newId,
      runStep: this.#queue.runStep,
      guard: this.#queue.guard,
      logIn: (generation, renew) => session.logIn(generation, renew),
      prepareBind: (slot, force, renew) => session.prepareBind(slot, force, renew),
      readSession,
      tokensFor: (slot) => session.tokensFor(slot),
      renewTokens: (slot) => session.renewTokens(slot),
      invalidateTokens: () => session.invalidateTokens(),
      trackSecrets: (params) => session.trackSecrets(params),
      redact: this.#redact,
      probeByCall: () => void this.probe(probeTimeoutMs).catch(() => undefined),
      deliver: (frame, receivedAt) => notifications.receive(frame, receivedAt, "socket"),
      hold: () => notifications.hold(),
      forgetNotifications: () => notifications.forgetHistory(),
      sync: (slot, reason, downMs) => this.#sync(slot, reason, downMs),
      afterSteps: () => this.status.refresh(),
      report: this.report,
    };
  }

  /** A page that is hidden or left gives its session ID back to the tab. */
  #observePlatform(emit: Parameters<ConnectionPorts["observePlatform"]>[0]): () => void {
    return this.settings.platform.observePlatform((hint) => {
      if (hint === "background" || hint === "pagehide") this.#tabSession.restore();
      else if (hint === "foreground" || hint === "pageshow") this.#tabSession.claim();
      emit(hint);
    });
  }

  #sync(slot: string, reason: SyncReason, gapMs: number | undefined): void {
    const { clock } = this.settings.platform;
    const downMs = Math.round(gapMs ?? 0);
    const since = gapMs === undefined ? undefined : Math.round(clock.wallTime() - gapMs);
    if (reason !== "first") this.notifications.addGap();
    this.#queue.announce(() => {
      // A handler before this one may have released it.
      const binding = this.#bindingOf(slot);
      if (!binding) return;
      if (addActiveClient(this.#bindingOf, binding)) {
        this.report("warn", "duplicateClient", binding.userId ?? "", { slot });
      }
      const sync: Sync = { reason, since, downMs, binding };
      void this.notifications.sync(sync);
    });
  }

  readonly #redact = (text: string): string => this.session.redact(text);

  readonly #bindingOf = (slot: string): Binding | undefined => this.snapshot.bindings[slot];

  #paramsOf(slot: string): Values | undefined {
    return this.session.desiredBinding(slot)?.params;
  }

  #failTokenRequests(): void {
    for (const { fail } of this.#pendingTokenRequests) fail({ kind: "notConnected" }, "disposed");
  }
}

function describe(error: unknown): string {
  try {
    return String(error);
  } catch {
    return "";
  }
}
