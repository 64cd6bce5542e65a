import { reportIneffectiveField } from "../api/check.js";
import { createChecker, createMethodCaller } from "../api/methods.js";
import { bindRejection } from "../connection/binding.js";
import type { CallRequest } from "../connection/calls.js";
import { createConnection } from "../connection/connection.js";
import {
  connect,
  disconnect,
  hint,
  release,
  tokenSet,
  requestBind,
  type Hint,
} from "../connection/machine.js";
import type { Binding } from "../connection/snapshot.js";
import { createStatus, emitChanges, type Condition } from "../connection/status.js";
import { OPEN, type StateDraft } from "../connection/state.js";
import { CLIENT_INTERNALS, type ClientInternals } from "../core/internals.js";
import { invalidArgument, type GatewayError } from "../errors.js";
import type { GatewayClient as Client } from "./types.js";
import { platform, systemPlatform, type ClientPlatform } from "./platform.js";
import { loginByRest, requireOptions } from "../http/login.js";
import { createEmitter } from "../notify/emitter.js";
import { createNotify, type Notify } from "../notify/notify.js";
import type {
  BindRequest,
  CallOptions,
  GatewayClientOptions,
  ServiceCall,
  Sync,
} from "./options.js";
import { createDeferred, type AbortOptions, type Deferred } from "../core/deferred.js";
import { createReporter } from "../core/reporter.js";
import { createSession, type DesiredBinding } from "../session/session.js";
import { createTabSession } from "../session/tabSession.js";
import { loginTarget, type Values } from "../wire/frames.js";
import {
  deleteFirebaseToken,
  describeWebSocketSessions,
  getFirebaseToken,
  getServiceVersion,
  setFirebaseToken,
  setUserId,
  type AnyMethod,
} from "../wire/methods.js";
import {
  DEFAULT_REGION,
  expandEndpoint,
  gs2Endpoints,
  isGs2Endpoint,
} from "../wire/endpoints.js";

const CONNECT_TIMEOUT_MS = 10_000;
const CALL_TIMEOUT_MS = 10_000;
const PROBE_TIMEOUT_MS = 5_000;
const IDLE_MS = 300_000;
const PLAYER = "player";

/** How those clients are bound that have bound a player and were not ended since. */
const inUse = new Set<(slot: string) => Binding | undefined>();

export type GatewayClient = Client;

/** See {@link Client}. Everything else lives in its closure: printing or stringifying a client shows no credential. */
// A class so that `instanceof` and `extends` work; its members are made in one closure.
// eslint-disable-next-line @typescript-eslint/no-extraneous-class
export const GatewayClient: new (options: GatewayClientOptions) => Client = class {
  constructor(options: GatewayClientOptions) {
    Object.defineProperties(this, Object.getOwnPropertyDescriptors(createClient(options)));
  }
} as never;

