import { sendMobileNotificationByUserId, sendNotification } from "../../../wire/methods.js";
import { ok, notFound } from "../result.js";
import { sessionsOf, type Effect, type Store } from "../../store/store.js";
import type { WebSocketSession } from "../../../wire/models.js";
import { sendToDevice } from "./mobile.js";
import { defineHandler, type MethodHandler } from "./defineHandler.js";

export interface Notice {
  readonly issuer: string;
  readonly subject: string;
  readonly payload: string;
}

export interface Sent {
  readonly protocol: string | null;
  readonly sendConnectionIds: string[];
}

/** Sends to the sessions a player has, with no queue and no replay: who is not there does not hear it. */
export function sendTo(
  world: Store,
  sessions: readonly WebSocketSession[],
  notification: Notice,
): { sent: Sent; effects: Effect[] } {
  const { notificationGoesTo, protocolOfSocket, protocolOfNobody } = world.settings;
  const hearers = notificationGoesTo === "all" ? sessions : sessions.slice(-1);
  const connectionIds = [...new Set(hearers.map(({ connectionId }) => connectionId))];
  return connectionIds.length > 0
    ? {
        sent: { protocol: protocolOfSocket, sendConnectionIds: connectionIds },
        effects: [{ kind: "deliver", connectionIds, notification }],
      }
    : { sent: { protocol: protocolOfNobody, sendConnectionIds: [] }, effects: [] };
}

const send = defineHandler(sendNotification, "made", (world, params, { now }) => {
  const { namespaceName, userId, subject, payload, sound } = params;
  const issuer = world.settings.customNotificationIssuer;
  const sessions = sessionsOf(world, namespaceName, userId);
  const { sent, effects } = sendTo(world, sessions, { issuer, subject, payload });
  const away = sessions.length === 0;
  const transferEnabled = params.enableTransferMobileNotification === true;
  // A player who heard it, and nobody asked for more: nothing to tell.
  if (!away && !transferEnabled) return ok(sent, effects);
  const mobile = sendToDevice(
    world,
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
  const protocol = mobile.entry.sent ? world.settings.protocolOfMobile : sent.protocol;
  return ok({ ...sent, protocol }, [...effects, ...mobile.effects]);
});

/** To the device, whether the player is there or not: that is what the caller asked for. */
const sendMobile = defineHandler(
  sendMobileNotificationByUserId,
  "made",
  (world, params, { now }) => {
    const { namespaceName, userId, subject, payload, sound } = params;
    const { entry, effects } = sendToDevice(
      world,
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
    return entry.token === null && world.settings.mobileNotificationWithoutToken === "notFound"
      ? notFound("firebaseToken", effects)
      : ok({}, effects);
  },
);

export const notificationRules: readonly MethodHandler[] = [send, sendMobile];
