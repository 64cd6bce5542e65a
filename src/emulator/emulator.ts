import { getRequestListener } from "@hono/node-server";
import { emulatorEndpoints, expandEndpoint, type Endpoints } from "../wire/endpoints.js";
import { controlsOf, type EmulatorControls } from "./controls/controls.js";
import { dataFile, type StateFile } from "./engine/dataFile.js";
import { EmulatorEngine } from "./engine/engine.js";
import { createApp } from "./server/app.js";
import { seededIds } from "./store/ids.js";
import { listen } from "./server/listen.js";
import { readOptions, type EmulatorOptions } from "./options.js";
import type { EmulatorSettings } from "./settings.js";
import { makeCertificate, namesOf } from "./server/tls.js";
import { relayTo } from "./server/relaySocket.js";
import { socketServer } from "./server/webSocket.js";

/** A running emulator. */
export interface Emulator extends EmulatorControls {
  /** Base address, e.g. `http://127.0.0.1:9480`. */
  readonly url: string;
  /** For the client's option of the same name. */
  readonly endpoints: Endpoints;
  /** With the option `tls`: its certificate in PEM, for clients that are to trust it. */
  readonly certificate: string | undefined;
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
    if (stateFile) await requireFreePort(options);
    throw error;
  }
}

/** Rejects where the port is taken: a second emulator finds that, and its data file locked. */
async function requireFreePort({ host, port }: ReturnType<typeof readOptions>): Promise<void> {
  const { servers } = await listen(() => undefined, host, port);
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
}

/** Limits that the emulator leaves to the gateway behind it. Of frames it keeps one for itself. */
const besideUpstream = (settings: EmulatorSettings): EmulatorSettings => ({
  ...settings,
  idleTimeoutMs: null,
  lifetimeMs: null,
  maxMessageBytes: settings.maxBodyBytes,
  accessTokenExpiryEndsSession: false,
});

async function start(
  options: ReturnType<typeof readOptions>,
  stateFile: StateFile | undefined,
): Promise<Emulator> {
  const { port, host, clock, log, faults, seed, mount, data } = options;
  const { namespaces, credentials, strict, upstream } = options;
  const settings = upstream ? besideUpstream(options.settings) : options.settings;
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
