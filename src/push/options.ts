import type { ListenOptions } from "../notify/emitter.js";
import type { GatewayClient } from "../client/client.js";
import type { FirebaseAppLike, FirebaseConfig } from "./firebase.js";
import type { PushFields } from "./message.js";
import type { PushTokenProvider } from "./provider.js";
import type { PushState } from "./reasons.js";
import type { PushTemplates } from "./templates.js";

export interface PushOptions {
  /** Configuration of the game's Firebase project, or an app made of it. May be left out beside `provider`. */
  firebase?: FirebaseConfig | FirebaseAppLike | undefined;
  /** Public key of the project's Web Push certificate (Firebase console: Project settings, Cloud Messaging). */
  vapidKey: string;
  /**
   * Address of the worker file, against the page's base; default `firebase-messaging-sw.js`, which `gs2-gateway push-worker DIR` puts there. It
   * is registered with a scope of its own below the page, so that other workers of the game are left alone. Or the registration of a worker
   * of the game's own that imports the file.
   */
  serviceWorker?: string | URL | ServiceWorkerRegistration | undefined;
  /** Default: tokens of `firebase/messaging`, loaded when one is first needed. */
  provider?: PushTokenProvider | undefined;
  /** How pushes are shown while the game is not to be seen, by notification key. At most about 6,000 characters of JSON. */
  templates?: PushTemplates | undefined;
  /** Which of a template's texts are taken. Default: the browser's language. */
  locale?: string | undefined;
  /** Where in a Firebase message GS2's values are. */
  fields?: PushFields | undefined;
  /** How far apart the socket's and the push's copy of one notification may be, to be delivered once. Default 60,000. */
  duplicateWindowMs?: number | undefined;
}

/** What a click on a notification hands to the game. */
export interface PushClick {
  readonly key: string;
  /** Parsed from JSON; text that is no JSON stays text. */
  readonly payload: unknown;
}

export interface PushEvents {
  /** The player clicked a notification. The click that opened the game is kept for the first listener, 5 minutes at most. */
  click: [click: PushClick];
  /** Status or reason are others than when last told. */
  state: [state: PushState];
}

/** Web push of one page. */
export interface Push {
  /** How things stand. Never rejects and never asks the player: safe at start, in private windows and in frames. */
  state(): Promise<PushState>;
  /**
   * To be called at every start. It never asks the player. Where push was enabled before, it keeps GS2's token true: one `setFirebaseToken`
   * when the token, the player or the VAPID key changed, or after 30 days, and none otherwise; what failed is tried again when the network or
   * the player's binding is back. Pushes that reach an open page are notifications of this client from here on, with `via: "push"`.
   *
   * @returns ends it
   */
  attach(gateway: GatewayClient, options?: { slot?: string | undefined }): () => void;
  /**
   * Asks the player, installs the worker, gets the token and stores it at GS2. Only ever from a player's action: browsers refuse the question
   * otherwise. Rejects with a GatewayError, of kind `push` or of the GS2 call's kind, with the reason in `errors[0].code` and what to do in the
   * message. What failed after the player's yes is tried again by `attach`. After an abort the player's answer stands.
   */
  enable(options?: { signal?: AbortSignal | undefined }): Promise<PushState>;
  /**
   * Deletes the token at GS2, if it is this device's, and here. Where push was never enabled it does nothing. Rejects as the GS2 call does, and
   * then nothing has changed.
   */
  disable(options?: { signal?: AbortSignal | undefined }): Promise<void>;
  on<E extends keyof PushEvents>(
    event: E,
    handler: (...args: PushEvents[E]) => unknown,
    options?: ListenOptions,
  ): () => void;
}
