export { createPush } from "./push.js";
export { deliverToWorker } from "./registerWorker.js";
export { createLocalTokenProvider } from "./provider.js";
export type { FirebaseAppLike, FirebaseConfig } from "./firebase.js";
export type { PushFields } from "./message.js";
export type { Push, PushClick, PushEvents, PushOptions } from "./options.js";
export type { PushTokenRequest, PushTokenProvider } from "./provider.js";
export type { PushReason, PushState, PushStatus } from "./reasons.js";
export type { LocalText, PushTemplate, PushTemplates } from "./templates.js";
