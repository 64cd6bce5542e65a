import type { GatewayClientOptions } from "../../src/client/options.js";
import type { WeightedActions } from "./actions.js";
import type { TaskOrder } from "./device.js";
import type { SimulatedEnvironment } from "./environment.js";
import {
  drawProviderFault,
  drawUnwritable,
  NO_TIMES,
  ODD_SLOTS,
  pickThrown,
  THROWN_ERROR,
} from "./foreignCode.js";
import type { Random } from "./random.js";
import { NAMESPACE, OTHER_NAMESPACE } from "./server.js";
import type { Tab } from "./tab.js";

const DAY_MS = 86_400_000;
/** So many calls of the client out of its own handlers, for each tab. */
const REENTRIES = 4;

const LOGGERS: readonly unknown[] = [
  {},
  {
    warn() {
      throw THROWN_ERROR;
    },
  },
  { debug: 42, info: null, warn: undefined, error: "log" },
];

export const drawLogger = (random: Random): GatewayClientOptions["logger"] =>
  random.pick(LOGGERS) as GatewayClientOptions["logger"];

/** The providers of one slot, of the project token, or all fail for a while. */
export function breakProviders(environment: SimulatedEnvironment, tab: Tab): void {
  const { random } = environment;
  const of = random.pick(["player", "guild", "project", "all"] as const);
  const fault = drawProviderFault(random);
  const ms = random.between(1_000, 120_000);
  tab.perform(`the provider of ${of} ${fault.type} for ${ms} ms`, () => {
    if (of === "all") tab.providerFault = fault;
    else tab.providerFaults.set(of, fault);
  });
  environment.schedule(ms, () => {
    if (of === "all") tab.providerFault = undefined;
    else tab.providerFaults.delete(of);
  });
}

export function setWallClock({ random, trace }: SimulatedEnvironment, tab: Tab): void {
  const ms = random.pick([
    random.between(-3 * DAY_MS, 3 * DAY_MS),
    random.between(-3_600_000, 3_600_000),
    random.between(-90_000, 90_000),
  ]);
  trace.log(`the wall clock of ${tab.name} is set by ${ms} ms`);
  tab.device.wallOffsetMs += ms;
}

export function blockThread({ random, trace }: SimulatedEnvironment, tab: Tab): void {
  const ms = random.pick([
    random.between(100, 4_000),
    random.between(4_000, 12_000),
    random.between(12_000, 90_000),
  ]);
  const order = random.pick<TaskOrder>(["timersFirst", "framesFirst", "asDue"]);
  trace.log(`the main thread of ${tab.name} is blocked for ${ms} ms, then ${order}`);
  tab.device.block(ms, order);
}

/** Hints of the network, at most 50 ms apart. */
export function stormOfHints(environment: SimulatedEnvironment, tab: Tab): void {
  const { random } = environment;
  const everyMs = random.between(0, 50);
  const count = random.between(2, 30);
  tab.perform(`${count} hints of the network, ${everyMs} ms apart`, () => undefined);
  for (let i = 0; i < count; i++) {
    environment.schedule(i * everyMs, () => {
      if (!tab.isAwake || tab.disposed || !tab.device.online) return;
      tab.device.time.current = tab.device;
      tab.invariants.onSuspicion();
      tab.device.emitHint(random.boolean(0.5) ? "online" : NETWORK_CHANGE);
    });
  }
}

/** As the platform emits it at a change of `navigator.connection`. */
const NETWORK_CHANGE = "suspicion";

export function retryNowAgainAndAgain(environment: SimulatedEnvironment, tab: Tab): void {
  const { random } = environment;
  const everyMs = random.between(200, 2_500);
  const count = random.between(3, 20);
  tab.perform(`retryNow each ${everyMs} ms, ${count} times`, () => undefined);
  for (let i = 0; i < count; i++) {
    environment.schedule(i * everyMs, () => {
      if (tab.isAwake && !tab.disposed) tab.perform("retryNow", () => tab.gateway.retryNow());
    });
  }
}

function tapTwice(environment: SimulatedEnvironment, tab: Tab): void {
  const { random } = environment;
  const slot = "player";
  if (!tab.desiredBindings.get(slot)?.exclusive) return;
  for (let i = random.between(2, 3); i > 0; i--) {
    environment.schedule(random.between(0, 100), () => {
      if (!tab.isAwake || tab.disposed) return;
      tab.perform(`takeOver ${slot}`, () => tab.takeOver(slot));
    });
  }
}

