import type { OpenSocket } from "../../src/connection/socket.js";
import type { Link } from "./network.js";
import type { DesiredBinding, Tab } from "./tab.js";

/** A notification that the client has received and not yet delivered. */
export interface Arrival {
  readonly number: number;
  readonly userId: string;
  readonly on: ObservedSocket;
  readonly at: number;
  /** Another player may have been in its slot since: it may be dropped. */
  droppable: boolean;
  /** Another player was bound in its slot since, on a later socket: it must not be delivered. */
  stale: boolean;
  /** May be delivered before `onSync` ends, e.g. after a sync that took too long. */
  early: boolean;
}

interface Bind {
  readonly slot: string;
  readonly desired: DesiredBinding;
  readonly sentAt: number;
  answered: boolean;
  /** Before the client gave it up. */
  answeredInTime: boolean;
}

/** The protocol state of one socket, from the frames that the client sent and received. */
export class ObservedSocket {
  link: Link | undefined;
  lastFrameAt = 0;
  frames = 0;
  opened = false;
  over = false;
  /** By requestId. */
  readonly binds = new Map<string, Bind>();
  /** Players bound on this socket. */
  readonly bound = new Set<string>();
  /** Bindings whose `onSync` has ended since they were bound here. */
  readonly synced = new Set<string>();
  overrun = false;

  constructor(
    readonly tab: Tab,
    readonly number: number,
  ) {}

  get isCurrent(): boolean {
    return this.tab.sockets.at(-1) === this && !this.over;
  }
}

interface Frame {
  readonly requestId?: string;
  readonly status?: number;
  readonly body?: { readonly access_token?: string; readonly payload?: string };
}

const CALL_TIMEOUT_MS = 10_000;

/** Checks a frame that the client sends. */
function onSent(on: ObservedSocket, text: string): void {
  const { tab } = on;
  const { trace } = tab;
  const frame = JSON.parse(text) as {
    readonly x_gs2: { readonly function: string; readonly requestId: string };
    readonly xGs2ProjectToken?: string;
    readonly xGs2AccessToken?: string;
    readonly force?: boolean;
    readonly namespaceName?: string;
    readonly sessionId?: string;
    readonly echo?: number;
    readonly limit?: number;
    readonly token?: string;
  };
  const { function: name, requestId } = frame.x_gs2;
  if (name === "login") return;
  if (frame.limit === 1 || name === "getServiceVersion") tab.probes++;
  trace.assert(
    tab.projectTokens.has(frame.xGs2ProjectToken ?? ""),
    () => `${tab.name}: ${name} was sent before the login`,
  );
  const userId = tab.server.userOf.get(frame.xGs2AccessToken ?? "");
  if (name === "setUserId") return onBindSent(on, requestId, userId, frame);
  if (frame.xGs2AccessToken) {
    trace.assert(
      on.bound.has(userId ?? ""),
      () => `${tab.name}: ${name} of ${userId} was sent before the bind`,
    );
  }
  const call = tab.calls.get(frame.echo ?? Number(frame.token?.split("-")[1]));
  if (!call) return;
  call.requestIds.add(requestId);
  call.sends++;
  call.sentOn = on;
  trace.assert(
    call.repeatable || call.sends <= 1 + Math.min(1, call.refusedTokens),
    () => `${tab.name}: ${call.name} was sent twice`,
  );
}

function onBindSent(
  on: ObservedSocket,
  requestId: string,
  userId: string | undefined,
  frame: { readonly force?: boolean; readonly namespaceName?: string; readonly sessionId?: string },
): void {
  const { force = false, namespaceName, sessionId } = frame;
  const { tab } = on;
  const { trace, device } = tab;
  const found = [...tab.desiredBindings].find(
    ([, desired]) => desired.userId === userId && desired.namespaceName === namespaceName,
  );
  if (!found) return trace.fail(`${tab.name}: a bind of ${userId}, which is not desired`);
  const [slot, desired] = found;
  trace.log(`${tab.name} sends a bind of ${userId}${force ? " with force" : ""}`);
  trace.assert(
    !desired.lost,
    () => `${tab.name}: a bind of ${userId} was sent again after a conflict`,
  );
  if (sessionId !== undefined) tab.onSessionIdUsed(sessionId);
  if (force) tab.forcedBinds++;
  trace.assert(
    tab.forcedBinds <= tab.forcedActions,
    () => `${tab.name}: a forced bind was sent without an action of the player`,
  );
  const sentAt = device.time.now;
  on.binds.set(requestId, { slot, desired, sentAt, answered: false, answeredInTime: false });
}

