import { redactFields, secretsOf } from "../../core/redactFields.js";
import {
  describeFrame,
  methodName,
  type FrameLogEntry,
  type LoggedFrame,
  type LoggedGap,
  type LoggedPlayer,
} from "../../wire/frameLog.js";
import type { Target } from "../../wire/frames.js";
import { parseObject } from "../../wire/json.js";
import type { EmulatorLogEntry } from "./eventLog.js";
import { charactersIn } from "./ringBuffer.js";

const CAPACITY = 1_000;

/** Of a longer frame only the length is kept. */
const MAX_FRAME_CHARACTERS = 65_536;
const MAX_CHARACTERS = 4 * 1_048_576;

/** Calls that a reply can still be linked to. */
const MAX_CALLS = 2_000;
const MAX_REQUEST_ID_LENGTH = 200;

/** Of a call with more in all, none is looked for in its reply. */
const MAX_SECRETS_LENGTH = 8_192;

interface LoggedCall {
  readonly id: number;
  readonly method: string;
  /** An upstream may quote them in its reply. */
  readonly secrets: readonly string[];
}

interface SocketFrame {
  readonly direction: "in" | "out";
  readonly connectionId: string;
  readonly players: readonly LoggedPlayer[];
  readonly text: string;
}

/** Request or response. */
interface RestMessage {
  readonly direction: "in" | "out";
  readonly target: Target;
  readonly requestId: string | undefined;
  readonly text: string;
  /** Of a request: the tokens in its headers. */
  readonly tokens?: readonly (string | undefined)[];
  /** Of a response: its status, and the id that {@link FrameLog.rest} returned for the request. */
  readonly status?: number;
  readonly replyTo?: number;
}

/** As received, with its secrets: {@link FrameLog.read} redacts them. */
type RawEntry = { readonly id: number; readonly at: number; readonly size: number } & (
  | { readonly kind: "socket"; readonly content: SocketFrame }
  | { readonly kind: "rest"; readonly content: RestMessage }
  | { readonly kind: "event"; readonly content: EmulatorLogEntry }
);

/**
 * The last {@link CAPACITY} frames and events. Adding one is cheap: it is parsed, redacted and
 * linked to its call on the first read, once for all readers.
 */
export class FrameLog {
  #entries: { raw: RawEntry; line?: string }[] = [];
  #lastId = 0;
  #characters = 0;
  readonly #listeners = new Set<() => void>();
  readonly #calls = new Map<string, LoggedCall>();

  constructor(private readonly now: () => number) {}

  get lastId(): number {
    return this.#lastId;
  }

  socket(frame: SocketFrame): void {
    this.#add({ kind: "socket", ...this.#stamp(frame), content: withoutLongText(frame) });
  }

  /** Returns the id of the entry. */
  rest(message: RestMessage): number {
    this.#add({ kind: "rest", ...this.#stamp(message), content: withoutLongText(message) });
    return this.#lastId;
  }

  event(entry: EmulatorLogEntry): void {
    this.#add({ kind: "event", id: ++this.#lastId, at: entry.at, size: 0, content: entry });
  }

  clear(): void {
    this.#entries = [];
    this.#characters = 0;
    this.#calls.clear();
  }

