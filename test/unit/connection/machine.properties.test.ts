import fc from "fast-check";
import { expect, test } from "vitest";
import { bindRejection } from "../../../src/connection/binding.js";
import { isResting, type Phase } from "../../../src/connection/state.js";
import { failure, sessionOf, SimulatedConnection, type Event } from "./simulatedConnection.js";

const slots = fc.constantFrom("player", "guild");
const kinds = fc.constantFrom(
  "badRequest" as const,
  "unauthorized" as const,
  "notFound" as const,
  "conflict" as const,
  "serviceUnavailable" as const,
  "requestTimeout" as const,
  "protocol" as const,
  "notConnected" as const,
);
const hints = fc.constantFrom(
  "online" as const,
  "offline" as const,
  "foreground" as const,
  "background" as const,
  "pagehide" as const,
  "pageshow" as const,
  "retryNow" as const,
  "suspicion" as const,
);

/** An event, and whether the connection may dispatch it. */
interface Candidate {
  readonly event: Event;
  readonly isPossible?: (connection: SimulatedConnection) => boolean;
}

const inPhase = (...phases: Phase[]) => ({
  isPossible: ({ state }: SimulatedConnection) => phases.includes(state.phase),
});

const candidates: fc.Arbitrary<Candidate> = fc.oneof(
  { weight: 2, arbitrary: fc.constant<Candidate>({ event: { type: "connect" } }) },
  { weight: 1, arbitrary: fc.constant<Candidate>({ event: { type: "disconnect" } }) },
  {
    weight: 6,
    arbitrary: fc.constant<Candidate>({ event: { type: "socketOpened" }, ...inPhase("opening") }),
  },
  {
    weight: 6,
    arbitrary: fc.constant<Candidate>({
      event: { type: "loggedIn", renewInMs: 3_240_000 },
      ...inPhase("loggingIn"),
    }),
  },
  {
    weight: 1,
    arbitrary: kinds.map((kind): Candidate => ({
      event: { type: "loginFailed", error: failure(kind) },
      ...inPhase("loggingIn", "open"),
    })),
  },
  {
    weight: 3,
    arbitrary: fc.boolean().map((clean): Candidate => ({
      event: { type: "socketEnded", clean },
      ...inPhase("opening", "loggingIn", "open"),
    })),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(slots, fc.boolean(), fc.boolean())
      .map(([slot, exclusive, force]): Candidate => ({
        event: { type: "requestBind", slot, exclusive, force },
        isPossible: ({ state }) => !bindRejection(state, force),
      })),
  },
  {
    weight: 6,
    arbitrary: fc
      .tuple(slots, fc.constantFrom("alice", "alice", "bob"))
      .map(([slot, userId]): Candidate => ({
        event: { type: "bindSucceeded", slot, session: sessionOf(userId) },
        ...inPhase("open"),
      })),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(slots, kinds).map(([slot, kind]): Candidate => ({
      event: { type: "bindFailed", slot, error: failure(kind) },
      ...inPhase("open"),
    })),
  },
  { weight: 1, arbitrary: slots.map((slot): Candidate => ({ event: { type: "release", slot } })) },
  { weight: 3, arbitrary: hints.map((hint): Candidate => ({ event: { type: "hint", hint } })) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(0, 70_000).map((lateMs): Candidate => ({
      event: { type: "tick", lateMs },
    })),
  },
  {
    weight: 1,
    arbitrary: fc.constant<Candidate>({ event: { type: "tokenSet", renewInMs: 1_000_000 } }),
  },
);

const sequences = fc.array(
  fc
    .record({
      candidate: candidates,
      passMs: fc.constantFrom(0, 0, 1, 400, 2_000, 31_000, 310_000),
      frame: fc.boolean(),
    })
    .map((entry) => ({
      ...entry,
      [fc.toStringMethod]: () => `${entry.passMs} ms, ${JSON.stringify(entry.candidate.event)}`,
    })),
  { minLength: 1, maxLength: 60 },
);

test("the machine keeps its invariants for events in any order", () => {
  fc.assert(
    fc.property(sequences, (sequence) => {
      const connection = new SimulatedConnection();
      /** After a disconnect, until the next connect. */
      let isStopped = false;
      const forcedRequests: Record<string, number> = {};
      const forcedBinds: Record<string, number> = {};
      connection.onStep = (before, effects) => {
        const { state } = connection;
        expect(state.generation).toBeGreaterThanOrEqual(before.generation);
        for (const effect of effects) {
          if (effect.type === "bind") {
            // No player frame precedes the login, and a bind is the last effect of its step.
            expect(state.phase).toBe("open");
            expect(state.slots[effect.slot]!.state).toBe("binding");
            if (effect.force) forcedBinds[effect.slot] = (forcedBinds[effect.slot] ?? 0) + 1;
          }
          if (effect.type === "openSocket") expect(isStopped).toBe(false);
          if (effect.type === "probe") expect(state.phase).toBe("open");
        }
        for (const slot in forcedBinds) {
          expect(forcedBinds[slot]).toBeLessThanOrEqual(forcedRequests[slot] ?? 0);
        }
        const { phase, nextRetryAt } = state;
        if (isResting(state)) expect(nextRetryAt).toBe(Infinity);
        if (phase === "waiting" && !state.inBackForwardCache)
          expect(nextRetryAt).toBeLessThan(Infinity);
        for (const {
          state: bindingState,
          history: { isHeldByServer },
        } of Object.values(state.slots)) {
          if (bindingState === "held") expect(isHeldByServer).toBe(true);
          if (bindingState === "binding") expect(phase).toBe("open");
          if (phase !== "open") expect(["wanted", "failed", "replaced"]).toContain(bindingState);
          if (isHeldByServer) expect(phase).toBe("open");
        }
        // Only a method called by the game leaves a resting phase.
        if (isStopped) expect(isResting(state)).toBe(true);
      };
      for (const { candidate, passMs, frame } of sequence) {
        connection.pass(passMs);
        if (frame) connection.frame();
        if (candidate.isPossible?.(connection) === false) continue;
        const { event } = candidate;
        if (event.type === "disconnect") isStopped = true;
        if (event.type === "connect" || event.type === "requestBind") isStopped = false;
        if (event.type === "requestBind" && event.force) {
          forcedRequests[event.slot] = (forcedRequests[event.slot] ?? 0) + 1;
        }
        connection.on(event);
      }
    }),
    { numRuns: 1_000 },
  );
});

const OF_A_SOCKET = ["socketOpened", "socketEnded", "loggedIn", "loginFailed"];

test("the machine ignores events of an earlier socket", () => {
  const ofEarlierSocket = candidates.filter(
    ({ event: { type } }) => OF_A_SOCKET.includes(type) || type.startsWith("bind"),
  );
  fc.assert(
    fc.property(sequences, ofEarlierSocket, (sequence, late) => {
      const connection = new SimulatedConnection();
      for (const { candidate, passMs } of sequence) {
        connection.pass(passMs);
        if (candidate.isPossible?.(connection) !== false) connection.on(candidate.event);
      }
      if (connection.state.generation === 0) return;
      const before = connection.state;
      const effects = connection.on(late.event, before.generation - 1);
      // A bind that is due by now is still sent.
      expect(effects.filter(({ type }) => type !== "bind")).toEqual([]);
      expect(connection.state).toMatchObject({
        phase: before.phase,
        generation: before.generation,
        attempt: before.attempt,
        nextRetryAt: before.nextRetryAt,
        renewAt: before.renewAt,
      });
      expect(Object.keys(connection.state.slots)).toEqual(Object.keys(before.slots));
    }),
    { numRuns: 300 },
  );
});