/** A call of the client with an argument it cannot use. */
export function passOddArgument({ random }: SimulatedEnvironment, tab: Tab): void {
  const { gateway } = tab;
  const timeoutMs = random.pick(NO_TIMES) as number;
  const call = { service: "game", component: "echo", function: "send" };
  const odd = random.pick<readonly [name: string, () => Promise<unknown>]>([
    [
      "call with unwritable params",
      () => gateway.call({ ...call, params: drawUnwritable(random) }),
    ],
    ["call with a timeoutMs", () => gateway.call(call, { timeoutMs })],
    ["connect with a timeoutMs", () => gateway.connect({ timeoutMs })],
    ["waitFor with a timeoutMs", () => gateway.waitFor("*", { timeoutMs })],
    ["takeOver of a slot without a binding", () => gateway.takeOver({ slot: "unused" })],
    [
      "setUserId with a timeoutMs",
      () => gateway.setUserId({ slot: "odd", accessToken: "token" }, { timeoutMs }),
    ],
    ["setUserId without a token", () => gateway.setUserId({ accessToken: null as never })],
  ]);
  const [name, start] = odd;
  tab.perform(name, () => tab.track(name, 0, start, undefined, false, "invalidArgument"));
}

function nameOddSlot({ random }: SimulatedEnvironment, tab: Tab): void {
  const slot = random.pick(ODD_SLOTS);
  const shortened = JSON.stringify(slot.slice(0, 20));
  const userId = `guild-of-${slot.slice(0, 9)}`;
  if (tab.desiredBindings.has(slot)) {
    tab.perform(`release ${shortened}`, () => tab.release(slot));
  } else {
    tab.perform(`setUserId in slot ${shortened}`, () => tab.setUserId(slot, userId, false, false));
  }
}

function changeNamespace({ random }: SimulatedEnvironment, tab: Tab): void {
  const before = tab.desiredBindings.get("player");
  if (!before) return;
  const { userId, exclusive } = before;
  const namespaceName = before.namespaceName === NAMESPACE ? OTHER_NAMESPACE : NAMESPACE;
  const force = random.boolean(0.2);
  tab.perform(`setUserId ${userId} in ${namespaceName}`, () =>
    tab.setUserId("player", userId, exclusive || force, force, { namespaceName }),
  );
}

function waitWithWhere({ random }: SimulatedEnvironment, tab: Tab): void {
  const timeoutMs = random.pick([Infinity, random.between(100, 20_000)]);
  const where = random.pick<() => boolean>([
    () => {
      throw pickThrown(random);
    },
    () => new Promise(() => undefined) as never,
  ]);
  const controller = new AbortController();
  const { signal } = controller;
  tab.perform("waitFor with a where of the game", () =>
    tab.track("waitFor where", 20_000, () =>
      tab.gateway.waitFor({ subject: "news" }, { timeoutMs, where, signal }),
    ),
  );
  tab.device.time.after(19_000, () => controller.abort(), tab.device);
}

type Reentry = (environment: SimulatedEnvironment, tab: Tab) => void;

/** Public methods that a handler calls. */
const reentries: readonly Reentry[] = [
  (_, tab) => tab.gateway.retryNow(),
  (_, tab) => tab.echo("player"),
  (_, tab) => tab.setFirebaseToken("player"),
  (_, tab) => tab.waitFor({ since: tab.gateway.mark(), timeoutMs: 3_000 }),
  (_, tab) => tab.release("player"),
  (_, tab) => tab.release("guild"),
  (_, tab) => tab.setUserId("player", "alice", true, false),
  (_, tab) => tab.setUserId("guild", "guild-2", false, false),
  (_, tab) => tab.takeOver("player"),
  (environment, tab) => environment.connect(tab),
  (environment, tab) => passOddArgument(environment, tab),
  (_, tab) => tab.registerOnSync(),
  (environment, tab) => {
    tab.allowEarlyDelivery();
    void tab.gateway.disconnect();
    environment.schedule(1_000, () => environment.connect(tab));
  },
];

/** Handlers of the game throw, reject, never settle, and call the client. */
export function misbehave(
  environment: SimulatedEnvironment,
  tab: Tab,
  _context?: unknown,
  maxReentries = REENTRIES,
): void {
  const { random } = environment;
  let reentriesLeft = maxReentries;
  tab.perform("the game's handlers misbehave", () => {
    tab.misbehave = (where) => {
      switch (random.between(0, 7)) {
        case 0:
          throw pickThrown(random);
        case 1:
          // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- on purpose
          return Promise.reject(pickThrown(random));
        case 2:
          return new Promise(() => undefined);
        case 3: {
          if (reentriesLeft-- <= 0 || !tab.isAwake || tab.disposed) return undefined;
          if (tab.isRequesting && where === "diagnostic") return undefined;
          const index = random.between(0, reentries.length - 1);
          tab.perform(`in ${where}, call ${index}`, () => reentries[index]!(environment, tab));
          return undefined;
        }
        default:
          return undefined;
      }
    };
  });
  environment.schedule(random.between(5_000, 60_000), () => void (tab.misbehave = undefined));
}

/** What the game, the host and the clock do against the client. */
export const hostileActions: WeightedActions = [
  [8, breakProviders],
  [4, setWallClock],
  [4, blockThread],
  [4, stormOfHints],
  [3, retryNowAgainAndAgain],
  [5, misbehave],
  [4, passOddArgument],
  [2, nameOddSlot],
  [3, changeNamespace],
  [3, waitWithWhere],
  [5, tapTwice],
  [3, (_, tab) => tab.perform("a late onSync", () => tab.registerOnSync())],
  [2, (environment, tab) => environment.remount(tab)],
];
