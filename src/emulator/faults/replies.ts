import { encodeNotification } from "../../wire/frames.js";
import type { ActiveFaults } from "./activeFaults.js";
import type { FaultedCall, EmulatorFaultName, Fault } from "./definitions.js";
import type { FaultTarget } from "./target.js";

type AnswerFault = {
  [Name in EmulatorFaultName]: "method" extends keyof Fault<Name>["values"] ? Name : never;
}[EmulatorFaultName];

export interface ReplyContext {
  readonly connectionId: string;
  readonly subject: () => FaultTarget;
  /** The function that was called. */
  readonly method: string;
  readonly text: string;
}

export interface ReplyPlan {
  /** What is said on the socket now, in this order. */
  readonly now: readonly string[];
  /** What waits to be overtaken, and for how long at most; see {@link ReplyScheduler.release}. */
  readonly held?: { readonly texts: readonly string[]; readonly forMs: number };
}

/** Decides what becomes of answers: which are said, in which order, how often and where. Keeps those whose time has not come. */
export class ReplyScheduler {
  /** By connection: to be overtaken. */
  readonly #held = new Map<string, readonly string[]>();
  /** By user: to be said on another socket than that of their call. */
  readonly #kept = new Map<string, { readonly connectionId: string; readonly text: string }[]>();

  /** @param strike tells of a fault that strikes, as {@link ActiveFaults.trigger} does */
  constructor(private readonly strike: ActiveFaults["trigger"]) {}

  take({ connectionId, subject, method, text }: ReplyContext): ReplyPlan {
    const strikes = <Name extends AnswerFault>(
      name: Name,
      fits = () => true,
    ): Fault<Name> | undefined =>
      this.strike(
        name,
        subject,
        ({ values }) => ["", method].includes((values as FaultedCall).method!) && fits(),
      );
    const ofPlayer = <Name extends AnswerFault>(name: Name): Fault<Name> | undefined =>
      strikes(name, () => subject().userIds.length > 0);

    const before = ofPlayer("notificationBeforeReply");
    const first = before ? [notificationOf(before)] : [];
    if (strikes("replyLost")) return { now: first };
    if (ofPlayer("replyAfterReconnect")) {
      const userId = subject().userIds[0]!;
      this.#kept.set(userId, [...(this.#kept.get(userId) ?? []), { connectionId, text }]);
      return { now: first };
    }
    const answer = strikes("replyDuplicated") ? [text, text] : [text];
    const overtaken = this.release(connectionId);
    if (overtaken.length > 0) return { now: [...first, ...answer, ...overtaken] };
    const late = strikes("repliesOutOfOrder");
    if (!late) return { now: [...first, ...answer] };
    this.#held.set(connectionId, answer);
    return { now: first, held: { texts: answer, forMs: late.values.withinMs } };
  }

  /** What waits to be overtaken on this socket waits no longer; with `texts`, only where it is still these. */
  release(connectionId: string, texts = this.#held.get(connectionId)): readonly string[] {
    if (!texts || this.#held.get(connectionId) !== texts) return [];
    this.#held.delete(connectionId);
    return texts;
  }

  /** Answers to a user's calls on earlier sockets, once the user is bound on this one. */
  arriveOn(connectionId: string, userId: string): string[] {
    const kept = this.#kept.get(userId) ?? [];
    const arriving = kept.filter((answer) => answer.connectionId !== connectionId);
    this.#kept.set(
      userId,
      kept.filter((answer) => answer.connectionId === connectionId),
    );
    return arriving.map(({ text }) => text);
  }
}

function notificationOf({ values: { key, payload } }: Fault<"notificationBeforeReply">): string {
  const text = typeof payload === "string" ? payload : JSON.stringify(payload);
  return encodeNotification({ issuer: key, subject: key, payload: text });
}
