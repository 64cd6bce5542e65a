import type { PushTokenRequest, PushTokenProvider } from "./provider.js";
import { pushError, reasonOf, type PushReason } from "./reasons.js";

/** The web configuration Firebase's console shows; none of it is secret. */
export interface FirebaseConfig {
  readonly apiKey: string;
  readonly projectId: string;
  readonly messagingSenderId: string;
  readonly appId: string;
  readonly [more: string]: string | undefined;
}

/** What `initializeApp` of `firebase/app` answers. */
export interface FirebaseAppLike {
  readonly name: string;
  readonly options: object;
}

/** What we use of `firebase/app` and `firebase/messaging`, in our words: Firebase marks its token functions as deprecated. */
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

/** Beside an app of the game's own. */
const APP = "gs2-gateway";

const load = async (): Promise<FirebaseModules> => {
  const [app, messaging] = await Promise.all([
    import("firebase/app"),
    import("firebase/messaging"),
  ]);
  return { app, messaging } as object as FirebaseModules;
};

/** Tokens of the real Firebase Cloud Messaging. Rejects with push errors. */
export function firebaseTokens(
  firebase: FirebaseConfig | FirebaseAppLike,
  loadFirebase: () => Promise<FirebaseModules> = load,
): PushTokenProvider {
  const withMessaging = async <T>(
    run: (library: FirebaseModules["messaging"], messaging: object) => Promise<T>,
  ): Promise<T> => {
    try {
      const { app, messaging } = await loadFirebase().catch((cause: unknown) => {
        throw pushError(isNetwork(cause) ? "offline" : "firebaseMissing", "enable", cause);
      });
      if (!(await messaging.isSupported())) throw pushError("noPush", "enable");
      const its = isApp(firebase)
        ? firebase
        : (app.getApps().find(({ name }) => name === APP) ?? app.initializeApp(firebase, APP));
      return await run(messaging, messaging.getMessaging(its));
    } catch (cause) {
      throw reasonOf(cause) ? cause : pushError(whatFirebaseMeans(cause), "enable", cause);
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
        // Without this the library would look for a worker at its own address.
        await getToken(messaging, { vapidKey, serviceWorkerRegistration: registration });
        await deleteToken(messaging);
      }),
  };
}

const isApp = (given: FirebaseConfig | FirebaseAppLike): given is FirebaseAppLike =>
  typeof given["options"] === "object";

/** Firebase goes on with the subscription there is, also where that was made with another VAPID key: nothing sent with the new one would come. */
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

/** 65 bytes, of which the first is 4 (an uncompressed point of P-256), as URL-safe base64. */
export const isVapidKey = (text: unknown): text is string =>
  typeof text === "string" && /^B[A-Za-z0-9_-]{86}=?$/.test(text);

/** The words of Chrome, Firefox and Safari for a request, or a module, that did not get through. */
const isNetwork = (thrown: unknown): boolean =>
  /failed to fetch|networkerror|load failed|error loading dynamically|importing a module script failed/i.test(
    String(thrown),
  );

/** Its codes, and what the browser's push manager throws through it. */
function whatFirebaseMeans(thrown: unknown): PushReason {
  const { name, code = "" } = Object(thrown) as { name?: string; code?: unknown };
  const said = `${String(code)} ${String(thrown)}`;
  if (isNetwork(thrown) || said.includes("app-offline")) return "offline";
  if (said.includes("permission-blocked")) return "blocked";
  if (/unsupported-browser/.test(said)) return "noPush";
  if (/indexed-db-unsupported/.test(said)) return "noStorage";
  if (name === "AbortError") return "pushServiceUnavailable";
  if (name === "InvalidAccessError" || name === "InvalidCharacterError") return "badVapidKey";
  // Of the browser's own permission, taken back in the middle.
  if (name === "NotAllowedError") return "blocked";
  return "firebaseRefused";
}
