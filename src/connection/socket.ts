import ReconnectingWebSocket from "reconnecting-websocket";
import { describeError } from "../core/reporter.js";
import { GatewayError } from "../errors.js";

/** Not `never`: the types of a page's own WebSocket would not fit. */
type Listener = (event: { readonly type: string }) => void;

/** What is used of a WebSocket: the browser's, that of `ws`, or a fake. */
interface WebSocketLike {
  readonly readyState: number;
  send(text: string): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: string, listener: Listener): void;
  removeEventListener?(type: string, listener: Listener): void;
  /** Ends the connection without a close handshake. Node only. */
  terminate?(): void;
  /** Sends a ping frame, and calls back when the pong comes. Node only, by our own class. */
  sendPing?(onPong: () => void): void;
}

/** A WebSocket class: the browser's, that of `ws`, or a fake. */
export type WebSocketClass = new (url: string) => WebSocketLike;

export interface SocketEnd {
  /** As the host reports it: 1006 without a close frame. 0: no connection in time. */
  readonly code: number;
  readonly reason: string;
  readonly clean: boolean;
  /** The host refused even to try: a URL it cannot read, or a plain one in a secure page. */
  readonly refused?: unknown;
}

/** Why there never was a connection. */
export const openFailure = (url: string, { code, refused }: SocketEnd): GatewayError =>
  refused
    ? new GatewayError({
        kind: "invalidArgument",
        message: `cannot open ${url}: ${describeError(refused)}`,
      })
    : new GatewayError({
        kind: "notConnected",
        message: `no connection to ${url} (code ${code})`,
      });

export interface SocketEvents {
  readonly opened: () => void;
  readonly received: (data: unknown) => void;
  /** A sign of life without a frame. */
  readonly alive: () => void;
  /** Once, and never after `leave`. */
  readonly ended: (end: SocketEnd) => void;
}

export interface Socket {
  /** False where the socket is not open. */
  readonly send: (text: string) => boolean;
  /** Ends it at once: no event follows, and nothing waits for the close handshake. */
  readonly leave: () => void;
  /** Sends a ping frame where the host can; else false. */
  readonly ping: () => boolean;
}

export type OpenSocket = (url: string, events: SocketEvents) => Socket;

const OPEN = 1;
const CLOSED = 3;

/**
 * The WebSocket class of one attempt, for reconnecting-websocket: the host's WebSocket, whose own
 * end is reported to `ended`, because the library reports every end as a clean 1000. A host that
 * throws while constructing is reported too; the library would leave that as an unhandled
 * rejection.
 */
const webSocketOfAttempt = (
  Host: WebSocketClass,
  constructed: (socket: WebSocketLike) => void,
  ended: (end: SocketEnd) => void,
) =>
  class AttemptWebSocket {
    /** The library takes a class for a WebSocket by this constant. */
    static readonly CLOSING = 2;
    readonly #socket: WebSocketLike | undefined;
    binaryType = "blob";

    constructor(url: string) {
      try {
        this.#socket = new Host(url);
      } catch (refused) {
        // Not at once: the caller of the attempt has not got it yet.
        setTimeout(() => ended({ code: 0, reason: "", clean: false, refused }));
        return;
      }
      constructed(this.#socket);
      this.#socket.addEventListener("close", (({ code, reason, wasClean }: CloseEvent) =>
        ended({ code, reason, clean: wasClean })) as Listener);
      // The close that follows knows the code; where none follows, the error is all there is.
      // Without a listener `ws` would throw.
      this.#socket.addEventListener("error", () =>
        setTimeout(() => ended({ code: 1006, reason: "", clean: false })),
      );
    }

    get readyState(): number {
      return this.#socket?.readyState ?? CLOSED;
    }

    addEventListener(type: string, listener: Listener): void {
      this.#socket?.addEventListener(type, listener);
    }

    removeEventListener(type: string, listener: Listener): void {
      this.#socket?.removeEventListener?.(type, listener);
    }

    send(text: string): void {
      this.#socket?.send(text);
    }

    close(code?: number, reason?: string): void {
      this.#socket?.close(code, reason);
    }
  };

/**
 * One ReconnectingWebSocket for one attempt, thrown away afterwards: it opens, times out and passes
 * messages on, and the machine decides about everything else.
 */
export const createSocketOpener =
  (Host: WebSocketClass, connectTimeoutMs: number): OpenSocket =>
  (url, events) => {
    let socket: WebSocketLike | undefined;
    let isOver = false;
    const leave = (): void => {
      isOver = true;
      attempt.close();
      socket?.terminate?.();
    };
    const ended = (end: SocketEnd): void => {
      if (isOver) return;
      leave();
      events.ended(end);
    };
    const constructed = (raw: WebSocketLike): void => {
      socket = raw;
    };
    const attempt = new ReconnectingWebSocket(url, [], {
      WebSocket: webSocketOfAttempt(Host, constructed, ended),
      connectionTimeout: connectTimeoutMs,
      maxRetries: 0,
      maxEnqueuedMessages: 0,
      minUptime: 0,
    });
    attempt.addEventListener("open", () => {
      if (!isOver) events.opened();
    });
    attempt.addEventListener("message", ({ data }) => {
      if (!isOver) events.received(data);
    });
    attempt.addEventListener("error", ({ message }) => {
      if (message === "TIMEOUT") ended({ code: 0, reason: "", clean: false });
    });
    return {
      send(text) {
        if (isOver || socket?.readyState !== OPEN) return false;
        socket.send(text);
        return true;
      },
      leave,
      ping() {
        if (!socket?.sendPing) return false;
        socket.sendPing(() => {
          if (!isOver) events.alive();
        });
        return true;
      },
    };
  };
