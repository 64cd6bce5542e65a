import { getRequestListener } from "@hono/node-server";
import type { WebSocketSession } from "../wire/models.js";
import { emulatorEndpoints, type Endpoints } from "../wire/endpoints.js";
import type { CallFilter, EmulatorCall } from "./log/callLog.js";
import { dataFile, type StateFile } from "./engine/dataFile.js";
import { disconnect, type DisconnectOptions } from "./controls/disconnect.js";
import type { EmulatorFault, EmulatorFaultReport } from "./faults/definitions.js";
import { parseFaults } from "./faults/parse.js";
import { EmulatorEngine } from "./engine/engine.js";
import type { OriginPolicy } from "./server/originCheck.js";
import { createApp } from "./server/app.js";
import { seededIds } from "./store/ids.js";
import { listen } from "./server/listen.js";
import { notify, type EmulatorDelivery } from "./controls/notify.js";
import type { EmulatorNotification } from "./controls/notify.js";
import { readOptions, type EmulatorOptions, type ReadOptions } from "./options.js";
import type { DevicePush, OutboxEntry, OutboxFilter, WaitForPushOptions } from "./store/outbox.js";
import { waitForPush } from "./controls/waitForPush.js";
import { waitForSession, type WaitForSessionOptions } from "./controls/waitForSession.js";
import { socketServer } from "./server/webSocket.js";
import { readState, type EmulatorState, type EmulatorStateInput } from "./store/snapshot.js";
import { issueAccessToken, type IssueTokenOptions } from "./controls/accessTokens.js";

/** A running emulator. */
export interface Emulator {
  /** Base address, e.g. `http://127.0.0.1:9480`. */
  readonly url: string;
  /** For the client's option of the same name. */
  readonly endpoints: Endpoints;
  /** An access token of a player, as GS2-Auth would give it. */
  issueAccessToken(wish: IssueTokenOptions): Promise<string>;
  /** Sends a notification to the sessions a user has; answers to whom it went, or why to nobody. */
  notify(notification: EmulatorNotification): Promise<EmulatorDelivery>;
  /** All sessions, in the order of binding. */
  sessions(): WebSocketSession[];
  /** The last 3,000 calls that were answered, oldest first. */
  calls(filter?: CallFilter): EmulatorCall[];
  /** The last 1,000 notifications that went to a mobile device or would have, oldest first, each with why or why not. */
  outbox(filter?: OutboxFilter): OutboxEntry[];
  /**
   * The oldest push that left for such a device and that was not taken before, as soon as there is one; `message` is what the device's worker
   * would get. Each answers once. Rejects after `timeoutMs` of real time (default 5,000) with a sentence that tells what is in the outbox instead.
   */
  waitForPush(wish?: WaitForPushOptions): Promise<DevicePush>;
  /** All that outlives a restart, as plain JSON, with the emulator's tokens and secrets as they are. */
  state(): EmulatorState;
  /** Puts such a state in place; a part that is left out stays as it is. Sockets stay open, but for those bound in a namespace that is gone. */
  setState(state: EmulatorStateInput): Promise<void>;
  /** The user's session, as soon as there is one. Rejects with a sentence that tells which sessions there are instead. */
  waitForSession(wish: WaitForSessionOptions): Promise<WebSocketSession>;
  /** Cuts sockets, as GS2 might at any time; answers the sessions that ended. */
  disconnect(wish: DisconnectOptions): WebSocketSession[];
  /** What goes wrong on purpose; see {@link EmulatorFault}. Each strike is in the log. */
  readonly faults: {
    /**
     * Puts these faults in force in place of those before, and answers them with how often each has struck at once. A fault nobody knows, or
     * a parameter that does not fit, is an error that names it; then those before stay.
     */
    set(faults: readonly EmulatorFault[]): EmulatorFaultReport[];
    /** Puts none in force. What has happened stays: a line that went dead is dead. */
    clear(): void;
    /** Those that were set last, the spent ones too. */
    list(): EmulatorFaultReport[];
  };
  readonly clock: {
    /** Unix time in milliseconds, as the emulator sees it. */
    now(): number;
    /** Puts the emulator's clock forward: tokens expire and idle sockets are cut without waiting. */
    advance(byMs: number): void;
  };
  /**
   * Back to the start: sockets are cut, calls, outbox, tokens and namespaces forgotten, the data file too, no fault is in force, the clock is
   * right again.
   */
  reset(): Promise<void>;
  /** Closes every socket and frees the port. Calling it again does no harm. */
  stop(): Promise<void>;
}

