import type { OpenSocket } from "../../src/connection/socket.js";
import type { Link } from "./network.js";
import type { Tab } from "./tab.js";

/** A notification that has come in and was not handed on yet. */
export interface Arrival {
  readonly number: number;
  readonly userId: string;
  readonly on: Conversation;
  /** May be handed on before `onSync`: whoever was kept waiting for too long hears the news at once. */
  free: boolean;
}

interface Bind {
  readonly slot: string;
  readonly sentAt: number;
  answered: boolean;
}

/** All that was said over one socket, as the client itself saw it. */
export class Conversation {
  link: Link | undefined;
  lastFrameAt = 0;
  over = false;
  /** By requestId. */
  readonly binds = new Map<string, Bind>();
  /** Players whose bind was answered with yes here. */
  readonly bound = new Set<string>();
  /** Players an `onSync` was done for since they were bound here. */
  readonly synced = new Set<string>();
  overrun = false;

  constructor(
    readonly tab: Tab,
    readonly number: number,
  ) {}

  get isCurrent(): boolean {
    return this.tab.conversations.at(-1) === this && !this.over;
  }
}

interface Frame {
  readonly requestId?: string;
  readonly status?: number;
  readonly body?: { readonly access_token?: string; readonly payload?: string };
}

const CALL_TIMEOUT_MS = 10_000;

/** Looks at every frame on its way out of the client. */
function sent(conversation: Conversation, text: string): void {
  const { tab } = conversation;
  const { story, device } = tab;
  const frame = JSON.parse(text) as {
    readonly x_gs2: { readonly function: string; readonly requestId: string };
    readonly xGs2ProjectToken?: string;
    readonly xGs2AccessToken?: string;
    readonly force?: boolean;
    readonly said?: number;
    readonly token?: string;
  };
  const { function: name, requestId } = frame.x_gs2;
  if (name === "login") return;
  story.hold(
    tab.projectTokens.has(frame.xGs2ProjectToken ?? ""),
    () => `${tab.name}: ${name} left before the login`,
  );
  const userId = tab.server.userOf.get(frame.xGs2AccessToken ?? "");
  if (name === "setUserId") {
    const found = [...tab.wishes].find(([, wish]) => wish.userId === userId);
    if (!found) return story.wrong(`${tab.name}: a bind for ${userId}, whom nobody wants`);
    const [slot, wish] = found;
    story.tell(`${tab.name} asks to bind ${userId}${frame.force ? " by force" : ""}`);
    story.hold(!wish.lost, () => `${tab.name}: ${userId} is asked for again after a conflict`);
    if (frame.force) tab.forcedBinds++;
    story.hold(
      tab.forcedBinds <= tab.forceActs,
      () => `${tab.name}: a forced bind leaves without an action of the player`,
    );
    conversation.binds.set(requestId, { slot, sentAt: device.time.now, answered: false });
    return;
  }
  if (frame.xGs2AccessToken) {
    story.hold(
      conversation.bound.has(userId ?? ""),
      () => `${tab.name}: ${name} of ${userId} left before the bind`,
    );
  }
  const call = tab.calls.get(frame.said ?? Number(frame.token?.split("-")[1]));
  if (!call) return;
  call.requestIds.add(requestId);
  call.sends++;
  call.sentOn = conversation;
  story.hold(
    call.repeatable || call.sends <= 1 + Math.min(1, call.refusedTokens),
    () => `${tab.name}: ${call.name} left twice`,
  );
}

/** Looks at every frame on its way into the client. */
function received(conversation: Conversation, data: unknown): void {
  const { tab } = conversation;
  conversation.lastFrameAt = tab.device.time.now;
  const { requestId, status, body } = read(String(data));
  if (body?.payload) {
    const { number, userId } = JSON.parse(body.payload) as Arrival;
    tab.arrivals.push({ number, userId, on: conversation, free: false });
    return;
  }
  if (!requestId) return;
  if (body?.access_token) tab.projectTokens.add(body.access_token);
  if (status === 401) tab.refusals++;
  const bind = conversation.binds.get(requestId);
  if (bind) return bindAnswered(conversation, bind, status ?? 0);
  for (const call of tab.calls.values()) {
    if (!call.requestIds.has(requestId)) continue;
    call.sentOn = undefined;
    if (status === 401) call.refusedTokens++;
  }
}

/** Some frames are noise. */
function read(text: string): Frame {
  try {
    return (JSON.parse(text) ?? {}) as Frame;
  } catch {
    return {};
  }
}

function bindAnswered(conversation: Conversation, bind: Bind, status: number): void {
  if (bind.answered || !conversation.isCurrent) return;
  const { tab } = conversation;
  const { slot, sentAt } = bind;
  const wish = tab.wishes.get(slot);
  bind.answered = true;
  tab.story.tell(`${tab.name} hears ${status} to the bind of ${slot}`);
  if (!wish) return;
  // An answer that overtook its own deadline during a sleep may have been heard or not.
  const inTime = tab.device.time.now < sentAt + CALL_TIMEOUT_MS;
  if (status === 200) conversation.bound.add(wish.userId);
  else if (status === 409 || status === 405) {
    wish.conflict = true;
    wish.lost = inTime;
  } else if (status === 400 || status === 404) wish.refused = true;
}

/** An opener that writes down what passes through it. */
export const observed =
  (tab: Tab, open: OpenSocket): OpenSocket =>
  (url, events) => {
    const conversation = new Conversation(tab, tab.conversations.length);
    tab.conversations.push(conversation);
    tab.dialled();
    const touch = (): void => void (conversation.lastFrameAt = tab.device.time.now);
    // The network reads the number of the socket off the URL.
    const socket = open(`${url}#${conversation.number}`, {
      opened() {
        touch();
        tab.story.tell(`${tab.name} socket ${conversation.number} opened`);
        events.opened();
      },
      received(data) {
        received(conversation, data);
        events.received(data);
      },
      alive() {
        touch();
        events.alive();
      },
      ended(end) {
        conversation.over = true;
        tab.story.tell(`${tab.name} socket ${conversation.number} ended with ${end.code}`);
        if (end.clean) tab.cleanEnds.push(tab.device.time.now);
        events.ended(end);
      },
    });
    return {
      ...socket,
      send(text) {
        if (!socket.send(text)) return false;
        sent(conversation, text);
        return true;
      },
      leave() {
        conversation.over = true;
        socket.leave();
      },
    };
  };
