import { closeEvent, handlerOf, messageEvent, setHandler, type EventHandler } from "./events.js";
import type { ServerEnd, SocketServer } from "./socketServer.js";

/** How long a close frame may go unanswered; Firefox waits as long. */
const CLOSE_TIMEOUT_MS = 10_000;
const MAX_REASON_BYTES = 123;

const [CONNECTING, OPEN, CLOSING, CLOSED] = [0, 1, 2, 3] as const;

const utf8 = new TextEncoder();

const refuse = (name: string, message: string): never => {
  throw new DOMException(`The browser emulator's WebSocket: ${message}`, name);
};

/** Throws a SyntaxError for an address that the WebSocket of a browser refuses, too. */
function readAddress(given: string | URL): URL {
  const base = (globalThis as { location?: { href: string } }).location?.href;
  const text = String(given).replace(/^http/i, "ws");
  if (!URL.canParse(text, base)) return refuse("SyntaxError", "its address is not a URL.");
  const url = new URL(text, base);
  url.protocol = url.protocol.replace(/^http/, "ws");
  if (!/^wss?:$/.test(url.protocol)) refuse("SyntaxError", "its address is not one of ws: or wss:");
  if (url.hash) refuse("SyntaxError", "its address has a fragment.");
  return url;
}

function readProtocols(given: string | readonly string[]): readonly string[] {
  const names = typeof given === "string" ? [given] : [...given];
  const isDuplicate = new Set(names.map((name) => name.toLowerCase())).size < names.length;
  const isToken = (name: string) => /^[!#$%&'*+.^`|~\w-]+$/.test(name);
  if (isDuplicate || !names.every(isToken)) refuse("SyntaxError", "a subprotocol is wrong.");
  return names;
}

/** A text as it is sent: a half of a surrogate pair is replaced. */
const wellFormed = (text: string): string =>
  text.replace(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g, "\uFFFD");

/** The length of what is sent in a binary frame. */
function bytesOf(data: unknown): number | undefined {
  if (data instanceof Blob) return data.size;
  return data instanceof ArrayBuffer || ArrayBuffer.isView(data) ? data.byteLength : undefined;
}

/** The client's end of a connection, with the interface of a browser's WebSocket. */
class PageSocket extends EventTarget {
  static readonly CONNECTING = CONNECTING;
  static readonly OPEN = OPEN;
  static readonly CLOSING = CLOSING;
  static readonly CLOSED = CLOSED;
  readonly CONNECTING = CONNECTING;
  readonly OPEN = OPEN;
  readonly CLOSING = CLOSING;
  readonly CLOSED = CLOSED;
  readonly url: string;
  readonly extensions = "";
  readonly #server: ServerEnd;
  readonly #origin: string;
  #protocol = "";
  #readyState: 0 | 1 | 2 | 3 = CONNECTING;
  #bufferedAmount = 0;
  #binaryType: BinaryType = "blob";
  #closeTimer: NodeJS.Timeout | number | undefined;

  constructor(server: SocketServer, given: string | URL, givenProtocols: string | string[] = []) {
    super();
    const address = readAddress(given);
    const [protocol = ""] = readProtocols(givenProtocols);
    this.url = address.href;
    this.#origin = address.origin;
    this.#server = server.connect(address, {
      opened: () => this.#opened(protocol),
      failed: () => this.#failed(),
      message: (text) => {
        if (this.#readyState === OPEN) this.dispatchEvent(messageEvent(text, this.#origin));
      },
      closed: (...end) => this.#closed(...end),
    });
  }

  get readyState(): 0 | 1 | 2 | 3 {
    return this.#readyState;
  }
  get bufferedAmount(): number {
    return this.#bufferedAmount;
  }
  get protocol(): string {
    return this.#protocol;
  }
  get binaryType(): BinaryType {
    return this.#binaryType;
  }
  set binaryType(type: BinaryType) {
    if (["blob", "arraybuffer"].includes(type)) this.#binaryType = type;
  }

  get onopen(): EventHandler {
    return handlerOf(this, "open");
  }
  set onopen(handler: EventHandler) {
    setHandler(this, "open", handler);
  }
  get onmessage(): EventHandler {
    return handlerOf(this, "message");
  }
  set onmessage(handler: EventHandler) {
    setHandler(this, "message", handler);
  }
  get onerror(): EventHandler {
    return handlerOf(this, "error");
  }
  set onerror(handler: EventHandler) {
    setHandler(this, "error", handler);
  }
  get onclose(): EventHandler {
    return handlerOf(this, "close");
  }
  set onclose(handler: EventHandler) {
    setHandler(this, "close", handler);
  }

  send(data: string | Blob | ArrayBufferLike | ArrayBufferView): void {
    if (this.#readyState === CONNECTING) refuse("InvalidStateError", "it is still connecting.");
    const text = bytesOf(data) === undefined ? wellFormed(String(data)) : undefined;
    const bytes = bytesOf(data) ?? utf8.encode(text).length;
    this.#bufferedAmount += bytes;
    if (this.#readyState !== OPEN) return;
    this.#server.send(text, bytes, () => (this.#bufferedAmount -= bytes));
  }

  close(code?: number, reason = ""): void {
    if (code !== undefined && code !== 1000 && !(code >= 3000 && code <= 4999)) {
      refuse("InvalidAccessError", "a close code is 1000 or from 3000 to 4999.");
    }
    if (utf8.encode(reason).length > MAX_REASON_BYTES) {
      refuse("SyntaxError", `a reason has at most ${MAX_REASON_BYTES} bytes.`);
    }
    if (this.#readyState === CONNECTING) {
      this.#readyState = CLOSING;
      this.#server.leave();
    } else if (this.#readyState === OPEN) {
      this.#readyState = CLOSING;
      this.#server.close(code ?? 1005, wellFormed(reason));
      this.#closeTimer = setTimeout(() => {
        this.#server.leave();
        this.#closed(1006, "", false);
      }, CLOSE_TIMEOUT_MS);
      if (typeof this.#closeTimer === "object") this.#closeTimer.unref();
    }
  }

  #opened(protocol: string): void {
    if (this.#readyState !== CONNECTING) return;
    this.#readyState = OPEN;
    this.#protocol = protocol;
    this.dispatchEvent(new Event("open"));
  }

  #failed(): void {
    if (this.#readyState === CLOSED) return;
    this.#readyState = CLOSED;
    this.dispatchEvent(new Event("error"));
    this.dispatchEvent(closeEvent(1006, "", false));
  }

  #closed(code: number, reason: string, wasClean: boolean): void {
    if (this.#readyState === CLOSED) return;
    this.#readyState = CLOSED;
    clearTimeout(this.#closeTimer);
    this.dispatchEvent(closeEvent(code, reason, wasClean));
  }
}

/** What clients use of a socket, with listeners for any event. */
interface SocketOfClient {
  readonly readyState: number;
  send(text: string): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: string, listener: (event: never) => void): void;
  removeEventListener(type: string, listener: (event: never) => void): void;
}

/**
 * A class with the interface of the platform's WebSocket. The second constructor is for clients
 * with an interface of their own, as `GatewayClient` has.
 */
export type BrowserWebSocketClass = typeof globalThis.WebSocket &
  (new (url: string) => SocketOfClient);

export const webSocketClassOf = (server: SocketServer): BrowserWebSocketClass =>
  class WebSocket extends PageSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(server, url, protocols);
    }
  } as unknown as BrowserWebSocketClass;
