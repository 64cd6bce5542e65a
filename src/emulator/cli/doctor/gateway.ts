import { setTimeout } from "node:timers/promises";
import { WebSocket } from "ws";
import { redact } from "../../../core/redact.js";
import { expandEndpoint, restBase, type Endpoints } from "../../../wire/endpoints.js";
import type { Values } from "../../../wire/frames.js";
import type { AnyMethod } from "../../../wire/methods.js";
import { invalid } from "../../settings.js";
import { describe, seenOf, type Seen } from "./seen.js";
import { DoctorSocket, TIMEOUT_MS } from "./socket.js";

export interface DoctorTarget {
  readonly endpoints: Endpoints;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** How long a cut of a socket may follow the reply of the call that causes it. */
  readonly graceMs: number;
  readonly clock: DoctorClock;
}

export interface DoctorClock {
  /** Milliseconds, from any time. */
  now(): number;
  /** Rejects with the signal's reason when it is aborted. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

export const realClock: DoctorClock = {
  now: () => performance.now(),
  wait: (ms, signal) =>
    setTimeout(ms, undefined, { signal }).catch((error: unknown) => {
      signal.throwIfAborted();
      throw error;
    }),
};

const PING_MS = 60_000;

/** Of the life of a project token. */
const RENEWED_AFTER = 0.95;

export interface RestOptions {
  readonly duplicationAvoider?: string;
}

/** The gateway under examination. Every call is counted, since GS2 bills it. */
export class DoctorGateway {
  calls = 0;
  #projectToken = "";
  /** Of the project token, in the time of the clock. */
  #renewAt = Infinity;
  #projectTokenMs = Infinity;
  readonly #sockets = new Set<DoctorSocket>();
  /** Never printed. */
  readonly #tokens = new Set<string>();

  constructor(
    readonly target: DoctorTarget,
    private readonly maxCalls: number,
  ) {
    target.signal.addEventListener("abort", () => this.close(), { once: true });
  }

  /** By `expires_in` of the login; Infinity where it says none. */
  get projectTokenMs(): number {
    return this.#projectTokenMs;
  }

  /** Returns the reply of the login. Throws where there is none. */
  async login(): Promise<Values> {
    this.count();
    return this.#login(this.target.signal);
  }

