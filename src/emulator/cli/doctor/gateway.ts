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
}

export interface RestOptions {
  readonly duplicationAvoider?: string;
}

/** The gateway under examination. Every call is counted, since GS2 bills it. */
export class DoctorGateway {
  calls = 0;
  #projectToken = "";
  readonly #sockets = new Set<DoctorSocket>();

  constructor(
    readonly target: DoctorTarget,
    private readonly maxCalls: number,
  ) {
    target.signal.addEventListener("abort", () => this.close(), { once: true });
  }

  /** Returns the reply of the login. Throws where there is none. */
  async login(): Promise<Values> {
    this.count();
    const { endpoints, clientId, clientSecret } = this.target;
    const seen = await this.#fetch(
      `${restBase(endpoints, "identifier", "")}/projectToken/login`,
      {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ client_id: clientId, client_secret: clientSecret }),
      },
      this.target.signal,
    );
    const token = seen.body["access_token"];
    if (seen.status !== 200 || typeof token !== "string") {
      throw invalid(`The login failed: ${describe(seen)}.`);
    }
    this.#projectToken = token;
    return seen.body;
  }

  /** Calls a method over REST. */
  async rest(method: AnyMethod, params: Values, options: RestOptions = {}): Promise<Seen> {
    this.count();
    return this.#request(method, params, options, this.target.signal);
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
          "x-gs2-client-id": this.target.clientId,
          authorization: `Bearer ${this.#projectToken}`,
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
    const { graceMs, signal } = this.target;
    return new Promise((resolve, reject) => {
      const abort = () => {
        clearTimeout(timer);
        reject(signal.reason as Error);
      };
      const timer = setTimeout(() => {
        signal.removeEventListener("abort", abort);
        resolve();
      }, 3 * graceMs);
      signal.addEventListener("abort", abort);
    });
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
      projectToken: this.#projectToken,
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
    return redact(text, [this.target.clientSecret, this.#projectToken].filter(Boolean));
  }

  /** The limit is part of what the user agreed to. */
  private count(): void {
    this.target.signal.throwIfAborted();
    if (this.calls >= this.maxCalls) throw invalid(`More than ${this.maxCalls} calls are needed.`);
    this.calls++;
  }

  /** A call that has to be made, also after Ctrl-C and beyond the limit of the probes. */
  cleanUp(method: AnyMethod, params: Values): Promise<Seen> {
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
