import { GatewayError } from "../errors.js";

/** How far push has come on this device, for this player. */
export type PushStatus =
  "unsupported" | "needs-install" | "prompt" | "denied" | "granted" | "registered";

const reasons = {
  notABrowser: ["unsupported", "Push needs a page in a browser; this is none."],
  insecureContext: [
    "unsupported",
    "Serve the page over https, or from localhost: browsers have no push elsewhere.",
  ],
  crossOriginFrame: [
    "unsupported",
    "The game runs in a frame of another site, where browsers allow no push: offer a link that opens it in a tab of its own.",
  ],
  noServiceWorker: [
    "unsupported",
    "This browser has no service workers here, as in some private windows and in-app browsers: open the game in an ordinary window of a full browser.",
  ],
  noPush: [
    "unsupported",
    "This browser has no web push: play with a current Chrome, Edge, Firefox or Safari to get it.",
  ],
  noStorage: [
    "unsupported",
    "This window keeps nothing (no IndexedDB), as some private windows do: open the game in an ordinary window.",
  ],
  notInstalled: [
    "needs-install",
    "On iPhone and iPad push works for installed games only: Share, then Add to Home Screen, then open the game from there.",
  ],
  notAsked: ["prompt", "Offer a button that calls enable(): the browser asks the player then."],
  dismissed: [
    "prompt",
    "The player closed the question without an answer: leave the button there, and ask again when pressed.",
  ],
  blocked: [
    "denied",
    "The player blocked notifications for this site: only the player can allow them again, in the site settings beside the address bar.",
  ],
  notEnabled: ["granted", "Notifications are allowed, but push is off: call enable()."],
  pending: [
    "granted",
    "Wanted, and not yet stored at GS2: attach(gateway) and bind the player; it happens by itself then.",
  ],
  offline: [
    "granted",
    "The network went away on the way: nothing to do, it is tried again when it is back.",
  ],
  workerNotFound: [
    "granted",
    "There is no worker file at that address: run npx gs2-gateway push-worker DIR, where DIR is the folder your site is served from.",
  ],
  workerNotScript: [
    "granted",
    "The worker's address answers with a page instead of a script: your server sends index.html for every unknown path. Put the file there with npx gs2-gateway push-worker DIR.",
  ],
  workerScope: [
    "granted",
    "The worker lies beside or below the page and may not serve it: put the file into the page's own folder or above it, or send the header Service-Worker-Allowed.",
  ],
  workerFailed: [
    "granted",
    "The worker could not be installed: open its address in the browser and look into the console.",
  ],
  workerForeign: [
    "granted",
    "The worker there does not answer, so it is not that of gs2-gateway: use the file of npx gs2-gateway push-worker DIR, or importScripts it into your own.",
  ],
  badVapidKey: [
    "granted",
    "The VAPID key is none: copy the key pair's public key (87 characters, beginning with B) from Firebase, Project settings, Cloud Messaging, Web Push certificates.",
  ],
  pushServiceUnavailable: [
    "granted",
    "The browser's push service refused or is out of reach, as in browsers without Google services or behind a firewall: try again later.",
  ],
  firebaseMissing: [
    "granted",
    "The package firebase is not installed: run npm install firebase, or give createPush a provider of your own.",
  ],
  firebaseRefused: [
    "granted",
    "Firebase refused: check that apiKey, projectId, messagingSenderId, appId and the VAPID key are of one and the same Firebase project.",
  ],
  gs2NotFound: [
    "granted",
    "GS2 does not know the Gateway namespace: check namespaceName and region.",
  ],
  gs2Unauthorized: [
    "granted",
    "GS2 refused the player's access token: sign the player in again. It is tried again with the next bind.",
  ],
  gs2Refused: [
    "granted",
    "GS2 did not store the token; the error says why. It is tried again with the next bind.",
  ],
  current: ["registered", "Nothing to do: GS2 has this device's token."],
  workerOutdated: [
    "registered",
    "Push works, but the worker file is of another version of gs2-gateway than the page: run npx gs2-gateway push-worker DIR again.",
  ],
} as const satisfies Record<string, readonly [PushStatus, string]>;

/** Why it stands as it stands; each has one sentence that says what to do. */
export type PushReason = keyof typeof reasons;

/** How things stand, for a bell in the game's UI. */
export interface PushState {
  readonly status: PushStatus;
  /** Also the `code` of the error that `enable` rejects with: `error.errors[0].code`. */
  readonly reason: PushReason;
  /** What to do about it, in English; translate by `reason`. */
  readonly message: string;
}

export const stateOf = (reason: PushReason): PushState => {
  const [status, message] = reasons[reason];
  return Object.freeze({ status, reason, message });
};

const RETRYABLE: readonly PushReason[] = ["offline", "pushServiceUnavailable", "dismissed"];

/** @param cause what was thrown by the browser or by Firebase */
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
