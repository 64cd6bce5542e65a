import type { Sync } from "../../src/client/types.js";
import type { TokenRequest } from "./foreignCode.js";
import type { Arrival, ObservedSocket } from "./observedSocket.js";
import type { DesiredBinding, PendingCall, Tab } from "./tab.js";

const RAPID_CLOSES_WITHIN_MS = 240_000;
const MAX_ATTEMPTS_PER_MINUTE = 20;
const ATTEMPTS_PER_ACTION = 3;
const MINUTE_MS = 60_000;
const LONGEST_HOLD_MS = 5_000;
const LONGEST_WINDOW_MS = 30_000;
const PROVIDER_SLOW_MS = 5_000;
/** A deadline passes one turn of the event loop after what waited in it. */
const LAST_TURN_MS = 200;

/** What must be true of one client at any moment. */
export class ClientInvariants {
  /** By slot: the last socket that held it. */
  readonly #held = new Map<
    string,
    { readonly on: ObservedSocket; readonly desired: DesiredBinding }
  >();
  #runningSyncs = 0;
  /** Requests of providers that took more than 5 seconds. */
  #slowRequests = 0;
  readonly #reportedRequests = new Map<string, number>();
  readonly #resolvedWaiters = new Set<number>();
  readonly #attempts: number[] = [];
  #checked: unknown;
  /** The socket and its number of frames when it was last to be doubted. */
  #suspicion:
    { readonly on: ObservedSocket; readonly frames: number; readonly at: number } | undefined;

  constructor(private readonly tab: Tab) {}

  /** Another binding in this slot than before: what came on earlier sockets may be dropped. */
  onBound(slot: string, on: ObservedSocket, { userId, namespaceName }: DesiredBinding): void {
    const before = this.#held.get(slot)?.desired;
    if (!before || (before.userId === userId && before.namespaceName === namespaceName)) return;
    for (const arrival of this.tab.arrivals) {
      arrival.droppable = true;
      arrival.stale ||= arrival.on !== on && arrival.userId === before.userId;
    }
  }

  /** The page or the network hints that the connection may be dead. */
  onSuspicion(): void {
    const { sockets, gateway, device } = this.tab;
    const on = sockets.at(-1);
    if (!on?.isCurrent || !["connected", "ready", "replaced"].includes(gateway.connection.status)) {
      return;
    }
    this.#suspicion = { on, frames: on.frames, at: device.time.now };
  }

