import { step, type ConnectionEvent } from "../../src/connection/machine.js";
import {
  initialState,
  nextTickAt,
  type MachineOptions,
  type State,
} from "../../src/connection/state.js";
import type { WebSocketSession } from "../../src/wire/models.js";
import { Random } from "./random.js";

/** Shortest first. */
export const OUTAGES_MS = [1_000, 2_000, 5_000, 17_000, 30_000, 60_000, 600_000] as const;
const BIN_MS = 100;
/** Upper bound of the peak while the server refuses. */
export const MAX_PEAK_OVER_EVEN = 1.5;

/** The server during the outage: it refuses each attempt at once, or never replies. */
export type Away = "refusing" | "hanging";

export interface Reconnects {
  readonly away: Away;
  readonly outageMs: number;
  readonly clients: number;
  /** When 99 % have reconnected, since the end of the outage. */
  readonly t99Ms: number;
  /** Largest number of reconnects within 100 ms. */
  readonly peak: number;
  /** The peak divided by that of an even spread over `t99Ms`. */
  readonly peakOverEven: number;
  /** Reconnects in each second after the end of the outage. */
  readonly perSecond: readonly number[];
}

const OPTIONS: MachineOptions = {
  idleMs: Infinity,
  probeTimeoutMs: 5_000,
  conflictGraceMs: 0,
  loopback: false,
};
const CONNECT_TIMEOUT_MS = 10_000;
/** Long enough for the machine to end the outage before. */
const STABLE_MS = 60_000;

type WithoutGeneration<Event> = Event extends unknown ? Omit<Event, "generation"> : never;

/** @param event one of a socket is of the present socket */
function after(
  state: State,
  now: number,
  event: WithoutGeneration<ConnectionEvent>,
  random = 0,
): State {
  const ofPresentSocket = { ...event, generation: state.generation } as ConnectionEvent;
  const input = { now, random, frames: 0, lastFrameAt: now };
  return step(state, ofPresentSocket, input, OPTIONS).state;
}

/** A client whose slot has been held for long. */
function stableState(): State {
  const session = { userId: "alice", connectionId: "connection" } as WebSocketSession;
  const at = -STABLE_MS;
  let state = after(initialState, at, {
    type: "requestBind",
    slot: "player",
    exclusive: true,
    force: false,
  });
  state = after(state, at, { type: "socketOpened" });
  state = after(state, at, { type: "loggedIn", renewInMs: Infinity });
  return after(state, at, { type: "bindSucceeded", slot: "player", session });
}

const READY = stableState();
const lost = { type: "socketEnded", clean: false } as const;
const due = { type: "tick", lateMs: 0 } as const;

/**
 * For each outage, shortest first: time from its end to the next attempt of a client that lost its
 * connection at the start. Up to its end, a longer outage has the attempts of a shorter one.
 */
export function reconnectDelaysMs(
  jitter: number,
  outagesMs: readonly number[],
  away: Away,
): number[] {
  const delaysMs: number[] = [];
  let state = after(READY, 0, lost, jitter);
  for (;;) {
    const now = nextTickAt(state, OPTIONS, 0);
    state = after(state, now, due);
    if (state.phase !== "opening") throw new Error(`no socket is opened at ${now} ms`);
    for (let outageMs; now >= (outageMs = outagesMs[delaysMs.length] ?? Infinity);) {
      delaysMs.push(now - outageMs);
    }
    if (delaysMs.length === outagesMs.length) return delaysMs;
    state = after(state, away === "refusing" ? now : now + CONNECT_TIMEOUT_MS, lost);
  }
}

/**
 * For each of `OUTAGES_MS`, a histogram of the reconnects of independent clients.
 *
 * @param jitters how many values the jitter has: clients with the same one reconnect together
 */
export function reconnects(
  away: Away,
  clients: number,
  seed: number,
  jitters = 100_000,
): Reconnects[] {
  const random = new Random(seed);
  const histograms = OUTAGES_MS.map((): number[] => []);
  const delaysOf = new Map<number, readonly number[]>();
  for (let i = 0; i < clients; i++) {
    const jitter = Math.floor(random.next() * jitters) / jitters;
    const delaysMs = delaysOf.get(jitter) ?? reconnectDelaysMs(jitter, OUTAGES_MS, away);
    delaysOf.set(jitter, delaysMs);
    for (const [index, delayMs] of delaysMs.entries()) {
      const bins = histograms[index]!;
      const bin = Math.floor(delayMs / BIN_MS);
      bins[bin] = (bins[bin] ?? 0) + 1;
    }
  }
  return OUTAGES_MS.map((outageMs, index) =>
    summarize(outageMs, away, clients, histograms[index]!),
  );
}

function summarize(
  outageMs: number,
  away: Away,
  clients: number,
  bins: readonly number[],
): Reconnects {
  const counts = Array.from(bins, (count: number | undefined) => count ?? 0);
  const share = 0.99 * clients;
  let sum = 0;
  const last = counts.findIndex((count) => (sum += count) >= share);
  const t99Ms = (last + 1) * BIN_MS;
  const peak = counts.reduce((a, b) => Math.max(a, b), 0);
  const even = share / (last + 1);
  const perSecond: number[] = [];
  for (const [bin, count] of counts.entries()) {
    const second = Math.floor((bin * BIN_MS) / 1_000);
    perSecond[second] = (perSecond[second] ?? 0) + count;
  }
  return { away, outageMs, clients, t99Ms, peak, peakOverEven: peak / even, perSecond };
}
