import {
  describeWebSocketSessionsByUserId,
  disconnectAll,
  disconnectByUserId,
  setUserIdByUserId,
} from "../../../wire/methods.js";
import type { EmulatorSettings } from "../../settings.js";
import { boundPlayer, player, type Player, type Probe } from "./probe.js";
import { describe, type Seen } from "./seen.js";
import { fact, row, type DoctorRow } from "./rows.js";

const exclusive = (sessionId: string) => ({ allowConcurrentAccess: false, sessionId });
const isConflict = ({ status }: Seen): boolean => status === 409 || status === 405;

/** The value for a success, that for a conflict, or neither. */
const byOutcome = <Value>(seen: Seen, accepted: Value, refused: Value): Value | undefined =>
  seen.status === 200 ? accepted : isConflict(seen) ? refused : undefined;

/** @param stays whether the session is left; undefined: there was no case of it */
const oldSessionRow = (
  setting: "onConflictOldSession" | "onSameSessionIdOldSession",
  stays: boolean | undefined,
  subject: string,
  noCase: string,
): DoctorRow =>
  stays === undefined
    ? row(setting, undefined, noCase)
    : row(setting, stays ? "stays" : "cut", `${subject} ${stays ? "stays" : "is cut"}`);

const conflict: Probe = {
  name: "two exclusive clients",
  calls: 3,
  async run(examination) {
    const first = await boundPlayer(examination, "conflict", exclusive("doctor-1"));
    const again = await first.bind(exclusive("doctor-2"));
    const second = await player(examination, "conflict");
    const refused = await second.bind(exclusive("doctor-3"));
    const [entry] = refused.errors;
    const isOpen = await first.isOpen();
    const stays = isConflict(refused) ? isOpen : undefined;
    return [
      row(
        "sameSocketConflictsWithItself",
        byOutcome(again, false, true),
        `a socket that binds its player again gets ${describe(again)}`,
      ),
      row(
        "exclusiveBesideOthers",
        // Two exclusive sessions side by side would be neither.
        isOpen && refused.status === 200 ? undefined : byOutcome(refused, "replaces", "conflict"),
        `a second exclusive client gets ${describe(refused)}, and the first is ${isOpen ? "open" : "closed"}`,
      ),
      row(
        "conflictStatus",
        isConflict(refused) ? (refused.status as 409 | 405) : undefined,
        `a second exclusive client gets ${describe(refused)}`,
      ),
      row(
        "conflictMessage",
        isConflict(refused) ? entry?.message : undefined,
        `its message is ${JSON.stringify(entry?.message ?? null)}`,
      ),
      oldSessionRow("onConflictOldSession", stays, "the first client", "there was no conflict"),
    ];
  },
};

const sameSessionId: Probe = {
  name: "a client with the sessionId of another",
  calls: 2,
  async run(examination) {
    const old = await boundPlayer(examination, "session-id", exclusive("doctor-1"));
    const back = await (await player(examination, "session-id")).bind(exclusive("doctor-1"));
    const stays = back.status === 200 ? await old.isOpen() : undefined;
    return [
      fact(
        byOutcome(back, true, false),
        `the same sessionId on a new socket gets ${describe(back)}`,
      ),
      oldSessionRow("onSameSessionIdOldSession", stays, "the old socket", "the bind was refused"),
    ];
  },
};

const concurrent: Probe = {
  name: "a concurrent client beside an exclusive one",
  calls: 3,
  async run(examination) {
    const holder = await boundPlayer(examination, "concurrent", exclusive("doctor-1"));
    const other = await player(examination, "concurrent");
    const beside = await other.bind();
    const areTwo = beside.status === 200 && (await holder.isOpen());
    const back = areTwo
      ? await (await player(examination, "concurrent")).bind(exclusive("doctor-1"))
      : undefined;
    // Where the other session is cut too, any sessionId would have been accepted.
    const isShown = back !== undefined && (isConflict(back) || (await other.isOpen()));
    return [
      row(
        "concurrentBesideExclusive",
        byOutcome(beside, "accepted", "conflict"),
        `a concurrent client beside an exclusive one gets ${describe(beside)}`,
      ),
      row(
        "sessionIdMatches",
        isShown ? byOutcome(back, "any", "every") : undefined,
        back
          ? `the sessionId of one of two sessions gets ${describe(back)}`
          : "there cannot be two sessions of which one has the sessionId",
      ),
    ];
  },
};

