import { setUserId, setUserIdByUserId } from "../../wire/methods.js";
import { isLogin, type Ask } from "../calls/handleCall.js";
import { seededRandom } from "../store/ids.js";
import { refused, type Refused } from "../calls/result.js";
import { cutConnection, sessionsOn, type World } from "../store/store.js";
import { act, type FaultEffect } from "./actions.js";
import { AnswerDesk } from "./replies.js";
import { FaultBook } from "./activeFaults.js";
import {
  faultKinds,
  isAction,
  type ActionName,
  type EmulatorFaultName,
  type EmulatorFaultReport,
  type Fault,
} from "./definitions.js";
import { Lane } from "./delayLine.js";
import { isMeant, nobody, ofAsk, ofConnection, ofSessions, type Subject } from "./target.js";

export interface WeatherPorts {
  readonly world: () => World;
  readonly now: () => number;
  /** Does something at a time; what is due at the same time in the order of asking. */
  readonly later: (at: number, run: () => void) => void;
  /** Does what a fault wants done, when nobody asks at that moment. */
  readonly perform: (effects: readonly FaultEffect[]) => void;
  readonly log: (text: string, detail: Readonly<Record<string, unknown>>) => void;
}

export type Reception =
  | { readonly kind: "open" | "hang" }
  | { readonly kind: "refuse"; readonly status: number; readonly why: string };

export interface SocketAnswer {
  readonly connectionId: string;
  readonly text: string;
  /** The player it is about. */
  readonly userId: string | undefined;
  readonly isOk: boolean;
}

interface Lanes {
  readonly in: Lane;
  readonly out: Lane;
}

/**
 * What lies between the world and its clients: asked at each step of a frame's way, it answers what a fault makes of it. It does nothing by
 * itself; its chance is seeded, its time and its later are those of whoever runs the world.
 */
export class Weather {
  readonly #book: FaultBook;
  readonly #random: () => number;
  readonly #answers: AnswerDesk;
  readonly #lanes = new Map<string, Lanes>();
  /** Connections of nobody that hold a place since a kick. */
  #usurpers: string[] = [];
  /** Answers that a fault keeps back, of calls that may have no socket to end with. */
  readonly #late = new Set<() => void>();

  constructor(
    seed: number,
    private readonly ports: WeatherPorts,
  ) {
    this.#random = seededRandom(seed);
    this.#book = new FaultBook(this.#random);
    this.#answers = new AnswerDesk((...asked) => this.#strike(...asked));
  }

  /** In place of those before; those that act at once have acted. */
  set(faults: readonly Fault[]): FaultEffect[] {
    const { world } = this.ports;
    const effects: FaultEffect[] = this.#usurpers.flatMap((connectionId) =>
      cutConnection(world(), connectionId, "the fault that had it kick is over"),
    );
    this.#usurpers = [];
    this.#book.set(faults);
    const connectionIds = [...world().connections.keys()];
    for (const fault of faults) {
      if (!isAction(fault) || fault.values.on !== "now") continue;
      for (const connectionId of connectionIds) effects.push(...this.#act(fault, connectionId));
      this.#book.spend(fault);
    }
    return effects;
  }

  /** Does to one connection what a fault would; those in force stay as they are. */
  once(fault: Fault<ActionName>, connectionId: string): FaultEffect[] {
    const world = this.ports.world();
    this.#tell(fault, ofConnection(world, connectionId));
    const { effects, usurpers } = act(world, fault, {
      connectionId,
      sessions: sessionsOn(world, connectionId),
      now: this.ports.now(),
    });
    this.#usurpers.push(...usurpers);
    return [...effects];
  }

  list(): EmulatorFaultReport[] {
    return this.#book.list();
  }

