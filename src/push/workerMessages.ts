import { invalidArgument } from "../errors.js";
import { internalsOf, type ClientInternals } from "../core/internals.js";
import type { GatewayClient } from "../client/client.js";
import { createDeduplicator } from "./dedupe.js";
import { payloadOf, type ReadPush } from "./message.js";
import type { PushClick } from "./options.js";
import { isOurs, type ClickMessage, type Ack, type PageMessage } from "./protocol.js";
import { takeClick, type PushStore } from "./store.js";

/** What comes from the worker, on its way into the game. */
export interface WorkerMessages {
  /** Lets pushes into the client, and the copies of what came by the other way not. @returns ends it */
  readonly join: (gateway: GatewayClient) => () => void;
  /** Somebody listens to clicks from here on. */
  readonly openClicks: () => void;
  readonly hear: (event: Pick<MessageEvent, "data" | "ports">) => void;
}

export function createWorkerMessages(parts: {
  readonly now: () => number;
  readonly duplicateWindowMs: number;
  readonly store: PushStore;
  readonly clicked: (click: PushClick) => void;
  readonly subscriptionChanged: () => void;
}): WorkerMessages {
  const { now, duplicateWindowMs, store, clicked, subscriptionChanged } = parts;
  let joined: { readonly gateway: GatewayClient; readonly internals: ClientInternals } | undefined;
  let listening = false;
  const kept: ClickMessage[] = [];

  /** A browser may be shared: what is for another player is not for this page. Where nobody is bound yet, it may be. */
  const isFor = (userId: string | undefined): boolean => {
    const players = Object.values(joined?.gateway.connection.bindings ?? {})
      .map((binding) => binding.userId)
      .filter((one) => one !== undefined);
    return userId === undefined || players.length === 0 || players.includes(userId);
  };

  const takePush = ({ issuer, subject, payload, userId }: ReadPush): boolean => {
    if (!joined || !isFor(userId)) return false;
    joined.internals.receive({ issuer, subject, payload }, now(), "push");
    return true;
  };

  const tellClick = (word: ClickMessage): void => {
    if (listening) clicked({ key: word.key, payload: payloadOf(word) });
    else kept.push(word);
  };

  const takeClickWord = (word: ClickMessage): boolean => {
    if (!isFor(word.userId)) return false;
    // A page that was slow to answer may find the same click kept for it.
    void takeClick(store, now());
    tellClick(word);
    return true;
  };

  return {
    join(gateway) {
      const internals = internalsOf(gateway);
      if (!internals) throw invalidArgument("attach", "gateway", "must be a GatewayClient");
      const isCopy = createDeduplicator(duplicateWindowMs);
      const removeFilter = internals.addNotificationFilter((frame, via, next) => {
        if (!isCopy(frame, via, now())) next();
      });
      const here = (joined = { gateway, internals });
      return () => {
        removeFilter();
        if (joined === here) joined = undefined;
      };
    },
    openClicks() {
      if (listening) return;
      listening = true;
      for (const word of kept.splice(0)) tellClick(word);
      void takeClick(store, now()).then((word) => word && tellClick(word));
    },
    hear({ data, ports }) {
      if (!isOurs(data)) return;
      const word = data as PageMessage;
      if (word.gs2Gateway === "subscriptionChanged") {
        subscriptionChanged();
        return;
      }
      const taken = word.gs2Gateway === "push" ? takePush(word.push) : takeClickWord(word.click);
      ports[0]?.postMessage({ taken } satisfies Ack);
    },
  };
}
