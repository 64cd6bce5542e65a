import { setUserId, setUserIdByUserId } from "../../wire/methods.js";
import { isLogin, type ApiRequest } from "../calls/handleCall.js";
import { seededRandom } from "../store/ids.js";
import { failure, type Failure } from "../calls/result.js";
import { cutConnection, sessionsOn, type Store } from "../store/store.js";
import { applyAction, type FaultEffect } from "./actions.js";
import { ReplyScheduler } from "./replies.js";
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
import {
  matchesTarget,
  noTarget,
  targetOfRequest,
  targetOfConnection,
  targetOfSessions,
  type FaultTarget,
} from "./target.js";

export interface FaultInjectorPorts {
  readonly store: () => Store;
  readonly now: () => number;
  /** Does something at a time; what is due at the same time in the order of asking. */
  readonly schedule: (at: number, run: () => void) => void;
  /** Does what a fault wants done, when nobody asks at that moment. */
  readonly perform: (effects: readonly FaultEffect[]) => void;
  readonly log: (text: string, detail: Readonly<Record<string, unknown>>) => void;
}

export type HandshakeDecision =
  | { readonly kind: "open" | "hang" }
  | { readonly kind: "refuse"; readonly status: number; readonly why: string };

export interface SocketReply {
  readonly connectionId: string;
  readonly text: string;
  /** The player it is about. */
  readonly userId: string | undefined;
  readonly isOk: boolean;
}

interface DelayLines {
  readonly in: DelayLine;
  readonly out: DelayLine;
}

/**
 * What lies between the world and its clients: asked at each step of a frame's way, it answers what a fault makes of it. It does nothing by
 * itself; its chance is seeded, its time and its later are those of whoever runs the world.
 */
export class FaultInjector {
  readonly #active: ActiveFaults;
  readonly #random: () => number;
  readonly #replies: ReplyScheduler;
  readonly #delayLines = new Map<string, DelayLines>();
  /** Connections of nobody that hold a place since a kick. */
  #rivalConnections: string[] = [];
  /** Answers that a fault keeps back, of calls that may have no socket to end with. */
  readonly #late = new Set<() => void>();

  constructor(
    seed: number,
    private readonly ports: FaultInjectorPorts,
  ) {
    this.#random = seededRandom(seed);
    this.#active = new ActiveFaults(this.#random);
    this.#replies = new ReplyScheduler((...asked) => this.#trigger(...asked));
  }

  /** In place of those before; those that act at once have acted. */
  set(faults: readonly Fault[]): FaultEffect[] {
    const { store } = this.ports;
    const effects: FaultEffect[] = this.#rivalConnections.flatMap((connectionId) =>
      cutConnection(store(), connectionId, "the fault that had it kick is over"),
    );
    this.#rivalConnections = [];
    this.#active.set(faults);
    const connectionIds = [...store().connections.keys()];
    for (const fault of faults) {
      if (!isAction(fault) || fault.values.on !== "now") continue;
      for (const connectionId of connectionIds)
        effects.push(...this.#applyAction(fault, connectionId));
      this.#active.exhaust(fault);
    }
    return effects;
  }

  /** Does to one connection what a fault would; those in force stay as they are. */
  once(fault: Fault<ActionName>, connectionId: string): FaultEffect[] {
    const world = this.ports.store();
    this.#logHit(fault, targetOfConnection(world, connectionId));
    const { effects, rivalConnections } = applyAction(world, fault, {
      connectionId,
      sessions: sessionsOn(world, connectionId),
      now: this.ports.now(),
    });
    this.#rivalConnections.push(...rivalConnections);
    return [...effects];
  }

  list(): EmulatorFaultReport[] {
    return this.#active.list();
  }

