import type { EngineConnection } from "../engine/connections.js";
import type { EmulatorEngine } from "../engine/engine.js";
import { receiveFrame, SOCKET_PATH } from "../requests/frames.js";
import type { QueueTask } from "./tasks.js";

/** The client's end of a socket. After its end it ignores every call. */
export interface ClientEnd {
  opened(): void;
  /** The handshake failed. */
  failed(): void;
  message(text: string): void;
  closed(code: number, reason: string, wasClean: boolean): void;
}

/** The emulator's end, as the client's end sees it. Each call arrives in a later task. */
export interface ServerEnd {
  /** @param text undefined: a binary frame. @param arrived called before it is handled */
  send(text: string | undefined, bytes: number, arrived: () => void): void;
  /** A close frame. 1005: without a code. */
  close(code: number, reason: string): void;
  /** Without a close frame. The client's end fails in a later task, unless it is closed by then. */
  leave(): void;
}

/** Accepts the sockets of a page, by the rules of the server in Node. */
export class SocketServer {
  readonly #connections = new Set<PageConnection>();
  #isStopped = false;

  constructor(
    readonly engine: EmulatorEngine,
    readonly queueTask: QueueTask,
    /** For example `ws://in-page.localhost:9`. */
    private readonly origin: string,
  ) {}

  connect(address: URL, client: ClientEnd): ServerEnd {
    const connection = new PageConnection(this, client);
    this.queueTask(() => {
      if (connection.hasClientLeft) return;
      if (!this.#accepts(address)) return client.failed();
      this.#connections.add(connection);
      const decision = this.engine.decideHandshake();
      if (decision.kind === "refuse") connection.refuse();
      else if (decision.kind === "open") connection.open();
    });
    return connection;
  }

  remove(connection: PageConnection): void {
    this.#connections.delete(connection);
  }

  /** Closes every socket; resolves after the last has closed. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const connection of [...this.#connections]) connection.stop();
    await new Promise<void>((closed) => this.queueTask(closed));
  }

  #accepts({ origin, pathname }: URL): boolean {
    if (this.#isStopped) return false;
    const { engine } = this;
    const refusal =
      origin !== this.origin || pathname !== SOCKET_PATH
        ? `the emulator's socket is at ${this.origin}${SOCKET_PATH}, not at ${origin}${pathname}`
        : this.#connections.size >= engine.store.settings.maxConnections
          ? "the emulator has as many sockets as its setting maxConnections"
          : undefined;
    if (refusal !== undefined) engine.log("refused", refusal, {}, "warning");
    return refusal === undefined;
  }
}

/** One connection between a page's socket and the engine, from the handshake to its end. */
class PageConnection implements ServerEnd {
  hasClientLeft = false;
  #engineSide: EngineConnection | undefined;
  #isHalfOpen = false;
  /** The engine has closed a half-open connection, which its client must not notice. */
  #isClosedSilently = false;
  #isOver = false;

  constructor(
    private readonly server: SocketServer,
    private readonly client: ClientEnd,
  ) {}

  open(): void {
    this.#engineSide = this.server.engine.open({
      send: (text) => this.#sendToClient(text),
      close: (code, reason) => this.#closeByEngine(code, reason),
      goHalfOpen: () => (this.#isHalfOpen = true),
    });
    this.server.queueTask(() => this.client.opened());
  }

  refuse(): void {
    this.#end(1006, () => this.client.failed());
  }

  stop(): void {
    if (!this.#engineSide) this.refuse();
    else if (this.#isHalfOpen) this.#end(1006, () => this.client.closed(1006, "", false));
    else this.#closeByEngine(1001, "the emulator stops");
  }

  send(text: string | undefined, bytes: number, arrived: () => void): void {
    const { engine, queueTask } = this.server;
    queueTask(() => {
      arrived();
      if (this.#isOver || this.#isHalfOpen || !this.#engineSide) return;
      const { maxMessageBytes } = engine.store.settings;
      if (bytes > (maxMessageBytes ?? Infinity)) this.#closeByEngine(1009, "");
      else receiveFrame(engine, this.#engineSide, text);
    });
  }

  close(code: number, reason: string): void {
    this.server.queueTask(() => {
      if (this.#isHalfOpen) return;
      this.#end(code, () => this.client.closed(code, reason, true));
    });
  }

  leave(): void {
    this.hasClientLeft = true;
    this.server.queueTask(() => {
      // Nothing reads a half-open connection until the engine closes it.
      if (!this.#isHalfOpen || this.#isClosedSilently) this.#end(1006, () => {});
      this.client.failed();
    });
  }

  #sendToClient(text: string): void {
    if (this.#isOver || this.#isHalfOpen) return;
    this.server.engine.logFrame("out", this.#engineSide!.connectionId, text);
    this.server.queueTask(() => this.client.message(text));
  }

  #closeByEngine(code: number, reason: string): void {
    if (this.#isHalfOpen) {
      this.#isClosedSilently = true;
      if (this.hasClientLeft) this.#end(1006, () => {});
      return;
    }
    const wasClean = code !== 1006;
    this.#end(code, () => this.client.closed(code, wasClean ? reason : "", wasClean));
  }

  /** Once. The engine must not be called back while it closes a connection. */
  #end(code: number, notifyClient: () => void): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.server.remove(this);
    this.server.queueTask(() => {
      notifyClient();
      this.#engineSide?.closed(code);
    });
  }
}
