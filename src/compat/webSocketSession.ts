import { GatewayError } from "../errors.js";
import type { GatewayClient, GatewayClientOptions } from "../index.js";
import { createEmitter, type Handler } from "../notify/emitter.js";
import { endpoints } from "./constants.js";
import type { Gs2Credential } from "./credentials.js";
import { gs2Error, socketError, type Gs2Error } from "./errors.js";
import {
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

/** An event class of the host, where the host has it. */
type HostEvent<Name extends string> =
  typeof globalThis extends Record<Name, { prototype: infer Instance }> ? Instance : never;

/** A notification as it comes: `payload` is JSON text. */
export interface Gs2Notification {
  subject: string;
  issuer: string;
  // The official SDK says `any`; it is text.
  payload: string;
}

/** The connection of a `Gs2WebSocketSession`. */
export interface SocketSession extends SessionFields {
  /**
   * Logs in and opens the socket; rejects with a `Gs2Error` where that is refused or not done within 10 seconds. Calling it again begins
   * anew.
   */
  connect(): Promise<void>;
  /**
   * Calls any function of any GS2 service and answers its result object. Rejects with a `Gs2Error`: at once where the session is not
   * connected, and after 10 seconds without an answer.
   */
  // The official SDK says `any`: who calls knows the result.
  send<Result = Record<string, unknown>>(
    service: string,
    component: string,
    func: string,
    payload: object | null | undefined,
  ): Promise<Result>;
  /** Called when the socket is open; without an argument, as the official SDK does. */
  onOpen(func: (ev: HostEvent<"Event">) => unknown): void;
  /** Called when the connection fails or breaks, with an object of type `error` and its `message` and `error`; `onClose` follows. */
  onError(func: (ev: HostEvent<"Event">) => unknown): void;
  /**
   * Called when the connection has ended, by whomever; without an argument, as the official SDK does. The session does not come back by
   * itself: `connect` opens it again, and then players have to be bound again. `GatewayClient` does both by itself.
   */
  onClose(func: (ev: HostEvent<"CloseEvent">) => unknown): void;
  /** Called with each notification. */
  onNotification(func: (message: Gs2Notification) => unknown): void;
  /** Closes the socket and forgets the project token. */
  disconnect(): Promise<void>;
  /** Without the secret and the token. */
  toJSON(): object;
}

/** The class of sessions over a socket. */
export interface SocketSessionClass {
  new (region: string, credential: Gs2Credential): SocketSession;
  new (credential: Gs2Credential, region: string): SocketSession;
}

/** @param Client makes the connection */
export function webSocketSessionOn(
  Client: new (options: GatewayClientOptions) => GatewayClient,
): SocketSessionClass {
  return class implements SocketSession {
    declare credential: Gs2Credential;
    declare region: string;
    declare projectToken: string | null;
    declare expiresAt: number | null;
    readonly #handlers = createEmitter((error) => {
      console.error("[gs2-gateway] a handler of the session threw:", error);
    });
    #client: GatewayClient | undefined;
    /** The token the connection has been given. */
    #given: string | null = null;
    /** Number of the latest `connect` or `disconnect`: what belongs to an earlier one comes too late. */
    #turn = 0;

    constructor(...given: SessionArguments) {
      Object.assign(this, sessionFields(...given));
    }

    async connect(): Promise<void> {
      const turn = ++this.#turn;
      this.#leave();
      try {
        const { clientSecret, projectToken } = readCredential(this.credential);
        if (projectToken && !clientSecret) this.projectToken = projectToken;
        else await logIn(this);
        if (turn === this.#turn) await this.#open();
        if (turn !== this.#turn) throw notConnected("connect", "disconnected meanwhile");
      } catch (thrown) {
        const error = gs2Error(thrown as GatewayError);
        if (turn === this.#turn) this.#leave(error);
        throw error;
      }
      this.#handlers.emit("open");
    }

    async #open(): Promise<void> {
      const client = new Client({
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
        const broke = reason === "serverClosed" ? undefined : "the connection was lost";
        this.#leave(broke && gs2Error(error ?? notConnected("connection", broke)));
      });
      await client.connect({ timeoutMs: CONNECT_TIMEOUT_MS });
    }

    /** What the connection sends: the token of this session, or where that will not do a new one. */
    async #grant(first: boolean): Promise<{ token: string; expiresInSeconds?: number }> {
      if (!first && readCredential(this.credential).clientSecret) await renewToken(this);
      const { projectToken, expiresAt } = this;
      this.#given = projectToken;
      return {
        token: projectToken!,
        ...(expiresAt === null ? {} : { expiresInSeconds: secondsUntil(expiresAt) }),
      };
    }

    /** Ends the connection there is, and tells. */
    #leave(error?: Gs2Error): void {
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
        // It is public: somebody may have set another.
        if (this.projectToken && this.projectToken !== this.#given) {
          this.#given = this.projectToken;
          client.setProjectToken(this.projectToken);
        }
        const { xGs2AccessToken, ...params } = Object(payload) as Record<string, unknown>;
        return await client.call({
          service,
          component,
          function: func,
          // The connection puts it into the envelope.
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
      this.#turn++;
      this.#leave();
      this.projectToken = null;
    }

    toJSON(): object {
      return sessionToJson(this);
    }
  };
}

const notConnected = (method: string, problem: string): GatewayError =>
  new GatewayError({ kind: "notConnected", message: `${method}: ${problem}`, method });
