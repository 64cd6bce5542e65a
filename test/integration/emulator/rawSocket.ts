import { WebSocket } from "ws";

export type Json = Record<string, unknown>;

export interface RawReply {
  requestId: string;
  status: number;
  body: Json;
}

/** A WebSocket that sends and collects JSON frames. A wait that times out rejects with them. */
export class RawSocket {
  readonly frames: Json[] = [];
  readonly #waiters = new Set<() => void>();
  closeCode: number | undefined;

  private constructor(readonly ws: WebSocket) {
    ws.on("message", (data) => {
      this.frames.push(JSON.parse((data as Buffer).toString()) as Json);
      this.#notifyWaiters();
    });
    ws.on("close", (code) => {
      this.closeCode = code;
      this.#notifyWaiters();
    });
    ws.on("error", () => {});
  }

  static async open(url: string, headers: Record<string, string> = {}): Promise<RawSocket> {
    const ws = new WebSocket(url, { headers, perMessageDeflate: false });
    const socket = new RawSocket(ws);
    await new Promise((resolve, reject) => {
      ws.once("open", resolve);
      ws.once("unexpected-response", (_, response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () =>
          reject(
            new Error(
              `refused with ${response.statusCode ?? 0}: ${Buffer.concat(chunks).toString()}`,
            ),
          ),
        );
      });
      ws.once("error", reject);
    });
    return socket;
  }

  send(frame: Json | string): void {
    this.ws.send(typeof frame === "string" ? frame : JSON.stringify(frame));
  }

  async ask(frame: Json): Promise<RawReply> {
    this.send(frame);
    const { requestId } = frame["x_gs2"] as { requestId: string };
    return (await this.waitFor(
      `a reply to ${requestId}`,
      (one) => one["requestId"] === requestId,
    )) as unknown as RawReply;
  }

  notification(): Promise<Json> {
    return this.waitFor("a notification", (one) => one["type"] === "notification");
  }

  waitFor(description: string, matches: (frame: Json) => boolean): Promise<Json> {
    return this.#until(`Waited for ${description}`, () => this.frames.find(matches));
  }

  closed(): Promise<number> {
    return this.#until("Waited for the socket to close", () => this.closeCode);
  }

  close(): Promise<number> {
    this.ws.close();
    return this.closed();
  }

  #notifyWaiters(): void {
    for (const check of [...this.#waiters]) check();
  }

  #until<T>(description: string, read: () => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiters.delete(check);
        const got = `got ${this.frames.length} frames, closed: ${this.closeCode ?? "no"}`;
        reject(new Error(`${description}; ${got}: ${JSON.stringify(this.frames).slice(0, 500)}`));
      }, 5_000);
      const check = () => {
        const found = read();
        if (found === undefined) return;
        clearTimeout(timer);
        this.#waiters.delete(check);
        resolve(found);
      };
      this.#waiters.add(check);
      check();
    });
  }
}

let requests = 0;

/** A frame as most clients send it; `token` is the project token. */
export function frame(
  name: string,
  params: Json,
  token?: string,
  component = "webSocketSession",
): Json {
  return {
    ...params,
    xGs2ClientId: "client-0001",
    ...(token === undefined ? {} : { xGs2ProjectToken: token }),
    x_gs2: {
      service: "gateway",
      component,
      function: name,
      contentType: "application/json",
      requestId: `request-${++requests}`,
    },
  };
}

/** The project token of a REST login. */
export async function restLogin(url: string): Promise<string> {
  const response = await fetch(`${url}/identifier/projectToken/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ client_id: "client-0001", client_secret: "secret-0001" }),
  });
  return ((await response.json()) as { access_token: string }).access_token;
}
