import { describeWebSocketSessionsByUserId, setUserId } from "../../../wire/methods.js";
import type { NotificationFrame } from "../../../wire/frames.js";
import { notificationKey } from "../../../wire/notifications.js";
import type { EmulatorSettings } from "../../settings.js";
import { isObject } from "../../store/json.js";
import { momentsIn } from "./patience.js";
import { boundPlayer, player, type Examination, type Player, type Wait } from "./probe.js";
import { row, type DoctorRow } from "./rows.js";
import { describe, inSeconds, itemOf, type Seen } from "./seen.js";

/** Something that is looked at again after a time, and the row that follows. */
export interface Watched extends Wait {
  row(): DoctorRow;
}

/** A player whose session was bound with an access token of GS2-Auth. */
export interface TokenPlayer extends Player {
  /** The life of the token; undefined: it was bound without one. */
  readonly tokenMs: number | undefined;
  /** Why it was bound without one. */
  readonly evidence: string;
}

/** Where GS2-Auth issues no token, the player is bound without one. */
export async function tokenPlayer(examination: Examination, name: string): Promise<TokenPlayer> {
  const { gateway, namespaceName, user } = examination;
  const issued = await gateway.accessTokenOf(user(name));
  const { token, expire } = issued.body;
  const evidence = `the login of GS2-Auth gets ${describe(issued)}`;
  if (typeof token !== "string") {
    return { ...(await boundPlayer(examination, name)), tokenMs: undefined, evidence };
  }
  const made = await player(examination, name);
  const bound = await made.socket.call(setUserId, { namespaceName, accessToken: token });
  if (bound.status !== 200) throw new Error(`setUserId on the socket: ${describe(bound)}`);
  // Both times are GS2's: the clock of this machine may be another.
  const { updatedAt } = itemOf(bound);
  const isKnown = typeof expire === "number" && typeof updatedAt === "number";
  const tokenMs = isKnown ? Math.round((expire - updatedAt) / 1000) * 1000 : undefined;
  return { ...made, tokenMs, evidence };
}

export const tokenRow = ({ tokenMs, evidence }: TokenPlayer): DoctorRow =>
  row(
    "accessTokenExpiresInMs",
    tokenMs,
    tokenMs === undefined ? evidence : `GS2-Auth issues an access token for ${inSeconds(tokenMs)}`,
  );

/** Looks for the session of the player when its token has expired. */
export async function watchExpiry(
  { gateway, namespaceName, patienceMs }: Examination,
  { tokenMs, evidence, userId, socket }: TokenPlayer,
): Promise<Watched> {
  const graceMs = Math.max(gateway.target.graceMs, 1);
  const expiryMs = tokenMs === undefined ? Infinity : tokenMs + graceMs;
  let isEnded: boolean | undefined;
  return {
    moments: expiryMs <= patienceMs && (await socket.isOpen()) ? [expiryMs] : [],
    async check() {
      const params = { namespaceName, userId };
      const { status, body } = await gateway.rest(describeWebSocketSessionsByUserId, params);
      const items: unknown = body["items"];
      const isListed =
        Array.isArray(items) &&
        items.some((one) => isObject(one) && one["connectionId"] === socket.connectionId);
      isEnded = status === 200 ? !isListed : undefined;
      return true;
    },
    row: () =>
      row(
        "accessTokenExpiryEndsSession",
        isEnded,
        isEnded !== undefined
          ? `after the access token has expired, its session is ${isEnded ? "gone" : "there"}`
          : tokenMs === undefined
            ? evidence
            : `an access token lives for ${inSeconds(tokenMs)}, and the wait for ${inSeconds(patienceMs)}`,
      ),
  };
}

/**
 * Repeats a call that was made twice with the same duplicationAvoider, until it has an effect.
 *
 * @param copies how many effects there were, or undefined where that cannot be seen any more
 */
export function watchAvoider(
  { patienceMs }: Examination,
  copiesAtOnce: number,
  repeat: () => Promise<Seen>,
  copies: () => Promise<number | undefined>,
): Watched {
  let forgottenMs: number | undefined;
  let honouredMs = 0;
  return {
    moments: copiesAtOnce === 1 ? momentsIn(patienceMs) : [],
    async check(momentMs) {
      const { status } = await repeat();
      const count = status === 200 ? await copies() : undefined;
      if (count === 1) honouredMs = momentMs;
      else if (count !== undefined) forgottenMs = momentMs;
      return count !== 1;
    },
    row: () =>
      row(
        "duplicationAvoiderLastsMs",
        forgottenMs,
        forgottenMs !== undefined
          ? `a duplicationAvoider is honoured after ${inSeconds(honouredMs)}, and no more after ${inSeconds(forgottenMs)}`
          : copiesAtOnce === 1
            ? `a duplicationAvoider is honoured for longer than ${inSeconds(honouredMs)}`
            : "no duplicationAvoider is honoured",
      ),
  };
}

/** Of what the doctor sends to the player. */
export const OWN_SUBJECTS = { missed: "missed", first: "first", again: "again" } as const;

const isServiceKey = (text: string): boolean => text !== "" && notificationKey(text, "") === text;

/** Of the notifications that the doctor did not send, the first with a service's key. */
function serviceKeyRow(
  sockets: readonly Player[],
  { namespaceName, patienceMs }: Examination,
): DoctorRow {
  const setting = "serviceNotificationKeyIn";
  const own: readonly string[] = Object.values(OWN_SUBJECTS);
  const isOwn = ({ subject }: NotificationFrame) => own.includes(subject);
  const found = sockets
    .flatMap(({ socket }) => socket.notifications)
    .find((one) => !isOwn(one) && [one.issuer, one.subject].some(isServiceKey));
  if (!found) {
    const userId = sockets[0]?.userId ?? "";
    return row(
      setting,
      undefined,
      `no GS2 service sent a notification to ${userId} in ${namespaceName} within ${inSeconds(patienceMs)}`,
    );
  }
  const { issuer, subject } = found;
  const value: EmulatorSettings[typeof setting] | undefined =
    issuer === subject ? "both" : issuer === "" ? "subject" : subject === "" ? "issuer" : undefined;
  return row(
    setting,
    value,
    `a service's notification has issuer ${JSON.stringify(issuer)} and subject ${JSON.stringify(subject)}`,
  );
}

/** Waits for a notification of another service. */
export function watchServices(examination: Examination, sockets: readonly Player[]): Watched {
  const serviceRow = () => serviceKeyRow(sockets, examination);
  return {
    moments: momentsIn(examination.patienceMs),
    check: () => Promise.resolve(serviceRow().value !== undefined),
    row: serviceRow,
  };
}
