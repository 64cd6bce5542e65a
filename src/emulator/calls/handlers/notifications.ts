import { sendMobileNotificationByUserId, sendNotification } from "../../../wire/methods.js";
import type { WebSocketSession } from "../../../wire/models.js";
import { sessionsOf } from "../../store/sessions.js";
import type { Effect, Store } from "../../store/types.js";
import { failure, fieldError, notFound, ok } from "../result.js";
import { defineHandler, type MethodHandler } from "./defineHandler.js";
import { sendToDevice } from "./mobile.js";

export interface OutgoingNotification {
  readonly issuer: string;
  readonly subject: string;
  readonly payload: string;
}

export interface SendResult {
  readonly protocol: string | null;
  readonly sendConnectionIds: string[];
}

/** Sends to the sessions a player has now. Nothing is queued or replayed for later sessions. */
export function sendToSessions(
  store: Store,
  sessions: readonly WebSocketSession[],
  notification: OutgoingNotification,
): { sent: SendResult; effects: Effect[] } {
  const { notificationGoesTo, protocolOfSocket, protocolWhenUndelivered } = store.settings;
  const receivers = notificationGoesTo === "all" ? sessions : sessions.slice(-1);
  const connectionIds = [...new Set(receivers.map(({ connectionId }) => connectionId))];
  return connectionIds.length > 0
    ? {
        sent: { protocol: protocolOfSocket, sendConnectionIds: connectionIds },
        effects: [{ kind: "deliver", connectionIds, notification }],
      }
    : { sent: { protocol: protocolWhenUndelivered, sendConnectionIds: [] }, effects: [] };
}

const send = defineHandler(sendNotification, "made", (store, params, { now }) => {
  const { namespaceName, userId, subject, payload, sound } = params;
  const issuer = store.settings.customNotificationIssuer;
  const sessions = sessionsOf(store, namespaceName, userId);
  const { sent, effects } = sendToSessions(store, sessions, { issuer, subject, payload });
  const away = sessions.length === 0;
  const transferEnabled = params.enableTransferMobileNotification === true;
  // A player with a session got it there, and the call asks for no push: no outbox entry.
  if (!away && !transferEnabled) return ok(sent, effects);
  const mobile = sendToDevice(
    store,
    {
      method: "sendNotification",
      namespaceName,
      userId,
      subject,
      payload,
      sound,
      away,
      transferEnabled,
    },
    now,
  );
  const protocol = mobile.entry.sent ? store.settings.protocolOfMobile : sent.protocol;
  return ok({ ...sent, protocol }, [...effects, ...mobile.effects]);
});

/** Sends to the device, whether the player has a session or not. */
const sendMobile = defineHandler(
  sendMobileNotificationByUserId,
  "made",
  (store, params, { now }) => {
    const { namespaceName, userId, subject, payload, sound } = params;
    const { entry, effects } = sendToDevice(
      store,
      {
        method: "sendMobileNotificationByUserId",
        namespaceName,
        userId,
        subject,
        payload,
        sound,
        away: true,
        transferEnabled: true,
      },
      now,
    );
    const { mobileNotificationWithoutToken, mobileNotificationWithoutSecret } = store.settings;
    if (entry.token === null && mobileNotificationWithoutToken === "notFound") {
      return notFound("firebaseToken", effects);
    }
    return !entry.conditions.secret && mobileNotificationWithoutSecret === "badRequest"
      ? failure(400, [fieldError("namespace", "firebaseSecret", "require")], effects)
      : ok({}, effects);
  },
);

export const notificationHandlers: readonly MethodHandler[] = [send, sendMobile];
