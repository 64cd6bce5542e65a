import { Hono } from "hono";
import { emulatorEndpoints, type Endpoints } from "../../wire/endpoints.js";
import type { LoggedFrame } from "../../wire/frameLog.js";
import { controlsOf, type EmulatorControls } from "../controls/controls.js";
import { EmulatorEngine } from "../engine/engine.js";
import { readBrowserOptions, type BrowserEmulatorOptions } from "../options.js";
import { addGateway } from "../requests/gateway.js";
import { seededIds } from "../store/ids.js";
import { createFetch } from "./fetch.js";
import { followFrames } from "./followFrames.js";
import { SocketServer } from "./socketServer.js";
import { createTaskQueue } from "./tasks.js";
import { webSocketClassOf, type BrowserWebSocketClass } from "./webSocket.js";

/**
 * A name of this machine, so that clients send it a `clientSecret` and do not wait for a network.
 * Browsers open no connection to port 9: a client that was not given `WebSocket` and `fetch` fails,
 * and reaches nothing.
 */
const URL_IN_PAGE = "http://in-page.localhost:9";

/** A running emulator in a page. */
export interface BrowserEmulator extends EmulatorControls {
  /** Nothing listens there: only `WebSocket` and `fetch` of this emulator reach it. */
  readonly url: string;
  /** For the client's option of the same name. */
  readonly endpoints: Endpoints;
  /**
   * A class with the interface of a browser's WebSocket, for the client's option of the same name
   * or as the page's global. Its sockets connect to this emulator and open no other address.
   */
  readonly WebSocket: BrowserWebSocketClass;
  /**
   * For the option of the same name of `GatewayClient` and `GatewayAdmin`, or as the page's global.
   * A request to another address than that of this emulator rejects with a TypeError.
   */
  readonly fetch: typeof globalThis.fetch;
  /**
   * Calls back for each later frame of a socket, and each REST request and response, in order and
   * in a later task; secrets and tokens in it are `***`. At most the last 1,000 are kept for a
   * listener that is called late. Returns a function that unsubscribes.
   */
  onFrame(listener: (frame: LoggedFrame) => void): () => void;
  /** Closes every socket and ends the waits. Further requests and sockets fail. */
  stop(): Promise<void>;
}

/**
 * Starts a local GS2-Gateway in this page, worker or process, without a server and a network: for
 * component tests, Storybook and examples. It has the rules, settings and faults of
 * `startEmulator`; its state is in memory, and ends with the page. Throws `invalidArgument` when an
 * option is wrong.
 */
export function createBrowserEmulator(given: BrowserEmulatorOptions = {}): BrowserEmulator {
  const { clock, log, faults, seed, ...options } = readBrowserOptions(given);
  const url = () => URL_IN_PAGE;
  const engine = new EmulatorEngine({ ...options, seed, ids: seededIds(seed), url }, clock, log);
  const stopping = new AbortController();
  const app = new Hono();
  addGateway(app, { engine, url, stopping: stopping.signal });
  const queueTask = createTaskQueue();
  const endpoints = emulatorEndpoints(URL_IN_PAGE);
  const sockets = new SocketServer(engine, queueTask, new URL(endpoints.webSocket).origin);
  if (faults.length > 0) engine.setFaults(faults);

  let stopped: Promise<void> | undefined;
  const stop = async () => {
    stopping.abort();
    engine.clock.cancelWake();
    await sockets.stop();
    engine.clock.cancelWake();
    engine.log("stopped", "the browser emulator stopped");
  };
  const emulator: BrowserEmulator = {
    url: URL_IN_PAGE,
    endpoints,
    WebSocket: webSocketClassOf(sockets),
    fetch: createFetch(URL_IN_PAGE, (request) => app.fetch(request), stopping.signal),
    onFrame: (listener) => followFrames(engine.frameLog, queueTask, listener),
    ...controlsOf(engine, stopping.signal, () => emulator),
    stop: () => (stopped ??= stop()),
  };
  return emulator;
}
