import type { WebSocketSession } from "../../wire/models.js";
import { sendNotificationEntryFields } from "../../wire/models.js";
import { notificationKey } from "../../wire/notifications.js";
import { readFields } from "../calls/validate.js";
import type { OutboxEntry } from "../store/outbox.js";
import { sendToDevice } from "../calls/handlers/mobile.js";
import { sendToSessions, type OutgoingNotification } from "../calls/handlers/notifications.js";
import { invalid, type EmulatorSettings } from "../settings.js";
import { playerKey } from "../store/keys.js";
import { allSessions, sessionsOf } from "../store/sessions.js";
import type { Effect, Store } from "../store/types.js";

/** A notification out of the blue, as another GS2 service or a script would issue it. */
export interface EmulatorNotification {
  userId: string;
  /**
   * What the client's handlers listen for: `Gs2Matchmaking:Join` arrives as GS2's services send it (setting `serviceNotificationKeyIn`),
   * any other text as `sendNotification` with this subject would. In place of `issuer` and `subject`.
   */
  key?: string | undefined;
  /** Default: the setting `customNotificationIssuer`. */
  issuer?: string | undefined;
  subject?: string | undefined;
  /** Text, or a value that is sent as its JSON text. At most 1,024 characters. */
  payload: unknown;
  /** Send it to the player's device when the player has no session; what would go out is in the outbox. Default false. */
  enableTransferMobileNotification?: boolean | undefined;
  /** Sound of that, at most 256 characters. */
  sound?: string | undefined;
  /** Default: every namespace in which the user has a session. */
  namespaceName?: string | undefined;
}

export interface EmulatorDelivery {
  /** `WebSocket`; null when nobody got it (settings `protocolOfSocket` and `protocolOfNobody`). */
  readonly protocol: string | null;
  /** The connections it went to. */
  readonly sendConnectionIds: readonly string[];
  /** Why nobody got it. */
  readonly reason?: string;
}

export function notify(
  world: Store,
  given: Readonly<EmulatorNotification>,
  now: number,
): { result: EmulatorDelivery; effects: Effect[] } {
  const { userId, namespaceName } = given;
  const notice = readNotice(world.settings, given);
  const places = namespaceName === undefined ? [...world.namespaces.keys()] : [namespaceName];
  const sessions = places.flatMap((place) => sessionsOf(world, place, userId));
  const { sent, effects } = sendToSessions(world, sessions, notice);
  if (sessions.length > 0) return { result: sent, effects };
  const why = whyNobody(world, userId, namespaceName);
  if (given.enableTransferMobileNotification !== true) {
    return { result: { ...sent, reason: why }, effects };
  }
  const mobile = transfer(world, given, notice, now);
  const entry = mobile.find((one) => one.entry.sent)?.entry ?? mobile[0]?.entry;
  return {
    result: entry?.sent
      ? { ...sent, protocol: world.settings.protocolOfMobile }
      : { ...sent, reason: entry ? `${why} ${entry.reason}` : why },
    effects: [...effects, ...mobile.flatMap((one) => one.effects)],
  };
}

/** To the user's device in the namespace named, or in each where the user has one. */
function transfer(
  world: Store,
  { userId, namespaceName, sound }: Readonly<EmulatorNotification>,
  { subject, issuer, payload }: OutgoingNotification,
  now: number,
): { entry: OutboxEntry; effects: Effect[] }[] {
  const all = [...world.namespaces.keys()];
  const withToken = all.filter((name) => world.firebaseTokens.has(playerKey(name, userId)));
  const places =
    namespaceName === undefined
      ? withToken.length > 0
        ? withToken
        : all.slice(0, 1)
      : [namespaceName];
  return places.map((place) =>
    sendToDevice(
      world,
      {
        method: "notify",
        namespaceName: place,
        userId,
        subject: subject || issuer,
        payload,
        sound,
        away: true,
        transferEnabled: true,
      },
      now,
    ),
  );
}

function readNotice(
  settings: EmulatorSettings,
  given: Readonly<EmulatorNotification>,
): OutgoingNotification {
  const { userId, key, payload, namespaceName } = given;
  if (namespaceName !== undefined && typeof namespaceName !== "string") {
    throw invalid("A notification's namespaceName is a text.");
  }
  if (typeof (given.enableTransferMobileNotification ?? false) !== "boolean") {
    throw invalid("A notification's enableTransferMobileNotification is true or false.");
  }
  if (payload === undefined || payload === null) throw invalid("A notification needs a payload.");
  if (key !== undefined && (given.issuer !== undefined || given.subject !== undefined)) {
    throw invalid("A notification takes either key, or subject and issuer.");
  }
  const { issuer, subject } =
    key === undefined
      ? { issuer: given.issuer ?? settings.customNotificationIssuer, subject: given.subject }
      : placeKey(settings, key);
  const text = typeof payload === "string" ? payload : JSON.stringify(payload);
  const { errors } = readFields("sendNotificationEntry", sendNotificationEntryFields, {
    userId,
    // A service's notification may hold its key in one of the two alone.
    issuer: issuer || subject,
    subject: subject || issuer,
    payload: text,
    enableTransferMobileNotification: true,
    sound: given.sound,
  });
  const fault = errors[0]?.message.split(".");
  if (fault) throw invalid(`A notification's ${fault[2]} is ${faults[fault[4] ?? ""]}.`);
  if (key === undefined && !subject) throw invalid("A notification needs a key or a subject.");
  return { issuer, subject: subject ?? "", payload: text };
}

const faults: Readonly<Record<string, string>> = {
  require: "missing",
  tooLong: "too long",
  invalid: "not a text",
};

function placeKey(
  { serviceNotificationKeyIn, customNotificationIssuer }: EmulatorSettings,
  key: string,
): { issuer: string; subject: string } {
  // Only a key of a GS2 service is read from the issuer.
  if (typeof key === "string" && notificationKey(key, "") !== key) {
    return { issuer: customNotificationIssuer, subject: key };
  }
  return {
    issuer: serviceNotificationKeyIn === "subject" ? "" : key,
    subject: serviceNotificationKeyIn === "issuer" ? "" : key,
  };
}

function whyNobody(world: Store, userId: string, namespaceName: string | undefined): string {
  if (namespaceName !== undefined && !world.namespaces.has(namespaceName)) {
    const known = [...world.namespaces.keys()].join(", ") || "none";
    return `There is no namespace ${namespaceName}; there are: ${known}.`;
  }
  const where = namespaceName === undefined ? "" : ` in ${namespaceName}`;
  const now = describeSessions(allSessions(world));
  const open = world.connections.size;
  const sockets = open === 1 ? "One socket is open" : `${open} sockets are open`;
  return `${userId} has no session${where}. ${sockets}; ${now}.`;
}

/** The sessions in words, the first few of them. */
export function describeSessions(sessions: readonly WebSocketSession[]): string {
  if (sessions.length === 0) return "no session exists";
  const shown = sessions
    .slice(0, 10)
    .map(({ userId, namespaceName }) => `${userId} in ${namespaceName}`);
  const more = sessions.length > shown.length ? ` and ${sessions.length - shown.length} more` : "";
  return `sessions exist for ${shown.join(", ")}${more}`;
}
