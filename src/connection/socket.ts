import ReconnectingWebSocket from "reconnecting-websocket";

/** What we use of a WebSocket class: the browser's, that of `ws`, or a fake. */
export type WebSocketClass = new (url: string) => RawSocket;

interface RawSocket {
  readonly readyState: number;
  send(text: string): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: string, listener: (event: never) => void): void;
  /** `ws` only. */
  terminate?(): void;
  ping?(): void;
  on?(event: "pong", listener: () => void): unknown;
}

export interface SocketEnd {
  /** As the host told it: 1006 without a close frame. 0: no connection in time. */
  readonly code: number;
  readonly reason: string;
  readonly clean: boolean;
  /** The host refused even to try: a URL it cannot read, or a plain one in a secure page. */
  readonly refused?: unknown;
}

export interface SocketEvents {
  readonly opened: () => void;
  readonly received: (data: unknown) => void;
  /** The peer lives, without saying anything. */
  readonly alive: () => void;
  /** Once, and never after `leave`. */
  readonly ended: (end: SocketEnd) => void;
}

export interface Socket {
  /** False where the socket is not open. */
  readonly send: (text: string) => boolean;
  /** Gone at once: no event follows, and nobody waits for the close handshake. */
  readonly leave: () => void;
  /** Sends a ping frame where the host can; else false. */
  readonly ping: () => boolean;
}

export type OpenSocket = (url: string, events: SocketEvents) => Socket;

const OPEN = 1;

/**
 * One ReconnectingWebSocket for one attempt, thrown away afterwards: it opens and times out, and we decide about everything else. Its own
 * events report every end as a clean 1000, so ours come from the raw socket.
 */
export function socketOpener(Base: WebSocketClass, connectTimeoutMs: number): OpenSocket {
  return (url, events) => {
    let raw: RawSocket | undefined;
    let over = false;
    const end = (ending: SocketEnd): void => {
      if (over) return;
      leave();
      events.ended(ending);
    };
    const lost = (code: number): void => end({ code, reason: "", clean: false });

    // Called with `new`; what a constructor returns takes the place of `this`.
    const Raw = function (address: string) {
      try {
        raw = new Base(address);
      } catch (refused) {
        setTimeout(() => end({ code: 0, reason: "", clean: false, refused }));
        return { addEventListener() {}, removeEventListener() {}, close() {} };
      }
      const listen = raw.addEventListener.bind(raw);
      listen("open", () => {
        if (!over) events.opened();
      });
      listen("message", ({ data }: { data: unknown }) => {
        if (!over) events.received(data);
      });
      listen("close", ({ code, reason, wasClean }: CloseEvent) =>
        end({ code, reason, clean: wasClean }),
      );
      // The close that follows knows the code; where none follows, the error is all there is. Without a listener `ws` would throw.
      listen("error", () => setTimeout(lost, 0, 1006));
      raw.on?.("pong", () => {
        if (!over) events.alive();
      });
      // A second message listener costs a fifth of the throughput, and nobody listens to the library's.
      raw.addEventListener = (type, listener) => {
        if (type !== "message") listen(type, listener);
      };
      return raw;
    };
    Raw.CLOSING = 2;

    const attempt = new ReconnectingWebSocket(url, [], {
      WebSocket: Raw,
      maxRetries: 0,
      maxEnqueuedMessages: 0,
      minUptime: 0,
      connectionTimeout: connectTimeoutMs,
    });
    attempt.addEventListener("error", ({ message }) => {
      if (message === "TIMEOUT") lost(0);
    });

    const leave = (): void => {
      over = true;
      attempt.close();
      raw?.terminate?.();
    };

    return {
      send(text) {
        if (over || raw?.readyState !== OPEN) return false;
        raw.send(text);
        return true;
      },
      leave,
      ping() {
        if (!raw?.ping) return false;
        raw.ping();
        return true;
      },
    };
  };
}
