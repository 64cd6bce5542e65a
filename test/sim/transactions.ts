import { complete, transaction, type FinishedTransaction } from "../../src/calls/index.js";
import { isGatewayError } from "../../src/errors.js";
import { dropLinks, halfOpenLinks, performRandomAction, type WeightedActions } from "./actions.js";
import { createStorage, SimulatedEnvironment, type Scenario } from "./environment.js";
import { hostileActions } from "./hostileActions.js";
import type { Random } from "./random.js";
import type { Tab } from "./tab.js";
import { TransactionServices } from "./transactionServices.js";

const distributorNamespaceName = "distributor-0001";
const reward = { namespaceName: "mission-0001", missionGroupName: "daily", missionTaskName: "m1" };

const CALL_TIMEOUT_MS = 10_000;
const LONGEST_WAIT_MS = 60_000;
/** Three transactions with two jobs each, one call more for each. */
const LONGEST_CHAIN = 9;
/** More than an answer over REST takes where only sockets fail. */
const ASKED_MS = 700;
/** A read may be under way when the gap is found. */
const ASKED_AFTER_GAP_MS = 2 * ASKED_MS;
/** How far the history looks back. */
const HISTORY_MS = 30_000;
/** After 5, 15 and 35 seconds, at the deadline, after one gap and after the notification. */
const MOST_READS = 6;
const LAST_TURN_MS = 200;
const SLOW = { latencyMs: 300, jitterMs: 20, onConnect: "open" } as const;

/** A call, and the wait for its transaction. */
interface Wait {
  readonly tab: Tab;
  readonly id: string;
  readonly userId: string;
  readonly asks: boolean;
  /** When the call left. */
  readonly calledAt: number;
  readonly deadline: number;
  readonly abort: AbortController;
  gaps: number;
  isSettled: boolean;
}

/** Starts waits for transactions, and checks how each of them ends. */
class TransactionWaits {
  readonly #waits: Wait[] = [];
  readonly #gaps = new Map<Tab, number>();
  /** By tab and transaction ID: when its handlers got the notification. */
  readonly #delivered = new Map<Tab, Map<string, number>>();

  constructor(
    private readonly environment: SimulatedEnvironment,
    private readonly services: TransactionServices,
    private readonly random: Random,
    /** Only sockets fail: what has run must be found. */
    private readonly isCalm: boolean,
  ) {}

  observe(tab: Tab): void {
    const delivered = new Map<string, number>();
    this.#delivered.set(tab, delivered);
    tab.gateway.on("*", ({ key, payload }) => {
      const { transactionId } = payload as { transactionId?: string };
      if (key.startsWith("Gs2Distributor:") && transactionId !== undefined) {
        delivered.set(transactionId, this.#now);
      }
    });
    tab.gateway.onSync(({ reason }) => {
      if (reason !== "first") this.#onGap(tab);
    });
  }

  start(tab: Tab): void {
    if (!this.#delivered.has(tab)) this.observe(tab);
    tab.perform("a call that issues a transaction", () => void this.#run(tab));
  }

  get #now(): number {
    return this.environment.time.now;
  }

  async #run(tab: Tab): Promise<void> {
    const { random, environment } = this;
    const { trace } = environment;
    const calledAt = this.#now;
    const gapsBefore = this.#gaps.get(tab) ?? 0;
    const via = random.pick(["rest", "socket"] as const);
    const asks = random.boolean(0.6);
    const lateMs = random.pick([0, 0, 0, random.between(1, 5_000)]);
    const timeoutMs = random.between(500, LONGEST_WAIT_MS);
    const aborts = random.boolean(0.1);
    let issued;
    try {
      issued = await tab.gateway.call(complete, reward, { via });
    } catch (error) {
      trace.assert(isGatewayError(error), () => `${tab.name}: complete threw ${String(error)}`);
      return;
    }
    if (lateMs > 0) await tab.delay(lateMs);
    if (tab.disposed) return;
    const id = issued.transactionId!;
    const abort = new AbortController();
    const wait: Wait = {
      ...{ tab, id, asks, calledAt, abort },
      userId: this.services.byId.get(id)!.userId,
      deadline: this.#now + timeoutMs,
      gaps: (this.#gaps.get(tab) ?? 0) - gapsBefore,
      isSettled: false,
    };
    this.#waits.push(wait);
    this.#limit(wait, () => wait.isSettled || tab.disposed);
    if (aborts) environment.schedule(random.between(0, timeoutMs), () => this.#abort(wait));
    trace.log(`${tab.name} waits ${timeoutMs} ms for ${id}${asks ? ", and asks" : ""}`);
    const settled = transaction(tab.gateway, issued, {
      timeoutMs,
      signal: abort.signal,
      ...(asks ? { distributorNamespaceName } : {}),
    });
    await settled.then(
      (finished) => this.#onResolved(wait, finished),
      (error: unknown) => this.#onRejected(wait, error),
    );
  }

  /** After the deadline each transaction and job of the chain may be asked for once more. */
  #limit({ id, asks, deadline }: Wait, isOver: () => boolean): void {
    const { environment } = this;
    if (!this.isCalm) return;
    const last = asks ? this.#namesOf(id).length * ASKED_MS : 0;
    environment.schedule(deadline - this.#now + last + LAST_TURN_MS, () =>
      environment.trace.assert(isOver(), () => `the wait for ${id} outlives its deadline`),
    );
  }

  /** A transaction, what it leads to, and their jobs. */
  #namesOf(id: string): string[] {
    return this.services.chainOf(id).flatMap((one) => [one.id, ...one.jobNames]);
  }

  #abort(wait: Wait): void {
    if (wait.isSettled || !wait.tab.isAwake || wait.tab.disposed) return;
    this.environment.trace.log(`the wait for ${wait.id} is aborted`);
    wait.abort.abort();
    this.environment.schedule(1, () =>
      this.environment.trace.assert(wait.isSettled, () => `${wait.id}: aborted, and goes on`),
    );
  }

