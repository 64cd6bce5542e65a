import { invalidArgument } from "../errors.js";
import { internalsOf, type ClientInternals } from "../core/internals.js";
import type { GatewayClient } from "../client/client.js";
import { createDeduplicator } from "./dedupe.js";
import { payloadOf, type ReadPush } from "./message.js";
import type { PushClick } from "./options.js";
import { isOurs, type ClickMessage, type Ack, type PageMessage } from "./protocol.js";
import { takeClick, type PushStore } from "./store.js";

/** Delivers the worker's messages to the attached client. */
export interface WorkerMessages {
  /**
   * Delivers pushes to this client from now on, and each notification once, whichever way it comes
   * first.
   *
   * @returns detaches the client
   */
  readonly attach: (gateway: GatewayClient) => () => void;
  /** Passes on the stored clicks, and each click from now on. */
  readonly startClicks: () => void;
  readonly onMessage: (event: Pick<MessageEvent, "data" | "ports">) => void;
}

export function createWorkerMessages({
  now,
  duplicateWindowMs,
  store,
  onClick,
  onSubscriptionChange,
}: {
  readonly now: () => number;
  readonly duplicateWindowMs: number;
  readonly store: PushStore;
  readonly onClick: (click: PushClick) => void;
  readonly onSubscriptionChange: () => void;
}): WorkerMessages {
  let attached:
    { readonly gateway: GatewayClient; readonly internals: ClientInternals } | undefined;
  let started = false;
  const storedClicks: ClickMessage[] = [];

  /** Players may share a browser. While no player is bound, a message may be for the next one. */
  const isForPlayer = (userId: string | undefined): boolean => {
    const players = Object.values(attached?.gateway.connection.bindings ?? {})
      .map((binding) => binding.userId)
      .filter((one) => one !== undefined);
    return userId === undefined || players.length === 0 || players.includes(userId);
  };

  const takePush = ({ issuer, subject, payload, userId }: ReadPush): boolean => {
    if (!attached || !isForPlayer(userId)) return false;
    attached.internals.receive({ issuer, subject, payload }, now(), "push");
    return true;
  };

  const passOn = (click: ClickMessage): void => {
    if (started) onClick({ key: click.key, payload: payloadOf(click) });
    else storedClicks.push(click);
  };

  const takeClickMessage = (click: ClickMessage): boolean => {
    if (!isForPlayer(click.userId)) return false;
    // The worker stores a click when the page's reply is late: this is the same click.
    void takeClick(store, now());
    passOn(click);
    return true;
  };

  return {
    attach(gateway) {
      const internals = internalsOf(gateway);
      if (!internals) throw invalidArgument("attach", "gateway", "must be a GatewayClient");
      const isDuplicate = createDeduplicator(duplicateWindowMs);
      const removeFilter = internals.addNotificationFilter((frame, via, next) => {
        if (!isDuplicate(frame, via, now())) next();
      });
      const own = (attached = { gateway, internals });
      return () => {
        removeFilter();
        if (attached === own) attached = undefined;
      };
    },
    startClicks() {
      if (started) return;
      started = true;
      for (const click of storedClicks.splice(0)) passOn(click);
      void takeClick(store, now()).then((click) => click && passOn(click));
    },
    onMessage({ data, ports }) {
      if (!isOurs(data)) return;
      const message = data as PageMessage;
      if (message.gs2Gateway === "subscriptionChanged") {
        onSubscriptionChange();
        return;
      }
      const taken =
        message.gs2Gateway === "push" ? takePush(message.push) : takeClickMessage(message.click);
      ports[0]?.postMessage({ taken } satisfies Ack);
    },
  };
}
