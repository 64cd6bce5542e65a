import * as v from "valibot";
import { MISSING } from "../../errors.js";
import type { WebSocketSession } from "../../wire/models.js";
import { sendNotificationEntryFields as entryFields } from "../../wire/models.js";
import { notificationKey } from "../../wire/notifications.js";
import { anyText, objectOf, readWith, textUpTo, yesNo } from "../schema/schema.js";
import type { OutboxEntry } from "../store/outbox.js";
import { sendToDevice } from "../calls/handlers/mobile.js";
import { sendToSessions, type OutgoingNotification } from "../calls/handlers/notifications.js";
import type { EmulatorSettings } from "../settings.js";
import { playerKey } from "../store/keys.js";
import { allSessions, sessionsOf } from "../store/sessions.js";
import type { Effect, Store } from "../store/types.js";

/** A notification that no call causes, as another GS2 service or a script would issue it. */
export interface EmulatorNotification {
  userId: string;
  /**
   * The key that the client's handlers listen for: `Gs2Matchmaking:Join` arrives as GS2's services
   * send it (setting `serviceNotificationKeyIn`), any other text as `sendNotification` with this
   * subject would. In place of `issuer` and `subject`.
   */
  key?: string | undefined;
  /** Default: the setting `customNotificationIssuer`. */
  issuer?: string | undefined;
  subject?: string | undefined;
  /** Text, or a value that is sent as its JSON text. At most 1,024 characters. */
  payload: unknown;
  /**
   * Send it to the player's device when the player has no session; the push is in the outbox.
   * Default false.
   */
  enableTransferMobileNotification?: boolean | undefined;
  /** Sound of that push, at most 256 characters. */
  sound?: string | undefined;
  /** Default: every namespace in which the user has a session. */
  namespaceName?: string | undefined;
}

export interface EmulatorDelivery {
  /**
   * `WebSocket`; null when it was not delivered (settings `protocolOfSocket` and
   * `protocolWhenUndelivered`).
   */
  readonly protocol: string | null;
  /** The connections it was sent to. */
  readonly sendConnectionIds: readonly string[];
  /** Why it was not delivered. */
  readonly reason?: string;
}

const { userId, issuer, subject, payload, sound } = entryFields;

const payloadText = v.pipe(
  v.unknown(),
  v.check((value) => value !== undefined && value !== null && value !== "", MISSING),
  v.transform((value) => (typeof value === "string" ? value : JSON.stringify(value))),
  textUpTo(payload.max),
);

const schema = v.pipe(
  objectOf({
    userId: textUpTo(userId.max),
    key: v.optional(textUpTo(subject.max)),
    issuer: v.optional(textUpTo(issuer.max, 0)),
    subject: v.optional(textUpTo(subject.max)),
    payload: payloadText,
    enableTransferMobileNotification: v.optional(yesNo, false),
    sound: v.optional(textUpTo(sound.max, 0)),
    namespaceName: v.optional(anyText),
  } satisfies { readonly [Name in keyof Required<EmulatorNotification>]: v.GenericSchema }),
  v.forward(
    v.check(({ key, subject }) => (key ?? subject) !== undefined, "or subject must be supplied"),
    ["key"],
  ),
  v.forward(
    v.check(
      ({ key, issuer, subject }) => key === undefined || (issuer ?? subject) === undefined,
      "cannot be combined with subject and issuer",
    ),
    ["key"],
  ),
);

export function notify(
  store: Store,
  notification: Readonly<EmulatorNotification>,
  now: number,
): { result: EmulatorDelivery; effects: Effect[] } {
  const given = readWith("notify", schema, notification);
  const { userId, namespaceName } = given;
  const notice = noticeOf(store.settings, given);
  const namespaceNames =
    namespaceName === undefined ? [...store.namespaces.keys()] : [namespaceName];
  const sessions = namespaceNames.flatMap((name) => sessionsOf(store, name, userId));
  const { sent, effects } = sendToSessions(store, sessions, notice);
  if (sessions.length > 0) return { result: sent, effects };
  const reason = describeMissingSession(store, userId, namespaceName);
  if (!given.enableTransferMobileNotification) return { result: { ...sent, reason }, effects };
  const pushes = sendToDevices(store, given, notice, now);
  const entry = pushes.find((one) => one.entry.sent)?.entry ?? pushes[0]?.entry;
  return {
    result: entry?.sent
      ? { ...sent, protocol: store.settings.protocolOfMobile }
      : { ...sent, reason: entry ? `${reason} ${entry.reason}` : reason },
    effects: [...effects, ...pushes.flatMap((one) => one.effects)],
  };
}

/** In the given namespace; else in each where the user has a Firebase token, or in the first. */
function sendToDevices(
  store: Store,
  {
    userId,
    namespaceName,
    sound,
  }: Pick<EmulatorNotification, "userId" | "namespaceName" | "sound">,
  { subject, issuer, payload }: OutgoingNotification,
  now: number,
): { entry: OutboxEntry; effects: Effect[] }[] {
  const all = [...store.namespaces.keys()];
  const withToken = all.filter((name) => store.firebaseTokens.has(playerKey(name, userId)));
  const inAny = withToken.length > 0 ? withToken : all.slice(0, 1);
  const push = {
    method: "notify",
    userId,
    subject: subject || issuer,
    payload,
    sound,
    away: true,
    transferEnabled: true,
  } as const;
  return (namespaceName === undefined ? inAny : [namespaceName]).map((name) =>
    sendToDevice(store, { ...push, namespaceName: name }, now),
  );
}

function noticeOf(
  { serviceNotificationKeyIn, customNotificationIssuer }: EmulatorSettings,
  { key, issuer, subject = "", payload }: v.InferOutput<typeof schema>,
): OutgoingNotification {
  if (key === undefined) return { issuer: issuer ?? customNotificationIssuer, subject, payload };
  // The client reads only the keys of GS2's services from the issuer.
  if (notificationKey(key, "") !== key) {
    return { issuer: customNotificationIssuer, subject: key, payload };
  }
  return {
    issuer: serviceNotificationKeyIn === "subject" ? "" : key,
    subject: serviceNotificationKeyIn === "issuer" ? "" : key,
    payload,
  };
}

function describeMissingSession(
  store: Store,
  userId: string,
  namespaceName: string | undefined,
): string {
  if (namespaceName !== undefined && !store.namespaces.has(namespaceName)) {
    const known = [...store.namespaces.keys()].join(", ") || "none";
    return `There is no namespace ${namespaceName}; there are: ${known}.`;
  }
  const where = namespaceName === undefined ? "" : ` in ${namespaceName}`;
  const now = describeSessions(allSessions(store));
  const open = store.connections.size;
  const sockets = open === 1 ? "One socket is open" : `${open} sockets are open`;
  return `${userId} has no session${where}. ${sockets}; ${now}.`;
}

/** The first few sessions, in words. */
export function describeSessions(sessions: readonly WebSocketSession[]): string {
  if (sessions.length === 0) return "no session exists";
  const shown = sessions
    .slice(0, 10)
    .map(({ userId, namespaceName }) => `${userId} in ${namespaceName}`);
  const more = sessions.length > shown.length ? ` and ${sessions.length - shown.length} more` : "";
  return `sessions exist for ${shown.join(", ")}${more}`;
}
