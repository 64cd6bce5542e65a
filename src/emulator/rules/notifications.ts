import { sendNotification } from "../../wire/methods.js";
import { answered } from "../outcome.js";
import { sessionsOf, type Effect, type World } from "../world.js";
import type { WebSocketSession } from "../../wire/models.js";
import { rule, type Rule } from "./rule.js";

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
  world: World,
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

const send = rule(sendNotification, "made", (world, params) => {
  const { namespaceName, userId, subject, payload } = params;
  const issuer = world.settings.customNotificationIssuer;
  const sessions = sessionsOf(world, namespaceName, userId);
  const { sent, effects } = sendTo(world, sessions, { issuer, subject, payload });
  return answered(sent, effects);
});

export const notificationRules: readonly Rule[] = [send];
