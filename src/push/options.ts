import type { ListenOptions } from "../notify/emitter.js";
import type { GatewayClient } from "../client/client.js";
import type { FirebaseAppLike, FirebaseConfig } from "./firebase.js";
import type { PushFields } from "./message.js";
import type { PushTokenProvider } from "./provider.js";
import type { PushState } from "./reasons.js";
import type { PushTemplates } from "./templates.js";

export interface PushOptions {
  /** Web configuration of the game's Firebase project, or its app. Not needed with `provider`. */
  firebase?: FirebaseConfig | FirebaseAppLike | undefined;
  /**
   * Public key of the project's Web Push certificate (Firebase console: Project settings, Cloud
   * Messaging).
   */
  vapidKey: string;
  /**
   * Address of the worker file, relative to the page's base. Default `firebase-messaging-sw.js`,
   * which `gs2-gateway push-worker DIR` writes. It is registered with a scope of its own below the
   * page, so that it does not replace another worker of the game. Or the registration of a worker
   * of the game that imports the file.
   */
  serviceWorker?: string | URL | ServiceWorkerRegistration | undefined;
  /** Default: `firebase/messaging`, which is loaded when the first token is needed. */
  provider?: PushTokenProvider | undefined;
  /**
   * How pushes are shown while the game is not visible, by notification key. About 6,000 characters
   * of JSON at most.
   */
  templates?: PushTemplates | undefined;
  /** Locale of the shown texts. Default: the browser's language. */
  locale?: string | undefined;
  /** Names of GS2's values in a Firebase message. */
  fields?: PushFields | undefined;
  /**
   * Longest time in milliseconds between the socket's and the push's copy of one notification; only
   * the first copy is delivered. Default 60,000.
   */
  duplicateWindowMs?: number | undefined;
}

/** A click on a notification. */
export interface PushClick {
  readonly key: string;
  /** Parsed from JSON; text that is not JSON stays text. */
  readonly payload: unknown;
}

export interface PushEvents {
  /**
   * The player clicked a notification. The click that opened the game is stored for the first
   * listener, for 5 minutes at most.
   */
  click: [click: PushClick];
  /** The reason has changed since the last event. */
  state: [state: PushState];
}

/** Web push of a page. */
export interface Push {
  /**
   * Reads the state. Never rejects and never prompts: safe at start, in private windows and in
   * frames.
   */
  state(): Promise<PushState>;
  /**
   * Call it at every start. It never prompts. Where push is enabled, it keeps GS2's token up to
   * date: it sends `setFirebaseToken` when the token, the player or the VAPID key has changed, and
   * after 30 days. A failed sync is repeated when the network or the player's binding is back.
   * Pushes that reach an open page become notifications of this client, with `via: "push"`. It ends
   * when the client is disposed.
   *
   * @returns detaches the client
   */
  attach(gateway: GatewayClient, options?: { slot?: string | undefined }): () => void;
  /**
   * Prompts the player, installs the worker, gets the token and stores it at GS2. Call it in a
   * handler of a player's action: browsers refuse the prompt otherwise. Rejects with a GatewayError
   * of kind `push`, or of the GS2 call's kind. `errors[0].code` is the reason, and the message says
   * what to do. `attach` repeats what failed after the player allowed notifications. An abort does
   * not undo the player's choice.
   */
  enable(options?: { signal?: AbortSignal | undefined }): Promise<PushState>;
  /**
   * Deletes the token in the browser, and at GS2 if it is that of this device. Does nothing where
   * push is not enabled. Rejects as the GS2 call does; nothing has changed then.
   */
  disable(options?: { signal?: AbortSignal | undefined }): Promise<void>;
  on<E extends keyof PushEvents>(
    event: E,
    handler: (...args: PushEvents[E]) => unknown,
    options?: ListenOptions,
  ): () => void;
}
