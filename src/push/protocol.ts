import type { PushFields, ReadPush } from "./message.js";
import type { PushTemplates } from "./templates.js";

/** What the page tells its worker: in the query of the worker's address, or by `hello` where the game has a worker of its own. */
export interface WorkerConfig {
  /** Folder of the game: which windows are the game, what links are against, where a click leads. */
  readonly base: string;
  readonly locale: string;
  readonly templates?: PushTemplates | undefined;
  readonly fields?: PushFields | undefined;
}

/** A click on a notification, on its way to the game. */
export interface ClickMessage {
  readonly id: string;
  readonly key: string;
  /** As text. */
  readonly payload: string;
  readonly userId: string | undefined;
}

interface ToWorker {
  /** Who are you? Answered with {@link Handshake}. */
  hello: { readonly config: WorkerConfig };
  /** Take this as if the push service had sent it: for what stands in its place. */
  deliver: { readonly message: unknown };
}

interface ToPage {
  /** Answered with {@link Ack}. */
  push: { readonly push: ReadPush };
  /** Answered with {@link Ack}. */
  click: { readonly click: ClickMessage };
  /** The browser has changed the subscription by itself. */
  subscriptionChanged: Record<never, never>;
}

type Words<Table> = {
  [Name in keyof Table]: { readonly gs2Gateway: Name } & Table[Name];
}[keyof Table];

export type WorkerMessage = Words<ToWorker>;
export type PageMessage = Words<ToPage>;

export interface Handshake {
  readonly version: string;
}

/** Whether this page plays for the one it is meant for. */
export interface Ack {
  readonly taken: boolean;
}

/** How long the other side may take to answer before it counts as not there. */
const ANSWER_MS = 1_000;

/** Messages of others come by the same way. */
export const isOurs = (data: unknown): data is { readonly gs2Gateway: string } =>
  typeof data === "object" && data !== null && "gs2Gateway" in data;

/** Says something, and waits for the answer: undefined where none comes in time. */
export function ask<Answer>(
  whom: { postMessage: (word: unknown, transfer: Transferable[]) => void },
  word: WorkerMessage | PageMessage,
  timeoutMs: number = ANSWER_MS,
): Promise<Answer | undefined> {
  const { port1, port2 } = new MessageChannel();
  return new Promise<Answer | undefined>((resolve) => {
    const end = (answer: Answer | undefined): void => {
      clearTimeout(timer);
      port1.close();
      resolve(answer);
    };
    const timer = setTimeout(() => end(undefined), timeoutMs);
    port1.onmessage = ({ data }: MessageEvent<Answer>) => end(data);
    whom.postMessage(word, [port2]);
  });
}

const PARAMETER = "gs2-gateway";

/** Web servers take 8 KB of address; a quarter of it is left to them. */
export const MOST_CONFIG_CHARACTERS = 6_000;

/** Base64 of UTF-8: half as long as percent signs would be for Japanese. */
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

/** Undefined where there is none, or none that can be read. */
export function readConfig(search: string): WorkerConfig | undefined {
  const given = new URLSearchParams(search).get(PARAMETER);
  if (given === null) return undefined;
  try {
    const bytes = atob(given.replaceAll("-", "+").replaceAll("_", "/"));
    const text = new TextDecoder().decode(Uint8Array.from(bytes, (one) => one.charCodeAt(0)));
    return JSON.parse(text) as WorkerConfig;
  } catch {
    return undefined;
  }
}
