import type { Clock } from "../core/clock.js";
import { createDeferred, type AbortOptions, type Deferred } from "../core/deferred.js";
import type { GatewayErrorKind } from "../errors.js";
import { classifyFailure, isSafeToRepeat, kindOfStatus } from "../wire/failures.js";
import {
  encodeRequest,
  loginTarget,
  readErrors,
  succeeded,
  type Envelope,
  type Reply,
  type Target,
  type Values,
} from "../wire/frames.js";
import type { Repeat } from "../wire/methods.js";
import type { State } from "./state.js";

/** Tokens a frame carries. */
export type Tokens = Pick<Envelope, "clientId" | "projectToken" | "accessToken">;

export interface CallRequest extends AbortOptions {
  readonly target: Target;
  /** Names the call in errors. Default: its function. */
  readonly name?: string;
  readonly params: Values;
  /** Sent with the access token of this slot. */
  readonly slot?: string | undefined;
  /** Waits for the binding of the slot, not only for the login. */
  readonly needsBinding?: boolean;
  /**
   * Only on the socket of this number, also during its login; the call is neither repeated nor
   * given new tokens.
   */
  readonly generation?: number;
  readonly repeat?: Repeat | undefined;
  /** Sent with a duplicationAvoider of its own. */
  readonly takesDuplicationAvoider?: boolean | undefined;
  /** Sent in place of one of its own. */
  readonly duplicationAvoider?: string | undefined;
  /** In place of those of the slot; a function is called when the call is sent. */
  readonly tokens?: Tokens | (() => Tokens) | undefined;
}

/** Wait, send now, or reject with this error. */
export type Gate = "wait" | "send" | { readonly kind: GatewayErrorKind; readonly problem: string };

const isLogin = ({ target }: CallRequest): boolean => target === loginTarget;

/** Whether a call may leave in this state of the connection. */
export function gateOf(state: State, request: CallRequest): Gate {
  const { slot: name = "", needsBinding, generation = state.generation } = request;
  const { phase } = state;
  const reject = (problem: string, kind: GatewayErrorKind = "notConnected"): Gate => ({
    kind,
    problem,
  });
  if (generation !== state.generation) return reject("the connection was lost");
  if (phase === "loggingIn" && request.generation) return isLogin(request) ? "send" : "wait";
  if (phase === "unauthorized") return reject("the client is unauthorized", phase);
  if (phase === "idle" || phase === "closed") return reject("not connected");
  if (needsBinding) {
    const slot = state.slots[name];
    if (!slot) return reject(`slot "${name}" has no binding: call setUserId first`);
    if (slot.state === "replaced") {
      return reject("another client holds the player's place", "replaced");
    }
    if (slot.state === "failed") return reject("setUserId failed", slot.error.kind);
    if (slot.state !== "held") return "wait";
  }
  return phase === "open" ? "send" : "wait";
}

/**
 * What calls and binds need of the session.
 * @internal
 */
export interface TokenSource {
  tokensFor(slot: string | undefined): Tokens | Promise<Tokens>;
  /** Renews what may be stale of what was sent; concurrent callers share one renewal. */
  renewTokens(slot: string | undefined, sent: Tokens): Promise<unknown>;
  /** Called before a call is sent, so that a token or secret in it is redacted from then on. */
  trackSecrets(params: Values): void;
  /** Takes secrets out of a text the server wrote. */
  redact(text: string): string;
}

/** @internal */
export interface CallPorts {
  readonly session: TokenSource;
  readonly gate: (request: CallRequest) => Gate;
  /** False where the socket is not open. */
  readonly send: (text: string) => boolean;
  /** A sent call timed out: the connection may be half-open. */
  readonly checkLiveness: () => void;
  readonly newId: () => string;
}

interface Call {
  readonly deferred: Deferred<Values>;
  readonly request: CallRequest;
  readonly id: string;
  readonly avoiderId: string | undefined;
  progress: "waiting" | "preparing" | "sent";
  /** What it was last sent with. */
  sentTokens: Tokens | undefined;
  /** Sent again because the socket was lost without a reply. */
  repeated: boolean;
  renewedAfter401: boolean;
}

const WAITING_LIMIT = 100;

const mayRepeat = ({ request: { repeat, generation } }: Call): boolean =>
  !generation && isSafeToRepeat(repeat);

/**
 * Calls without an end yet: each has an id, a deadline and exactly one end.
 * @internal
 */
export class PendingCalls {
  readonly #calls = new Map<string, Call>();
  readonly #clock: Clock;
  readonly #ports: CallPorts;
  #lastId = 0;

  constructor(clock: Clock, ports: CallPorts) {
    this.#clock = clock;
    this.#ports = ports;
  }

  get size(): number {
    return this.#calls.size;
  }