  #onGap(tab: Tab): void {
    const { trace } = this.environment;
    this.#gaps.set(tab, (this.#gaps.get(tab) ?? 0) + 1);
    for (const wait of this.#waits) {
      if (wait.tab !== tab || wait.isSettled) continue;
      wait.gaps++;
      const { jobNames, next } = this.services.byId.get(wait.id)!;
      const isOne = jobNames.length === 0 && !next;
      const isRecent = this.#now < wait.calledAt + HISTORY_MS;
      const hasRun = this.services.ranAt.has(wait.id);
      if (!this.isCalm || !wait.asks || wait.gaps > 1 || !isOne || !isRecent || !hasRun) continue;
      this.environment.schedule(ASKED_AFTER_GAP_MS, () =>
        trace.assert(
          wait.isSettled || tab.disposed,
          () => `${wait.id} has run before a gap, and is not asked for after it`,
        ),
      );
    }
  }

  #onResolved(wait: Wait, { transactionId, notification, result, jobNames }: FinishedTransaction) {
    const { id, userId, asks, tab } = wait;
    const { trace } = this.environment;
    const { ranAt } = this.services;
    this.#settle(wait, "resolves");
    const given = notification?.payload as { transactionId: string; userId: string } | undefined;
    const own = { id: transactionId, of: given?.transactionId ?? id, read: result?.transactionId };
    trace.assert(
      own.id === id && own.of === id && (own.read ?? id) === id,
      () => `${tab.name}: the wait for ${id} resolves with ${JSON.stringify(own)}`,
    );
    trace.assert(
      (given?.userId ?? userId) === userId,
      () => `${id} resolves with a notification of another player`,
    );
    const jobs = asks ? this.services.chainOf(id).flatMap((one) => one.jobNames) : [];
    for (const name of asks ? this.#namesOf(id) : [id]) {
      trace.assert(ranAt.has(name), () => `${id} resolves before ${name} has run`);
    }
    trace.assert(
      jobNames.join() === jobs.join() && (notification !== undefined || asks),
      () => `${id} resolves with the jobs ${jobNames.join()} in place of ${jobs.join()}`,
    );
  }

  #onRejected(wait: Wait, error: unknown): void {
    const { id, asks, tab, deadline, calledAt } = wait;
    const { trace } = this.environment;
    if (!isGatewayError(error)) return trace.fail(`the wait for ${id} throws ${String(error)}`);
    const { kind, outcome, method } = error;
    this.#settle(wait, `rejects: ${kind}, ${outcome}`);
    const hasCause =
      kind === "requestTimeout"
        ? this.#now >= deadline
        : kind === "aborted"
          ? wait.abort.signal.aborted
          : kind === "notConnected"
            ? tab.disposed
            : asks && !this.isCalm;
    trace.assert(hasCause, () => `the wait for ${id} rejects with ${kind}: ${error.message}`);
    trace.assert(
      outcome === "unknown" && method === "transaction",
      () => `the wait for ${id} rejects with outcome ${outcome} of ${method}`,
    );
    if (!this.isCalm || kind !== "requestTimeout" || tab.disposed) return;
    const deliveredAt = this.#delivered.get(tab)!.get(id) ?? Infinity;
    trace.assert(
      asks || deliveredAt < calledAt || deliveredAt > deadline - LAST_TURN_MS,
      () => `the notification of ${id} was delivered, and the wait for it times out`,
    );
    const { ranAt } = this.services;
    trace.assert(
      !asks || this.#namesOf(id).some((name) => (ranAt.get(name) ?? Infinity) > deadline),
      () => `${id} and what it leads to have run, and the wait for it times out`,
    );
  }

  #settle(wait: Wait, how: string): void {
    const { trace } = this.environment;
    trace.log(`${wait.tab.name} the wait for ${wait.id} ${how}`);
    trace.assert(!wait.isSettled, () => `the wait for ${wait.id} settles twice`);
    wait.isSettled = true;
    const reads = this.services.reads.get(wait.id) ?? 0;
    trace.assert(
      !this.isCalm || reads <= MOST_READS,
      () => `the result of ${wait.id} was read ${reads} times`,
    );
  }

  /** Pages that were unloaded settle nothing. */
  assertSettled(when: string): void {
    const open = this.#waits.filter((wait) => !wait.isSettled && !wait.tab.device.gone);
    this.environment.trace.assert(
      open.length === 0,
      () => `not settled ${when}: ${open.map(({ id }) => id).join(", ")}`,
    );
  }
}

