import type { GatewayClient } from "../client/client.js";
import { internalsOf, type ClientInternals, type FrameObserver } from "../core/internals.js";
import { redactFields } from "../core/redactFields.js";
import { invalidArgument } from "../errors.js";
import { describeFrame, type LoggedFrame, type LoggedPlayer } from "../wire/frameLog.js";
import { recordingOf, type LogDirections, type Recording } from "../wire/recording.js";

export interface RecorderOptions {
  /** How many frames are kept, the last ones. From 1 to 10,000; default 1,000. */
  maxFrames?: number | undefined;
}

/** Records the frames of a client; see {@link startRecording}. */
export interface Recorder {
  /**
   * The last frames both ways, oldest first, as plain JSON. Tokens, secrets, passwords and
   * signatures in it are `***`; payloads and the players' IDs are as they were sent.
   */
  recording(): Recording;
  /** Ends it. What was recorded stays. */
  stop(): void;
}

const KEPT = 1_000;
const MOST_KEPT = 10_000;
/** Of a longer frame only the length is kept. */
const MAX_FRAME_CHARACTERS = 65_536;
/** Calls that a reply can still be linked to. */
const MAX_CALLS = 1_000;

const directions: LogDirections = { in: "toClient", out: "toServer" };

/** Throws `invalidArgument` for what is no GatewayClient. */
export function requireInternals(method: string, gateway: GatewayClient): ClientInternals {
  const internals = internalsOf(gateway);
  if (internals) return internals;
  throw invalidArgument(method, "gateway", "must be a GatewayClient");
}

/** The last frames of a client, masked. @internal */
export class FrameRecorder implements Recorder {
  /** Oldest first. */
  readonly frames: LoggedFrame[] = [];
  /** Of the last reply, in milliseconds. */
  roundTripMs: number | undefined;
  readonly #gateway: GatewayClient;
  readonly #internals: ClientInternals;
  readonly #maxFrames: number;
  readonly #onFrame: () => void;
  readonly #calls = new Map<string, { readonly id: number; method: string; at: number }>();
  /** Distances between frames are right also where the system clock is set meanwhile. */
  readonly #timeOrigin = Date.now() - performance.now();
  #lastId = 0;

  constructor(
    method: string,
    gateway: GatewayClient,
    { maxFrames = KEPT }: RecorderOptions,
    onFrame: () => void = () => undefined,
  ) {
    this.#internals = requireInternals(method, gateway);
    if (!(Number.isInteger(maxFrames) && maxFrames > 0 && maxFrames <= MOST_KEPT)) {
      throw invalidArgument(method, "maxFrames", `must be from 1 to ${MOST_KEPT}`);
    }
    this.#gateway = gateway;
    this.#maxFrames = maxFrames;
    this.#onFrame = onFrame;
    this.#internals.connection.frameObservers.add(this.#observe);
  }

  recording(): Recording {
    // A token may have become known after the frame that has it.
    return recordingOf(
      this.frames.map((frame) => this.masked(frame)),
      directions,
    );
  }

  /** The frame without what has become known as a secret since it was recorded. */
  masked(frame: LoggedFrame): LoggedFrame {
    return { ...frame, body: frame.body && this.#redact(frame.body) };
  }

  clear(): void {
    this.frames.length = 0;
  }

  stop(): void {
    this.#internals.connection.frameObservers.delete(this.#observe);
  }

  readonly #observe: FrameObserver = (data, direction) => {
    const text = typeof data === "string" ? data : "";
    const isLong = text.length > MAX_FRAME_CHARACTERS;
    const { frame, ...description } = describeFrame(isLong ? "" : text, direction === "out");
    const id = ++this.#lastId;
    const at = Math.round(this.#timeOrigin + performance.now());
    const connectionId = `socket-${this.#internals.connection.state.generation}`;
    const call = this.#linkToCall(description, connectionId, id, at);
    this.frames.push({
      kind: "frame",
      id,
      at,
      transport: "socket",
      direction,
      connectionId,
      players: this.#boundPlayers(),
      replyTo: call?.id ?? null,
      size: text.length,
      ...description,
      method: call?.method ?? description.method,
      body: frame ? this.#redact(frame) : null,
    });
    if (this.frames.length > this.#maxFrames) this.frames.shift();
    this.#onFrame();
  };

  #linkToCall(
    { type, method, requestId }: Pick<LoggedFrame, "type" | "method" | "requestId">,
    connectionId: string,
    id: number,
    at: number,
  ): { readonly id: number; readonly method: string } | undefined {
    const key = `${connectionId} ${requestId ?? ""}`;
    if (type === "call") this.#calls.set(key, { id, method: method ?? "", at });
    for (const oldest of this.#calls.keys()) {
      if (this.#calls.size <= MAX_CALLS) break;
      this.#calls.delete(oldest);
    }
    const call = type === "reply" ? this.#calls.get(key) : undefined;
    if (!call) return undefined;
    this.#calls.delete(key);
    this.roundTripMs = at - call.at;
    return call;
  }

  #boundPlayers(): LoggedPlayer[] {
    return Object.values(this.#gateway.connection.bindings).flatMap((binding) => {
      const { state, namespaceName, userId } = binding;
      return state === "held" && userId !== undefined ? [{ namespaceName, userId }] : [];
    });
  }

  #redact(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
    return redactFields(values, [], (text) => this.#internals.session.redact(text));
  }
}

/**
 * Records the frames of a client from now on, both ways, for a report of a problem:
 * `JSON.stringify(recorder.recording())`. `gs2-gateway replay` and `emulator.replay` send its
 * notifications again. It needs no page and draws nothing; {@link showDevtools} has a button for
 * the same.
 *
 * Throws a GatewayError of kind `invalidArgument` for what is no GatewayClient.
 */
export function startRecording(gateway: GatewayClient, options: RecorderOptions = {}): Recorder {
  const recorder = new FrameRecorder("startRecording", gateway, options);
  return { recording: () => recorder.recording(), stop: () => recorder.stop() };
}
