import { GatewayError } from "../errors.js";

/** State of push on this device, for this player. */
export type PushStatus =
  "unsupported" | "needs-install" | "prompt" | "denied" | "granted" | "registered";

const reasons = {
  notABrowser: ["unsupported", "Push needs a web page: this is not a browser."],
  insecureContext: [
    "unsupported",
    "Serve the page over https or from localhost: browsers support push nowhere else.",
  ],
  crossOriginFrame: [
    "unsupported",
    "The game runs in a frame of another site, where browsers do not allow push: offer a link that opens the game in a tab of its own.",
  ],
  noServiceWorker: [
    "unsupported",
    "This browser has no service workers here, as in some private windows and in-app browsers: open the game in a normal window of a full browser.",
  ],
  noPush: [
    "unsupported",
    "This browser has no web push: use a current Chrome, Edge, Firefox or Safari.",
  ],
  noStorage: [
    "unsupported",
    "This window has no IndexedDB, as in some private windows: open the game in a normal window.",
  ],
  notInstalled: [
    "needs-install",
    "On iPhone and iPad, push works for installed games only: tap Share, then Add to Home Screen, then open the game from there.",
  ],
  notAsked: [
    "prompt",
    "Show a button that calls enable(): the browser then asks the player for permission.",
  ],
  dismissed: [
    "prompt",
    "The player closed the permission prompt without a choice: keep the button, and call enable() when it is pressed again.",
  ],
  blocked: [
    "denied",
    "The player blocked notifications for this site: only the player can allow them again, in the site settings beside the address bar.",
  ],
  notEnabled: ["granted", "Notifications are allowed, but push is off: call enable()."],
  pending: [
    "granted",
    "Push is on, but GS2 does not have the token yet: call attach(gateway) and bind the player; the token is then stored without another call.",
  ],
  offline: [
    "granted",
    "The network failed: nothing to do, the call is repeated when the network is back.",
  ],
  workerNotFound: [
    "granted",
    "There is no worker file at that address: run npx gs2-gateway push-worker DIR, where DIR is the folder your site is served from.",
  ],
  workerNotScript: [
    "granted",
    "The worker's address returns a page instead of a script: your server sends index.html for every unknown path. Put the file there with npx gs2-gateway push-worker DIR.",
  ],
  workerScope: [
    "granted",
    "The worker file is in a folder that may not serve this page: put it into the page's own folder or above it, or send the header Service-Worker-Allowed.",
  ],
  workerFailed: [
    "granted",
    "The worker could not be installed: open its address in the browser and read the console.",
  ],
  workerForeign: [
    "granted",
    "The worker at that address does not reply, so it is not that of gs2-gateway: use the file of npx gs2-gateway push-worker DIR, or import it into your own with importScripts.",
  ],
  badVapidKey: [
    "granted",
    "The VAPID key is not valid: copy the key pair's public key (87 characters, beginning with B) from Firebase, Project settings, Cloud Messaging, Web Push certificates.",
  ],
  pushServiceUnavailable: [
    "granted",
    "The browser's push service refused or cannot be reached, as in browsers without Google services or behind a firewall: try again later.",
  ],
  firebaseMissing: [
    "granted",
    "The package firebase is not installed: run npm install firebase, or pass createPush a provider of your own.",
  ],
  firebaseRefused: [
    "granted",
    "Firebase refused: check that apiKey, projectId, messagingSenderId, appId and the VAPID key belong to the same Firebase project.",
  ],
  gs2NotFound: [
    "granted",
    "GS2 does not know the Gateway namespace: check namespaceName and region.",
  ],
  gs2Unauthorized: [
    "granted",
    "GS2 refused the player's access token: sign the player in again. The token is stored with the next bind.",
  ],
  gs2Refused: [
    "granted",
    "GS2 did not store the token; the error says why. It is stored with the next bind.",
  ],
  current: ["registered", "Nothing to do: GS2 has the token of this device."],
  workerOutdated: [
    "registered",
    "Push works, but the versions of the worker file and the page differ: run npx gs2-gateway push-worker DIR --force.",
  ],
} as const satisfies Record<string, readonly [PushStatus, string]>;

/** Why push is in its state. Each reason has a message that says what to do. */
export type PushReason = keyof typeof reasons;

/** State of push, for example for a button in the game's UI. */
export interface PushState {
  readonly status: PushStatus;
  /** Also the code of the error with which `enable` rejects: `error.errors[0].code`. */
  readonly reason: PushReason;
  /** What to do, in English; translate it by `reason`. */
  readonly message: string;
}

export const stateOf = (reason: PushReason): PushState => {
  const [status, message] = reasons[reason];
  return Object.freeze({ status, reason, message });
};

const RETRYABLE: readonly PushReason[] = ["offline", "pushServiceUnavailable", "dismissed"];

/** @param cause the error of the browser or of Firebase */
export function pushError(reason: PushReason, method: string, cause?: unknown): GatewayError {
  const { message } = stateOf(reason);
  return new GatewayError({
    kind: "push",
    method,
    message: `${method}: ${message}`,
    errors: [{ component: "push", code: reason, message }],
    retryable: RETRYABLE.includes(reason),
    cause,
  });
}

export const reasonOf = (error: unknown): PushReason | undefined => {
  const code = error instanceof GatewayError ? error.errors[0]?.code : undefined;
  return code !== undefined && Object.hasOwn(reasons, code) ? (code as PushReason) : undefined;
};
