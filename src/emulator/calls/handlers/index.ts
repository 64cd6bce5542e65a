import { firebaseTokenRules } from "./firebaseTokens.js";
import { namespaceRules } from "./namespaces.js";
import { notificationRules } from "./notifications.js";
import type { MethodHandler } from "./defineHandler.js";
import { sessionRules } from "./sessions.js";
import { userDataRules } from "./userData.js";

/** One rule per method, by its name. A method of the table without one is answered "not implemented by the emulator". */
export const handlers: ReadonlyMap<string, MethodHandler> = new Map(
  [
    ...namespaceRules,
    ...userDataRules,
    ...sessionRules,
    ...notificationRules,
    ...firebaseTokenRules,
  ].map((rule) => [rule.method.name, rule]),
);
