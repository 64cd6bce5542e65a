import { checkArguments, invalidArgument } from "./api/check.js";
import { impossible } from "./connection/binding.js";
import { notConnected } from "./connection/turn.js";
import type { CallRequest, Values } from "./connection/calls.js";
import { createConnection } from "./connection/connection.js";
import {
  connect,
  disconnect,
  hint,
  release,
  tokenSet,
  want,
  type Hint,
} from "./connection/machine.js";
import { takeSnapshot, type Binding, type ConnectionSnapshot } from "./connection/snapshot.js";
import { socketOpener } from "./connection/socket.js";
import { OPEN, WAITING, type State, type Turn } from "./connection/state.js";
import { watchHost } from "./connection/wakeups.js";
import type { Report } from "./diagnostics.js";
import { isGatewayError, type GatewayError } from "./errors.js";
import type { GatewayClient as Client } from "./gatewayClient.js";
import { host, randomId, systemClock as clock } from "./host.js";
import { post } from "./http/http.js";
import { createEmitter, type Handler } from "./notify/emitter.js";
import { createNotify, type Notify } from "./notify/notify.js";
import type {
  BindRequest,
  CallOptions,
  GatewayClientOptions,
  ServiceCall,
  Sync,
} from "./options.js";
import { pending, type Limits, type Pending } from "./pending.js";
import { createSession, type Wish } from "./session/session.js";
import { createTabSession } from "./session/tabSession.js";
import { loginTarget } from "./wire/frames.js";
import {
  deleteFirebaseToken,
  describeWebSocketSessions,
  getFirebaseToken,
  getServiceVersion,
  setFirebaseToken,
  setUserId,
  type AnyMethod,
} from "./wire/methods.js";
import { gs2Endpoints, place } from "./wire/places.js";

const CONNECT_TIMEOUT_MS = 10_000;
const CALL_TIMEOUT_MS = 10_000;
const PROBE_TIMEOUT_MS = 5_000;
const IDLE_MS = 300_000;
const PLAYER = "player";

export type GatewayClient = Client;

/** See {@link Client}. Everything else lives in its closure: printing or stringifying a client shows no credential. */
// A class so that `instanceof` and `extends` work; its members are made in one closure.
// eslint-disable-next-line @typescript-eslint/no-extraneous-class
export const GatewayClient: new (options: GatewayClientOptions) => Client = class {
  constructor(options: GatewayClientOptions) {
    Object.defineProperties(this, Object.getOwnPropertyDescriptors(createClient(options)));
  }
} as never;

