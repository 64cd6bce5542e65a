import type { SimulatedEnvironment } from "./environment.js";
import type { Random } from "./random.js";
import type { ServiceCall, ServiceReply } from "./server.js";

const QUEUE = { namespaceName: "queue-0001" };
const RUN_KEYS = [
  "Gs2Distributor:AutoRunStampSheetNotification",
  "Gs2Distributor:AutoRunTransactionNotification",
];
const JOB_KEY = "Gs2JobQueue:RunNotification";
const FAULT_STATUSES = [400, 401, 500, 503, 504];

const NOT_YET: ServiceReply = { status: 404, body: { message: "[]" } };

/** A transaction of one player, and what it leads to. */
export interface SimulatedTransaction {
  readonly id: string;
  readonly userId: string;
  readonly jobNames: readonly string[];
  readonly next: SimulatedTransaction | undefined;
}

/** GS2-Mission, GS2-Distributor and GS2-JobQueue: transactions, jobs, and their notifications. */
export class TransactionServices {
  /** When each transaction and job has run, by its name. */
  readonly ranAt = new Map<string, number>();
  readonly byId = new Map<string, SimulatedTransaction>();
  /** How often the result of each was read. */
  readonly reads = new Map<string, number>();
  #lastNumber = 0;

  /** @param faultRate share of the requests that fail or get no reply */
  constructor(
    private readonly environment: SimulatedEnvironment,
    private readonly random: Random,
    public faultRate: number,
  ) {
    environment.server.handleService = ({ userId }: ServiceCall) => this.#complete(userId);
    environment.serviceRequest = (url, userId) => this.#request(url, userId);
  }

  /** A transaction and all that it leads to. */
  chainOf(id: string): SimulatedTransaction[] {
    const chain: SimulatedTransaction[] = [];
    for (let one = this.byId.get(id); one; one = one.next) chain.push(one);
    return chain;
  }

  #request(url: string, userId: string | undefined): ServiceReply | undefined {
    if (this.random.boolean(this.faultRate)) {
      const status = this.random.pick([...FAULT_STATUSES, undefined]);
      return status === undefined ? status : { status, body: { message: "[]" } };
    }
    const [, id] = /\/stampSheet\/([^/]+)\/result/.exec(url) ?? [];
    if (id !== undefined) return this.#resultOf(id, userId);
    const [, jobName] = /\/job\/([^/]+)\/result/.exec(url) ?? [];
    if (jobName !== undefined) {
      return this.ranAt.has(jobName) ? { status: 200, body: { item: {} } } : NOT_YET;
    }
    return this.#complete(userId);
  }

  #resultOf(id: string, userId: string | undefined): ServiceReply {
    this.reads.set(id, (this.reads.get(id) ?? 0) + 1);
    this.environment.trace.log(`the result of ${id} is read`);
    const one = this.byId.get(id);
    if (!one || one.userId !== userId || !this.ranAt.has(id)) return NOT_YET;
    const push = {
      sheetRequest: { action: "Gs2JobQueue:PushByUserId", request: JSON.stringify(QUEUE) },
      sheetResult: JSON.stringify({ items: one.jobNames.map((name) => ({ name })), autoRun: true }),
    };
    const item = {
      transactionId: id,
      userId,
      taskResultCodes: [200],
      sheetResultCode: 200,
      nextTransactionId: one.next?.id,
      ...(one.jobNames.length > 0 ? push : {}),
    };
    return { status: 200, body: { item } };
  }

  /** Issues a transaction; its notification may leave before the reply. */
  #complete(userId: string | undefined): ServiceReply {
    if (userId === undefined) return { status: 401, body: { message: "[]" } };
    const { id } = this.#issue(userId, 0);
    this.#runLater(id);
    return { status: 200, body: { transactionId: id, autoRunStampSheet: true } };
  }

  #issue(userId: string, depth: number): SimulatedTransaction {
    const { random } = this;
    const id = `t-${++this.#lastNumber}`;
    const jobs = random.boolean(0.2) ? random.between(1, 2) : 0;
    const one: SimulatedTransaction = {
      id,
      userId,
      jobNames: Array.from({ length: jobs }, (_, i) => `job-${i}-of-${id}`),
      next: depth < 2 && random.boolean(0.2) ? this.#issue(userId, depth + 1) : undefined,
    };
    this.byId.set(id, one);
    return one;
  }

  #runLater(id: string): void {
    const { random } = this;
    if (random.boolean(0.08)) return;
    const ms = random.pick([0, 0, random.between(1, 3_000), random.between(1_000, 25_000)]);
    const run = (): void => this.#run(this.byId.get(id)!);
    if (ms === 0) run();
    else this.environment.schedule(ms, run);
  }

  #run({ id, userId, jobNames, next }: SimulatedTransaction): void {
    const { environment, random, ranAt } = this;
    environment.trace.log(`${id} of ${userId} runs`);
    ranAt.set(id, environment.time.now);
    if (random.boolean(0.3)) {
      const others = [...this.byId.values()].filter((one) => one.userId !== userId);
      // An ID is that of one transaction only: with that of another player the tab may have begun a
      // wait, before its player changed.
      const transactionId = `like-${others.length > 0 ? random.pick(others).id : "t-0"}`;
      this.#notify(userId, random.pick(RUN_KEYS), { transactionId });
    }
    this.#announce(userId, random.pick(RUN_KEYS), { transactionId: id });
    if (random.boolean(0.3)) this.#notify(userId, JOB_KEY, { ...QUEUE, jobName: "job-0-of-t-0" });
    for (const jobName of jobNames) {
      environment.schedule(random.between(0, 4_000), () => {
        environment.trace.log(`${jobName} runs`);
        ranAt.set(jobName, environment.time.now);
        this.#announce(userId, JOB_KEY, { ...QUEUE, jobName });
      });
    }
    if (next) this.#runLater(next.id);
  }

  /** Its notification is sent, doubled, late, or lost. */
  #announce(userId: string, key: string, payload: object): void {
    const fate = this.random.pick(["sent", "sent", "doubled", "late", "lost"] as const);
    this.environment.trace.log(`its notification is ${fate}`);
    if (fate === "sent" || fate === "doubled") this.#notify(userId, key, payload);
    if (fate === "doubled") this.#notify(userId, key, payload);
    if (fate !== "late") return;
    this.environment.schedule(this.random.between(100, 15_000), () =>
      this.#notify(userId, key, payload),
    );
  }

  #notify(userId: string, key: string, payload: object): void {
    this.environment.publish(userId, key, payload);
  }
}
