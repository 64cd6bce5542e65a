import {
  bindSucceeded,
  ended,
  loggedIn,
  opened,
  step,
  tick,
  requestBind,
  type Event,
} from "../../src/connection/machine.js";
import {
  OPENING,
  initialState,
  nextTickAt,
  type MachineOptions,
  type State,
} from "../../src/connection/state.js";
import type { WebSocketSession } from "../../src/wire/models.js";
import { Random } from "./random.js";

export const OUTAGES_MS = [1_000, 2_000, 5_000, 17_000, 30_000, 60_000, 600_000] as const;
const BIN_MS = 100;
/** What is promised of the peak while the server refuses. */
export const MOST_OVER_EVEN = 1.5;

/** What an attempt meets while the server is away: `refusing`: no at once. `hanging`: nothing at all. */
export type Away = "refusing" | "hanging";

export interface Return {
  readonly away: Away;
  readonly outageMs: number;
  readonly clients: number;
  /** When 99 % were back, after the server was. */
  readonly t99Ms: number;
  /** The most arrivals in one bin of 100 ms. */
  readonly peak: number;
  /** That, as a multiple of what an even spread over `t99Ms` would bring. */
  readonly peakOverEven: number;
  /** How many came in each second after the server was back. */
  readonly perSecond: readonly number[];
}

const OPTIONS: MachineOptions = {
  idleMs: Infinity,
  probeTimeoutMs: 5_000,
  conflictGraceMs: 0,
  loopback: false,
};
const CONNECT_TIMEOUT_MS = 10_000;
/** More than enough for the outage before to be forgotten. */
const SETTLED_MS = 60_000;

function after(state: State, now: number, event: Event, draw = 0): State {
  return step(state, event, { now, random: draw, frames: 0, lastFrameAt: now }, OPTIONS);
}

/** A client whose player has long been bound. */
function settled(): State {
  const session = { userId: "alice", connectionId: "connection" } as WebSocketSession;
  const at = -SETTLED_MS;
  let state = after(initialState, at, (t) => requestBind(t, "player", true, false));
  state = after(state, at, opened);
  state = after(state, at, (t) => loggedIn(t, Infinity));
  return after(state, at, (t) => bindSucceeded(t, "player", session));
}

const READY = settled();
const lost: Event = (t) => ended(t, false, undefined);
const due: Event = (t) => tick(t, 0);

/** When a client whose line breaks at 0 knocks at a server that is back at `outageMs`, in milliseconds after that. */
export function returnOf(draw: number, outageMs: number, away: Away): number {
  let state = after(READY, 0, lost, draw);
  for (;;) {
    const now = nextTickAt(state, OPTIONS, 0);
    state = after(state, now, due);
    if (state.phase !== OPENING) throw new Error(`At ${now} ms the machine does not dial.`);
    if (now >= outageMs) return now - outageMs;
    state = after(state, away === "refusing" ? now : now + CONNECT_TIMEOUT_MS, lost);
  }
}

/** Many clients that know nothing of each other, one after another into a histogram. */
export function returnAfter(outageMs: number, away: Away, clients: number, seed: number): Return {
  const chance = new Random(seed);
  const bins: number[] = [];
  for (let i = 0; i < clients; i++) {
    const bin = Math.floor(returnOf(chance.next(), outageMs, away) / BIN_MS);
    bins[bin] = (bins[bin] ?? 0) + 1;
  }
  const counts = Array.from(bins, (count: number | undefined) => count ?? 0);
  const most = 0.99 * clients;
  let sum = 0;
  const last = counts.findIndex((count) => (sum += count) >= most);
  const t99Ms = (last + 1) * BIN_MS;
  const peak = counts.reduce((a, b) => Math.max(a, b), 0);
  const even = most / (last + 1);
  const perSecond: number[] = [];
  for (const [bin, count] of counts.entries()) {
    const second = Math.floor((bin * BIN_MS) / 1_000);
    perSecond[second] = (perSecond[second] ?? 0) + count;
  }
  return { away, outageMs, clients, t99Ms, peak, peakOverEven: peak / even, perSecond };
}
