import fc from "fast-check";
import { expect, test } from "vitest";
import {
  bindFailed,
  bindSucceeded,
  connect,
  disconnect,
  ended,
  hint,
  loggedIn,
  loginFailed,
  opened,
  release,
  tick,
  tokenSet,
  requestBind,
  type Event,
} from "../../../src/connection/machine.js";
import { bindRejection } from "../../../src/connection/binding.js";
import { LOGGING_IN, OPEN, OPENING, UNAUTHORIZED, WAITING } from "../../../src/connection/state.js";
import { failure, sessionOf, Sim } from "./simulatedConnection.js";

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

/** A thing that may happen: `of` the phase it makes sense in, as the connection would tell it. */
interface Happening {
  readonly name: string;
  readonly event: (sim: Sim) => Event;
  readonly possible?: (sim: Sim) => boolean;
}

const inPhase = (...phases: number[]) => ({
  possible: ({ state }: Sim) => phases.includes(state.phase),
});

const happenings: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 2, arbitrary: fc.constant<Happening>({ name: "connect", event: () => connect }) },
  { weight: 1, arbitrary: fc.constant<Happening>({ name: "disconnect", event: () => disconnect }) },
  {
    weight: 6,
    arbitrary: fc.constant<Happening>({
      name: "opened",
      event: () => opened,
      ...inPhase(OPENING),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.constant<Happening>({
      name: "loggedIn",
      event: (sim) => (t) => loggedIn(t, sim.now + 3_240_000),
      ...inPhase(LOGGING_IN),
    }),
  },
  {
    weight: 1,
    arbitrary: kinds.map((kind): Happening => ({
      name: `login ${kind}`,
      event: () => (t) => loginFailed(t, failure(kind)),
      ...inPhase(LOGGING_IN, OPEN),
    })),
  },
  {
    weight: 3,
    arbitrary: fc.boolean().map((clean): Happening => ({
      name: `ended ${clean ? "clean" : "unclean"}`,
      event: () => (t) => ended(t, clean, undefined),
      ...inPhase(OPENING, LOGGING_IN, OPEN),
    })),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(slots, fc.boolean(), fc.boolean())
      .map(([name, exclusive, force]): Happening => ({
        name: `want ${name}${force ? " by force" : ""}`,
        event: () => (t) => requestBind(t, name, exclusive, force),
        possible: ({ state }) => !bindRejection(state, force),
      })),
  },
  {
    weight: 6,
    arbitrary: fc
      .tuple(slots, fc.constantFrom("alice", "alice", "bob"))
      .map(([name, userId]): Happening => ({
        name: `bound ${name} as ${userId}`,
        event: () => (t) => bindSucceeded(t, name, sessionOf(userId)),
        ...inPhase(OPEN),
      })),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(slots, kinds).map(([name, kind]): Happening => ({
      name: `bind of ${name} ${kind}`,
      event: () => (t) => bindFailed(t, name, failure(kind)),
      ...inPhase(OPEN),
    })),
  },
  {
    weight: 1,
    arbitrary: slots.map((name): Happening => ({
      name: `release ${name}`,
      event: () => (t) => release(t, name),
    })),
  },
  {
    weight: 3,
    arbitrary: hints.map((kind): Happening => ({ name: kind, event: () => (t) => hint(t, kind) })),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(0, 70_000).map((late): Happening => ({
      name: `tick ${late} ms late`,
      event: () => (t) => tick(t, late),
    })),
  },
  {
    weight: 1,
    arbitrary: fc.constant<Happening>({
      name: "tokenSet",
      event: (sim) => (t) => tokenSet(t, sim.now + 1_000_000),
    }),
  },
);

const stories = fc.array(
  fc
    .record({
      happening: happenings,
      passMs: fc.constantFrom(0, 0, 1, 400, 2_000, 31_000, 310_000),
      frame: fc.boolean(),
    })
    .map((chapter) => ({
      ...chapter,
      [fc.toStringMethod]: () => `${chapter.passMs} ms, ${chapter.happening.name}`,
    })),
  { minLength: 1, maxLength: 60 },
);

test("whatever happens in whatever order, the machine keeps its promises", () => {
  fc.assert(
    fc.property(stories, (story) => {
      const sim = new Sim();
      /** Nobody but the player may end this rest. */
      let stopped = false;
      const forcedWants: Record<string, number> = {};
      const forcedBinds: Record<string, number> = {};
      sim.watch = (before, done) => {
        expect(sim.state.generation).toBeGreaterThanOrEqual(before.generation);
        for (const [effect, slot, force] of done) {
          if (effect === "bind") {
            // Nothing of a player's before the login; and a bind is the last word of its step.
            expect(sim.state.phase).toBe(OPEN);
            expect(sim.state.slots[slot as string]!.state).toBe("binding");
            if (force) forcedBinds[slot as string] = (forcedBinds[slot as string] ?? 0) + 1;
          }
          if (effect === "openSocket") expect(stopped).toBe(false);
          if (effect === "probe") expect(sim.state.phase).toBe(OPEN);
        }
        for (const slot in forcedBinds) {
          expect(forcedBinds[slot]).toBeLessThanOrEqual(forcedWants[slot] ?? 0);
        }
        const { phase, nextRetryAt } = sim.state;
        if (phase < WAITING) expect(nextRetryAt).toBe(Infinity);
        if (phase === WAITING && !sim.state.inBackForwardCache)
          expect(nextRetryAt).toBeLessThan(Infinity);
        for (const { state, heldOn } of Object.values(sim.state.slots)) {
          if (state === "held") expect(heldOn).toBe(sim.state.generation);
          if (state === "binding") expect(phase).toBe(OPEN);
          if (phase < OPEN) expect(["wanted", "failed", "replaced"]).toContain(state);
          if (heldOn) expect(phase).toBe(OPEN);
        }
        // Only a player's own act leads out of rest.
        if (stopped) expect(phase).toBeLessThanOrEqual(UNAUTHORIZED);
      };
      for (const { happening, passMs, frame } of story) {
        sim.pass(passMs);
        if (frame) sim.frame();
        if (happening.possible?.(sim) === false) continue;
        const { name } = happening;
        if (name === "disconnect") stopped = true;
        if (name === "connect" || name.startsWith("want")) stopped = false;
        if (name.endsWith("by force")) {
          const slot = name.split(" ")[1]!;
          forcedWants[slot] = (forcedWants[slot] ?? 0) + 1;
        }
        sim.on(happening.event(sim));
      }
    }),
    { numRuns: 1_000 },
  );
});

test("what belongs to an earlier socket changes nothing", () => {
  fc.assert(
    fc.property(stories, happenings, (story, late) => {
      const sim = new Sim();
      for (const { happening, passMs } of story) {
        sim.pass(passMs);
        if (happening.possible?.(sim) !== false) sim.on(happening.event(sim));
      }
      if (sim.state.generation === 0) return;
      const before = sim.state;
      const done = sim.on(late.event(sim), before.generation - 1);
      // What is due by now is sent all the same.
      expect(done.filter(([effect]) => effect !== "bind")).toEqual([]);
      expect(sim.state).toMatchObject({
        phase: before.phase,
        generation: before.generation,
        attempt: before.attempt,
        nextRetryAt: before.nextRetryAt,
        renewAt: before.renewAt,
      });
      expect(Object.keys(sim.state.slots)).toEqual(Object.keys(before.slots));
    }),
    { numRuns: 300 },
  );
});
