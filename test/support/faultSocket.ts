import type { WebSocketClass } from "../../src/connection/socket.js";
import type { GatewayClientOptions } from "../../src/client/options.js";

export type Json = Record<string, unknown>;

/** A frame our client sent, taken apart. */
export interface SentFrame {
  readonly method: string;
  readonly service: string;
  readonly requestId: string;
  readonly params: Json;
}

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly message?: string;
}

/** Answers a frame, or says nothing. */
export type Server = (frame: SentFrame, socket: FaultSocket) => Answer | undefined;

/** What becomes of an attempt to connect. */
export type Reception = "open" | "hang" | "refuse" | "throw";

type Listener = (event: never) => void;

/**
 * A socket that fails in every way real ones do: it hangs, opens late, goes half-open, ends without a close frame, speaks after its end. Nothing
 * happens by itself but what its network says.
 */
export class FaultSocket {
  readyState = 0;
  /** What it has sent, as text. */
  readonly texts: string[] = [];
  /** `close` has been called from our side. */
  left = false;
  /** Half-open: nothing comes through any more, in either direction, and nobody is told. */
  hole = false;
  readonly #listeners: (readonly [string, Listener])[] = [];

  constructor(
    readonly url: string,
    private readonly serve: (text: string, socket: FaultSocket) => void,
  ) {}

  get frames(): SentFrame[] {
    return this.texts.map(takeApart);
  }

  addEventListener(type: string, listener: Listener): void {
    this.#listeners.push([type, listener]);
  }

  removeEventListener(): void {}

  send(text: string): void {
    if (this.readyState === 0) throw new Error("InvalidStateError: still connecting");
    this.texts.push(text);
    if (this.readyState === 1 && !this.hole) this.serve(text, this);
  }

  close(): void {
    this.left = true;
    // As in a browser: on a dead line the close event may be a minute away.
    if (this.readyState < 2) this.readyState = 2;
  }

  /** From here on the network's side. */

  open(): void {
    this.readyState = 1;
    this.#tell("open", {});
  }

  say(data: unknown): void {
    if (this.hole) return;
    this.#tell("message", { data: typeof data === "object" ? JSON.stringify(data) : data });
  }

  notify(subject: string, payload: unknown = {}, issuer = subject): void {
    const body = { issuer, subject, payload: JSON.stringify(payload) };
    this.say({ type: "notification", body });
  }

  reply(frame: SentFrame | undefined, { status, body = null, message }: Answer): void {
    this.say({ requestId: frame!.requestId, status, body, message });
  }

  end(code = 1006, wasClean = code !== 1006, reason = ""): void {
    this.readyState = 3;
    this.#tell("close", { code, reason, wasClean });
  }

  fail(): void {
    this.#tell("error", { message: "it broke" });
  }

  #tell(type: string, event: object): void {
    for (const [name, listener] of [...this.#listeners]) {
      if (name === type) listener({ type, ...event } as never);
    }
  }
}

function takeApart(text: string): SentFrame {
  const { x_gs2, ...params } = JSON.parse(text) as Json & {
    x_gs2: { service: string; function: string; requestId: string };
  };
  return { method: x_gs2.function, service: x_gs2.service, requestId: x_gs2.requestId, params };
}

export const refusal = (status: number, message: string, component = "x"): Answer => ({
  status,
  body: { message: JSON.stringify([{ component, message }]) },
});

let tokens = 0;

/** A server that lets everybody in; `alice-token` is the token of `alice`. */
export const kindServer: Server = ({ method, params }) => {
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
  /** In the order of their making. */
  readonly sockets: FaultSocket[];
  readonly last: FaultSocket;
  reception: Reception;
  server: Server;
  /** All that was sent, over all sockets. */
  sent(method?: string): SentFrame[];
}

/** The world as the client sees it through its WebSocket class. */
export function faultNetwork(server: Server = kindServer): FaultNetwork {
  const sockets: FaultSocket[] = [];
  const network: FaultNetwork = {
    sockets,
    reception: "open",
    server,
    get last() {
      const last = sockets.at(-1);
      if (!last) throw new Error("No socket has been made yet.");
      return last;
    },
    sent: (method) =>
      sockets
        .flatMap(({ frames }) => frames)
        .filter((frame) => method === undefined || frame.method === method),
    WebSocket: class extends FaultSocket {
      constructor(url: string) {
        if (network.reception === "throw") throw new SyntaxError("The host refuses this URL.");
        super(url, (text, socket) => {
          const frame = takeApart(text);
          const answer = network.server(frame, socket);
          if (answer) queueMicrotask(() => socket.reply(frame, answer));
        });
        sockets.push(this);
        const { reception } = network;
        queueMicrotask(() => {
          if (this.left) return;
          if (reception === "open") this.open();
          if (reception === "refuse") {
            this.fail();
            this.end();
          }
        });
      }
    },
  };
  return network;
}

/** Options of a client in this network. */
export const inNetwork = (
  { WebSocket }: FaultNetwork,
  more: Partial<GatewayClientOptions> = {},
): GatewayClientOptions => ({
  namespaceName: "game-0001",
  credential: { clientId: "client-0001", clientSecret: "secret-0001" },
  endpoints: { rest: "http://nowhere.test/{service}", webSocket: "wss://nowhere.test" },
  logger: false,
  WebSocket,
  ...more,
});
