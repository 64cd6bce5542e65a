import { GatewayError } from "../errors.js";
import type { GatewayClient, GatewayClientOptions } from "../index.js";
import { createEmitter, type Handler } from "../notify/emitter.js";
import type { Gs2Credential } from "./credentials.js";
import { gs2Error, socketError, type Gs2Error } from "./errors.js";
import {
  endpoints,
  logIn,
  renewToken,
  secondsUntil,
  readCredential,
  sessionFields,
  sessionToJson,
  type SessionArguments,
  type SessionFields,
} from "./session.js";

const CONNECT_TIMEOUT_MS = 10_000;

/** An event class of the platform; never where the platform lacks it. */
type PlatformEvent<Name extends string> =
  typeof globalThis extends Record<Name, { prototype: infer Instance }> ? Instance : never;

/** A notification as it was received: `payload` is JSON text. */
export interface Gs2Notification {
  subject: string;
  issuer: string;
  // `any` in the official SDK.
  payload: string;
}

/** The connection of a `Gs2WebSocketSession`. */
export interface SocketSession extends SessionFields {
  /**
   * Logs in and opens the socket. Rejects with a `Gs2Error` when that is refused or takes longer
   * than 10 seconds. A second call closes the socket and connects again.
   */
  connect(): Promise<void>;
  /**
   * Calls a function of any GS2 service and resolves with its result object. Rejects with a
   * `Gs2Error`: at once when the session is not connected, and after 10 seconds without a reply.
   */
  // The result is `any` in the official SDK: only the caller knows its type.
  send<Result = Record<string, unknown>>(
    service: string,
    component: string,
    func: string,
    payload: object | null | undefined,
  ): Promise<Result>;
  /** Called when the socket has opened; without an argument, as in the official SDK. */
  onOpen(func: (ev: PlatformEvent<"Event">) => unknown): void;
  /**
   * Called when the connection fails or is lost, with an object that has `type` "error", `message`
   * and `error`. `onClose` follows.
   */
  onError(func: (ev: PlatformEvent<"Event">) => unknown): void;
  /**
   * Called when the connection has ended, for whatever reason; without an argument, as in the
   * official SDK. The session does not reconnect: call `connect`, then bind the players again.
   * `GatewayClient` does both by itself.
   */
  onClose(func: (ev: PlatformEvent<"CloseEvent">) => unknown): void;
  /** Called for each notification. */
  onNotification(func: (message: Gs2Notification) => unknown): void;
  /** Closes the socket and drops the project token. */
  disconnect(): Promise<void>;
  /** Without the secret and the token. */
  toJSON(): object;
}

export interface SocketSessionClass {
  new (region: string, credential: Gs2Credential): SocketSession;
  new (credential: Gs2Credential, region: string): SocketSession;
}

class WebSocketSession implements SocketSession {
  declare credential: Gs2Credential;
  declare region: string;
  declare projectToken: string | null;
  declare expiresAt: number | null;
  readonly #handlers = createEmitter((error) => {
    console.error("[gs2-gateway] a handler of the session threw:", error);
  });
  readonly #Client: ClientClass;
  #client: GatewayClient | undefined;
  /** The project token the client has. */
  #clientToken: string | null = null;
  /**
   * Number of the last `connect` or `disconnect`; an older `connect` must not change anything.
   */
  #generation = 0;

  constructor(Client: ClientClass, given: SessionArguments) {
    this.#Client = Client;
    Object.assign(this, sessionFields(...given));
  }

  async connect(): Promise<void> {
    const generation = ++this.#generation;
    this.#close();
    try {
      const { clientSecret, projectToken } = readCredential(this.credential);
      if (projectToken && !clientSecret) this.projectToken = projectToken;
      else await logIn(this);
      if (generation === this.#generation) await this.#open();
      if (generation !== this.#generation) throw notConnected("connect", "disconnected meanwhile");
    } catch (thrown) {
      const error = gs2Error(thrown as GatewayError);
      if (generation === this.#generation) this.#close(error);
      throw error;
    }
    this.#handlers.emit("open");
  }

  async #open(): Promise<void> {
    const client = new this.#Client({
      region: this.region,
      credential: {
        clientId: this.credential.clientId!,
        projectToken: ({ reason }) => this.#grant(reason === "first"),
      },
      endpoints: endpoints(),
    });
    this.#client = client;
    client.on("*", ({ subject, issuer, rawPayload: payload }) =>
      this.#handlers.emit("notification", { subject, issuer, payload }),
    );
    let isOpen = false;
    client.lifecycle.on("status", ({ status, reason, error }) => {
      isOpen ||= status === "connected";
      if (!isOpen || status === "connected" || client !== this.#client) return;
      const problem = reason === "serverClosed" ? undefined : "the connection was lost";
      this.#close(problem && gs2Error(error ?? notConnected("connection", problem)));
    });
    await client.connect({ timeoutMs: CONNECT_TIMEOUT_MS });
  }

  /** The token that the client sends: the session's first, a renewed one after that. */
  async #grant(first: boolean): Promise<{ token: string; expiresInSeconds?: number }> {
    if (!first && readCredential(this.credential).clientSecret) await renewToken(this);
    const { projectToken, expiresAt } = this;
    this.#clientToken = projectToken;
    return {
      token: projectToken!,
      ...(expiresAt === null ? {} : { expiresInSeconds: secondsUntil(expiresAt) }),
    };
  }

  /** Disposes the client, if there is one, and emits `error` and `close`. */
  #close(error?: Gs2Error): void {
    const client = this.#client;
    if (!client) return;
    this.#client = undefined;
    client.dispose();
    if (error) {
      this.#handlers.emit("error", { type: "error", message: error.message, error });
    }
    this.#handlers.emit("close");
  }

  async send(
    service: string,
    component: string,
    func: string,
    payload: object | null | undefined,
  ): Promise<never> {
    const client = this.#client;
    try {
      if (!client) throw notConnected(func, "connect the session first");
      // projectToken is a public field: the game may have set another.
      if (this.projectToken && this.projectToken !== this.#clientToken) {
        this.#clientToken = this.projectToken;
        client.setProjectToken(this.projectToken);
      }
      const { xGs2AccessToken, ...params } = Object(payload) as Record<string, unknown>;
      return await client.call({
        service,
        component,
        function: func,
        // The client copies it into the envelope.
        params: { ...params, accessToken: xGs2AccessToken ?? params["accessToken"] },
      });
    } catch (error) {
      throw socketError(error as GatewayError);
    }
  }

  onOpen(func: Handler): void {
    this.#handlers.listen("open", func);
  }

  onError(func: Handler): void {
    this.#handlers.listen("error", func);
  }

  onClose(func: Handler): void {
    this.#handlers.listen("close", func);
  }

  onNotification(func: Handler): void {
    this.#handlers.listen("notification", func);
  }

  async disconnect(): Promise<void> {
    this.#generation++;
    this.#close();
    this.projectToken = null;
  }

  toJSON(): object {
    return sessionToJson(this);
  }
}

type ClientClass = new (options: GatewayClientOptions) => GatewayClient;

/** @param Client the client class of the platform */
export const webSocketSessionOn = (Client: ClientClass): SocketSessionClass =>
  class extends WebSocketSession {
    constructor(...given: SessionArguments) {
      super(Client, given);
    }
  };

const notConnected = (method: string, problem: string): GatewayError =>
  new GatewayError({ kind: "notConnected", message: `${method}: ${problem}`, method });
