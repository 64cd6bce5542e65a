import type { Report } from "../core/diagnostics.js";
import { GatewayError } from "../errors.js";
import type { Clock } from "../core/deferred.js";
import { decodeFrame, type NotificationFrame } from "../wire/frames.js";
import { createCalls, type Calls, type CallPorts, type CallRequest, type Gate } from "./calls.js";
import {
  bindFailed,
  bindSucceeded,
  ended,
  hint,
  loggedIn,
  loginFailed,
  opened,
  step,
  tick,
  type Event,
  type Hint,
} from "./machine.js";
import type { WebSocketSession } from "../wire/models.js";
import type { OpenSocket, Socket } from "./socket.js";
import {
  CLOSED,
  LOGGING_IN,
  OPEN,
  UNAUTHORIZED,
  WAITING,
  initialState,
  nextTickAt,
  type Effects,
  type MachineOptions,
  type State,
} from "./state.js";

/** @internal */
export interface ConnectionPorts
  extends
    Omit<Effects, "openSocket" | "leaveSocket" | "login" | "bind" | "probe">,
    Omit<CallPorts, "gate" | "send" | "suspect"> {
  openRaw: OpenSocket;
  readonly watch: (tell: (hint: Hint) => void) => () => void;
  /** Answers when the project token is to be renewed. Rejects with a GatewayError. */
  readonly logIn: (generation: number, renew: boolean) => Promise<number>;
  /** Rejects with a GatewayError. */
  readonly bindSlot: (
    generation: number,
    slot: string,
    force: boolean,
    renew: boolean,
  ) => Promise<WebSocketSession>;
  readonly probeByCall: () => void;
  readonly deliver: (frame: NotificationFrame, receivedAt: number) => void;
  /** From here on notifications are kept back, until the returned function is called. */
  readonly hold: () => () => void;
  /** The whole step is done: here others may be called. */
  readonly changed: () => void;
  report: Report;
}

/** @internal */
export interface Connection {
  /** As the last step left it. */
  readonly current: () => State;
  /** In the middle of a step: nobody else is to be called. */
  readonly busy: () => boolean;
  /** The one way into the machine. An event that comes while another is worked on waits for its turn. */
  readonly dispatch: (event: Event, generation?: number) => void;
  readonly calls: Calls;
}

const LONGEST_TIMER_MS = 3_600_000;
const CLOCK_CHECK_MS = 30_000;

/** Performs what the machine decides, and tells it what happens. */
export function createConnection(
  url: string,
  clock: Clock,
  options: MachineOptions,
  ports: ConnectionPorts,
): Connection {
  let state: State = initialState;
  let socket: Socket | undefined;
  let frames = 0;
  let lastFrameAt = 0;
  let timer: unknown;
  let unwatch: (() => void) | undefined;
  let stepping = false;
  const events: (readonly [Event, number | undefined])[] = [];

  const dispatch = (event: Event, generation?: number): void => {
    events.push([event, generation]);
    if (stepping) return;
    stepping = true;
    for (const [next, number] of events) {
      const moment = { now: clock.now(), random: clock.random(), frames, lastFrameAt };
      const turn = step(state, next, moment, options, number);
      state = turn;
      for (const effect of turn.effects) effect(effects);
      const wanted = state.phase >= WAITING;
      // What the host tells at once waits for its turn, like any event.
      if (wanted) unwatch ??= ports.watch((kind) => dispatch((t) => hint(t, kind)));
      else unwatch = unwatch?.() as undefined;
    }
    events.length = 0;
    stepping = false;
    calls.pump();
    arm();
    ports.changed();
  };

  const arm = (): void => {
    clock.clearTimer(timer);
    const now = clock.now();
    const due = nextTickAt(state, options, lastFrameAt);
    // While open the clock is looked at now and then: after a sleep nothing else tells of it.
    const longest = state.phase === OPEN ? CLOCK_CHECK_MS : LONGEST_TIMER_MS;
    const ms = Math.min(Math.max(due - now, 0), longest);
    timer =
      due < Infinity || state.phase === OPEN
        ? clock.setTimer(() => dispatch((t) => tick(t, t.now - now - ms)), ms)
        : undefined;
  };

  const effects: Effects = {
    ...ports,
    openSocket() {
      const { generation } = state;
      const alive = (): void => {
        frames++;
        lastFrameAt = clock.now();
      };
      socket = ports.openRaw(url, {
        opened() {
          alive();
          dispatch(opened, generation);
        },
        received(data) {
          alive();
          receive(data);
        },
        alive,
        ended({ code, reason, clean, refused }) {
          const told = { code, reason, clean };
          ports.report(state.everOpen ? "info" : "warn", "socketEnded", String(code), told);
          const message = `cannot open ${url}: ${String(refused)}`;
          const fatal = refused
            ? new GatewayError({ kind: "invalidArgument", message })
            : undefined;
          dispatch((t) => ended(t, clean, fatal), generation);
        },
      });
    },
    leaveSocket() {
      socket?.leave();
      socket = undefined;
      calls.socketGone();
    },
    login(renew) {
      const { generation } = state;
      ports.logIn(generation, renew).then(
        (renewAt) => dispatch((t) => loggedIn(t, renewAt), generation),
        (error: unknown) => dispatch((t) => loginFailed(t, error as GatewayError), generation),
      );
    },
    bind(slot, force, renew) {
      const { generation } = state;
      const release = ports.hold();
      void ports
        .bindSlot(generation, slot, force, renew)
        .then(
          (session) => dispatch((t) => bindSucceeded(t, slot, session), generation),
          (error: unknown) =>
            dispatch((t) => bindFailed(t, slot, error as GatewayError), generation),
        )
        .finally(release);
    },
    probe() {
      if (!socket?.ping()) ports.probeByCall();
    },
  };

  /** The one switch for frames. */
  const receive = (data: unknown): void => {
    const frame = decodeFrame(data);
    switch (frame.kind) {
      case "notification":
        return ports.deliver(frame, lastFrameAt);
      case "reply": {
        const { requestId, status } = frame;
        if (calls.settle(frame)) return;
        return ports.report("debug", "unmatchedReply", "", { requestId, status });
      }
      case "unreadable":
        ports.report("warn", "unreadableFrame", frame.why, { why: frame.why });
    }
  };

  const gate = ({ slot: name, bound: toBind, generation, tokens }: CallRequest): Gate => {
    const { phase } = state;
    const no = (problem: string, kind: Extract<Gate, object>["kind"] = "notConnected"): Gate => ({
      kind,
      problem,
    });
    if ((generation ?? state.generation) !== state.generation) return no("the connection was lost");
    if (phase === LOGGING_IN && generation) return tokens && !name ? "go" : "wait";
    if (phase === UNAUTHORIZED) return no("the client is unauthorized", "unauthorized");
    if (phase <= CLOSED) return no("not connected");
    const slot = state.slots[name ?? ""];
    if (toBind && slot?.state !== "held") {
      if (!slot) return no(`slot "${name}" has no binding: call setUserId first`);
      if (slot.state === "replaced")
        return no("another client holds the player's place", "replaced");
      if (slot.state === "failed") return no("setUserId failed", slot.error?.kind);
      return "wait";
    }
    return phase === OPEN ? "go" : "wait";
  };

  const calls = createCalls(clock, {
    ...ports,
    gate,
    send: (text) => socket?.send(text) ?? false,
    suspect: () => dispatch((t) => hint(t, "suspicion")),
  });

  return { current: () => state, busy: () => stepping, dispatch, calls };
}
