import type { WebSocket } from "ws";
import { decodeFrame, encodeRequest, type Values } from "../../../wire/frames.js";
import type { NotificationFrame } from "../../../wire/frames.js";
import type { AnyMethod } from "../../../wire/methods.js";
import { isObject } from "../../store/json.js";
import { seenOf, type Seen } from "./seen.js";

export const TIMEOUT_MS = 10_000;

interface SocketOptions {
  readonly clientId: string;
  readonly projectToken: () => string;
  readonly signal: AbortSignal;
  readonly graceMs: number;
  /** Called before each call. */
  readonly count: () => void;
}

/** A socket of the gateway under examination. */
export class DoctorSocket {
  readonly notifications: NotificationFrame[] = [];
  connectionId = "";
  #requests = 0;
  readonly #replies = new Map<string, (seen: Seen) => void>();
  readonly #closed: Promise<number>;
  #closeCode: number | undefined;

  constructor(
    private readonly webSocket: WebSocket,
    private readonly options: SocketOptions,
  ) {
    this.#closed = new Promise((resolve) => {
      webSocket.once("close", (code: number) => {
        this.#closeCode = code;
        resolve(code);
        for (const reply of this.#replies.values()) reply(seenOf(0, {}));
      });
    });
    webSocket.on("message", (data: Buffer) => {
      const frame = decodeFrame(data.toString());
      if (frame.kind === "notification") {
        this.notifications.push(frame);
      } else if (frame.kind === "reply") {
        const body = frame.body ?? { message: frame.message };
        this.#replies.get(frame.requestId)?.(seenOf(frame.status, body));
      }
    });
  }

  /** @param bytes pads the frame to this length */
  async call({ component, name }: AnyMethod, params: Values, bytes = 0): Promise<Seen> {
    if (this.#closeCode !== undefined) return seenOf(0, {});
    this.options.count();
    const { clientId, projectToken } = this.options;
    const requestId = `doctor-${++this.#requests}`;
    const target = { service: "gateway", component, function: name };
    const encode = (padding: string) =>
      encodeRequest(
        target,
        { ...params, contextStack: padding },
        { clientId, projectToken: projectToken(), requestId },
      );
    const shortest = encode("");
    const reply = new Promise<Seen>((resolve) => this.#replies.set(requestId, resolve));
    this.webSocket.send(
      bytes > shortest.length ? encode("x".repeat(bytes - shortest.length)) : shortest,
    );
    const seen = await this.#within(reply, seenOf(0, {}));
    const item = isObject(seen.body["item"]) ? seen.body["item"] : {};
    if (typeof item["connectionId"] === "string") this.connectionId = item["connectionId"];
    return seen;
  }

  /** The close code; undefined: the socket is still open after that time. */
  closed(timeoutMs = TIMEOUT_MS): Promise<number | undefined> {
    return this.#within<number | undefined>(this.#closed, undefined, timeoutMs);
  }

  /** It is no call, and the pong does not come where the socket is being closed. */
  ping(): void {
    this.webSocket.ping(undefined, undefined, () => {});
  }

  /**
   * Whether the server has left it open, by a ping: a call would be billed. What was sent on the
   * socket before has arrived then.
   */
  async isOpen(): Promise<boolean> {
    const { graceMs } = this.options;
    if (graceMs > 0) await this.#within<unknown>(this.#closed, undefined, graceMs);
    const pong = new Promise((resolve) => this.webSocket.once("pong", resolve));
    this.ping();
    await this.#within<unknown>(Promise.race([pong, this.#closed]), undefined);
    return this.#closeCode === undefined;
  }

  close(): void {
    this.webSocket.terminate();
  }

  #within<Value>(
    promise: Promise<Value>,
    otherwise: Value,
    timeoutMs = TIMEOUT_MS,
  ): Promise<Value> {
    const { signal } = this.options;
    return new Promise((resolve, reject) => {
      const end = (settle: () => void) => {
        clearTimeout(timer);
        signal.removeEventListener("abort", abort);
        settle();
      };
      const abort = () => end(() => reject(signal.reason as Error));
      const timer = setTimeout(() => end(() => resolve(otherwise)), timeoutMs);
      signal.addEventListener("abort", abort);
      void promise.then((value) => end(() => resolve(value)));
    });
  }
}
