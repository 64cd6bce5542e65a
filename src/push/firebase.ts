import type { PushTokenRequest, PushTokenProvider } from "./provider.js";
import { pushError, reasonOf, type PushReason } from "./reasons.js";

/** Web configuration from the Firebase console. None of it is secret. */
export interface FirebaseConfig {
  readonly apiKey: string;
  readonly projectId: string;
  readonly messagingSenderId: string;
  readonly appId: string;
  readonly [more: string]: string | undefined;
}

/** Result of `initializeApp` of `firebase/app`. */
export interface FirebaseAppLike {
  readonly name: string;
  readonly options: object;
}

/**
 * The part of `firebase/app` and `firebase/messaging` that is used. Declared here because Firebase
 * marks its token functions as deprecated.
 */
export interface FirebaseModules {
  readonly app: {
    readonly getApps: () => readonly FirebaseAppLike[];
    readonly initializeApp: (config: object, name: string) => FirebaseAppLike;
  };
  readonly messaging: {
    readonly isSupported: () => Promise<boolean>;
    readonly getMessaging: (app: FirebaseAppLike) => object;
    readonly getToken: (
      messaging: object,
      options: { vapidKey: string; serviceWorkerRegistration: ServiceWorkerRegistration },
    ) => Promise<string>;
    readonly deleteToken: (messaging: object) => Promise<boolean>;
  };
}

/** Name of the Firebase app; the game may have another one. */
const APP = "gs2-gateway";

const load = async (): Promise<FirebaseModules> => {
  const [app, messaging] = await Promise.all([
    import("firebase/app"),
    import("firebase/messaging"),
  ]);
  return { app, messaging } as object as FirebaseModules;
};

/** Gets tokens from Firebase Cloud Messaging. Rejects with push errors. */
export function firebaseTokens(
  firebase: FirebaseConfig | FirebaseAppLike,
  loadFirebase: () => Promise<FirebaseModules> = load,
): PushTokenProvider {
  const withMessaging = async <T>(
    run: (module: FirebaseModules["messaging"], messaging: object) => Promise<T>,
  ): Promise<T> => {
    try {
      const { app: library, messaging } = await loadFirebase().catch((cause: unknown) => {
        throw pushError(isNetwork(cause) ? "offline" : "firebaseMissing", "enable", cause);
      });
      if (!(await messaging.isSupported())) throw pushError("noPush", "enable");
      const app = isApp(firebase)
        ? firebase
        : (library.getApps().find(({ name }) => name === APP) ??
          library.initializeApp(firebase, APP));
      return await run(messaging, messaging.getMessaging(app));
    } catch (cause) {
      throw reasonOf(cause) ? cause : pushError(reasonOfFirebaseError(cause), "enable", cause);
    }
  };
  return {
    getToken: ({ vapidKey, registration }) =>
      withMessaging(async ({ getToken }, messaging) => {
        await dropForeignSubscription({ vapidKey, registration });
        return getToken(messaging, { vapidKey, serviceWorkerRegistration: registration });
      }),
    deleteToken: ({ vapidKey, registration }) =>
      withMessaging(async ({ getToken, deleteToken }, messaging) => {
        // Without this call the library looks for a worker at its default address.
        await getToken(messaging, { vapidKey, serviceWorkerRegistration: registration });
        await deleteToken(messaging);
      }),
  };
}

const isApp = (given: FirebaseConfig | FirebaseAppLike): given is FirebaseAppLike =>
  typeof given["options"] === "object";

/**
 * Firebase reuses a subscription that was made with another VAPID key. Pushes that are sent with
 * the new key would not arrive.
 */
async function dropForeignSubscription({
  vapidKey,
  registration,
}: PushTokenRequest): Promise<void> {
  const subscription = await registration.pushManager.getSubscription();
  const key = subscription?.options.applicationServerKey;
  if (!subscription || !key) return;
  const text = btoa(String.fromCharCode(...new Uint8Array(key)))
    .replaceAll("+", "-")
    .replaceAll("/", "_");
  if (withoutPadding(text) !== withoutPadding(vapidKey)) await subscription.unsubscribe();
}

const withoutPadding = (text: string): string => text.replace(/=+$/, "");

/** URL-safe base64 of 65 bytes, the first of which is 4 (an uncompressed point of P-256). */
export const isVapidKey = (text: unknown): text is string =>
  typeof text === "string" && /^B[A-Za-z0-9_-]{86}=?$/.test(text);

/** Messages of Chrome, Firefox and Safari for a failed request or module. */
const isNetwork = (thrown: unknown): boolean =>
  /failed to fetch|networkerror|load failed|error loading dynamically|importing a module script failed/i.test(
    String(thrown),
  );

/** Reads codes of Firebase, and errors of the browser's push manager that it passes on. */
function reasonOfFirebaseError(thrown: unknown): PushReason {
  const { name, code = "" } = Object(thrown) as { name?: string; code?: unknown };
  const text = `${String(code)} ${String(thrown)}`;
  if (isNetwork(thrown) || text.includes("app-offline")) return "offline";
  if (text.includes("permission-blocked")) return "blocked";
  if (/unsupported-browser/.test(text)) return "noPush";
  if (/indexed-db-unsupported/.test(text)) return "noStorage";
  if (name === "AbortError") return "pushServiceUnavailable";
  if (name === "InvalidAccessError" || name === "InvalidCharacterError") return "badVapidKey";
  // The player revoked the permission meanwhile.
  if (name === "NotAllowedError") return "blocked";
  return "firebaseRefused";
}
