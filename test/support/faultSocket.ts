import type { WebSocketClass } from "../../src/connection/socket.js";
import type { GatewayClientOptions } from "../../src/client/options.js";

export type Json = Record<string, unknown>;

/** A parsed frame of the client. */
export interface SentFrame {
  readonly method: string;
  readonly service: string;
  readonly requestId: string;
  readonly params: Json;
}

export interface ServerReply {
  readonly status: number;
  readonly body?: unknown;
  readonly message?: string;
}

/** The reply to a frame; undefined: none. */
export type FrameHandler = (frame: SentFrame, socket: FaultSocket) => ServerReply | undefined;

/** What an attempt to connect leads to; `hang`: neither open nor close. */
export type ConnectBehavior = "open" | "hang" | "refuse" | "throw";

type Listener = (event: never) => void;

/**
 * A fake WebSocket with the faults of real ones: it hangs, opens late, becomes half-open, closes
 * without a close frame, delivers after its close. Its network and the test drive it.
 */
export class FaultSocket {
  readyState = 0;
  /** The frames sent, as text. */
  readonly sentTexts: string[] = [];
  /** The client has called `close`. */
  closeCalled = false;
  /** Drops all data in both directions, without a close. */
  halfOpen = false;
  readonly #listeners: (readonly [string, Listener])[] = [];

  constructor(
    readonly url: string,
    private readonly serve: (text: string, socket: FaultSocket) => void,
  ) {}

  get frames(): SentFrame[] {
    return this.sentTexts.map(parseFrame);
  }

  addEventListener(type: string, listener: Listener): void {
    this.#listeners.push([type, listener]);
  }

  removeEventListener(): void {}

  send(text: string): void {
    if (this.readyState === 0) throw new Error("InvalidStateError: still connecting");
    this.sentTexts.push(text);
    if (this.readyState === 1 && !this.halfOpen) this.serve(text, this);
  }

  close(): void {
    this.closeCalled = true;
    // As in a browser: on a dead connection the close event may come a minute later.
    if (this.readyState < 2) this.readyState = 2;
  }

  open(): void {
    this.readyState = 1;
    this.#emit("open", {});
  }

  deliver(data: unknown): void {
    if (this.halfOpen) return;
    this.#emit("message", { data: typeof data === "object" ? JSON.stringify(data) : data });
  }

  notify(subject: string, payload: unknown = {}, issuer = subject): void {
    const body = { issuer, subject, payload: JSON.stringify(payload) };
    this.deliver({ type: "notification", body });
  }

  reply(frame: SentFrame | undefined, { status, body = null, message }: ServerReply): void {
    this.deliver({ requestId: frame!.requestId, status, body, message });
  }

  emitClose(code = 1006, wasClean = code !== 1006, reason = ""): void {
    this.readyState = 3;
    this.#emit("close", { code, reason, wasClean });
  }

  emitError(): void {
    this.#emit("error", { message: "socket error" });
  }

  #emit(type: string, event: object): void {
    for (const [name, listener] of [...this.#listeners]) {
      if (name === type) listener({ type, ...event } as never);
    }
  }
}

function parseFrame(text: string): SentFrame {
  const { x_gs2, ...params } = JSON.parse(text) as Json & {
    x_gs2: { service: string; function: string; requestId: string };
  };
  return { method: x_gs2.function, service: x_gs2.service, requestId: x_gs2.requestId, params };
}

export const errorReply = (status: number, message: string, component = "x"): ServerReply => ({
  status,
  body: { message: JSON.stringify([{ component, message }]) },
});

let tokens = 0;

/** A server that accepts every login and bind; `alice-token` is the token of `alice`. */
export const acceptingServer: FrameHandler = ({ method, params }) => {
  switch (method) {
    case "login":
      return { status: 200, body: { access_token: `project-${++tokens}`, expires_in: 3_600 } };
    case "setUserId": {
      const { namespaceName, sessionId = null } = params;
      const userId = String(params["accessToken"]).split("-")[0];
      return {
        status: 200,
        body: { item: { userId, namespaceName, sessionId, connectionId: "c" } },
      };
    }
    default:
      return { status: 200, body: { items: [] } };
  }
};

export interface FaultNetwork {
  readonly WebSocket: WebSocketClass;
  /** Oldest first. */
  readonly sockets: FaultSocket[];
  readonly last: FaultSocket;
  onConnect: ConnectBehavior;
  server: FrameHandler;
  /** The frames sent over all sockets. */
  sent(method?: string): SentFrame[];
}

/** A fake network that hands out FaultSockets through a WebSocket class. */
export function faultNetwork(server: FrameHandler = acceptingServer): FaultNetwork {
  const sockets: FaultSocket[] = [];
  const network: FaultNetwork = {
    sockets,
    onConnect: "open",
    server,
    get last() {
      const last = sockets.at(-1);
      if (!last) throw new Error("The client has opened no socket yet.");
      return last;
    },
    sent: (method) =>
      sockets
        .flatMap(({ frames }) => frames)
        .filter((frame) => method === undefined || frame.method === method),
    WebSocket: class extends FaultSocket {
      constructor(url: string) {
        if (network.onConnect === "throw") throw new SyntaxError("The host refuses this URL.");
        super(url, (text, socket) => {
          const frame = parseFrame(text);
          const reply = network.server(frame, socket);
          if (reply) queueMicrotask(() => socket.reply(frame, reply));
        });
        sockets.push(this);
        const { onConnect } = network;
        queueMicrotask(() => {
          if (this.closeCalled) return;
          if (onConnect === "open") this.open();
          if (onConnect === "refuse") {
            this.emitError();
            this.emitClose();
          }
        });
      }
    },
  };
  return network;
}

/** Options for a client on this network. */
export const optionsFor = (
  { WebSocket }: FaultNetwork,
  more: Partial<GatewayClientOptions> = {},
): GatewayClientOptions => ({
  namespaceName: "game-0001",
  credential: { clientId: "client-0001", clientSecret: "secret-0001" },
  endpoints: { rest: "https://nowhere.test/{service}", webSocket: "wss://nowhere.test" },
  logger: false,
  WebSocket,
  ...more,
});