const calmActions: WeightedActions = [
  [3, dropLinks],
  [2, halfOpenLinks],
  [
    2,
    (environment, tab) => {
      environment.trace.log(`connection attempts of ${tab.name} are refused`);
      tab.conditions = { ...tab.conditions, onConnect: "refuse" };
      environment.schedule(environment.random.between(500, 30_000), () => {
        tab.conditions = { ...tab.conditions, onConnect: "open" };
      });
    },
  ],
  [2, (_, tab) => tab.perform("takeOver", () => tab.takeOver("player"))],
  [2, (environment) => environment.publishNews()],
];

/** Calls that issue transactions; their notifications are lost, doubled, early and late. */
export const transactions: Scenario = (random, sockets) => {
  const isCalm = random.boolean(0.6);
  const environment = new SimulatedEnvironment(
    random,
    sockets,
    { closeCodeOnCut: random.pick([1000, 4000]) },
    { keepAlive: { idleMs: 20_000 }, providerTimeoutMs: CALL_TIMEOUT_MS },
  );
  const players = random.boolean(0.5) ? ["alice"] : ["alice", "bob"];
  const services = new TransactionServices(environment, random.fork(), isCalm ? 0 : 0.15);
  const waits = new TransactionWaits(environment, services, random.fork(), isCalm);
  const startOne = (): void => {
    const { active } = environment;
    if (active.length > 0) waits.start(random.pick(active));
  };
  const phases: readonly (() => Promise<void>)[] = [
    async () => {
      for (const [i, userId] of ["alice", random.pick(players)].entries()) {
        const tab = environment.open(`tab-${i}`, `family-${i}`, createStorage());
        waits.observe(tab);
        tab.conditions = { latencyMs: random.between(1, 300), jitterMs: 20, onConnect: "open" };
        environment.schedule(i * random.between(0, 3_000), () =>
          tab.perform(`setUserId ${userId}`, () => tab.setUserId("player", userId, true, false)),
        );
      }
      const forMs = random.between(20_000, 90_000);
      for (let i = random.between(2, 8); i > 0; i--) {
        environment.schedule(random.between(1_000, forMs), startOne);
      }
      for (let i = random.between(2, 10); i > 0; i--) {
        environment.schedule(random.between(1_000, forMs), () => {
          const { active } = environment;
          if (active.length === 0) return;
          const isHostile = !isCalm && random.boolean(0.3);
          const actions = isCalm ? calmActions : isHostile ? hostileActions : undefined;
          const context = { environment, players, exclusive: true };
          performRandomAction(context, random.pick(active), actions);
        });
      }
      await environment.advance(forMs);
    },
    async () => {
      environment.schedule(0, () => {
        environment.endFaults();
        services.faultRate = 0;
      });
      const hops = isCalm ? 1 : LONGEST_CHAIN;
      await environment.advance(2 * CALL_TIMEOUT_MS + LONGEST_WAIT_MS + hops * CALL_TIMEOUT_MS);
    },
    async () => {
      waits.assertSettled("long after the deadline");
      // Slow enough that some calls are under way when the clients are disposed.
      for (const tab of environment.tabs) tab.conditions = SLOW;
      for (let i = 0; i < 4; i++) environment.schedule(random.between(0, 2_000), startOne);
      await environment.advance(random.between(500, 8_000));
      environment.schedule(0, () => {
        for (const tab of environment.tabs) if (!tab.disposed) environment.dispose(tab);
      });
      await environment.advance(1);
      waits.assertSettled("after dispose");
    },
  ];
  return {
    environment,
    async run() {
      for (const phase of phases) if (environment.trace.violation === undefined) await phase();
    },
  };
};
