import { getRequestListener } from "@hono/node-server";
import type { WebSocketSession } from "../wire/models.js";
import type { CallDefinition } from "../wire/callDefinition.js";
import { emulatorEndpoints, expandEndpoint, type Endpoints } from "../wire/endpoints.js";
import type { FunctionCallContext } from "./calls/addedFunctions.js";
import type { CallFilter, EmulatorCall } from "./log/callLog.js";
import { dataFile, type StateFile } from "./engine/dataFile.js";
import { disconnect, type DisconnectOptions } from "./controls/disconnect.js";
import type { EmulatorFault, EmulatorFaultReport } from "./faults/definitions.js";
import { parseFaults } from "./faults/parse.js";
import { EmulatorEngine } from "./engine/engine.js";
import { createApp } from "./server/app.js";
import { seededIds } from "./store/ids.js";
import { readHandler, type HandleArguments, type HandleOptions } from "./controls/handle.js";
import { listen } from "./server/listen.js";
import { notify, type EmulatorDelivery } from "./controls/notify.js";
import type { EmulatorNotification } from "./controls/notify.js";
import { readOptions, type EmulatorOptions } from "./options.js";
import type { DevicePush, OutboxEntry, OutboxFilter, WaitForPushOptions } from "./store/outbox.js";
import { waitForPush } from "./controls/waitForPush.js";
import { waitForSession, type WaitForSessionOptions } from "./controls/waitForSession.js";
import { makeCertificate, namesOf } from "./server/tls.js";
import { relayTo } from "./server/relaySocket.js";
import { socketServer } from "./server/webSocket.js";
import { readState, type EmulatorState, type EmulatorStateInput } from "./store/snapshot.js";
import { issueAccessToken, type IssueTokenOptions } from "./controls/accessTokens.js";

/** A call that a handler of {@link Emulator.handle} answers. */
export interface FunctionCall<
  Params = Readonly<Record<string, unknown>>,
  Options extends HandleOptions = HandleOptions,
> extends FunctionCallContext {
  /**
   * From path, query, body or frame, without those that were null and without the access token. A
   * value of a query is a text. What the definition's `required` names is there; nothing else was
   * checked.
   */
  readonly params: Params;
  /**
   * The player of the access token, else the parameter `userId`; undefined where there is neither,
   * which the option `requirePlayer` rules out.
   */
  readonly userId: Options extends { readonly requirePlayer: true } ? string : string | undefined;
  /** For notifications and the like: `emulator.notify` sends before the reply. */
  readonly emulator: Emulator;
}

/**
 * Answers the calls of a function: with the result object, or a promise of it. It throws an
 * {@link EmulatorError} for a failure as GS2 replies it. Anything else it throws, and a result that
 * is no object, is a 500, with a warning in the emulator's log.
 */
export type FunctionHandler<
  Params = Readonly<Record<string, unknown>>,
  Result = unknown,
  Options extends HandleOptions = HandleOptions,
> = (call: FunctionCall<Params, Options>) => Result | Promise<Result>;

/**
 * A running emulator. A method that is given a wrong argument throws or rejects with an
 * `invalidArgument` that names the field.
 */