/** Records a frame that the client receives. */
function onReceived(on: ObservedSocket, data: unknown): void {
  const { tab } = on;
  on.lastFrameAt = tab.device.time.now;
  on.frames++;
  const { requestId, status, body } = parseFrame(String(data));
  if (body?.payload) {
    const { number, userId } = JSON.parse(body.payload) as Arrival;
    const at = tab.device.time.now;
    tab.trace.log(`${tab.name} receives news ${number} of ${userId}`);
    tab.arrivals.push({ number, userId, on, at, early: false, droppable: false, stale: false });
    return;
  }
  if (!requestId) return;
  if (body?.access_token) tab.projectTokens.add(body.access_token);
  if (status === 401) tab.refusals++;
  const bind = on.binds.get(requestId);
  if (bind) return onBindReply(on, bind, status ?? 0);
  for (const call of tab.calls.values()) {
    if (!call.requestIds.has(requestId)) continue;
    call.sentOn = undefined;
    if (status === 401) call.refusedTokens++;
  }
}

/** Some frames are malformed on purpose. */
function parseFrame(text: string): Frame {
  try {
    return (JSON.parse(text) ?? {}) as Frame;
  } catch {
    return {};
  }
}

function onBindReply(on: ObservedSocket, bind: Bind, status: number): void {
  if (bind.answered || !on.isCurrent) return;
  const { tab } = on;
  const { slot, sentAt } = bind;
  const desired = tab.desiredBindings.get(slot);
  // After a sleep, the timer of the deadline and a reply that is overdue run in either order.
  const inTime = tab.device.time.now < sentAt + CALL_TIMEOUT_MS;
  bind.answered = true;
  bind.answeredInTime = inTime;
  tab.trace.log(`${tab.name} receives ${status} for the bind of ${slot}`);
  // A refusal ends what the slot held, and what is held back with it.
  if (status !== 200) for (const arrival of tab.arrivals) arrival.droppable = true;
  if (!desired) return;
  if (status === 200) {
    // The server may hold the former request's bind, whose player no frame names: the client leaves
    // the socket, with what came on it.
    const mayHoldFormer = [...on.binds.values()].some(
      (former) => former.slot === slot && former.desired !== desired && !former.answeredInTime,
    );
    if (mayHoldFormer) for (const arrival of tab.arrivals) arrival.droppable = true;
    on.bound.add(desired.userId);
    tab.invariants.onBound(slot, on, desired);
  } else if (status === 409 || status === 405) {
    desired.conflict = true;
    desired.lost = inTime;
  } else if (status === 400 || status === 404) desired.refused = true;
}

/** Wraps an opener, and observes its frames and events. */
export const observeSockets =
  (tab: Tab, open: OpenSocket): OpenSocket =>
  (url, events) => {
    const observed = new ObservedSocket(tab, tab.sockets.length);
    tab.sockets.push(observed);
    tab.invariants.countAttempt();
    const touch = (): void => void (observed.lastFrameAt = tab.device.time.now);
    // The network reads the socket's number off the URL.
    const socket = open(`${url}#${observed.number}`, {
      opened() {
        touch();
        observed.opened = true;
        tab.trace.log(`${tab.name} socket ${observed.number} opened`);
        events.opened();
      },
      received(data) {
        onReceived(observed, data);
        events.received(data);
      },
      alive() {
        touch();
        observed.frames++;
        events.alive();
      },
      ended(end) {
        observed.over = true;
        tab.trace.log(`${tab.name} socket ${observed.number} ended with ${end.code}`);
        if (end.clean) tab.cleanEnds.push(tab.device.time.now);
        events.ended(end);
      },
    });
    return {
      ...socket,
      send(text) {
        if (!socket.send(text)) return false;
        onSent(observed, text);
        return true;
      },
      leave() {
        if (!observed.over && observed.opened && observed.link?.alive) {
          tab.trace.log(`${tab.name} leaves socket ${observed.number}, which works`);
          tab.invariants.onWorkingSocketLeft();
        }
        observed.over = true;
        socket.leave();
      },
    };
  };