function createClient(options: GatewayClientOptions): Client {
  const {
    namespaceName,
    credential,
    region = "ap-northeast-1",
    endpoints = gs2Endpoints,
    callTimeoutMs = CALL_TIMEOUT_MS,
    keepAlive,
    conflictGraceMs = 0,
    logger,
  } = options;
  const WebSocket = options.WebSocket ?? host.WebSocket;
  // Callers without TypeScript may leave out anything.
  const { clientId, clientSecret, projectToken } = Object(credential) as Values;
  const given: Record<string, unknown> = {
    "credential.clientId": clientId,
    "credential.clientSecret or credential.projectToken": clientSecret ?? projectToken,
    WebSocket,
    "callTimeoutMs above 0": callTimeoutMs > 0,
  };
  for (const name in given) if (!given[name]) throw invalidArgument("GatewayClient", name);

  const { idleMs = IDLE_MS, timeoutMs: probeTimeoutMs = PROBE_TIMEOUT_MS } = keepAlive || {
    idleMs: keepAlive === false ? Infinity : IDLE_MS,
  };
  const url = place(endpoints.webSocket, "gateway", region);
  const isEmulator = !url.includes(".gs2io.com");
  const syncs = new Map<Handler, Handler>();
  const watchers = new Set<() => void>();
  const announcements: (() => void)[] = [];
  let announcing = false;
  let disposed = false;
  let snapshot: ConnectionSnapshot | undefined;
  let signature = "";

  /** Others are told when nothing is half done: after the step of the machine, one after another. */
  const announce = (tell: () => void): void => {
    announcements.push(tell);
    drain();
  };
  const drain = (): void => {
    if (announcing || connection.busy()) return;
    announcing = true;
    for (let tell; (tell = announcements.shift());) tell();
    announcing = false;
  };

  const report: Report = (level, code, said, detail) => {
    const message = `[gs2-gateway] ${code}: ${said}`;
    const loud = level === "warn" || level === "error" || code === "emulator";
    if (logger || (loud && logger !== false)) (logger || console)[level](message, detail);
    announce(() => quiet.emit("diagnostic", { level, code, message, detail }));
  };
  // Who listens to diagnostics and throws is not told of it: that would have no end.
  const quiet = createEmitter(() => undefined);
  const threw = (error: unknown): void =>
    report("error", "handlerThrew", session.scrub(String(error)), { error });
  const lifecycle = createEmitter(threw);
  const notify: Notify = createNotify(
    clock,
    createEmitter(threw),
    (key) => report("warn", "payloadNotJson", key, { key }),
    (held) => report("warn", "syncOverrun", `${held} held`, { held }),
  );
  const tab = createTabSession(
    () => (options.storage === undefined ? host.sessionStorage : options.storage),
    randomId,
  );

  const callRow = (
    { name, component, repeat, avoider }: AnyMethod,
    params: Values,
    rest: Omit<CallRequest, "target" | "params">,
  ): Promise<Values> =>
    connection.calls.start({
      ...rest,
      timeoutMs: rest.timeoutMs ?? callTimeoutMs,
      repeat,
      avoider,
      params,
      target: { service: "gateway", component, function: name },
    });

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
      post(
        options.fetch ?? host.fetch!,
        "login",
        place(endpoints.rest, "identifier", region) + "/projectToken/login",
        params,
        callTimeoutMs,
        (text) => session.scrub(text),
      ),
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

  const bindingOf = (slot: string): Binding => snapshot!.bindings[slot]!;

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
      openRaw: socketOpener(WebSocket!, CONNECT_TIMEOUT_MS),
      watch: (tell) =>
        watchHost((kind) => {
          if (kind === "background" || kind === "pagehide") tab.putBack();
          else if (kind === "foreground" || kind === "pageshow") tab.takeOut();
          tell(kind);
        }),
      probeByCall: () => void probe(probeTimeoutMs).catch(() => undefined),
      newId: randomId,
      deliver: (frame) => notify.take(frame, "socket"),
      sync(slot, reason, since) {
        const downMs = since === undefined ? 0 : clock.now() - since;
        if (reason !== "first") notify.gap();
        announce(() => {
          const sync: Sync = { reason, since, downMs, binding: bindingOf(slot) };
          void notify.sync([...syncs.values()], sync);
        });
      },
      retried: (code, { kind, message }) => report("warn", code, message, { kind, message }),
      report,
      changed,
    },
  );

  function changed(): void {
    const before = snapshot;
    const now = takeSnapshot(
      connection.current(),
      clock.now(),
      before,
      (slot) => session.wishes.get(slot)!.params,
    );
    const signed = JSON.stringify(now);
    if (signed !== signature) {
      signature = signed;
      snapshot = now;
      if (before) announcements.unshift(() => tellChanges(now, before));
    }
    watchers.forEach((watch) => watch());
    drain();
  }

  const tellChanges = (now: ConnectionSnapshot, before: ConnectionSnapshot): void => {
    lifecycle.emit("status", now, before);
    const tellUnauthorized = (slot: string | undefined, error: GatewayError | undefined): void => {
      if (error?.kind === "unauthorized") lifecycle.emit("unauthorized", { slot, error });
    };
    if (now.status !== before.status) tellUnauthorized(undefined, now.error);
    for (const slot in now.bindings) {
      const binding = now.bindings[slot]!;
      const { state, error } = binding;
      if (state === before.bindings[slot]?.state) continue;
      if (state === "replaced") lifecycle.emit("replaced", binding);
      if (now.status !== "unauthorized") tellUnauthorized(slot, error);
    }
  };

  /** Waits until the state says yes or no. */
  const until = <Value>(
    method: string,
    limits: Limits,
    look: (state: State) => Value | GatewayError | undefined,
    event: (t: Turn) => void,
    describe?: Parameters<typeof pending>[4],
  ): Pending<Value> => {
    const waiting = pending<Value>(method, clock, limits, () => watchers.delete(watch), describe);
    const watch = (): void => {
      const state = connection.current();
      const { phase, error = notConnected("disconnected") } = state;
      const seen = phase < WAITING ? error : look(state);
      if (isGatewayError(seen)) waiting.reject(seen);
      else if (seen) waiting.resolve(seen);
    };
    if (!limits.signal?.aborted) {
      watchers.add(watch);
      connection.dispatch(event);
    }
    return waiting;
  };

  const check = (row: AnyMethod, slot: string, values: Values): Record<string, unknown> => {
    const { name } = row;
    const given = {
      ...values,
      // It goes into the envelope when the frame is made.
      accessToken: "-",
      namespaceName:
        values["namespaceName"] ??
        session.wishes.get(slot)?.params["namespaceName"] ??
        namespaceName,
    };
    const checked = checkArguments(name, row.fields, given, (field, needs) =>
      report("warn", "brokenCondition", `${name}: ${field} needs ${needs}`, {
        method: name,
        field,
        needs,
      }),
    );
    delete checked["accessToken"];
    return checked;
  };

  const method =
    (row: AnyMethod) =>
    async (values: Values & { slot?: string } = {}, limits: CallOptions = {}): Promise<never> => {
      const { slot = limits.slot ?? PLAYER } = values;
      const rest = { ...limits, slot, bound: true };
      return (await callRow(row, check(row, slot, values), rest)) as never;
    };

  const wishFor = async (
    slot: string,
    wish: Wish,
    force: boolean,
    limits: CallOptions,
  ): Promise<Binding> => {
    const refused = impossible(connection.current(), force);
    if (refused) throw refused;
    session.wishes.get(slot)?.waiter?.fail({ kind: "aborted" }, "another one took its place");
    wish.bindSent = false;
    session.wishes.set(slot, wish);
    const exclusive = wish.params["allowConcurrentAccess"] === false;
    const waiter = until(
      setUserId.name,
      { ...limits, timeoutMs: limits.timeoutMs ?? callTimeoutMs },
      ({ slots }) => {
        const { state, error } = slots[slot] ?? { error: notConnected("released") };
        return state === "held" || error;
      },
      (t) => want(t, slot, exclusive, force),
      () => (wish.bindSent ? { outcome: "unknown", retryable: true } : {}),
    );
    wish.waiter = waiter;
    await waiter.promise;
    return bindingOf(slot);
  };

  const giveHint = (kind: Hint): void => connection.dispatch((t) => hint(t, kind));

  const client: Client = {
    isEmulator,
    lifecycle: {
      on: (event, handler, listenOptions) =>
        (event === "diagnostic" ? quiet : lifecycle).listen(event, handler, listenOptions),
    },
    get connection() {
      return snapshot!;
    },
    connect: (limits = {}) =>
      disposed
        ? Promise.reject(notConnected("disposed"))
        : until("connect", limits, ({ phase }) => phase === OPEN, connect).promise.then(() => {}),
    async disconnect() {
      connection.dispatch(disconnect);
    },
    dispose() {
      disposed = true;
      connection.dispatch(disconnect);
      tab.putBack();
      notify.end();
      lifecycle.forgetHandlers();
      quiet.forgetHandlers();
      syncs.clear();
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
    onSync(handler, { signal } = {}) {
      const undo = (): void => void syncs.delete(undo);
      syncs.set(undo, handler);
      signal?.addEventListener("abort", undo);
      if (signal?.aborted) undo();
      return undo;
    },
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
    getProjectToken: session.youngProjectToken,
    setProjectToken(token) {
      const lifeSeconds = typeof projectToken === "string" ? Infinity : undefined;
      session.project.set({ token, lifeSeconds });
      connection.dispatch((t) => tokenSet(t, session.project.renewTime()));
    },
  };
  changed();
  if (isEmulator) report("info", "emulator", url, { webSocket: url });
  return client;
}
