import { performRandomAction, type WeightedActions } from "./actions.js";
import { createStorage, SimulatedEnvironment, type Scenario, type Sockets } from "./environment.js";
import {
  blockThread,
  breakProviders,
  drawLogger,
  misbehave,
  passOddArgument,
  retryNowAgainAndAgain,
  setWallClock,
  stormOfHints,
} from "./hostileActions.js";
import { Random } from "./random.js";
import type { Tab } from "./tab.js";

const CLIENT = { keepAlive: { idleMs: 20_000 } };
/** The default of the client. */
const PROVIDER_TIMEOUT_MS = 30_000;
/** The deadline of a provider, then the longest retry window. */
const RECOVERY_MS = 75_000;

const isHeld = (tab: Tab, slot: string): boolean =>
  tab.gateway.connection.bindings[slot]?.state === "held";

const healthyActions: WeightedActions = [
  [6, breakProviders],
  [4, setWallClock],
  [4, blockThread],
  [4, stormOfHints],
  [2, retryNowAgainAndAgain],
  [3, passOddArgument],
  [3, (environment, tab) => misbehave(environment, tab, undefined, 0)],
  [2, (_, tab) => tab.perform("a late onSync", () => tab.registerOnSync())],
  [6, (environment) => environment.publishNews()],
  [
    8,
    ({ random }, tab) => {
      const slot = random.boolean(0.75) ? "player" : "guild";
      if (!isHeld(tab, slot)) return;
      tab.perform("a call that must resolve", () => {
        if (random.boolean(0.5)) tab.echo(slot, true);
        else tab.setFirebaseToken(slot, true);
      });
    },
  ],
  [
    2,
    (environment, tab) => {
      tab.perform("the page is hidden", () => tab.device.emitHint("background"));
      environment.schedule(environment.random.between(1_000, 90_000), () => environment.show(tab));
    },
  ],
];

/** Network and server work: whatever game and host do, the first socket is kept. */
const healthyNetwork: Scenario = (random, sockets) => {
  const environment = new SimulatedEnvironment(random, sockets, {}, CLIENT, {
    usesProjectTokenProvider: random.boolean(0.5),
    logger: random.boolean(0.3) ? drawLogger(random) : false,
  });
  const { trace } = environment;
  return {
    environment,
    async run() {
      const tab = environment.open("tab-1", "family-1", createStorage());
      tab.refetchMs = random.pick([0, 0, 300, 2_000]);
      tab.keepsSocketUntil = Infinity;
      tab.providerTimeoutMs = PROVIDER_TIMEOUT_MS;
      const isGuildBroken = random.boolean(0.4);
      if (isGuildBroken) tab.providerFaults.set("guild", { type: "neverSettles" });
      tab.perform("setUserId", () => {
        tab.setUserId("guild", "guild-1", false, false);
        tab.setUserId("player", "alice", true, false);
      });
      tab.holdsForSyncAlone = true;
      for (let i = 0; i < 8; i++) {
        await environment.advance(1_000);
        environment.publishNews();
      }
      trace.assert(isHeld(tab, "player"), () => "the player waits for the guild's provider");
      tab.holdsForSyncAlone = false;
      const forMs = random.between(20_000, 200_000);
      for (let i = random.between(5, 30); i > 0; i--) {
        environment.schedule(random.between(0, forMs), () => {
          const context = { environment, players: ["alice"], exclusive: true };
          if (tab.isAwake) performRandomAction(context, tab, healthyActions);
        });
      }
      await environment.advance(forMs);
      environment.schedule(0, () => environment.endFaults());
      await environment.advance(RECOVERY_MS);
      environment.assertBindings(false);
      trace.assert(tab.sockets.length === 1, () => `${tab.sockets.length} sockets were opened`);
      environment.schedule(0, () => environment.publishNews());
      await environment.advance(10_000);
      tab.invariants.assertAllDelivered();
      tab.keepsSocketUntil = -Infinity;
      environment.schedule(0, () => environment.dispose(tab));
      await environment.advance(10);
    },
  };
};

interface OneTab {
  readonly environment: SimulatedEnvironment;
  readonly tab: Tab;
  readonly random: Random;
}