  /** Somebody wants to open a socket. */
  receive(): Reception {
    const refusal = this.#strike("refuse", nobody);
    if (refusal) {
      return { kind: "refuse", status: refusal.values.status, why: faultKinds.refuse.says };
    }
    return { kind: this.#strike("hangBeforeOpen", nobody) ? "hang" : "open" };
  }

  /** A call that is refused before the world has seen it. */
  refuse(ask: Ask): Refused | undefined {
    const name = isLogin(ask.target) ? "refuseLogin" : isBind(ask) ? "refuseBind" : undefined;
    if (!name) return undefined;
    const fault = this.#strike(name, () => this.#subjectOf(ask));
    if (!fault) return undefined;
    const { conflictStatus, conflictMessage } = this.ports.world().settings;
    const { status } = fault.values;
    return refused(status, [
      name === "refuseBind" && status === conflictStatus
        ? { component: "webSocketSession", message: conflictMessage }
        : { component: ask.target.component, message: `emulator.fault.${name}` },
    ]);
  }

  /** Calls back when the answer to this call may be given. */
  answerInTime(ask: Ask, reply: () => void): void {
    const slow = isLogin(ask.target)
      ? this.#strike("slowLogin", () => this.#subjectOf(ask))
      : undefined;
    if (!slow) return reply();
    const once = () => {
      if (this.#late.delete(once)) reply();
    };
    this.#late.add(once);
    this.ports.later(this.ports.now() + slow.values.delayMs, once);
  }

  /** It is over: what was kept back is answered now, for there is no later. */
  end(): void {
    for (const reply of this.#late) reply();
  }

  /** What becomes of an answer to a call on a socket, and of the bind, if it was one and went well. */
  answer(ask: Ask, { connectionId, text, userId, isOk }: SocketAnswer): FaultEffect[] {
    const say = (texts: readonly string[]): FaultEffect[] =>
      texts.map((one) => ({ kind: "say", connectionId, text: one }));
    const { now, held } = this.#answers.take({
      connectionId,
      method: ask.target.function,
      text,
      subject: () => this.#subjectOf(ask),
    });
    if (held) {
      this.ports.later(this.ports.now() + held.forMs, () =>
        this.ports.perform(say(this.#answers.release(connectionId, held.texts))),
      );
    }
    if (!isOk || !isBind(ask) || userId === undefined) return say(now);
    const late = this.#answers.arriveOn(connectionId, userId);
    return [...say([...now, ...late]), ...this.#afterBind(connectionId, userId)];
  }

  /** How often a notification is said on this connection. */
  echoes(connectionId: string): number {
    const doubled = this.#strike("duplicateNotification", () =>
      ofConnection(this.ports.world(), connectionId),
    );
    return doubled ? 2 : 1;
  }

  /** A frame on its way, `in` to the server or `out` to the client: `go` is called when it arrives. */
  pass(way: keyof Lanes, connectionId: string, go: () => void): void {
    const slow = this.#strike("latency", () => ofConnection(this.ports.world(), connectionId));
    const delayMs = slow ? slow.values.delayMs + this.#random() * slow.values.jitterMs : 0;
    this.follow(way, connectionId, go, delayMs);
  }

  /** The same for what only comes after the frames before it. */
  follow(way: keyof Lanes, connectionId: string, go: () => void, delayMs = 0): void {
    let lanes = this.#lanes.get(connectionId);
    if (!lanes) {
      if (delayMs === 0) return go();
      const { now, later } = this.ports;
      lanes = { in: new Lane(now, later), out: new Lane(now, later) };
      this.#lanes.set(connectionId, lanes);
    }
    lanes[way].pass(delayMs, go);
  }

  gone(connectionId: string): void {
    this.#lanes.delete(connectionId);
    this.#answers.release(connectionId);
  }

  #afterBind(connectionId: string, userId: string): FaultEffect[] {
    const acting = this.#book
      .inForce()
      .filter(isAction)
      .filter(({ values }) => values.on === "bind");
    return acting.flatMap((fault) => this.#act(fault, connectionId, userId));
  }

  /** @param userId only what this user has on the connection */
  #act(fault: Fault<ActionName>, connectionId: string, userId?: string): FaultEffect[] {
    const world = this.ports.world();
    if (!world.connections.has(connectionId)) return [];
    const sessions = sessionsOn(world, connectionId).filter(
      (session) => userId === undefined || session.userId === userId,
    );
    if (fault.fault === "kick" && sessions.length === 0) return [];
    const subject = ofSessions(connectionId, sessions);
    if (!this.#book.strikesWith(fault, subject)) return [];
    this.#tell(fault, subject);
    const meant = sessions.filter((session) => isMeant(fault, ofSessions(connectionId, [session])));
    const now = this.ports.now();
    const { effects, usurpers } = act(world, fault, { connectionId, sessions: meant, now });
    this.#usurpers.push(...usurpers);
    return [...effects];
  }

  #strike<Name extends EmulatorFaultName>(
    name: Name,
    subject: () => Subject,
    fits?: (fault: Fault<Name>) => boolean,
  ): Fault<Name> | undefined {
    const fault = this.#book.strike(name, subject, fits);
    if (fault) this.#tell(fault, subject());
    return fault;
  }

  #tell({ fault }: Fault, { connectionId, userIds }: Subject): void {
    const whom = [connectionId, ...userIds].filter((one) => one !== undefined).join(" ");
    const text = `fault ${fault}${whom && ` strikes ${whom}`}: ${faultKinds[fault].says}`;
    this.ports.log(text, { fault, connectionId, userIds });
  }

  #subjectOf(ask: Ask): Subject {
    return ofAsk(this.ports.world(), ask, this.ports.now());
  }
}

export const isBind = ({ target }: Ask): boolean =>
  target.service === "gateway" &&
  target.component === setUserId.component &&
  [setUserId.name, setUserIdByUserId.name].includes(target.function);
