import type { PushReason } from "./reasons.js";

/** What of a page push has to do with; anything may be missing. */
export interface BrowserEnvironment {
  readonly document?: { readonly baseURI: string };
  readonly isSecureContext?: boolean;
  readonly top?: unknown;
  readonly navigator?: {
    readonly userAgent?: string;
    readonly language?: string;
    readonly maxTouchPoints?: number;
    readonly serviceWorker?: ServiceWorkerContainer;
    /** iOS: opened from the home screen. */
    readonly standalone?: boolean;
    readonly permissions?: Permissions;
  };
  readonly Notification?: Pick<typeof Notification, "permission" | "requestPermission">;
  readonly PushManager?: unknown;
  readonly indexedDB?: IDBFactory;
  readonly localStorage?: Storage;
  readonly caches?: CacheStorage;
  readonly fetch?: typeof fetch;
  readonly addEventListener?: typeof addEventListener;
  readonly removeEventListener?: typeof removeEventListener;
}

/** What stands in the way of push here, as far as can be seen without waiting. */
export function findUnsupported(host: BrowserEnvironment): PushReason | undefined {
  const { navigator, document, isSecureContext, Notification, PushManager } = host;
  if (!navigator || !document) return "notABrowser";
  if (!isSecureContext) return "insecureContext";
  if (inFrameOfAnotherSite(host.top)) return "crossOriginFrame";
  if (isIos(navigator) && (!PushManager || !Notification) && navigator.standalone !== true) {
    return "notInstalled";
  }
  if (!navigator.serviceWorker) return "noServiceWorker";
  if (!PushManager || !Notification) return "noPush";
  return undefined;
}

function inFrameOfAnotherSite(top: unknown): boolean {
  try {
    // Only pages of our own origin let us look.
    return top !== undefined && !("origin" in (top as Window).location);
  } catch {
    return true;
  }
}

/** An iPad calls itself a Macintosh, but no Macintosh has a touch screen. */
const isIos = ({
  userAgent = "",
  maxTouchPoints = 0,
}: NonNullable<BrowserEnvironment["navigator"]>) =>
  /iP(hone|ad|od)/.test(userAgent) || (userAgent.includes("Macintosh") && maxTouchPoints > 1);

/** Firebase keeps its token in IndexedDB, which some private windows have and do not open. */
export function canStore(indexedDB: IDBFactory | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    try {
      const name = "gs2-gateway.push";
      const opening = indexedDB!.open(name);
      opening.onsuccess = () => {
        opening.result.close();
        indexedDB!.deleteDatabase(name);
        resolve(true);
      };
      opening.onerror = () => resolve(false);
    } catch {
      resolve(false);
    }
  });
}
