import { isBind, isLogin, type ApiRequest } from "../calls/request.js";
import { failure, type Failure } from "../calls/result.js";
import { seededRandom } from "../store/ids.js";
import { cutConnection, sessionsOn } from "../store/sessions.js";
import type { Store } from "../store/types.js";
import { applyAction, type FaultEffect } from "./actions.js";
import { ActiveFaults } from "./activeFaults.js";
import {
  faultDefinitions,
  isAction,
  type ActionName,
  type EmulatorFaultName,
  type EmulatorFaultReport,
  type Fault,
} from "./definitions.js";
import { DelayLine } from "./delayLine.js";
import { ReplyScheduler } from "./replies.js";
import {
  matchesTarget,
  noTarget,
  targetOfConnection,
  targetOfRequest,
  targetOfSessions,
  type FaultTarget,
} from "./target.js";

export interface FaultInjectorPorts {
  readonly store: () => Store;
  readonly now: () => number;
  /** Callbacks that are due at the same time run in the order of the calls. */
  readonly schedule: (at: number, run: () => void) => void;
  /** Performs effects that are due later than the call that caused them. */
  readonly perform: (effects: readonly FaultEffect[]) => void;
  readonly log: (text: string, detail: Readonly<Record<string, unknown>>) => void;
}

export type HandshakeDecision =
  | { readonly kind: "open" | "hang" }
  | { readonly kind: "refuse"; readonly status: number; readonly reason: string };

export interface SocketReply {
  readonly connectionId: string;
  readonly text: string;
  /** The player that the call was for. */
  readonly userId: string | undefined;
  readonly isOk: boolean;
}

interface DelayLines {
  readonly in: DelayLine;
  readonly out: DelayLine;
}

/**
 * Applies faults to handshakes, calls, replies, notifications and frames. The engine calls it at
 * each step and performs the effects. Random numbers are seeded, the time is the engine's.
 */
export class FaultInjector {
  readonly #active: ActiveFaults;
  readonly #random: () => number;
  readonly #replies: ReplyScheduler;
  readonly #delayLines = new Map<string, DelayLines>();
  /** Connections without a socket, bound by a kick. */
  #rivalConnections: string[] = [];
  /** Delayed replies to logins. A login over REST has no connection. */
  readonly #delayedReplies = new Set<() => void>();

  constructor(
    seed: number,
    private readonly ports: FaultInjectorPorts,
  ) {
    this.#random = seededRandom(seed);
    this.#active = new ActiveFaults(this.#random);
    this.#replies = new ReplyScheduler((...args) => this.#trigger(...args));
  }

  /** Replaces all faults, and applies those that act at once. */
  set(faults: readonly Fault[]): FaultEffect[] {
    const store = this.ports.store();
    const effects: FaultEffect[] = this.#rivalConnections.flatMap((connectionId) =>
      cutConnection(store, connectionId, "the kick fault was replaced"),
    );
    this.#rivalConnections = [];
    this.#active.set(faults);
    const connectionIds = [...store.connections.keys()];
    for (const fault of faults) {
      if (!isAction(fault) || fault.values.on !== "now") continue;
      for (const connectionId of connectionIds) {
        effects.push(...this.#applyAction(fault, connectionId));
      }
      this.#active.exhaust(fault);
    }
    return effects;
  }

  /** Applies a fault to one connection. The active faults stay as they are. */
  applyOnce(fault: Fault<ActionName>, connectionId: string): FaultEffect[] {
    const store = this.ports.store();
    this.#logHit(fault, targetOfConnection(store, connectionId));
    const { effects, rivalConnections } = applyAction(store, fault, {
      connectionId,
      sessions: sessionsOn(store, connectionId),
      now: this.ports.now(),
    });
    this.#rivalConnections.push(...rivalConnections);
    return [...effects];
  }

  list(): EmulatorFaultReport[] {
    return this.#active.list();
  }