/** A scenario of one tab. */
const oneTab =
  (run: (parts: OneTab) => Promise<void>): Scenario =>
  (random, sockets) => {
    const environment = new SimulatedEnvironment(random, sockets, {}, CLIENT);
    return {
      environment,
      run: () =>
        run({ environment, tab: environment.open("tab-1", "family-1", createStorage()), random }),
    };
  };

/** A player who taps twice: each call resolves, and one forced bind is sent. */
const doubleTap = oneTab(async ({ environment, tab, random }) => {
  const { trace } = environment;
  // The last tap comes before the first bind is answered.
  tab.conditions = { latencyMs: random.between(60, 400), jitterMs: 20, onConnect: "open" };
  tab.perform("setUserId alice", () => tab.setUserId("player", "alice", true, false));
  await environment.advance(10_000);
  const rival = environment.open("rival", "family-2", createStorage());
  rival.perform("connect", () => void rival.gateway.connect());
  await environment.advance(1_000);
  rival.perform("setUserId alice, with force", () =>
    rival.setUserId("player", "alice", true, true),
  );
  await environment.advance(40_000);
  trace.assert(
    tab.gateway.connection.status === "replaced",
    () => `tab-1 is ${tab.gateway.connection.status}`,
  );
  for (let i = random.between(2, 3); i > 0; i--) {
    environment.schedule(random.between(0, 100), () =>
      tab.perform("takeOver player", () => tab.takeOver("player", true)),
    );
  }
  await environment.advance(10_000);
  trace.assert(isHeld(tab, "player"), () => "tab-1 is not bound");
  trace.assert(tab.forcedBinds === 1, () => `${tab.forcedBinds} forced binds were sent`);
  trace.assert(tab.calls.size === 0, () => "a call is not settled");
});

/** A slow network, and a player who asks for a retry again and again. */
const impatient = oneTab(async ({ environment, tab, random }) => {
  const { trace } = environment;
  tab.conditions = { latencyMs: random.between(100, 1_500), jitterMs: 20, onConnect: "open" };
  const everyMs = random.between(100, 2_500);
  tab.perform(`setUserId alice, then retryNow each ${everyMs} ms`, () =>
    tab.setUserId("player", "alice", true, false),
  );
  for (let at = 0; at < 60_000; at += everyMs) {
    environment.schedule(at, () => tab.gateway.retryNow());
  }
  tab.actions += 1_000;
  await environment.advance(30_000);
  trace.assert(isHeld(tab, "player"), () => "no attempt succeeds while retryNow is called");
  for (const link of environment.network.linksOf(tab.device)) link.drop();
  await environment.advance(30_000);
  trace.assert(isHeld(tab, "player"), () => "no attempt succeeds while retryNow is called");
});

/** A server that restarts three times is no other client with the same session ID. */
const cleanRestarts = oneTab(async ({ environment, tab, random }) => {
  const { trace } = environment;
  tab.perform("setUserId alice", () => tab.setUserId("player", "alice", true, false));
  await environment.advance(random.between(1_000, random.pick([9_000, 20_000])));
  for (let i = 0; i < 3; i++) {
    const code = random.pick([1000, 1001, 1012]);
    trace.log(`the server restarts with ${code}`);
    environment.server.restart(random.between(0, 2_000), code);
    await environment.advance(random.between(3_000, random.pick([9_000, 40_000])));
    const { status } = tab.gateway.connection;
    trace.assert(status !== "replaced", () => "a restart counts as a shared session ID");
  }
  await environment.advance(60_000);
  environment.assertBindings(false);
});

/** Clients of one page, visible or hidden, and the page after it. */
const samePage = oneTab(async ({ environment, tab, random }) => {
  tab.perform("setUserId alice", () => tab.setUserId("player", "alice", true, false));
  await environment.advance(random.between(0, 2_000));
  if (random.boolean(0.7)) {
    tab.perform("the page is hidden", () => tab.device.emitHint("background"));
  }
  await environment.advance(random.between(0, 2_000));
  const second = environment.open("tab-2", "family-2", tab.storage, tab.device);
  if (random.boolean(0.5)) environment.throwAway(second);
  else second.perform("setUserId bob", () => second.setUserId("player", "bob", true, false));
  await environment.advance(2_000);
  environment.reload(tab);
  await environment.advance(20_000);
  environment.assertBindings(false);
});

