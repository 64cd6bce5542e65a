import { sendNotification } from "../../../wire/methods.js";
import { CHECKS } from "./patience.js";
import { boundPlayer, type Examination, type Player, type TimedProbe } from "./probe.js";
import { fact, row, type DoctorRow } from "./rows.js";
import { describe, type Seen } from "./seen.js";
import {
  OWN_SUBJECTS,
  tokenPlayer,
  tokenRow,
  watchAvoider,
  watchExpiry,
  watchServices,
} from "./watched.js";

export const send = (
  { gateway, namespaceName: name }: Examination,
  userId: string,
  subject: string,
  options: { readonly duplicationAvoider?: string; readonly transfer?: true } = {},
): Promise<Seen> =>
  gateway.rest(
    sendNotification,
    {
      namespaceName: name,
      userId,
      subject,
      payload: "{}",
      ...(options.transfer ? { enableTransferMobileNotification: true } : {}),
    },
    options,
  );

export const protocolOf = ({ status, body }: Seen): string | null | undefined => {
  if (status !== 200) return undefined;
  const { protocol } = body;
  return typeof protocol === "string" ? protocol : null;
};

export const notifications: TimedProbe = {
  name: "notifications",
  calls: 8 + CHECKS,
  async start(examination) {
    const userId = examination.user("notified");
    const { missed, first: firstSubject, again } = OWN_SUBJECTS;
    const away = await send(examination, userId, missed);
    const first = await boundPlayer(examination, "notified");
    const second = await tokenPlayer(examination, "notified");
    const isFirstOpen = await first.isOpen();
    const seen = await send(examination, userId, firstSubject);
    // The session of the second may end with its token.
    const isFirstReached =
      (await first.isOpen()) &&
      first.socket.notifications.some(({ subject }) => subject === firstSubject);
    const listener = isFirstReached ? first : second;
    const copies = async () =>
      (await listener.isOpen())
        ? listener.socket.notifications.filter(({ subject }) => subject === again).length
        : undefined;
    const avoider = { duplicationAvoider: examination.user("avoider") };
    const sendAgain = () => send(examination, userId, again, avoider);
    await sendAgain();
    await sendAgain();
    const copiesAtOnce = (await copies()) ?? 0;
    const watched = [
      watchAvoider(examination, copiesAtOnce, sendAgain, copies),
      await watchExpiry(examination, second),
      watchServices(examination, [first, second]),
    ];
    return {
      waits: watched,
      rows: [
        ...awayRows(away, listener),
        row(
          "onConcurrentOldSession",
          isFirstOpen ? "stays" : "cut",
          `when a second concurrent client is bound, the first is ${isFirstOpen ? "open" : "closed"}`,
        ),
        ...reachedRows(seen, isFirstOpen, listener),
        row(
          "duplicationAvoider",
          copiesAtOnce === 1 ? "honour" : copiesAtOnce === 2 ? "ignore" : undefined,
          `two calls with the same duplicationAvoider send ${copiesAtOnce} notifications`,
        ),
        tokenRow(second),
      ],
      finish: () => Promise.resolve(watched.map((one) => one.row())),
    };
  },
};

const subjectsOf = ({ socket }: Player): string[] =>
  socket.notifications.map(({ subject }) => subject);

/** Of a notification that was sent before the bind. */
function awayRows(seen: Seen, listener: Player): DoctorRow[] {
  const subjects = subjectsOf(listener);
  const hasArrived = subjects.includes(OWN_SUBJECTS.missed);
  return [
    row(
      "protocolWhenUndelivered",
      protocolOf(seen),
      `a user without a session: ${describe(seen)}, protocol ${JSON.stringify(protocolOf(seen) ?? null)}`,
    ),
    fact(
      subjects.length === 0 ? undefined : !hasArrived,
      hasArrived
        ? "a notification that was sent before the bind arrives after it"
        : "a notification that was sent before the bind never arrives",
    ),
  ];
}

/** Of the first notification after the bind. */
function reachedRows(seen: Seen, isFirstOpen: boolean, listener: Player): DoctorRow[] {
  const { first, again } = OWN_SUBJECTS;
  const reached = seen.body["sendConnectionIds"];
  const count = Array.isArray(reached) ? reached.length : 0;
  const issuer = listener.socket.notifications.find(({ subject }) => subject === first)?.issuer;
  const subjects = subjectsOf(listener);
  return [
    row(
      "notificationGoesTo",
      !isFirstOpen ? undefined : count === 2 ? "all" : count === 1 ? "latest" : undefined,
      `of two sessions of a user ${count} are reached (${describe(seen)})`,
    ),
    row(
      "protocolOfSocket",
      protocolOf(seen) ?? undefined,
      `the reply says protocol ${JSON.stringify(protocolOf(seen) ?? null)}`,
    ),
    row("customNotificationIssuer", issuer, `its issuer is ${JSON.stringify(issuer ?? null)}`),
    fact(
      subjects.length > 1 ? subjects[0] === first && subjects.at(-1) === again : undefined,
      "a socket receives notifications in the order in which they were sent",
    ),
  ];
}
