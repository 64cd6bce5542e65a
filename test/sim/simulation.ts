import { performRandomAction } from "./actions.js";
import { createStorage, SimulatedEnvironment, type Scenario, type Sockets } from "./environment.js";
import { hostileScenarios } from "./hostileScenarios.js";
import { installHostTimers } from "./hostTimers.js";
import { drawLogger, hostileActions } from "./hostileActions.js";
import { Random } from "./random.js";
import { SHARED_SESSION_ID } from "./tab.js";
import { transactions } from "./transactions.js";

export interface SimulationResult {
  readonly trace: string;
  /** The first violated invariant. */
  readonly violation: string | undefined;
  readonly steps: number;
}

const RECOVERY_MS = 60_000;
/** Shorter than the recovery. */
const PROVIDER_TIMEOUT_MS = 10_000;
/** Longer than the longest `waitFor`. */
const LAST_CALLS_MS = 31_000;
const QUIET_AFTER_MS = 120_000;
const OBSERVED_MS = 600_000;

/** Random actions and faults of all kinds; then the faults end and every client must recover. */
const randomFaults: Scenario = (random, sockets) => {
  const keepAlive = random.boolean(0.85);
  const exclusive = random.boolean(0.8);
  const players = random.boolean(0.5) ? ["alice"] : ["alice", "bob"];
  const isHostile = random.boolean(0.6);
  const environment = new SimulatedEnvironment(
    random,
    sockets,
    {
      closeCodeOnCut: random.pick([1000, 1000, 1006, 4000]),
      conflictStatus: random.boolean(0.9) ? 409 : 405,
      projectTokenExpiresInSeconds: random.pick([3600, 3600, 60, 20]),
      accessTokenExpiresInMs: random.pick([3_600_000, 3_600_000, 40_000]),
    },
    {
      keepAlive: keepAlive ? { idleMs: 20_000 } : false,
      providerTimeoutMs: PROVIDER_TIMEOUT_MS,
    },
    {
      usesProjectTokenProvider: isHostile && random.boolean(0.4),
      logger: isHostile && random.boolean(0.2) ? drawLogger(random) : false,
    },
  );
  const { trace } = environment;
  const phases: readonly (() => Promise<void>)[] = [
    async () => {
      const forMs = random.between(5_000, 150_000);
      for (let i = random.between(1, 3); i > 0; i--) {
        const tab = environment.open(`tab-${i}`, `family-${i}`, createStorage());
        tab.refetchMs = random.pick([0, 0, 300, 2_000, 6_000]);
        const userId = random.pick(players);
        environment.schedule(random.between(0, 3_000), () => {
          if (!tab.isAwake) return;
          tab.perform(`setUserId ${userId}`, () =>
            tab.setUserId("player", userId, exclusive, false),
          );
        });
      }
      for (let i = random.between(3, 40); i > 0; i--) {
        environment.schedule(random.between(0, forMs), () => {
          const { active } = environment;
          if (active.length === 0) return;
          const context = { environment, players, exclusive };
          const actions = isHostile && random.boolean(0.5) ? hostileActions : undefined;
          performRandomAction(context, random.pick(active), actions);
        });
      }
      await environment.advance(forMs);
    },
    async () => {
      environment.schedule(0, () => environment.endFaults());
      await environment.advance(RECOVERY_MS);
    },
    async () => {
      environment.assertBindings(!keepAlive);
      environment.schedule(0, () => environment.publishNews());
      await environment.advance(LAST_CALLS_MS);
    },
    async () => {
      for (const tab of environment.tabs) tab.invariants.assertAllDelivered();
      environment.schedule(0, () => {
        for (const tab of environment.tabs) if (!tab.disposed) environment.dispose(tab);
      });
      await environment.advance(10);
    },
  ];
  return {
    environment,
    async run() {
      for (const phase of phases) if (trace.violation === undefined) await phase();
    },
  };
};

