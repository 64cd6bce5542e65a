import { doSomething } from "./actions.js";
import { hostTimers } from "./hostTimers.js";
import { Random } from "./random.js";
import { aStore, World, type Sockets } from "./world.js";

export interface Told {
  readonly story: string;
  /** The first promise that was broken. */
  readonly violation: string | undefined;
  readonly steps: number;
}

/** Tells one story in a world that it makes. */
type Scenario = (chance: Random, sockets: Sockets) => { world: World; tell: () => Promise<void> };

const RECOVERY_MS = 60_000;
/** Longer than the longest `waitFor`. */
const LAST_CALLS_MS = 31_000;
const QUIET_AFTER_MS = 120_000;
const WATCHED_MS = 600_000;

/** Players who do anything at any time, in a world where anything goes wrong; then good weather, and the end. */
const weather: Scenario = (chance, sockets) => {
  const keepAlive = chance.chance(0.85);
  const exclusive = chance.chance(0.8);
  const players = chance.chance(0.5) ? ["alice"] : ["alice", "bob"];
  const world = new World(
    chance,
    sockets,
    {
      closeCodeOnCut: chance.pick([1000, 1000, 1006, 4000]),
      conflictStatus: chance.chance(0.9) ? 409 : 405,
      projectTokenExpiresInSeconds: chance.pick([3600, 3600, 60, 20]),
      accessTokenExpiresInMs: chance.pick([3_600_000, 3_600_000, 40_000]),
    },
    { keepAlive: keepAlive ? { idleMs: 20_000 } : false },
  );
  const { story } = world;
  const acts: readonly (() => Promise<void>)[] = [
    async () => {
      const forMs = chance.between(5_000, 150_000);
      for (let i = chance.between(1, 3); i > 0; i--) {
        const tab = world.open(`tab-${i}`, `family-${i}`, aStore());
        tab.refetchMs = chance.pick([0, 0, 300, 2_000, 6_000]);
        const userId = chance.pick(players);
        world.later(chance.between(0, 3_000), () => {
          if (!tab.isAwake) return;
          tab.act(`setUserId ${userId}`, () => tab.want("player", userId, exclusive, false));
        });
      }
      for (let i = chance.between(3, 40); i > 0; i--) {
        world.later(chance.between(0, forMs), () => {
          const { active } = world;
          if (active.length > 0) doSomething({ world, players, exclusive }, chance.pick(active));
        });
      }
      await world.pass(forMs);
    },
    async () => {
      world.later(0, () => world.clearUp());
      await world.pass(RECOVERY_MS);
    },
    async () => {
      world.holdAllBound(!keepAlive);
      world.later(0, () => world.news());
      await world.pass(LAST_CALLS_MS);
    },
    async () => {
      for (const tab of world.tabs) tab.hasHeardAll();
      world.later(0, () => {
        for (const tab of world.tabs) if (!tab.disposed) world.dispose(tab);
      });
      await world.pass(10);
    },
  ];
  return {
    world,
    async tell() {
      for (const act of acts) if (story.violation === undefined) await act();
    },
  };
};

/** Two clients that were given the same session ID: neither is ever told of a conflict, and each cuts the other. */
const twins: Scenario = (chance, sockets) => {
  const world = new World(
    chance,
    sockets,
    { closeCodeOnCut: chance.pick([1000, 4000]) },
    { keepAlive: { idleMs: 20_000 } },
  );
  const { story, tabs } = world;
  return {
    world,
    async tell() {
      for (const name of ["twin-1", "twin-2"]) {
        const tab = world.open(name, "twins", aStore());
        tab.weather = { latencyMs: chance.between(1, 400), jitterMs: 50, reception: "open" };
        world.later(chance.between(0, 5_000), () =>
          tab.act("setUserId alice", () => tab.want("player", "alice", true, false, "shared")),
        );
      }
      await world.pass(QUIET_AFTER_MS);
      const dialled = tabs.map(({ conversations }) => conversations.length);
      await world.pass(WATCHED_MS);
      for (const [i, { name, conversations }] of tabs.entries()) {
        story.hold(
          conversations.length === dialled[i],
          () => `${name} is not quiet after two minutes`,
        );
      }
      const ends = tabs.map(({ gateway }) => gateway.connection);
      story.hold(
        ends.some(({ status }) => status === "ready"),
        () => "nobody plays any more",
      );
      story.hold(
        ends.some(({ reason }) => reason === "sessionIdShared"),
        () => "nobody was told that the session ID is shared",
      );
    },
  };
};

/** A network that breaks over and over, and nothing else: no reason to think of a twin. */
const flapping: Scenario = (chance, sockets) => {
  const world = new World(chance, sockets, {}, { keepAlive: { idleMs: 20_000 } });
  const { story } = world;
  return {
    world,
    async tell() {
      const tab = world.open("tab-1", "family-1", aStore());
      tab.act("setUserId alice", () => tab.want("player", "alice", true, false));
      const flap = (): void => {
        const kind = chance.pick(["drop", "halfOpen", "refuse", "hang"] as const);
        story.tell(`the network: ${kind}`);
        for (const link of world.network.of(tab.device)) {
          if (kind === "halfOpen") link.goHalfOpen();
          else link.drop();
        }
        const reception = kind === "refuse" || kind === "hang" ? kind : "open";
        tab.weather = { latencyMs: chance.between(1, 300), jitterMs: 100, reception };
        world.later(chance.between(500, 5_000), () => {
          tab.weather = { ...tab.weather, reception: "open" };
        });
        world.later(chance.between(1_000, 20_000), flap);
      };
      world.later(1_000, flap);
      for (let passed = 0; passed < WATCHED_MS && !story.violation; passed += 1_000) {
        await world.pass(1_000);
        const { status } = tab.gateway.connection;
        story.hold(status !== "replaced", () => "the breaker tripped by the network alone");
      }
    },
  };
};

const scenarios = { weather, twins, flapping };
export type ScenarioName = keyof typeof scenarios;

/** One story from its seed: the same seed tells the same, byte for byte. */
export async function simulate(
  seed: number,
  { scenario = "weather", sockets = "port" }: { scenario?: ScenarioName; sockets?: Sockets } = {},
): Promise<Told> {
  const { world, tell } = scenarios[scenario](new Random(seed), sockets);
  const restore = hostTimers(world.time);
  try {
    await tell();
  } catch (error) {
    world.story.wrong(`it threw: ${String(error)}`);
  }
  const { story, time } = world;
  const told = { story: story.text, violation: story.violation, steps: time.steps };
  // A page that is loaded again takes its clients' module along; here the module stays, and would hold them for ever.
  for (const { gateway } of world.tabs) gateway.dispose();
  restore();
  return told;
}