/** Starts a GS2-Gateway of one's own. Rejects with one sentence when an option is wrong or the port is taken. */
export async function startEmulator(given: EmulatorOptions = {}): Promise<Emulator> {
  const options = readOptions(given);
  const keeper = options.data === undefined ? undefined : dataFile(options.data);
  try {
    return await start(options, keeper);
  } catch (error) {
    keeper?.release();
    throw error;
  }
}

async function start(
  {
    port,
    host,
    allowHosts,
    allowOrigins,
    mount,
    clock,
    writeLog,
    faults,
    seed,
    data,
    ...options
  }: ReadOptions,
  keeper: StateFile | undefined,
): Promise<Emulator> {
  let url = "";
  const gateway = new EmulatorEngine(
    { ...options, seed, ids: seededIds(seed), url: () => url },
    clock,
    writeLog,
    keeper,
  );
  const policy: OriginPolicy = { host, allowHosts, allowOrigins };

  const stopping = new AbortController();
  const app = createApp({
    engine: gateway,
    policy,
    mount,
    url: () => url,
    data,
    stopping: stopping.signal,
  });
  const serve = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  const listening = await listen((...exchange) => void serve(...exchange), host, port);
  url = listening.url;
  const sockets = socketServer(gateway, policy);
  for (const server of listening.servers) {
    server.on("upgrade", (...upgrade) => sockets.upgrade(...upgrade));
  }
  gateway.log("listening", `listening on ${url}`, { url });
  if (faults.length > 0) gateway.setFaults(faults);

  let stopped: Promise<void> | undefined;
  const stop = async () => {
    stopping.abort();
    gateway.clock.cancelWake();
    const closed = listening.servers.map((server) => new Promise((done) => server.close(done)));
    await sockets.stop();
    for (const server of listening.servers) server.closeAllConnections();
    await Promise.all(closed);
    gateway.clock.cancelWake();
    keeper?.release();
    gateway.log("stopped", `stopped listening on ${url}`, { url });
  };

  return {
    url,
    endpoints: emulatorEndpoints(url),
    issueAccessToken: async (wish) =>
      gateway.transact((world, now) => issueAccessToken(world, wish, now)).accessToken,
    notify: async (notification) =>
      gateway.transact((world, now) => notify(world, notification, now)),
    sessions: () => gateway.sessions(),
    calls: (filter) => gateway.calls.list(filter),
    outbox: (filter) => gateway.outbox(filter),
    waitForPush: (wish = {}) => waitForPush(gateway, wish, stopping.signal),
    state: () => structuredClone(gateway.state()),
    setState: async (state) => gateway.setState(readState(structuredClone(state))),
    waitForSession: (wish) => waitForSession(gateway, wish, stopping.signal),
    disconnect: (wish) => gateway.transact((world) => disconnect(world, wish)),
    faults: {
      set: (list) => gateway.setFaults(parseFaults(list)),
      clear: () => void gateway.setFaults([]),
      list: () => gateway.faults(),
    },
    clock: {
      now: () => gateway.clock.now(),
      advance: (byMs) => gateway.clock.advance(byMs),
    },
    reset: async () => gateway.reset(),
    stop: () => (stopped ??= stop()),
  };
}