/** Two clients with one session ID: each bind cuts the other client, and no reply is a conflict. */
const sharedSessionId: Scenario = (random, sockets) => {
  const environment = new SimulatedEnvironment(
    random,
    sockets,
    { closeCodeOnCut: random.pick([1000, 4000]) },
    { keepAlive: { idleMs: 20_000 } },
  );
  const { trace, tabs } = environment;
  return {
    environment,
    async run() {
      for (const name of ["tab-1", "tab-2"]) {
        const tab = environment.open(name, "one family", createStorage());
        tab.conditions = { latencyMs: random.between(1, 400), jitterMs: 50, onConnect: "open" };
        environment.schedule(random.between(0, 5_000), () =>
          tab.perform("setUserId alice", () =>
            tab.setUserId("player", "alice", true, false, { sessionId: SHARED_SESSION_ID }),
          ),
        );
      }
      await environment.advance(QUIET_AFTER_MS);
      const attempts = tabs.map((tab) => tab.sockets.length);
      await environment.advance(OBSERVED_MS);
      for (const [i, tab] of tabs.entries()) {
        trace.assert(
          tab.sockets.length === attempts[i],
          () => `${tab.name} still reconnects after two minutes`,
        );
      }
      const connections = tabs.map(({ gateway }) => gateway.connection);
      trace.assert(
        connections.some(({ status }) => status === "ready"),
        () => "no client is ready",
      );
      trace.assert(
        connections.some(({ reason }) => reason === "sessionIdShared"),
        () => "no client reports sessionIdShared",
      );
    },
  };
};

/** The network breaks again and again; the client must not report sessionIdShared. */
const flapping: Scenario = (random, sockets) => {
  const environment = new SimulatedEnvironment(
    random,
    sockets,
    {},
    { keepAlive: { idleMs: 20_000 } },
  );
  const { trace } = environment;
  return {
    environment,
    async run() {
      const tab = environment.open("tab-1", "family-1", createStorage());
      tab.perform("setUserId alice", () => tab.setUserId("player", "alice", true, false));
      const flap = (): void => {
        const kind = random.pick(["drop", "halfOpen", "refuse", "hang"] as const);
        trace.log(`the network: ${kind}`);
        for (const link of environment.network.linksOf(tab.device)) {
          if (kind === "halfOpen") link.goHalfOpen();
          else link.drop();
        }
        const onConnect = kind === "refuse" || kind === "hang" ? kind : "open";
        tab.conditions = { latencyMs: random.between(1, 300), jitterMs: 100, onConnect };
        environment.schedule(random.between(500, 5_000), () => {
          tab.conditions = { ...tab.conditions, onConnect: "open" };
        });
        environment.schedule(random.between(1_000, 20_000), flap);
      };
      environment.schedule(1_000, flap);
      for (let passed = 0; passed < OBSERVED_MS && !trace.violation; passed += 1_000) {
        await environment.advance(1_000);
        const { status } = tab.gateway.connection;
        trace.assert(status !== "replaced", () => "replaced because of network failures alone");
      }
    },
  };
};

const scenarios = {
  randomFaults,
  sharedSessionId,
  flapping,
  transactions,
  ...hostileScenarios,
};
export type ScenarioName = keyof typeof scenarios;

/** Runs one scenario. Equal seeds give equal traces, byte for byte. */
export async function simulate(
  seed: number,
  {
    scenario = "randomFaults",
    sockets = "simulated",
  }: { scenario?: ScenarioName; sockets?: Sockets } = {},
): Promise<SimulationResult> {
  const { environment, run } = scenarios[scenario](new Random(seed), sockets);
  const restoreHostTimers = installHostTimers(environment.time);
  try {
    await run();
  } catch (error) {
    environment.trace.fail(`the simulation threw: ${String(error)}`);
  }
  const { trace, time } = environment;
  const result = { trace: trace.text, violation: trace.violation, steps: time.steps };
  // The registry of active clients is a module's variable, which a real reload would discard.
  for (const { gateway } of environment.tabs) gateway.dispose();
  restoreHostTimers();
  return result;
}