const severalPlayers: Probe = {
  name: "two players on one socket, and disconnectByUserId",
  calls: 4,
  async run(examination) {
    const first = await boundPlayer(examination, "several-1");
    const second = await player(examination, "several-2", first.socket);
    const bound = await second.bind();
    const { namespaceName, userId } = first;
    const seen = await examination.gateway.rest(describeWebSocketSessionsByUserId, {
      namespaceName,
      userId,
    });
    const items = Array.isArray(seen.body["items"]) ? seen.body["items"] : undefined;
    const several = row(
      "severalSessionsPerSocket",
      items && items.length > 0,
      items
        ? `after a second player is bound, the first has ${items.length} sessions`
        : `the list of sessions gets ${describe(seen)}`,
    );
    const ended = bound.status === 200 ? second : first;
    const disconnected = await examination.gateway.rest(disconnectByUserId, {
      namespaceName,
      userId: ended.userId,
    });
    return [several, await endsRow("disconnectByUserIdEnds", disconnected, ended)];
  },
};

const force: Probe = {
  name: "a bind by force",
  calls: 2,
  async run(examination) {
    const old = await boundPlayer(examination, "force", exclusive("doctor-1"));
    const forced = await player(examination, "force");
    const seen = await forced.bind({ ...exclusive("doctor-2"), force: true });
    const code = seen.status === 200 ? await old.socket.closed() : undefined;
    const isSetting =
      code === 1000 || code === 1006 || (code !== undefined && code >= 3000 && code <= 4999);
    return [
      fact(seen.status === 200 && code !== undefined, `force gets ${describe(seen)}`),
      row(
        "closeCodeOnCut",
        isSetting ? code : undefined,
        code === undefined ? "the old socket stays open" : `the old socket closes with ${code}`,
      ),
    ];
  },
};

const strictConditions: Probe = {
  name: "a field against its condition",
  calls: 1,
  async run(examination) {
    const made = await player(examination, "condition");
    const seen = await made.bind({ allowConcurrentAccess: true, sessionId: "doctor-1" });
    return [
      row(
        "strictConditions",
        seen.status === 200 ? false : seen.status === 400 ? true : undefined,
        `a sessionId with concurrent access gets ${describe(seen)}`,
      ),
    ];
  },
};

const restBind: Probe = {
  name: "a bind over REST without a connection",
  calls: 1,
  async run({ gateway, namespaceName, user }) {
    await gateway.open();
    const seen = await gateway.rest(setUserIdByUserId, { namespaceName, userId: user("rest") });
    return [
      row(
        "restSetUserIdWithoutConnectionId",
        seen.status === 200 ? "latest" : seen.status === 400 ? "reject" : undefined,
        `setUserIdByUserId over REST without a connectionId gets ${describe(seen)}`,
      ),
    ];
  },
};

/** What a disconnect ended, the socket or the session on it alone. */
async function endsRow(
  setting: "disconnectByUserIdEnds" | "disconnectAllEnds",
  seen: Seen,
  bound: Player,
): Promise<DoctorRow> {
  const isOpen = seen.status === 200 ? await bound.isOpen() : undefined;
  const value: EmulatorSettings["disconnectAllEnds"] | undefined =
    isOpen === undefined ? undefined : isOpen ? "sessions" : "sockets";
  const method = setting.slice(0, -"Ends".length);
  return row(
    setting,
    value,
    value === undefined
      ? `${method} gets ${describe(seen)}`
      : `after ${method} the socket is ${isOpen ? "open" : "closed"}`,
  );
}

/** The last probe: it ends every session of the namespace. */
export const disconnectNamespace: Probe = {
  name: "disconnectAll",
  calls: 2,
  async run(examination) {
    const bound = await boundPlayer(examination, "disconnect-all");
    const { namespaceName } = bound;
    const seen = await examination.gateway.rest(disconnectAll, { namespaceName });
    return [await endsRow("disconnectAllEnds", seen, bound)];
  },
};

export const sessionProbes: readonly Probe[] = [
  conflict,
  sameSessionId,
  concurrent,
  severalPlayers,
  force,
  strictConditions,
  restBind,
];