  decideHandshake(): HandshakeDecision {
    const refusal = this.#trigger("refuse", noTarget);
    if (refusal) {
      return {
        kind: "refuse",
        status: refusal.values.status,
        reason: faultDefinitions.refuse.description,
      };
    }
    return { kind: this.#trigger("hangBeforeOpen", noTarget) ? "hang" : "open" };
  }

  /** The failure of a call that a fault refuses before it is handled. */
  refuse(request: ApiRequest): Failure | undefined {
    const name = isLogin(request) ? "refuseLogin" : isBind(request) ? "refuseBind" : undefined;
    if (!name) return undefined;
    const fault = this.#trigger(name, () => this.#targetOf(request));
    if (!fault) return undefined;
    const { conflictStatus, conflictMessage } = this.ports.store().settings;
    const { status } = fault.values;
    return failure(status, [
      name === "refuseBind" && status === conflictStatus
        ? { component: "webSocketSession", message: conflictMessage }
        : { component: request.target.component, message: `emulator.fault.${name}` },
    ]);
  }

  /** Calls back when the reply to this call is due. */
  delayReply(request: ApiRequest, reply: () => void): void {
    const slow = isLogin(request)
      ? this.#trigger("slowLogin", () => this.#targetOf(request))
      : undefined;
    if (!slow) return reply();
    const replyOnce = () => {
      if (this.#delayedReplies.delete(replyOnce)) reply();
    };
    this.#delayedReplies.add(replyOnce);
    this.ports.schedule(this.ports.now() + slow.values.delayMs, replyOnce);
  }

  /** Sends the delayed replies at once: after a reset, scheduled callbacks do not run. */
  end(): void {
    for (const reply of this.#delayedReplies) reply();
  }

  /** What is sent for a reply on a socket, and after it if the call was a successful bind. */
  reply(request: ApiRequest, { connectionId, text, userId, isOk }: SocketReply): FaultEffect[] {
    const send = (texts: readonly string[]): FaultEffect[] =>
      texts.map((one) => ({ kind: "send", connectionId, text: one }));
    const { now, held } = this.#replies.plan({
      connectionId,
      called: request.target,
      text,
      target: () => this.#targetOf(request),
    });
    if (held) {
      this.ports.schedule(this.ports.now() + held.forMs, () =>
        this.ports.perform(send(this.#replies.release(connectionId, held.texts))),
      );
    }
    if (!isOk || !isBind(request) || userId === undefined) return send(now);
    const released = this.#replies.releaseAfterBind(connectionId, userId);
    return [...send([...now, ...released]), ...this.#afterBind(connectionId, userId)];
  }

  /** How often a notification is sent on this connection. */
  copiesToSend(connectionId: string): number {
    const duplicated = this.#trigger("duplicateNotification", () =>
      targetOfConnection(this.ports.store(), connectionId),
    );
    return duplicated ? 2 : 1;
  }

  /** A frame, `in` to the server or `out` to the client. Calls back when it arrives. */
  transmit(direction: keyof DelayLines, connectionId: string, arrive: () => void): void {
    const slow = this.#trigger("latency", () =>
      targetOfConnection(this.ports.store(), connectionId),
    );
    const delayMs = slow ? slow.values.delayMs + this.#random() * slow.values.jitterMs : 0;
    this.transmitInOrder(direction, connectionId, arrive, delayMs);
  }

  /** Calls back after the frames before it have arrived. */
  transmitInOrder(
    direction: keyof DelayLines,
    connectionId: string,
    arrive: () => void,
    delayMs = 0,
  ): void {
    let lines = this.#delayLines.get(connectionId);
    if (!lines) {
      if (delayMs === 0) return arrive();
      const { now, schedule } = this.ports;
      lines = { in: new DelayLine(now, schedule), out: new DelayLine(now, schedule) };
      this.#delayLines.set(connectionId, lines);
    }
    lines[direction].pass(delayMs, arrive);
  }

  connectionClosed(connectionId: string): void {
    this.#delayLines.delete(connectionId);
    this.#replies.release(connectionId);
  }

  #afterBind(connectionId: string, userId: string): FaultEffect[] {
    return this.#active
      .active()
      .filter(isAction)
      .filter(({ values }) => values.on === "bind")
      .flatMap((fault) => this.#applyAction(fault, connectionId, userId));
  }

  /** @param userId only this user's sessions on the connection */
  #applyAction(fault: Fault<ActionName>, connectionId: string, userId?: string): FaultEffect[] {
    const store = this.ports.store();
    if (!store.connections.has(connectionId)) return [];
    const sessions = sessionsOn(store, connectionId).filter(
      (session) => userId === undefined || session.userId === userId,
    );
    if (fault.fault === "kick" && sessions.length === 0) return [];
    const target = targetOfSessions(connectionId, sessions);
    if (!this.#active.hit(fault, target)) return [];
    this.#logHit(fault, target);
    const { effects, rivalConnections } = applyAction(store, fault, {
      connectionId,
      sessions: sessions.filter((session) =>
        matchesTarget(fault, targetOfSessions(connectionId, [session])),
      ),
      now: this.ports.now(),
    });
    this.#rivalConnections.push(...rivalConnections);
    return [...effects];
  }

  #trigger<Name extends EmulatorFaultName>(
    name: Name,
    target: () => FaultTarget,
    applies?: (fault: Fault<Name>) => boolean,
  ): Fault<Name> | undefined {
    const fault = this.#active.trigger(name, target, applies);
    if (fault) this.#logHit(fault, target());
    return fault;
  }

  #logHit({ fault }: Fault, { connectionId, userIds }: FaultTarget): void {
    const target = [connectionId, ...userIds].filter((id) => id !== undefined).join(" ");
    const { description } = faultDefinitions[fault];
    const text = `fault ${fault}${target && ` on ${target}`}: ${description}`;
    this.ports.log(text, { fault, connectionId, userIds });
  }

  #targetOf(request: ApiRequest): FaultTarget {
    return targetOfRequest(this.ports.store(), request, this.ports.now());
  }
}
