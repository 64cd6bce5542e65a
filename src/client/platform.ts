import type { Hint } from "../connection/machine.js";
import { observePlatform } from "../connection/platformEvents.js";
import { createSocketOpener, type OpenSocket, type WebSocketClass } from "../connection/socket.js";
import { newId, systemClock, type Clock } from "../core/clock.js";
import type { Fetch } from "../http/http.js";
import type { PageSessionIds, SessionStore } from "../session/tabSession.js";

/** What a host may have or lack. */
export const hostGlobals = globalThis as {
  readonly WebSocket?: WebSocketClass;
  readonly fetch?: Fetch;
  readonly sessionStorage?: SessionStore;
};

/** Time, randomness, network and page of a client. */
export interface ClientPlatform {
  readonly clock: Clock;
  readonly newId: () => string;
  readonly createSocketOpener: (WebSocket: WebSocketClass, connectTimeoutMs: number) => OpenSocket;
  readonly observePlatform: (emit: (hint: Hint) => void) => () => void;
  readonly pageSessionIds: () => PageSessionIds;
}

/** Key among a client's options of the platform to use in place of the host's: for simulations. */
export const PLATFORM: unique symbol = Symbol("gs2-gateway.platform") as never;

// Symbol.for: the script tag's file and a bundle in one page have the same.
const SESSION_IDS: unique symbol = Symbol.for("gs2-gateway.sessionIds") as never;

interface Page {
  [SESSION_IDS]?: PageSessionIds;
  readonly top?: Page | null;
  addEventListener?(type: string, listener: () => void): void;
}

function sessionIdsOf(page: Page): PageSessionIds {
  if (!page[SESSION_IDS]) {
    const ids: PageSessionIds = (page[SESSION_IDS] = { inUse: new Set() });
    page.addEventListener?.("pagehide", () => ids.onLeave?.());
  }
  return page[SESSION_IDS];
}

/** The same for a page and its frames of the same origin: they share a sessionStorage. */
function pageSessionIds(): PageSessionIds {
  const own = globalThis as Page;
  try {
    return sessionIdsOf(own.top ?? own);
  } catch {
    // The page around this frame is of another origin.
    return sessionIdsOf(own);
  }
}

export const systemPlatform: ClientPlatform = {
  clock: systemClock,
  newId,
  createSocketOpener,
  observePlatform,
  pageSessionIds,
};
