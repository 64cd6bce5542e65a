import type { FrameLogEntry, LoggedFrame, LoggedGap, LoggedPlayer } from "../../wire/frameLog.js";
import type { Target } from "../../wire/frames.js";
import { isObject } from "../calls/validate.js";
import type { EmulatorLogEntry } from "./eventLog.js";
import { redact } from "./redact.js";

const KEPT = 1_000;

/** Longer frames are kept as their length alone; of the others, as many as this holds. */
const LONGEST = 65_536;
const KEPT_CHARACTERS = 4 * 1_048_576;

/** Calls whose answer has not been seen. */
const KEPT_CALLS = 2_000;

interface SocketFrame {
  readonly direction: "in" | "out";
  readonly connectionId: string;
  readonly players: readonly LoggedPlayer[];
  readonly text: string;
}

interface RestHalf {
  readonly direction: "in" | "out";
  readonly target: Target;
  readonly requestId: string | undefined;
  readonly text: string;
  /** Of an answer: its status, and what {@link FrameLog.rest} answered to the call. */
  readonly status?: number;
  readonly replyTo?: number;
}

/** As it came, with its secrets: they are masked on the way out. */
type Kept = { readonly id: number; readonly at: number; readonly size: number } & (
  | { readonly kind: "socket"; readonly said: SocketFrame }
  | { readonly kind: "rest"; readonly said: RestHalf }
  | { readonly kind: "event"; readonly said: EmulatorLogEntry }
);

/**
 * The last {@link KEPT} frames and events, for whoever looks on. To keep one costs next to nothing: it is read, masked and linked to its method
 * when somebody asks for it, once for all who ask.
 */
export class FrameLog {
  #entries: { kept: Kept; line?: string }[] = [];
  #lastId = 0;
  #characters = 0;
  readonly #waiting = new Set<() => void>();
  readonly #calls = new Map<string, { id: number; method: string }>();

  constructor(private readonly now: () => number) {}

  get lastId(): number {
    return this.#lastId;
  }

  socket(said: SocketFrame): void {
    this.#add({ kind: "socket", ...this.#next(said), said: keepable(said) });
  }

  /** Answers the id of the entry. */
  rest(said: RestHalf): number {
    this.#add({ kind: "rest", ...this.#next(said), said: keepable(said) });
    return this.#lastId;
  }

  event(said: EmulatorLogEntry): void {
    this.#add({ kind: "event", id: ++this.#lastId, at: said.at, size: 0, said });
  }

  clear(): void {
    this.#entries = [];
    this.#characters = 0;
    this.#calls.clear();
  }

  /** What came after the entry `afterId`, oldest first, each as JSON text. `live`: whoever asks has had all up to there, and is told of a gap. */
  read(afterId: number, live: boolean): string[] {
    const first = this.#lastId - this.#entries.length + 1;
    const fresh = this.#entries.slice(Math.max(0, afterId + 1 - first));
    const missed = first - 1 - afterId;
    const lines = fresh.map((entry) => (entry.line ??= JSON.stringify(this.#show(entry.kept))));
    if (!live || missed <= 0 || this.#entries.length === 0) return lines;
    const gap: LoggedGap = { kind: "gap", id: first - 1, at: this.now(), missed };
    return [JSON.stringify(gap), ...lines];
  }

  /** Calls back once, when there is more. */
  onMore(callback: () => void): () => void {
    this.#waiting.add(callback);
    return () => this.#waiting.delete(callback);
  }

  #next({ text }: { readonly text: string }): { id: number; at: number; size: number } {
    return { id: ++this.#lastId, at: this.now(), size: text.length };
  }

  #add(kept: Kept): void {
    this.#entries.push({ kept });
    this.#characters += charactersOf(kept);
    while (this.#entries.length > KEPT || this.#characters > KEPT_CHARACTERS) {
      const gone = this.#entries.shift();
      this.#characters -= gone ? charactersOf(gone.kept) : 0;
    }
    if (this.#waiting.size === 0) return;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const callback of waiting) callback();
  }

  #show({ kind, id, at, size, said }: Kept): FrameLogEntry {
    if (kind === "event") {
      const { level, event, text, detail } = said;
      return { kind, id, at, level, event, text, detail: redact(detail) };
    }
    const numbers = { id, at, size };
    return kind === "rest" ? showRest(numbers, said) : this.#showSocket(numbers, said);
  }

  #showSocket(numbers: Numbers, said: SocketFrame): LoggedFrame {
    const { direction, connectionId, players, text } = said;
    const { id } = numbers;
    const frame = parse(text);
    const body = frame ? redact(frame) : null;
    const common = {
      kind: "frame",
      ...numbers,
      transport: "socket",
      direction,
      connectionId,
      players,
      method: null,
      requestId: null,
      replyTo: null,
      status: null,
      body,
    } as const;
    if (!frame) return { ...common, type: "unreadable" };
    if (direction === "in") {
      const {
        service,
        component,
        function: name,
        requestId,
      } = isObject(frame["x_gs2"]) ? frame["x_gs2"] : {};
      if (typeof name !== "string") return { ...common, type: "unreadable" };
      const method = nameOf({ service, component, function: name });
      const asked = requestIdOf(requestId);
      if (asked !== null) this.#remember(`${connectionId} ${asked}`, { id, method });
      return { ...common, type: "call", method, requestId: asked };
    }
    const requestId = requestIdOf(frame["requestId"]);
    if (requestId === null) {
      return { ...common, type: frame["type"] === "notification" ? "notification" : "reply" };
    }
    const call = this.#calls.get(`${connectionId} ${requestId}`);
    const { status } = frame;
    return {
      ...common,
      type: "reply",
      method: call?.method ?? null,
      requestId,
      replyTo: call?.id ?? null,
      status: typeof status === "number" ? status : null,
    };
  }

  #remember(key: string, call: { id: number; method: string }): void {
    this.#calls.delete(key);
    this.#calls.set(key, call);
    if (this.#calls.size <= KEPT_CALLS) return;
    for (const oldest of this.#calls.keys()) {
      this.#calls.delete(oldest);
      break;
    }
  }
}

type Numbers = Pick<LoggedFrame, "id" | "at" | "size">;

const keepable = <Said extends { readonly text: string }>(said: Said): Said =>
  said.text.length > LONGEST ? { ...said, text: "" } : said;

const charactersOf = ({ kind, said }: Kept): number => (kind === "event" ? 0 : said.text.length);

function showRest(numbers: Numbers, said: RestHalf): LoggedFrame {
  const { direction, target, requestId, text, status, replyTo } = said;
  return {
    kind: "frame",
    ...numbers,
    transport: "rest",
    direction,
    type: direction === "in" ? "call" : "reply",
    connectionId: null,
    players: [],
    method: nameOf(target),
    requestId: requestId ?? null,
    replyTo: replyTo ?? null,
    status: status ?? null,
    body: readBody(text),
  };
}

const nameOf = (target: Readonly<Record<keyof Target, unknown>>): string =>
  [target.service, target.component, target.function].map(String).join(".");

const requestIdOf = (value: unknown): string | null =>
  typeof value === "number" ? String(value) : typeof value === "string" && value ? value : null;

function readBody(text: string): Record<string, unknown> | null {
  const frame = parse(text);
  return frame ? redact(frame) : null;
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
