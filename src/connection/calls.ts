import { kindOfStatus, classifyFailure } from "../wire/failures.js";
import {
  encodeRequest,
  readErrors,
  succeeded,
  type Envelope,
  type Reply,
  type Target,
  type Values,
} from "../wire/frames.js";
import type { Repeat } from "../wire/methods.js";
import type { GatewayErrorKind } from "../errors.js";
import { createDeferred, type Clock, type AbortOptions, type Deferred } from "../core/deferred.js";

/** Tokens a frame carries. */
export type Tokens = Pick<Envelope, "clientId" | "projectToken" | "accessToken">;

export interface CallRequest extends AbortOptions {
  /** Its function names the call in errors. */
  readonly target: Target;
  readonly params: Values;
  /** Sent with the access token of this slot. */
  readonly slot?: string | undefined;
  /** Waits for the binding of the slot, not only for the login. */
  readonly bound?: boolean;
  /** Only on the socket of this number, whose login may be under way; neither repeated nor given new tokens. */
  readonly generation?: number;
  readonly repeat?: Repeat | undefined;
  readonly takesDuplicationAvoider?: boolean | undefined;
  /** In place of those of the slot. */
  readonly tokens?: Tokens | undefined;
}

/** Wait, go, or why it never will. */
export type Gate = "wait" | "go" | { readonly kind: GatewayErrorKind; readonly problem: string };

/** @internal */
export interface CallPorts {
  readonly gate: (request: CallRequest) => Gate;
  readonly send: (text: string) => boolean;
  readonly tokensFor: (slot: string | undefined) => Tokens | Promise<Tokens>;
  /** Renews what may be stale; many callers share one renewal. */
  readonly renewTokens: (slot: string | undefined) => Promise<unknown>;
  readonly suspect: () => void;
  readonly newId: () => string;
  /** Told of what is about to be sent, so that a token or secret in it is never shown. */
  readonly keepSecretsOf: (params: Values) => void;
  /** Takes secrets out of a text the server wrote. */
  readonly scrub: (text: string) => string;
}

/** @internal */
interface Call {
  readonly pending: Deferred<Values>;
  readonly request: CallRequest;
  readonly id: string;
  readonly avoiderId: string | undefined;
  progress: "waiting" | "preparing" | "sent";
  everSent: boolean;
  /** Sent anew because the socket went without an answer. */
  repeated: boolean;
  renewed401: boolean;
}

/** @internal */
export interface Calls {
  /** Calls without an end yet. */
  readonly open: ReadonlyMap<string, unknown>;
  readonly start: (request: CallRequest) => Promise<Values>;
  /** Looks again at all that wait. */
  readonly pump: () => void;
  /** False where nobody waits for this answer. */
  readonly settle: (reply: Reply) => boolean;
  /** The socket the sent calls went out on is gone. */
  readonly socketGone: () => void;
}

const MOST_WAITING = 100;

/** Calls on their way: each has an id, a deadline and exactly one end. */
export function createCalls(clock: Clock, ports: CallPorts): Calls {
  const open = new Map<string, Call>();
  let lastId = 0;

  const crowded = (): boolean =>
    open.size > MOST_WAITING &&
    [...open.values()].filter(({ progress }) => progress === "waiting").length > MOST_WAITING;

  const harmless = ({ request: { repeat, generation } }: Call): boolean =>
    !generation && (repeat === "safe" || repeat === "safeDelete");

  const fail = (call: Call, kind: GatewayErrorKind, problem: string, refusal?: Reply): void => {
    const text = refusal?.message;
    const errors = readErrors(text, ports.scrub);
    const said = errors[0]?.message ?? (text && ports.scrub(text));
    call.pending.fail(
      { kind, ...(refusal && { outcome: "refused", status: refusal.status, errors }) },
      said ? `${problem}: ${said}` : problem,
    );
  };

  const refuse = (call: Call, reply: Reply): void =>
    fail(call, kindOfStatus(reply.status), `refused with ${reply.status}`, reply);

  const send = (call: Call, tokens: Tokens): void => {
    const { target, params } = call.request;
    const envelope = { ...tokens, requestId: call.id, duplicationAvoider: call.avoiderId };
    if (ports.send(encodeRequest(target, params, envelope))) {
      call.progress = "sent";
      call.everSent = true;
    }
  };

  const advance = (call: Call): void => {
    if (call.progress !== "waiting" || !open.has(call.id)) return;
    const { request } = call;
    const gate = ports.gate(request);
    if (gate === "wait") return;
    if (gate !== "go") return fail(call, gate.kind, gate.problem);
    const tokens = request.tokens ?? ports.tokensFor(request.slot);
    if (!(tokens instanceof Promise)) return send(call, tokens);
    prepare(call, tokens, (ready) => {
      // Much may have happened meanwhile.
      if (ports.gate(request) === "go") send(call, ready);
      else advance(call);
    });
  };

  const prepare = <Ready>(
    call: Call,
    work: Promise<Ready>,
    go: (ready: Ready) => void,
    failed: (error: unknown) => void = call.pending.reject,
  ): void => {
    call.progress = "preparing";
    work.then((ready) => {
      if (!open.has(call.id)) return;
      call.progress = "waiting";
      go(ready);
    }, failed);
  };

  return {
    open,
    start(request) {
      ports.keepSecretsOf(request.params);
      const id = String(++lastId);
      const call: Call = {
        pending: createDeferred<Values>(
          request.target.function,
          clock,
          request,
          (kind) => {
            open.delete(id);
            if (kind === "requestTimeout" && call.everSent) ports.suspect();
          },
          (kind) =>
            call.everSent
              ? {
                  outcome: "unknown",
                  retryable: harmless(call) && classifyFailure(kind) === "retry",
                }
              : {},
        ),
        request,
        id,
        avoiderId: request.takesDuplicationAvoider ? ports.newId() : undefined,
        progress: "waiting",
        everSent: false,
        repeated: false,
        renewed401: false,
      };
      if (!request.signal?.aborted) {
        open.set(id, call);
        if (request.generation || !crowded()) advance(call);
        else fail(call, "notConnected", `${MOST_WAITING} calls wait already`);
      }
      return call.pending.promise;
    },
    pump: () => open.forEach(advance),
    settle(reply) {
      const call = open.get(reply.requestId);
      if (call?.progress !== "sent") return false;
      const { generation, repeat, slot } = call.request;
      const done = reply.status === 404 && repeat === "safeDelete" && call.repeated;
      if (succeeded(reply) || done) call.pending.resolve((!done && reply.body) || {});
      else if (reply.status === 401 && !call.renewed401 && !generation) {
        call.renewed401 = true;
        prepare(
          call,
          ports.renewTokens(slot),
          () => advance(call),
          () => refuse(call, reply),
        );
      } else refuse(call, reply);
      return true;
    },
    socketGone() {
      for (const call of open.values()) {
        const sent = call.progress === "sent";
        if (sent && harmless(call)) {
          call.progress = "waiting";
          call.repeated = true;
        } else if (sent || call.request.generation) {
          fail(call, "notConnected", "the connection was lost before an answer came");
        }
      }
    },
  };
}
