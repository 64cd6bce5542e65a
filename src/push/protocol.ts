import type { PushFields, ReadPush } from "./message.js";
import type { PushTemplates } from "./templates.js";

/**
 * Configuration of the worker. The page sends it in the query of the worker's address, or by
 * `hello` where the game has a worker of its own.
 */
export interface WorkerConfig {
  /** Folder of the game: base of links, and prefix of the windows that belong to the game. */
  readonly base: string;
  readonly locale: string;
  readonly templates?: PushTemplates | undefined;
  readonly fields?: PushFields | undefined;
}

/** A click on a notification. */
export interface ClickMessage {
  readonly id: string;
  readonly key: string;
  /** As text. */
  readonly payload: string;
  readonly userId: string | undefined;
}

interface ToWorker {
  /** The reply is a {@link Handshake}. */
  hello: { readonly config: WorkerConfig };
  /** Handles a message as if the push service had sent it. */
  deliver: { readonly message: unknown };
}

interface ToPage {
  /** The reply is an {@link Ack}. */
  push: { readonly push: ReadPush };
  /** The reply is an {@link Ack}. */
  click: { readonly click: ClickMessage };
  /** The browser has changed the subscription. */
  subscriptionChanged: Record<never, never>;
}

type MessageOf<Table> = {
  [Name in keyof Table]: { readonly gs2Gateway: Name } & Table[Name];
}[keyof Table];

export type WorkerMessage = MessageOf<ToWorker>;
export type PageMessage = MessageOf<ToPage>;

export interface Handshake {
  readonly version: string;
}

export interface Ack {
  /** Whether the message is for the player of this page. */
  readonly taken: boolean;
}

/** After this time the other side counts as absent. */
const REPLY_TIMEOUT_MS = 1_000;

/** Whether data is a message of this package: other code may post messages too. */
export const isOurs = (data: unknown): data is { readonly gs2Gateway: string } =>
  typeof data === "object" && data !== null && "gs2Gateway" in data;

/** Posts a message and waits for the reply; undefined where none comes in time. */
export function request<Reply>(
  receiver: { postMessage: (message: unknown, transfer: Transferable[]) => void },
  message: WorkerMessage | PageMessage,
  timeoutMs: number = REPLY_TIMEOUT_MS,
): Promise<Reply | undefined> {
  const { port1, port2 } = new MessageChannel();
  return new Promise<Reply | undefined>((resolve) => {
    const end = (reply: Reply | undefined): void => {
      clearTimeout(timer);
      port1.close();
      resolve(reply);
    };
    const timer = setTimeout(() => end(undefined), timeoutMs);
    port1.onmessage = ({ data }: MessageEvent<Reply>) => end(data);
    receiver.postMessage(message, [port2]);
  });
}

const PARAMETER = "gs2-gateway";

/** Web servers accept addresses of 8 KB; a quarter of that is left for the rest. */
export const MOST_CONFIG_CHARACTERS = 6_000;

/** Base64 of UTF-8: percent encoding would be twice as long for Japanese. */
export function encodeConfig(config: Partial<WorkerConfig>): string {
  const bytes = new TextEncoder().encode(JSON.stringify(config));
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

export function withConfig(address: URL, config: WorkerConfig): URL {
  const url = new URL(address);
  url.searchParams.set(PARAMETER, encodeConfig(config));
  return url;
}

/** Undefined where the query has no readable configuration. */
export function readConfig(search: string): WorkerConfig | undefined {
  const encoded = new URLSearchParams(search).get(PARAMETER);
  if (encoded === null) return undefined;
  try {
    const bytes = atob(encoded.replaceAll("-", "+").replaceAll("_", "/"));
    const text = new TextDecoder().decode(Uint8Array.from(bytes, (one) => one.charCodeAt(0)));
    return JSON.parse(text) as WorkerConfig;
  } catch {
    return undefined;
  }
}