/** While frames flow, hints of the network cause no probe: GS2 bills it as a call. */
const flowing = oneTab(async ({ environment, tab, random }) => {
  const { trace } = environment;
  tab.perform("setUserId alice", () => tab.setUserId("player", "alice", true, false));
  await environment.advance(5_000);
  const everyMs = random.between(50, 2_000);
  for (let at = 0; at < 60_000; at += everyMs) {
    environment.schedule(at, () => environment.publishNews());
  }
  for (let i = random.between(1, 20); i > 0; i--) {
    environment.schedule(random.between(3_000, 57_000), () => stormOfHints(environment, tab));
  }
  await environment.advance(60_000);
  trace.assert(tab.probes === 0, () => `${tab.probes} probes were sent while frames flowed`);
  trace.assert(tab.sockets.length === 1, () => "a socket that works is left");
});

const STEP_MS = 500;

/** What the client does in one run: statuses and sockets, with their times. */
async function observeRun(
  seed: number,
  sockets: Sockets,
  setsClock: boolean,
): Promise<{ readonly environment: SimulatedEnvironment; readonly observed: string }> {
  const random = new Random(seed);
  const clock = random.fork();
  const environment = new SimulatedEnvironment(random, sockets, {}, CLIENT, {
    usesProjectTokenProvider: true,
  });
  const tab = environment.open("tab-1", "family-1", createStorage());
  // A token that is old by the wall clock may be renewed, which takes time.
  tab.projectTokenLifeSeconds = 1e9;
  tab.conditions = { latencyMs: 20, jitterMs: 0, onConnect: "open" };
  const observed: string[] = [];
  const observe = (): void => {
    const { status, attempt } = tab.gateway.connection;
    observed.push(`${status} ${attempt} ${tab.sockets.length} ${tab.device.timers.size}`);
  };
  tab.perform("setUserId alice", () => tab.setUserId("player", "alice", true, false));
  for (let i = random.between(2, 8); i > 0; i--) {
    const kind = random.pick(["drop", "halfOpen", "refuse", "retryNow"] as const);
    environment.schedule(random.between(2_000, 100_000), () => {
      environment.trace.log(kind);
      if (kind === "retryNow") return tab.gateway.retryNow();
      for (const link of environment.network.linksOf(tab.device)) {
        if (kind === "halfOpen") link.goHalfOpen();
        else link.drop();
      }
      if (kind === "refuse") tab.conditions = { ...tab.conditions, onConnect: "refuse" };
    });
    environment.schedule(random.between(2_000, 120_000), () => {
      tab.conditions = { ...tab.conditions, onConnect: "open" };
    });
  }
  for (let at = 0; at < 180_000; at += STEP_MS) {
    if (clock.boolean(0.05)) {
      const ms = clock.between(-259_200_000, 259_200_000);
      environment.schedule(0, () => {
        if (setsClock) tab.device.wallOffsetMs += ms;
      });
    }
    await environment.advance(STEP_MS);
    observe();
  }
  return { environment, observed: observed.join("\n") };
}

/** Two runs that differ in the wall clock alone have the same attempts, probes and deadlines. */
const wallClock: Scenario = (random, sockets) => {
  const seed = random.between(0, 2 ** 31);
  const environment = new SimulatedEnvironment(random, sockets, {}, CLIENT);
  return {
    environment,
    async run() {
      const { trace } = environment;
      const [set, unset] = [
        await observeRun(seed, sockets, true),
        await observeRun(seed, sockets, false),
      ];
      for (const { environment: one } of [set, unset]) {
        trace.lines.push(...one.trace.lines);
        if (one.trace.violation !== undefined) trace.fail(one.trace.violation);
        for (const { gateway } of one.tabs) gateway.dispose();
      }
      const lines = unset.observed.split("\n");
      const differs = set.observed.split("\n").findIndex((line, i) => line !== lines[i]);
      trace.assert(
        differs < 0,
        () =>
          `with the wall clock set, the client differs after ${(differs * STEP_MS) / 1_000} s: ` +
          `${set.observed.split("\n")[differs]} in place of ${lines[differs]}`,
      );
    },
  };
};

export const hostileScenarios = {
  healthyNetwork,
  doubleTap,
  impatient,
  cleanRestarts,
  flowing,
  samePage,
  wallClock,
};
