import type { PushReason } from "./reasons.js";

/** The part of a page that push uses; any of it may be missing. */
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

/** Why push is not supported here, as far as is known without waiting. */
export function findUnsupported(environment: BrowserEnvironment): PushReason | undefined {
  const { navigator, document, isSecureContext, Notification, PushManager } = environment;
  if (!navigator || !document) return "notABrowser";
  if (!isSecureContext) return "insecureContext";
  if (inFrameOfAnotherSite(environment.top)) return "crossOriginFrame";
  if (isIos(navigator) && (!PushManager || !Notification) && navigator.standalone !== true) {
    return "notInstalled";
  }
  if (!navigator.serviceWorker) return "noServiceWorker";
  if (!PushManager || !Notification) return "noPush";
  return undefined;
}

function inFrameOfAnotherSite(top: unknown): boolean {
  try {
    // Throws in a frame of another origin.
    return top !== undefined && !("origin" in (top as Window).location);
  } catch {
    return true;
  }
}

/** The user agent of an iPad says Macintosh, but no Macintosh has a touch screen. */
const isIos = ({
  userAgent = "",
  maxTouchPoints = 0,
}: NonNullable<BrowserEnvironment["navigator"]>) =>
  /iP(hone|ad|od)/.test(userAgent) || (userAgent.includes("Macintosh") && maxTouchPoints > 1);

/** Firebase stores its token in IndexedDB, which some private windows have and cannot open. */
export function canStore(indexedDB: IDBFactory | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    try {
      const name = "gs2-gateway.push";
      const request = indexedDB!.open(name);
      request.onsuccess = () => {
        request.result.close();
        indexedDB!.deleteDatabase(name);
        resolve(true);
      };
      request.onerror = () => resolve(false);
    } catch {
      resolve(false);
    }
  });
}