export interface Emulator {
  /** Base address, e.g. `http://127.0.0.1:9480`. */
  readonly url: string;
  /** For the client's option of the same name. */
  readonly endpoints: Endpoints;
  /** With the option `tls`: its certificate in PEM, for clients that are to trust it. */
  readonly certificate: string | undefined;
  /** An access token of a player, as GS2-Auth would issue it. */
  issueAccessToken(options: IssueTokenOptions): Promise<string>;
  /**
   * Sends a notification to the sessions of a user; resolves with the connections it was sent to,
   * or the reason why there are none.
   */
  notify(notification: EmulatorNotification): Promise<EmulatorDelivery>;
  /**
   * Answers a function of any GS2 service, besides the emulator's own methods, over REST and on the
   * socket alike: checks the project token, the access token where one is sent, and the required
   * parameters, then calls the handler. `calls` and the inspector show the calls, faults apply to
   * them, and a repeat with the same duplicationAvoider gets the first result. A dry run gets an
   * empty result, and the handler is not called.
   *
   * The handler of a function that has one already is replaced; `reset` keeps the handlers. Throws
   * `invalidArgument` for one of the emulator's own methods, and for a verb and path that another
   * function has.
   *
   * @returns a function that removes the handler; it has no effect once another has replaced it
   */
  handle<Params, Result, const Options extends HandleOptions = HandleOptions>(
    definition: CallDefinition<Params, Result>,
    handler: FunctionHandler<NoInfer<Params>, NoInfer<Result>, NoInfer<Options>>,
    options?: Options,
  ): () => void;
  /** The same for a function by its names, whose parameters are not checked. */
  handle<
    Params = Readonly<Record<string, unknown>>,
    const Options extends HandleOptions = HandleOptions,
  >(
    service: string,
    component: string,
    name: string,
    handler: FunctionHandler<Params, unknown, NoInfer<Options>>,
    options?: Options,
  ): () => void;
  /** All sessions, in the order of binding. */
  sessions(): WebSocketSession[];
  /** The last 3,000 handled calls, oldest first. */
  calls(filter?: CallFilter): EmulatorCall[];
  /**
   * The last 1,000 notifications for a mobile device, sent or not, oldest first, each with the
   * reason.
   */
  outbox(filter?: OutboxFilter): OutboxEntry[];
  /**
   * The oldest push that was sent to a matching device and not returned before, as soon as there is
   * one; `message` is what the device's service worker would get. Rejects after `timeoutMs` of real
   * time (default 5,000) with an error that describes the outbox.
   */
  waitForPush(options?: WaitForPushOptions): Promise<DevicePush>;
  /**
   * The state that outlives a restart, as plain JSON, with the emulator's tokens and secrets as
   * they are.
   */
  state(): EmulatorState;
  /**
   * Replaces the state; a part that is left out stays as it is. Sockets stay open, but for those
   * bound in a removed namespace.
   */
  setState(state: EmulatorStateInput): Promise<void>;
  /**
   * The user's session, as soon as there is one. Rejects after `timeoutMs` with an error that lists
   * the sessions there are.
   */
  waitForSession(options: WaitForSessionOptions): Promise<WebSocketSession>;
  /** Cuts sockets, as GS2 might at any time; returns the sessions that ended. */
  disconnect(options: DisconnectOptions): WebSocketSession[];
  /** Failures on purpose; see {@link EmulatorFault}. Each trigger is logged. */
  readonly faults: {
    /**
     * Replaces the active faults; returns them with the number of times each was triggered at once.
     * An unknown fault or a wrong parameter throws, and the active faults stay.
     */
    set(faults: readonly EmulatorFault[]): EmulatorFaultReport[];
    /** Clears the active faults. Their effects stay: a half-open connection stays half-open. */
    clear(): void;
    /** The faults that were set last, exhausted ones included. */
    list(): EmulatorFaultReport[];
  };
  readonly clock: {
    /** Unix time in milliseconds, of the emulator's clock. */
    now(): number;
    /**
     * Puts the emulator's clock forward: tokens expire and idle sockets are cut without waiting.
     */
    advance(byMs: number): void;
  };
  /**
   * Back to the start: sockets are cut; calls, outbox, tokens, namespaces and the data file are
   * emptied; no fault is active; the clock is no longer ahead.
   */
  reset(): Promise<void>;
  /** Closes every socket and frees the port. Further calls have no effect. */
  stop(): Promise<void>;
}

/**
 * Starts a local GS2-Gateway. Rejects with `invalidArgument` when an option is wrong or the port is
 * taken.
 */
export async function startEmulator(given: EmulatorOptions = {}): Promise<Emulator> {
  const options = readOptions(given);
  const stateFile = options.data === undefined ? undefined : dataFile(options.data);
  try {
    return await start(options, stateFile);
  } catch (error) {
    stateFile?.release();
    throw error;
  }
}