  #checkSuspicion(): void {
    if (!this.#suspicion) return;
    const { on, frames, at } = this.#suspicion;
    if (on.over || on.frames > frames) return void (this.#suspicion = undefined);
    const { device, trace, name, probeTimeoutMs } = this.tab;
    const since = Math.max(at, device.wokeAt);
    trace.assert(
      device.time.now <= since + probeTimeoutMs + LAST_TURN_MS + 2 * device.lastTimersLatenessMs,
      () => `${name}: no frame came after a suspicion, and the socket is kept`,
    );
  }

  /** Nothing is held for longer than 5 seconds; nothing at all without a bind or an `onSync`. */
  #checkHolds(): void {
    const { arrivals, device, trace, name, sockets, holdsForSyncAlone, desiredBindings } = this.tab;
    const desired = users(desiredBindings);
    const first = arrivals.find(({ droppable, userId }) => !droppable && desired.has(userId));
    if (!first) return;
    const { now } = device.time;
    const since = Math.max(first.at, device.wokeAt);
    trace.assert(
      now <= since + LONGEST_HOLD_MS + LAST_TURN_MS + device.lastTimersLatenessMs,
      () => `${name}: news ${first.number} was held for more than 5 s`,
    );
    if (!holdsForSyncAlone || this.#runningSyncs > 0) return;
    const binds = sockets.flatMap(({ binds: sent }) => [...sent.values()]);
    trace.assert(
      binds.some(({ answered, sentAt }) => !answered && now <= sentAt + LONGEST_HOLD_MS),
      () => `${name}: news ${first.number} is held without a bind or an onSync`,
    );
  }

  /** A provider that hangs is reported after 5 seconds, and asked again after its deadline. */
  #checkProviders(): void {
    const { tab } = this;
    const { device, trace, name, gateway } = tab;
    if (tab.providerTimeoutMs === undefined || tab.disposed) return;
    if (device.hiddenSince !== undefined) {
      // Its timers are throttled.
      for (const [of, { requests }] of tab.providers)
        this.#reportedRequests.set(of, requests.length);
      return;
    }
    const { now } = device.time;
    const ageOf = ({ at }: TokenRequest): number =>
      now - Math.max(at, device.wokeAt) - device.lastTimersLatenessMs;
    for (const [of, { requests }] of tab.providers) {
      const last = requests.at(-1)!;
      for (const request of requests.slice(this.#reportedRequests.get(of) ?? 0)) {
        // A late token of an earlier request answers this one too.
        const isAnswered = requests.some(({ tokenAt }) => tokenAt! >= request.at);
        if (request.isSettled || isAnswered) continue;
        if (ageOf(request) <= PROVIDER_SLOW_MS + LAST_TURN_MS) continue;
        this.#reportedRequests.set(of, requests.indexOf(request) + 1);
        this.#slowRequests++;
      }
      trace.assert(
        tab.slowProviders >= this.#slowRequests,
        () => `${name}: a provider of ${of} that takes 5 s is not reported`,
      );
      const binding = gateway.connection.bindings[of];
      if (!binding || binding.state === "held" || binding.state === "failed") continue;
      trace.assert(
        ageOf(last) <= tab.providerTimeoutMs + LONGEST_WINDOW_MS + 2 * LAST_TURN_MS,
        () => `${name}: the provider of ${of} is not asked again`,
      );
    }
  }

  onWorkingSocketLeft(): void {
    const { trace, name, device, keepsSocketUntil } = this.tab;
    trace.assert(device.time.now >= keepsSocketUntil, () => `${name}: a socket that works is left`);
  }

  forget(slot: string): void {
    this.#held.delete(slot);
  }

  /** A connection attempt starts. */
  countAttempt(): void {
    const { device, trace, name, actions } = this.tab;
    const { now } = device.time;
    this.#attempts.push(now);
    while (this.#attempts[0]! < now - MINUTE_MS) this.#attempts.shift();
    // An action of the player and a platform event may each cause an attempt or two.
    trace.assert(
      this.#attempts.length <= MAX_ATTEMPTS_PER_MINUTE + ATTEMPTS_PER_ACTION * actions,
      () => `${name}: ${this.#attempts.length} attempts within a minute`,
    );
  }

  /** Runs after every task. */
  check(): void {
    const { device, trace, gateway, name: tabName, calls } = this.tab;
    if (device.gone || device.asleep) return;
    this.#checkSuspicion();
    this.#checkHolds();
    this.#checkProviders();
    for (const { name, deadline, repeatable, sentOn } of calls.values()) {
      trace.assert(
        repeatable || !sentOn?.over,
        () => `${tabName}: ${name} outlived the socket it was sent on`,
      );
      trace.assert(
        device.time.now <=
          Math.max(deadline, device.wokeAt) + LAST_TURN_MS + device.lastTimersLatenessMs,
        () => `${tabName}: ${name} outlived its deadline`,
      );
    }
    const { connection } = gateway;
    if (connection === this.#checked) return;
    this.#checked = connection;
    this.#checkBindings();
    trace.assert(
      connection.status !== "unauthorized" || this.tab.refusals > 0,
      () => `${tabName}: unauthorized without a 401`,
    );
  }

  #checkBindings(): void {
    const { trace, name, desiredBindings, sockets, gateway } = this.tab;
    for (const [slot, desired] of desiredBindings) {
      const binding = gateway.connection.bindings[slot];
      if (binding?.state === "held") {
        const on = sockets.find(({ link }) => link?.connectionId === binding.connectionId);
        if (on) this.#held.set(slot, { on, desired });
      } else if (binding?.state === "replaced" || binding?.state === "failed") {
        trace.assert(
          this.#isExplained(slot, desired),
          () => `${name}: ${desired.userId} is ${binding.state} without a cause`,
        );
      }
    }
  }

  /** Whether a reply or a close explains why the slot is `replaced` or `failed`. */
  #isExplained(slot: string, desired: DesiredBinding): boolean {
    const { device, gateway, cleanEnds, refusals } = this.tab;
    const { state, error } = gateway.connection.bindings[slot]!;
    if (state === "replaced") {
      const { now } = device.time;
      const closes = cleanEnds.filter((at) => at > now - RAPID_CLOSES_WITHIN_MS).length;
      return desired.conflict || closes >= 3;
    }
    switch (error?.kind) {
      case "conflict":
        return desired.conflict;
      case "unauthorized":
        return refusals > 0;
      default:
        return desired.refused;
    }
  }

  onNotification({ number }: Arrival): void {
    const { trace, name, arrivals, gateway, desiredBindings } = this.tab;
    const isDue = (arrival: Arrival): boolean =>
      !arrival.droppable && users(desiredBindings).has(arrival.userId);
    while (arrivals[0] && arrivals[0].number !== number && !isDue(arrivals[0])) arrivals.shift();
    const next = arrivals.shift();
    if (next?.number !== number) {
      return trace.fail(
        `${name}: news ${number} was delivered, ${next?.number ?? "nothing"} was due`,
      );
    }
    const { on, userId, early } = next;
    trace.assert(
      !next.stale && !this.#isReleased(userId),
      () => `${name}: news ${number} of ${userId} was delivered, who does not hold the slot`,
    );
    if (early || on.overrun || on.synced.has(userId)) return;
    const held = Object.values(gateway.connection.bindings).some(
      (binding) =>
        binding.state === "held" &&
        binding.userId === userId &&
        binding.connectionId === on.link?.connectionId,
    );
    trace.assert(!held, () => `${name}: news ${number} was delivered before onSync ended`);
  }

  /** Before the present task: what a handler releases is delivered to the handlers after it. */
  #isReleased(userId: string): boolean {
    const { released, disposed, device } = this.tab;
    return !disposed && (released.get(userId) ?? Infinity) < device.time.steps;
  }