  /**
   * The entries after `afterId`, oldest first, each as JSON text. `live`: the reader has all
   * entries up to there, so entries that were dropped in between are reported as a gap.
   */
  read(afterId: number, live: boolean): string[] {
    const firstId = this.#lastId - this.#entries.length + 1;
    const unread = this.#entries.slice(Math.max(0, afterId + 1 - firstId));
    const missed = firstId - 1 - afterId;
    const lines = unread.map((entry) => (entry.line ??= JSON.stringify(this.#format(entry.raw))));
    if (!live || missed <= 0 || this.#entries.length === 0) return lines;
    const gap: LoggedGap = { kind: "gap", id: firstId - 1, at: this.now(), missed };
    return [JSON.stringify(gap), ...lines];
  }

  /** Calls back once, when an entry is added. Returns a function that unsubscribes. */
  onMore(callback: () => void): () => void {
    this.#listeners.add(callback);
    return () => this.#listeners.delete(callback);
  }

  #stamp({ text }: { readonly text: string }): { id: number; at: number; size: number } {
    return { id: ++this.#lastId, at: this.now(), size: text.length };
  }

  #add(raw: RawEntry): void {
    this.#entries.push({ raw });
    this.#characters += charactersOf(raw);
    while (this.#entries.length > CAPACITY || this.#characters > MAX_CHARACTERS) {
      const dropped = this.#entries.shift();
      this.#characters -= dropped ? charactersOf(dropped.raw) : 0;
    }
    if (this.#listeners.size === 0) return;
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const callback of listeners) callback();
  }

  #format({ kind, id, at, size, content }: RawEntry): FrameLogEntry {
    if (kind === "event") {
      const { level, event, text, detail } = content;
      return { kind, id, at, level, event, text, detail: redactFields(detail) };
    }
    const stamp = { id, at, size };
    return kind === "rest" ? this.#formatRest(stamp, content) : this.#formatSocket(stamp, content);
  }

  #formatRest(stamp: Stamp, content: RestMessage): LoggedFrame {
    const { direction, target, text, replyTo, tokens = [] } = content;
    const body = parseObject(text);
    const method = methodName(target);
    if (direction === "in") {
      const secrets = [
        ...(body ? secretsOf(body) : []),
        ...tokens.filter((token) => token !== undefined),
      ];
      this.#keepCall(`rest ${stamp.id}`, { id: stamp.id, method, secrets });
    }
    const quoted = this.#calls.get(`rest ${replyTo}`)?.secrets;
    return {
      kind: "frame",
      ...stamp,
      transport: "rest",
      direction,
      type: direction === "in" ? "call" : "reply",
      connectionId: null,
      players: [],
      method,
      requestId: content.requestId ?? null,
      replyTo: replyTo ?? null,
      status: content.status ?? null,
      body: body ? redactFields(body, quoted) : null,
    };
  }

  #formatSocket(stamp: Stamp, content: SocketFrame): LoggedFrame {
    const { direction, connectionId, players, text } = content;
    const { frame, ...description } = describeFrame(text, direction === "in");
    const { type, requestId } = description;
    const logged = {
      kind: "frame",
      ...stamp,
      transport: "socket",
      direction,
      connectionId,
      players,
      replyTo: null,
      ...description,
      body: frame ? redactFields(frame) : null,
    } as const;
    if (requestId === null) return logged;
    const key = `${connectionId} ${requestId}`;
    if (type === "call" && requestId.length <= MAX_REQUEST_ID_LENGTH) {
      this.#keepCall(key, {
        id: stamp.id,
        method: description.method!,
        secrets: secretsOf(frame!),
      });
    }
    if (type !== "reply") return logged;
    const call = this.#calls.get(key);
    return {
      ...logged,
      body: redactFields(frame!, call?.secrets),
      method: call?.method ?? null,
      replyTo: call?.id ?? null,
    };
  }

  #keepCall(key: string, call: LoggedCall): void {
    this.#calls.delete(key);
    const isShort = call.secrets.join("").length <= MAX_SECRETS_LENGTH;
    this.#calls.set(key, isShort ? call : { ...call, secrets: [] });
    if (this.#calls.size <= MAX_CALLS) return;
    for (const oldest of this.#calls.keys()) {
      this.#calls.delete(oldest);
      break;
    }
  }
}

type Stamp = Pick<LoggedFrame, "id" | "at" | "size">;

const withoutLongText = <Content extends { readonly text: string }>(content: Content): Content =>
  content.text.length > MAX_FRAME_CHARACTERS ? { ...content, text: "" } : content;

const charactersOf = ({ kind, content }: RawEntry): number =>
  kind === "event"
    ? charactersIn(content)
    : content.text.length + ("players" in content ? charactersIn(content.players) : 0);