  /** Somebody wants to open a socket. */
  decideHandshake(): HandshakeDecision {
    const refusal = this.#trigger("refuse", noTarget);
    if (refusal) {
      return {
        kind: "refuse",
        status: refusal.values.status,
        why: faultDefinitions.refuse.description,
      };
    }
    return { kind: this.#trigger("hangBeforeOpen", noTarget) ? "hang" : "open" };
  }

  /** A call that is refused before the world has seen it. */
  refuse(ask: ApiRequest): Failure | undefined {
    const name = isLogin(ask.target) ? "refuseLogin" : isBind(ask) ? "refuseBind" : undefined;
    if (!name) return undefined;
    const fault = this.#trigger(name, () => this.#targetOf(ask));
    if (!fault) return undefined;
    const { conflictStatus, conflictMessage } = this.ports.store().settings;
    const { status } = fault.values;
    return failure(status, [
      name === "refuseBind" && status === conflictStatus
        ? { component: "webSocketSession", message: conflictMessage }
        : { component: ask.target.component, message: `emulator.fault.${name}` },
    ]);
  }

  /** Calls back when the answer to this call may be given. */
  answerInTime(ask: ApiRequest, reply: () => void): void {
    const slow = isLogin(ask.target)
      ? this.#trigger("slowLogin", () => this.#targetOf(ask))
      : undefined;
    if (!slow) return reply();
    const once = () => {
      if (this.#late.delete(once)) reply();
    };
    this.#late.add(once);
    this.ports.schedule(this.ports.now() + slow.values.delayMs, once);
  }

  /** It is over: what was kept back is answered now, for there is no later. */
  end(): void {
    for (const reply of this.#late) reply();
  }

  /** What becomes of an answer to a call on a socket, and of the bind, if it was one and went well. */
  answer(ask: ApiRequest, { connectionId, text, userId, isOk }: SocketReply): FaultEffect[] {
    const say = (texts: readonly string[]): FaultEffect[] =>
      texts.map((one) => ({ kind: "say", connectionId, text: one }));
    const { now, held } = this.#replies.take({
      connectionId,
      method: ask.target.function,
      text,
      subject: () => this.#targetOf(ask),
    });
    if (held) {
      this.ports.schedule(this.ports.now() + held.forMs, () =>
        this.ports.perform(say(this.#replies.release(connectionId, held.texts))),
      );
    }
    if (!isOk || !isBind(ask) || userId === undefined) return say(now);
    const late = this.#replies.arriveOn(connectionId, userId);
    return [...say([...now, ...late]), ...this.#afterBind(connectionId, userId)];
  }

  /** How often a notification is said on this connection. */
  copiesToSend(connectionId: string): number {
    const doubled = this.#trigger("duplicateNotification", () =>
      targetOfConnection(this.ports.store(), connectionId),
    );
    return doubled ? 2 : 1;
  }

  /** A frame on its way, `in` to the server or `out` to the client: `go` is called when it arrives. */
  transmit(way: keyof DelayLines, connectionId: string, go: () => void): void {
    const slow = this.#trigger("latency", () =>
      targetOfConnection(this.ports.store(), connectionId),
    );
    const delayMs = slow ? slow.values.delayMs + this.#random() * slow.values.jitterMs : 0;
    this.transmitInOrder(way, connectionId, go, delayMs);
  }

  /** The same for what only comes after the frames before it. */
  transmitInOrder(way: keyof DelayLines, connectionId: string, go: () => void, delayMs = 0): void {
    let lanes = this.#delayLines.get(connectionId);
    if (!lanes) {
      if (delayMs === 0) return go();
      const { now, schedule } = this.ports;
      lanes = { in: new DelayLine(now, schedule), out: new DelayLine(now, schedule) };
      this.#delayLines.set(connectionId, lanes);
    }
    lanes[way].pass(delayMs, go);
  }

  connectionClosed(connectionId: string): void {
    this.#delayLines.delete(connectionId);
    this.#replies.release(connectionId);
  }

  #afterBind(connectionId: string, userId: string): FaultEffect[] {
    const acting = this.#active
      .active()
      .filter(isAction)
      .filter(({ values }) => values.on === "bind");
    return acting.flatMap((fault) => this.#applyAction(fault, connectionId, userId));
  }

  /** @param userId only what this user has on the connection */
  #applyAction(fault: Fault<ActionName>, connectionId: string, userId?: string): FaultEffect[] {
    const world = this.ports.store();
    if (!world.connections.has(connectionId)) return [];
    const sessions = sessionsOn(world, connectionId).filter(
      (session) => userId === undefined || session.userId === userId,
    );
    if (fault.fault === "kick" && sessions.length === 0) return [];
    const subject = targetOfSessions(connectionId, sessions);
    if (!this.#active.hit(fault, subject)) return [];
    this.#logHit(fault, subject);
    const meant = sessions.filter((session) =>
      matchesTarget(fault, targetOfSessions(connectionId, [session])),
    );
    const now = this.ports.now();
    const { effects, rivalConnections: usurpers } = applyAction(world, fault, {
      connectionId,
      sessions: meant,
      now,
    });
    this.#rivalConnections.push(...usurpers);
    return [...effects];
  }

  #trigger<Name extends EmulatorFaultName>(
    name: Name,
    subject: () => FaultTarget,
    fits?: (fault: Fault<Name>) => boolean,
  ): Fault<Name> | undefined {
    const fault = this.#active.trigger(name, subject, fits);
    if (fault) this.#logHit(fault, subject());
    return fault;
  }

  #logHit({ fault }: Fault, { connectionId, userIds }: FaultTarget): void {
    const whom = [connectionId, ...userIds].filter((one) => one !== undefined).join(" ");
    const text = `fault ${fault}${whom && ` strikes ${whom}`}: ${faultDefinitions[fault].description}`;
    this.ports.log(text, { fault, connectionId, userIds });
  }

  #targetOf(ask: ApiRequest): FaultTarget {
    return targetOfRequest(this.ports.store(), ask, this.ports.now());
  }
}

export const isBind = ({ target }: ApiRequest): boolean =>
  target.service === "gateway" &&
  target.component === setUserId.component &&
  [setUserId.name, setUserIdByUserId.name].includes(target.function);