  onWaiterResolved({ number }: Arrival): void {
    const { trace, name, server } = this.tab;
    trace.assert(
      server.hasDuplicatedNotifications || !this.#resolvedWaiters.has(number),
      () => `${name}: news ${number} resolved two waiters`,
    );
    this.#resolvedWaiters.add(number);
  }

  async onSync({ reason, since, downMs, binding }: Sync): Promise<void> {
    const { trace, device, name, sockets, desiredBindings, refetchMs } = this.tab;
    const { slot, userId = "", connectionId } = binding;
    trace.log(`${name} onSync ${reason} for ${userId}`);
    const on = sockets.find(({ link }) => link?.connectionId === connectionId);
    const desired = desiredBindings.get(slot);
    const before = this.#held.get(slot);
    if (!desired && this.tab.released.get(userId) === device.time.steps) return;
    if (!on || !desired) {
      trace.fail(`${name}: onSync for a binding that is not desired`);
      return;
    }
    if (reason === "takeOver") {
      const wasForced = this.tab.forceSupersededAt === device.time.steps;
      trace.assert(
        desired.forced || wasForced,
        () => `${name}: onSync takeOver without a takeOver`,
      );
    } else {
      trace.assert(!on.synced.has(userId), () => `${name}: onSync ${reason} without a gap`);
    }
    if (reason === "first") {
      trace.assert(
        before?.desired !== desired,
        () => `${name}: onSync first, and ${userId} was bound before`,
      );
    } else if (reason === "gap") {
      trace.assert(
        before !== undefined && Math.abs(since! - device.wallOffsetMs - before.on.lastFrameAt) <= 1,
        () => `${name}: since is wrong for ${userId}`,
      );
      trace.assert(
        Math.abs(downMs - (device.clock.wallTime() - since!)) <= 1,
        () => `${name}: downMs is wrong`,
      );
    }
    const { namespaceName = "" } = binding.session ?? {};
    const isOfDesired = desired.userId === userId && desired.namespaceName === namespaceName;
    // A handler before this one may have asked for another binding.
    const bound = isOfDesired ? desired : { ...desired, userId, namespaceName };
    this.#held.set(slot, { on, desired: bound });
    this.#runningSyncs++;
    await this.tab.delay(refetchMs);
    this.#runningSyncs--;
    on.synced.add(userId);
  }

  assertAllDelivered(): void {
    const { name, trace, arrivals, calls, disposed } = this.tab;
    if (disposed) return;
    const desired = users(this.tab.desiredBindings);
    const due = arrivals.filter(({ droppable, userId }) => !droppable && desired.has(userId));
    trace.assert(due.length === 0, () => `${name}: ${due.length} notifications were not delivered`);
    trace.assert(calls.size === 0, () => `${name}: not settled: ${namesOf(calls)}`);
  }

  /** After `dispose`. */
  assertNoLeaks(sockets: number): void {
    const { name, trace, device, calls } = this.tab;
    trace.assert(device.timers.size === 0, () => `${name}: ${device.timers.size} timers are left`);
    trace.assert(!device.isObserved, () => `${name}: a listener of the platform is left`);
    trace.assert(sockets === 0, () => `${name}: a socket is left`);
    trace.assert(calls.size === 0, () => `${name}: not settled after dispose: ${namesOf(calls)}`);
  }
}

const users = (bindings: ReadonlyMap<string, DesiredBinding>): Set<string> =>
  new Set([...bindings.values()].map(({ userId }) => userId));

const namesOf = (calls: ReadonlyMap<unknown, PendingCall>): string =>
  [...calls.values()].map(({ name }) => name).join(", ");