/** Limits that the emulator leaves to the gateway behind it. */
const decidedByUpstream = {
  idleTimeoutMs: null,
  lifetimeMs: null,
  maxMessageBytes: null,
  accessTokenExpiryEndsSession: false,
};

async function start(
  options: ReturnType<typeof readOptions>,
  stateFile: StateFile | undefined,
): Promise<Emulator> {
  const { port, host, clock, log, faults, seed, mount, data } = options;
  const { namespaces, credentials, strict, upstream } = options;
  const settings = upstream ? { ...options.settings, ...decidedByUpstream } : options.settings;
  let baseUrl = "";
  const url = () => baseUrl;
  const engine = new EmulatorEngine(
    {
      settings,
      strict,
      credentials,
      namespaces,
      seed,
      ids: seededIds(seed),
      url,
      relays: !!upstream,
    },
    clock,
    log,
    stateFile,
  );
  const policy = { host, allowHosts: options.allowHosts, allowOrigins: options.allowOrigins };

  const stopping = new AbortController();
  const app = createApp({ engine, policy, mount, url, data, upstream, stopping: stopping.signal });
  const serve = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  const tls =
    options.tls === true
      ? await makeCertificate(namesOf(host, policy.allowHosts))
      : options.tls || undefined;
  const listening = await listen((...exchange) => void serve(...exchange), host, port, tls);
  baseUrl = listening.url;
  const sockets = socketServer(
    engine,
    policy,
    upstream && relayTo(engine, expandEndpoint(upstream.webSocket, "gateway", "")),
  );
  for (const server of listening.servers)
    server.on("upgrade", (...upgrade) => sockets.upgrade(...upgrade));
  engine.log("listening", `listening on ${baseUrl}`, { url: baseUrl });
  if (faults.length > 0) engine.setFaults(faults);

  let stopped: Promise<void> | undefined;
  const stop = async () => {
    stopping.abort();
    engine.functionCalls.end("The emulator was stopped.");
    engine.clock.cancelWake();
    const closed = listening.servers.map((server) => new Promise((done) => server.close(done)));
    await sockets.stop();
    for (const server of listening.servers) server.closeAllConnections();
    await Promise.all(closed);
    engine.clock.cancelWake();
    stateFile?.release();
    engine.log("stopped", `stopped listening on ${baseUrl}`, { url: baseUrl });
  };
  const emulator: Emulator = {
    url: baseUrl,
    endpoints: emulatorEndpoints(baseUrl),
    certificate: tls?.cert,
    ...controlsOf(engine, stopping.signal, () => emulator),
    stop: () => (stopped ??= stop()),
  };
  return emulator;
}

const controlsOf = (
  engine: EmulatorEngine,
  stopping: AbortSignal,
  emulator: () => Emulator,
): Omit<Emulator, "url" | "endpoints" | "certificate" | "stop"> => ({
  handle: (...given: HandleArguments) =>
    engine.functionCalls.functions.add(
      readHandler(
        engine,
        given,
        (handler) => (call) => handler(Object.assign({}, call, { emulator: emulator() })),
      ),
    ),
  issueAccessToken: async (options) =>
    engine.transact((store, now) => issueAccessToken(store, options, now)).accessToken,
  notify: async (notification) => engine.transact((store, now) => notify(store, notification, now)),
  sessions: () => engine.sessions(),
  calls: (filter) => engine.calls.list(filter),
  outbox: (filter) => engine.outbox(filter),
  waitForPush: (options = {}) => waitForPush(engine, options, stopping),
  state: () => structuredClone(engine.state()),
  setState: async (state) => engine.setState(readState(structuredClone(state))),
  waitForSession: (options) => waitForSession(engine, options, stopping),
  disconnect: (options) => engine.transact((store) => disconnect(store, options)),
  faults: {
    set: (faults) => engine.setFaults(parseFaults(faults)),
    clear: () => void engine.setFaults([]),
    list: () => engine.faults(),
  },
  clock: {
    now: () => engine.clock.now(),
    advance: (byMs) => engine.clock.advance(byMs),
  },
  reset: async () => engine.reset(),
});
