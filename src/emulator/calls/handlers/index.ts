import type { MethodHandler } from "./defineHandler.js";
import { firebaseTokenHandlers } from "./firebaseTokens.js";
import { namespaceHandlers } from "./namespaces.js";
import { notificationHandlers } from "./notifications.js";
import { sessionHandlers } from "./sessions.js";
import { userDataHandlers } from "./userData.js";

/** By method name. A method without a handler fails with "not implemented by the emulator". */
export const handlers: ReadonlyMap<string, MethodHandler> = new Map(
  [
    ...namespaceHandlers,
    ...userDataHandlers,
    ...sessionHandlers,
    ...notificationHandlers,
    ...firebaseTokenHandlers,
  ].map((handler) => [handler.method.name, handler]),
);