  async #login(signal: AbortSignal): Promise<Values> {
    const { endpoints, clientId, clientSecret, clock } = this.target;
    const seen = await this.#fetch(
      `${restBase(endpoints, "identifier", "")}/projectToken/login`,
      {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ client_id: clientId, client_secret: clientSecret }),
      },
      signal,
    );
    const token = seen.body["access_token"];
    if (seen.status !== 200 || typeof token !== "string") {
      throw invalid(`The login failed: ${describe(seen)}.`);
    }
    const life = seen.body["expires_in"];
    this.#tokens.add(token);
    this.#projectToken = token;
    this.#projectTokenMs = typeof life === "number" && life > 0 ? life * 1000 : Infinity;
    this.#renewAt = clock.now() + this.#projectTokenMs * RENEWED_AFTER;
    return seen.body;
  }

  /** Logs in again when the project token is old; one such login is part of the limit. */
  async renew(): Promise<void> {
    if (this.target.clock.now() >= this.#renewAt) await this.login();
  }

  /** Calls a method over REST. */
  async rest(method: AnyMethod, params: Values, options: RestOptions = {}): Promise<Seen> {
    this.count();
    return this.#request(method, params, options, this.target.signal);
  }

  /** Asks GS2-Auth for a player's access token, as a game's own server does. */
  async accessTokenOf(userId: string): Promise<Seen> {
    this.count();
    const { endpoints, signal } = this.target;
    const seen = await this.#fetch(
      `${restBase(endpoints, "auth", "")}/login`,
      {
        method: "POST",
        headers: { ...this.#headers(), "content-type": "application/json" },
        body: JSON.stringify({ userId }),
      },
      signal,
    );
    const { token } = seen.body;
    if (typeof token === "string") this.#tokens.add(token);
    return seen;
  }

  #headers(): Record<string, string> {
    return {
      "x-gs2-client-id": this.target.clientId,
      authorization: `Bearer ${this.#projectToken}`,
    };
  }

  #request(
    { verb, path, fields }: AnyMethod,
    params: Values,
    { duplicationAvoider }: RestOptions,
    signal: AbortSignal,
  ): Promise<Seen> {
    const rest: Record<string, unknown> = { ...params };
    const filled = path.replace(/\{(\w+)\}/g, (_, field: string) => {
      const value = String(rest[field]);
      delete rest[field];
      return encodeURIComponent(value);
    });
    const accessToken = "accessToken" in fields ? rest["accessToken"] : undefined;
    delete rest["accessToken"];
    const hasBody = verb === "POST" || verb === "PUT";
    const query = new URLSearchParams(rest as Record<string, string>).toString();
    return this.#fetch(
      restBase(this.target.endpoints, "gateway", "") +
        filled +
        (!hasBody && query ? `?${query}` : ""),
      {
        method: verb,
        headers: {
          ...this.#headers(),
          ...(accessToken === undefined ? {} : { "x-gs2-access-token": accessToken as string }),
          ...(duplicationAvoider ? { "x-gs2-duplication-avoider": duplicationAvoider } : {}),
          ...(hasBody ? { "content-type": "application/json" } : {}),
        },
        ...(hasBody ? { body: JSON.stringify(rest) } : {}),
      },
      signal,
    );
  }

  /** A preflight as a page of this origin would cause it; GS2 does not bill it. */
  async preflight(origin: string): Promise<{ status: number; allows: (name: string) => string }> {
    const { endpoints, signal } = this.target;
    const response = await fetch(`${restBase(endpoints, "identifier", "")}/projectToken/login`, {
      method: "OPTIONS",
      redirect: "error",
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
      headers: {
        origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type,authorization,x-gs2-client-id",
      },
    });
    return {
      status: response.status,
      allows: (name) => response.headers.get(`access-control-allow-${name}`) ?? "",
    };
  }

  /** A moment in which the gateway may finish what it has begun. */
  pause(): Promise<void> {
    return this.wait(3 * this.target.graceMs);
  }

  /** Keeps the sockets active meanwhile. */
  async wait(ms: number): Promise<void> {
    const { clock, signal } = this.target;
    const pinging = setInterval(() => {
      for (const socket of this.#sockets) socket.ping();
    }, PING_MS);
    try {
      await clock.wait(ms, signal);
    } finally {
      clearInterval(pinging);
    }
  }

  /**
   * Reads or writes a file by an address that grants access by itself: no credential is sent, and
   * GS2 does not bill it. Undefined: it failed.
   */
  async transfer(url: string, upload?: string): Promise<string | undefined> {
    const { signal } = this.target;
    try {
      const response = await fetch(url, {
        ...(upload === undefined ? {} : { method: "PUT", body: upload }),
        redirect: "error",
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
      });
      const text = await response.text();
      return response.ok ? text : undefined;
    } catch {
      signal.throwIfAborted();
      return undefined;
    }
  }

  /** @param origin as the socket of a page has it */
  async open(origin?: string): Promise<DoctorSocket> {
    const { endpoints, clientId, signal, graceMs } = this.target;
    const webSocket = new WebSocket(expandEndpoint(endpoints.webSocket, "gateway", ""), {
      perMessageDeflate: false,
      handshakeTimeout: TIMEOUT_MS,
      ...(origin === undefined ? {} : { origin }),
    });
    const socket = new DoctorSocket(webSocket, {
      clientId,
      projectToken: () => this.#projectToken,
      signal,
      graceMs,
      count: () => this.count(),
    });
    this.#sockets.add(socket);
    await new Promise<void>((resolve, reject) => {
      webSocket.once("open", resolve);
      webSocket.on("error", (error: Error & { code?: string }) =>
        reject(invalid(`The socket cannot be opened (${error.code ?? error.message}).`)),
      );
    });
    return socket;
  }

  close(): void {
    for (const socket of this.#sockets) socket.close();
  }

  redact(text: string): string {
    return redact(text, [this.target.clientSecret, ...this.#tokens]);
  }

  /** The limit is part of what the user agreed to. */
  private count(): void {
    this.target.signal.throwIfAborted();
    if (this.calls >= this.maxCalls) throw invalid(`More than ${this.maxCalls} calls are needed.`);
    this.calls++;
  }

  /** A call that has to be made, also after Ctrl-C and beyond the limit of the probes. */
  async cleanUp(method: AnyMethod, params: Values): Promise<Seen> {
    if (this.target.clock.now() >= this.#renewAt) {
      this.calls++;
      await this.#login(AbortSignal.timeout(TIMEOUT_MS)).catch(() => {});
    }
    this.calls++;
    return this.#request(method, params, {}, AbortSignal.timeout(TIMEOUT_MS));
  }

  async #fetch(url: string, init: RequestInit, signal: AbortSignal): Promise<Seen> {
    try {
      const response = await fetch(url, {
        ...init,
        redirect: "error",
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
      });
      const text = await response.text();
      return seenOf(response.status, text ? parse(text) : {});
    } catch (error) {
      signal.throwIfAborted();
      const { name, cause } = error as Error;
      const message = (cause as { code?: string } | undefined)?.code ?? name;
      return { status: 0, body: {}, errors: [{ component: "network", message }] };
    }
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
