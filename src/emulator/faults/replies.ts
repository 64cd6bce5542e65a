import { encodeNotification, type Target } from "../../wire/frames.js";
import type { ActiveFaults } from "./activeFaults.js";
import type { EmulatorFaultName, Fault, FaultedCall } from "./definitions.js";
import type { FaultTarget } from "./target.js";

type ReplyFault = {
  [Name in EmulatorFaultName]: "method" extends keyof Fault<Name>["values"] ? Name : never;
}[EmulatorFaultName];

export interface ReplyContext {
  readonly connectionId: string;
  readonly target: () => FaultTarget;
  /** The function that was called. */
  readonly called: Target;
  readonly text: string;
}

export interface ReplyPlan {
  /** Frames to send at once, in this order. */
  readonly now: readonly string[];
  /** Frames to send after the next reply or after `forMs`; see {@link ReplyScheduler.release}. */
  readonly held?: { readonly texts: readonly string[]; readonly forMs: number };
}

/** Applies the faults of replies: lost, duplicated, out of order, on another connection. */
export class ReplyScheduler {
  /** By connection: until the next reply. */
  readonly #held = new Map<string, readonly string[]>();
  /** By user: until the user is bound on a connection other than that of the call. */
  readonly #untilBind = new Map<
    string,
    { readonly connectionId: string; readonly text: string }[]
  >();

  /** @param trigger as {@link ActiveFaults.trigger} */
  constructor(private readonly trigger: ActiveFaults["trigger"]) {}

  plan({ connectionId, target, called, text }: ReplyContext): ReplyPlan {
    const trigger = <Name extends ReplyFault>(
      name: Name,
      applies = () => true,
    ): Fault<Name> | undefined =>
      this.trigger(name, target, ({ values }) => isOf(values as FaultedCall, called) && applies());
    const triggerForPlayer = <Name extends ReplyFault>(name: Name): Fault<Name> | undefined =>
      trigger(name, () => target().userIds.length > 0);

    const early = triggerForPlayer("notificationBeforeReply");
    const before = early ? [notificationOf(early)] : [];
    if (trigger("replyLost")) return { now: before };
    if (triggerForPlayer("replyAfterReconnect")) {
      const userId = target().userIds[0]!;
      const waiting = this.#untilBind.get(userId) ?? [];
      this.#untilBind.set(userId, [...waiting, { connectionId, text }]);
      return { now: before };
    }
    const reply = trigger("replyDuplicated") ? [text, text] : [text];
    const overtaken = this.release(connectionId);
    if (overtaken.length > 0) return { now: [...before, ...reply, ...overtaken] };
    const outOfOrder = trigger("repliesOutOfOrder");
    if (!outOfOrder) return { now: [...before, ...reply] };
    this.#held.set(connectionId, reply);
    return { now: before, held: { texts: reply, forMs: outOfOrder.values.withinMs } };
  }

  /** Returns what is held for the connection; with `texts`, only if it is still the same. */
  release(connectionId: string, texts = this.#held.get(connectionId)): readonly string[] {
    if (!texts || this.#held.get(connectionId) !== texts) return [];
    this.#held.delete(connectionId);
    return texts;
  }

  /** Replies to a user's calls on other connections, once the user is bound on this one. */
  releaseAfterBind(connectionId: string, userId: string): string[] {
    const waiting = this.#untilBind.get(userId) ?? [];
    const released = waiting.filter((reply) => reply.connectionId !== connectionId);
    this.#untilBind.set(
      userId,
      waiting.filter((reply) => reply.connectionId === connectionId),
    );
    return released.map(({ text }) => text);
  }
}

/** An empty name is any. */
const isOf = ({ method, service }: FaultedCall, called: Target): boolean =>
  ["", called.function].includes(method!) && ["", called.service].includes(service!);

function notificationOf({ values: { key, payload } }: Fault<"notificationBeforeReply">): string {
  const text = typeof payload === "string" ? payload : JSON.stringify(payload);
  return encodeNotification({ issuer: key, subject: key, payload: text });
}