/** @param clientHost what the client lives on */
export function createClient(
  options: GatewayClientOptions,
  { clock, newId, opener, watch }: ClientPlatform = systemPlatform,
): Client {
  const {
    namespaceName,
    credential,
    region = DEFAULT_REGION,
    endpoints = gs2Endpoints,
    callTimeoutMs = CALL_TIMEOUT_MS,
    keepAlive,
    conflictGraceMs = 0,
    logger,
  } = options;
  const WebSocket = options.WebSocket ?? platform.WebSocket;
  requireOptions("GatewayClient", credential, {
    WebSocket,
    "callTimeoutMs above 0": callTimeoutMs > 0,
  });

  const { idleMs = IDLE_MS, timeoutMs: probeTimeoutMs = PROBE_TIMEOUT_MS } = keepAlive || {
    idleMs: keepAlive === false ? Infinity : IDLE_MS,
  };
  const url = expandEndpoint(endpoints.webSocket, "gateway", region);
  const isEmulator = !isGs2Endpoint(url);
  const announcements: (() => void)[] = [];
  const ofThisStep: (() => void)[] = [];
  let announcing = false;
  let disposed = false;
  const askings = new Set<Deferred<string>>();
  const endAskings = (): void =>
    askings.forEach(({ fail }) => fail({ kind: "notConnected" }, "disposed"));

  /** Others are told when nothing is half done: after the step of the machine, one after another. */
  const announce = (tell: () => void): void => {
    (connection.busy() ? ofThisStep : announcements).push(tell);
    drain();
  };
  const drain = (): void => {
    if (announcing || connection.busy()) return;
    announcing = true;
    for (let tell; (tell = announcements.shift());) tell();
    announcing = false;
  };

  const scrub = (text: string): string => session.scrub(text);
  const report = createReporter(logger, scrub, (diagnostic) =>
    announce(() => quiet.emit("diagnostic", diagnostic)),
  );
  // Who listens to diagnostics and throws is not told of it: that would have no end.
  const quiet = createEmitter(() => undefined);
  const threw = (error: unknown, said: string): void =>
    report("error", "handlerThrew", said, { error });
  const lifecycle = createEmitter(threw);
  const notify: Notify = createNotify(clock, createEmitter(threw), report);
  const tab = createTabSession(
    () => (options.storage === undefined ? platform.sessionStorage : options.storage),
    newId,
  );

  const callRow = createMethodCaller(
    (request: CallRequest) => connection.calls.start(request),
    callTimeoutMs,
  );

  const session = createSession(credential, {
    now: clock.now,
    usableSocket() {
      const { phase, generation } = connection.current();
      return phase === OPEN ? generation : undefined;
    },
    loginBySocket: (params, generation) =>
      connection.calls.start({
        timeoutMs: callTimeoutMs,
        target: loginTarget,
        params,
        generation,
        tokens: { clientId: credential.clientId },
      }),
    loginByRest: (params) =>
      loginByRest(params, {
        fetch: options.fetch ?? platform.fetch!,
        endpoints,
        region,
        redact: scrub,
        timeoutMs: callTimeoutMs,
      }),
    sendBind: (params, slot, generation, tokens) =>
      callRow(setUserId, params, { slot, generation, tokens }),
  });

  /** A small call on the present socket: any answer is a sign of life, be it a refusal. */
  const probe = async (timeoutMs: number): Promise<void> => {
    const { slots, generation } = connection.current();
    const slot = Object.keys(slots).find((name) => slots[name]!.state === "held");
    const wish = session.wishes.get(slot!);
    const rest = { slot, generation, timeoutMs };
    try {
      await (wish
        ? callRow(
            describeWebSocketSessions,
            { namespaceName: wish.params["namespaceName"], limit: 1 },
            rest,
          )
        : callRow(getServiceVersion, {}, rest));
    } catch (error) {
      if ((error as GatewayError).outcome !== "refused") throw error;
    }
  };

  const status = createStatus(
    clock,
    () => connection.current(),
    (slot) => session.wishes.get(slot)!.params,
    (now, before) => announcements.push(() => emitChanges(lifecycle.emit, now, before)),
  );
  const bindingOf = (slot: string): Binding | undefined => status.snapshot().bindings[slot];
  /** Lets an event happen, and waits for what comes of it. */
  const happen = (
    method: string,
    limits: AbortOptions,
    look: Condition,
    event: (t: StateDraft) => void,
    describe?: Parameters<typeof status.until>[3],
  ): Promise<true> => {
    const waiting = status.until(method, limits, look, describe);
    if (disposed) waiting.fail({ kind: "notConnected" }, "disposed");
    else if (!limits.signal?.aborted) connection.dispatch(event);
    return waiting.promise;
  };

  const connection = createConnection(
    url,
    clock,
    {
      idleMs,
      probeTimeoutMs,
      conflictGraceMs,
      loopback: /^wss?:..(localhost|127\.|\[::1])/.test(url),
    },
    {
      ...session,
      ...notify,
      openRaw: opener(WebSocket!, CONNECT_TIMEOUT_MS),
      watch: (tell) =>
        watch((kind) => {
          if (kind === "background" || kind === "pagehide") tab.restore();
          else if (kind === "foreground" || kind === "pageshow") tab.claim();
          tell(kind);
        }),
      probeByCall: () => void probe(probeTimeoutMs).catch(() => undefined),
      newId,
      deliver: (frame, receivedAt) => notify.receive(frame, receivedAt, "socket"),
      sync(slot, reason, since) {
        const downMs = since === undefined ? 0 : clock.now() - since;
        if (reason !== "first") notify.gap();
        inUse.add(bindingOf);
        announce(() => {
          // A handler told before this one may have released it.
          const binding = bindingOf(slot);
          if (!binding) return;
          const { userId, namespaceName: place } = binding;
          for (const other of inUse) {
            const its = other !== bindingOf && other(slot);
            if (its && its.userId === userId && its.namespaceName === place)
              report("warn", "duplicateClient", userId!, { slot });
          }
          const sync: Sync = { reason, since, downMs, binding };
          void notify.sync(sync);
        });
      },
      retried: ({ kind, message }, slot) =>
        slot === undefined
          ? report("warn", "renewalFailed", message, { kind, message })
          : report("warn", "bindRetried", message, { slot, kind, message }),
      report,
      changed() {
        // The status first, then what else has come of the step.
        status.refresh();
        announcements.push(...ofThisStep.splice(0));
        drain();
      },
    },
  );

  const check = createChecker(
    (slot) => session.wishes.get(slot)?.params["namespaceName"] ?? namespaceName,
    reportIneffectiveField(report),
  );

  const method =
    (row: AnyMethod) =>
    async (values: Values & { slot?: string } = {}, limits: CallOptions = {}): Promise<never> => {
      const { slot = limits.slot ?? PLAYER } = values;
      return (await callRow(row, check(row, slot, values), {
        ...limits,
        slot,
        bound: true,
      })) as never;
    };

  const wishFor = async (
    slot: string,
    wish: DesiredBinding,
    force: boolean,
    limits: CallOptions,
  ): Promise<Binding> => {
    const refused = bindRejection(connection.current(), force);
    if (refused) throw refused;
    if (!limits.signal?.aborted) {
      wish.bindSent = false;
      session.wishes.set(slot, wish);
    }
    const exclusive = wish.params["allowConcurrentAccess"] === false;
    await happen(
      setUserId.name,
      { ...limits, timeoutMs: limits.timeoutMs ?? callTimeoutMs },
      ({ slots }) => {
        const { state, error } = slots[slot] ?? {};
        if (!state) return "released";
        if (session.wishes.get(slot) !== wish) return "another one took its place";
        return state === "held" || error;
      },
      (t) => requestBind(t, slot, exclusive, force),
      () => (wish.bindSent ? { outcome: "unknown", retryable: true } : {}),
    );
    return bindingOf(slot)!;
  };

  const stop = (): void => {
    inUse.delete(bindingOf);
    connection.dispatch(disconnect);
    notify.stopHolding();
  };

  const giveHint = (kind: Hint): void => connection.dispatch((t) => hint(t, kind));

  const client: Client & { [CLIENT_INTERNALS]: ClientInternals } = {
    [CLIENT_INTERNALS]: {
      report,
      receive: notify.receive,
      addNotificationFilter: notify.addNotificationFilter,
      onDispose(callback) {
        if (disposed) callback();
        return lifecycle.listen("dispose", callback);
      },
    },
    isEmulator,
    lifecycle: {
      on: (event, handler, listenOptions) =>
        (event === "diagnostic" ? quiet : lifecycle).listen(event, handler, listenOptions),
    },
    get connection() {
      return status.snapshot();
    },
    async connect(limits = {}) {
      await happen("connect", limits, ({ phase }) => phase === OPEN, connect);
    },
    async disconnect() {
      stop();
    },
    dispose() {
      disposed = true;
      stop();
      tab.restore();
      notify.end();
      endAskings();
      lifecycle.emit("dispose");
      lifecycle.forgetHandlers();
      quiet.forgetHandlers();
    },
    async setUserId(request: BindRequest, limits: CallOptions = {}) {
      const { accessToken, slot = limits.slot ?? PLAYER } = request;
      if (!accessToken || !["string", "function"].includes(typeof accessToken)) {
        throw invalidArgument(setUserId.name, "accessToken", "must be a string or a function");
      }
      const { force, ...params } = check(setUserId, slot, {
        ...request,
        namespaceName: request.namespaceName ?? namespaceName,
      });
      if (params["allowConcurrentAccess"] === false) params["sessionId"] ??= tab.id;
      return wishFor(slot, session.newWish(slot, accessToken, params), !!force, limits);
    },
    async takeOver(limits = {}) {
      const { slot = PLAYER } = limits;
      const wish = session.wishes.get(slot);
      if (!wish)
        throw invalidArgument("takeOver", `slot "${slot}"`, "has no binding: call setUserId first");
      return wishFor(slot, wish, true, limits);
    },
    async release({ slot = PLAYER } = {}) {
      connection.dispatch((t) => release(t, slot));
      session.wishes.delete(slot);
    },
    on: notify.listenTo,
    waitFor: notify.wait,
    mark: notify.mark,
    onSync: notify.onSync,
    retryNow: () => giveHint("retryNow"),
    hint: giveHint,
    async ping() {
      const start = performance.now();
      await probe(callTimeoutMs);
      return performance.now() - start;
    },
    setFirebaseToken: method(setFirebaseToken),
    getFirebaseToken: method(getFirebaseToken),
    deleteFirebaseToken: method(deleteFirebaseToken),
    describeWebSocketSessions: method(describeWebSocketSessions),
    async call(request: ServiceCall, limits: CallOptions = {}) {
      const { service, component, function: name, params = {}, slot = limits.slot } = request;
      for (const field of ["service", "component", "function"] as const) {
        if (!request[field]) throw invalidArgument("call", field);
      }
      return connection.calls.start({
        ...limits,
        timeoutMs: limits.timeoutMs ?? callTimeoutMs,
        target: { service, component, function: name },
        params,
        slot,
        bound: slot !== undefined,
      }) as never;
    },
    getProjectToken() {
      // A provider of tokens, or a network that hangs, may never answer.
      const asking = createDeferred<string>("getProjectToken", clock, {}, () =>
        askings.delete(asking),
      );
      askings.add(asking);
      if (disposed) endAskings();
      else void session.youngProjectToken().then(asking.resolve, asking.reject);
      return asking.promise;
    },
    setProjectToken(token) {
      if (!token) throw invalidArgument("setProjectToken", "token");
      const renewAt = session.setProjectToken(token);
      connection.dispatch((t) => tokenSet(t, renewAt));
    },
  };
  // What it is before anything happens: changes are told against this.
  status.snapshot();
  if (isEmulator) report("info", "emulator", url, { webSocket: url });
  return client;
}
