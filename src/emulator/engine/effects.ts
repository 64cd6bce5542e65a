import { encodeNotification } from "../../wire/frames.js";
import type { FaultEffect } from "../faults/actions.js";
import type { RingBuffer } from "../log/ringBuffer.js";
import { nextExpiryAt } from "../store/expiry.js";
import { nextJobDue } from "../store/jobs.js";
import type { DeviceQueue, OutboxEntry } from "../store/outbox.js";
import type { Effect } from "../store/types.js";
import type { Connections, EngineContext } from "./connections.js";

interface EffectPorts extends EngineContext {
  readonly connections: Connections;
  readonly outbox: RingBuffer<OutboxEntry>;
  readonly pushes: DeviceQueue;
}

/** Performs the effects of changes of the store. */
export class EffectRunner {
  constructor(private readonly ports: EffectPorts) {}

  /**
   * Notifications are sent before the reply and sockets are closed after it, so that a call that
   * cuts its own connection still gets its reply.
   */
  run(effects: readonly FaultEffect[], reply: () => void = () => {}): void {
    const { clock, connections, store, waiters } = this.ports;
    for (const effect of effects) {
      if (effect.kind === "deliver") this.#deliver(effect);
      else if (effect.kind === "mobile") this.#recordPush(effect.entry);
      else if (effect.kind === "send") connections.send(effect.connectionId, effect.text);
    }
    reply();
    for (const effect of effects) {
      if (effect.kind === "close") this.#close(effect);
      else if (effect.kind === "goHalfOpen") connections.goHalfOpen(effect.connectionId);
    }
    clock.wakeAt(
      store().settings.accessTokenExpiryEndsSession
        ? (nextExpiryAt(store()) ?? Infinity)
        : nextJobDue(store()),
    );
    waiters.notifyAll();
  }

  #deliver({ connectionIds, notification }: Effect & { kind: "deliver" }): void {
    const { clock, connections, faults, log, store } = this.ports;
    const text = encodeNotification(notification);
    for (const connectionId of connectionIds) {
      const connection = store().connections.get(connectionId);
      if (connection) connection.lastActiveAt = clock.now();
      for (let left = faults().copiesToSend(connectionId); left > 0; left--) {
        connections.send(connectionId, text);
      }
    }
    const { issuer, subject } = notification;
    log("notified", `${subject || issuer} to ${connectionIds.join(", ")}`, {
      connectionIds,
      issuer,
      subject,
    });
  }

  #recordPush(entry: OutboxEntry): void {
    const { log, outbox, pushes } = this.ports;
    outbox.add(entry);
    if (entry.sent) pushes.add(entry);
    const { subject, userId, namespaceName, sent, conditions, reason } = entry;
    const text = `${subject} for the device of ${userId} in ${namespaceName}. ${reason}`;
    log("mobile", text, { userId, namespaceName, subject, sent, conditions });
  }

  #close({ connectionId, reason, code }: Effect & { kind: "close" }): void {
    const { connections, log, store } = this.ports;
    log("cut", `${connectionId} is cut: ${reason}`, { connectionId, reason });
    connections.close(connectionId, code ?? store().settings.closeCodeOnCut, reason);
  }
}