  start(request: CallRequest): Promise<Values> {
    this.#ports.session.trackSecrets(request.params);
    const call = this.#create(request, String(++this.#lastId));
    if (!request.signal?.aborted) {
      this.#calls.set(call.id, call);
      if (request.generation || !this.#isFull()) this.#advance(call);
      else this.#fail(call, "notConnected", `${WAITING_LIMIT} calls wait already`);
    }
    return call.deferred.promise;
  }

  /** Sends the waiting calls that may leave now. */
  advanceAll(): void {
    for (const call of this.#calls.values()) this.#advance(call);
  }

  /** @returns false where no call waits for this reply */
  settle(reply: Reply): boolean {
    const call = this.#calls.get(reply.requestId);
    if (call?.progress !== "sent") return false;
    const { generation, repeat, slot } = call.request;
    const isGone = reply.status === 404 && repeat === "safeDelete" && call.repeated;
    if (succeeded(reply) || isGone) call.deferred.resolve((!isGone && reply.body) || {});
    else if (reply.status === 401 && !call.renewedAfter401 && !generation) {
      call.renewedAfter401 = true;
      this.#prepare(
        call,
        this.#ports.session.renewTokens(slot, call.sentTokens!),
        () => this.#advance(call),
        () => this.#refuse(call, reply),
      );
    } else this.#refuse(call, reply);
    return true;
  }

  /** The socket the sent calls left on is gone. */
  socketLost(): void {
    for (const call of this.#calls.values()) {
      const isSent = call.progress === "sent";
      if (isSent && mayRepeat(call)) {
        call.progress = "waiting";
        call.repeated = true;
      } else if (isSent || call.request.generation) {
        this.#fail(call, "notConnected", "the connection was lost before an answer came");
      }
    }
  }

  #create(request: CallRequest, id: string): Call {
    const onEnd = (kind?: GatewayErrorKind): void => {
      this.#calls.delete(id);
      if (kind === "requestTimeout" && call.sentTokens) this.#ports.checkLiveness();
    };
    const describe = (
      kind: GatewayErrorKind,
    ): { outcome: "unknown"; retryable: boolean } | object =>
      call.sentTokens
        ? {
            outcome: "unknown",
            retryable: mayRepeat(call) && classifyFailure(kind) === "retry",
          }
        : {};
    const { target, name = target.function } = request;
    const call: Call = {
      deferred: createDeferred<Values>(name, this.#clock, request, onEnd, describe),
      request,
      id,
      avoiderId:
        request.duplicationAvoider ??
        (request.takesDuplicationAvoider ? this.#ports.newId() : undefined),
      progress: "waiting",
      sentTokens: undefined,
      repeated: false,
      renewedAfter401: false,
    };
    return call;
  }

  #isFull(): boolean {
    const calls = [...this.#calls.values()];
    return calls.filter(({ progress }) => progress !== "sent").length > WAITING_LIMIT;
  }

  #advance(call: Call): void {
    if (call.progress !== "waiting" || !this.#calls.has(call.id)) return;
    const { request } = call;
    const gate = this.#ports.gate(request);
    if (gate === "wait") return;
    if (gate !== "send") return this.#fail(call, gate.kind, gate.problem);
    const { tokens: own, slot } = request;
    const tokens = typeof own === "function" ? own() : (own ?? this.#ports.session.tokensFor(slot));
    if (!(tokens instanceof Promise)) return this.#send(call, tokens);
    this.#prepare(call, tokens, (ready) => {
      // The connection may have changed meanwhile.
      if (this.#ports.gate(request) === "send") this.#send(call, ready);
      else this.#advance(call);
    });
  }

  #prepare<Ready>(
    call: Call,
    work: Promise<Ready>,
    proceed: (ready: Ready) => void,
    failed: (error: unknown) => void = call.deferred.reject,
  ): void {
    call.progress = "preparing";
    work.then((ready) => {
      if (!this.#calls.has(call.id)) return;
      call.progress = "waiting";
      proceed(ready);
    }, failed);
  }

  #send(call: Call, tokens: Tokens): void {
    const { target, params } = call.request;
    const envelope = { ...tokens, requestId: call.id, duplicationAvoider: call.avoiderId };
    if (this.#ports.send(encodeRequest(target, params, envelope))) {
      call.progress = "sent";
      call.sentTokens = tokens;
    }
  }

  #fail(call: Call, kind: GatewayErrorKind, problem: string, refusal?: Reply): void {
    const redact = (raw: string): string => this.#ports.session.redact(raw);
    const text = refusal?.message;
    const errors = readErrors(text, redact);
    const detail = errors[0]?.message ?? (text && redact(text));
    call.deferred.fail(
      { kind, ...(refusal && { outcome: "refused", status: refusal.status, errors }) },
      detail ? `${problem}: ${detail}` : problem,
    );
  }

  #refuse(call: Call, reply: Reply): void {
    this.#fail(call, kindOfStatus(reply.status), `refused with ${reply.status}`, reply);
  }
}
