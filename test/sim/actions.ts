import type { Mark } from "../../src/notify/history.js";
import type { RequestFault } from "./server.js";
import type { Tab } from "./tab.js";
import type { SimulatedEnvironment } from "./environment.js";

export interface ActionContext {
  readonly environment: SimulatedEnvironment;
  readonly players: readonly string[];
  /** Whether players use exclusive sessions. */
  readonly exclusive: boolean;
}

type Action = (environment: SimulatedEnvironment, tab: Tab, context: ActionContext) => void;

const CLOSE_CODES = [1000, 1001, 1006, 1011, 4000];

type SlotName = "player" | "guild";

const slotOf = ({ random }: SimulatedEnvironment): SlotName =>
  random.boolean(0.75) ? "player" : "guild";

function setUserId(
  { environment, players, exclusive: always }: ActionContext,
  tab: Tab,
  force: boolean,
): void {
  const { random } = environment;
  const slot = slotOf(environment);
  const before = tab.desiredBindings.get(slot);
  const candidates = slot === "player" ? players : ["guild-1", "guild-2"];
  const userId = before && random.boolean(0.7) ? before.userId : random.pick(candidates);
  const exclusive = force || (slot === "player" && always);
  tab.perform(
    `setUserId ${userId}${exclusive ? ", exclusive" : ""}${force ? ", with force" : ""}`,
    () => tab.setUserId(slot, userId, exclusive, force),
  );
}

const requestFault = (
  { random }: SimulatedEnvironment,
  statuses: readonly number[],
): RequestFault =>
  random.boolean(0.5)
    ? random.pick(statuses)
    : random.boolean(0.5)
      ? "silent"
      : { slowMs: random.between(100, 12_000) };

const upTo = <T>(max: number, { random }: SimulatedEnvironment, make: () => T): T[] =>
  Array.from({ length: random.between(1, max) }, make);

export type WeightedActions = readonly (readonly [weight: number, action: Action])[];

const playerActions: WeightedActions = [
  [6, (_, tab, context) => setUserId(context, tab, false)],
  [2, (_, tab, context) => setUserId(context, tab, true)],
  [
    5,
    (environment, tab) => {
      const slot = slotOf(environment);
      if (tab.desiredBindings.get(slot)?.exclusive)
        tab.perform(`takeOver ${slot}`, () => tab.takeOver(slot));
    },
  ],
  [
    1,
    (environment, tab) => {
      const slot = slotOf(environment);
      tab.perform(`release ${slot}`, () => tab.release(slot));
    },
  ],
  [
    2,
    (environment, tab) =>
      tab.perform("connect", () => {
        const timeoutMs = environment.random.between(100, 20_000);
        tab.track("connect", timeoutMs, () => tab.gateway.connect({ timeoutMs }));
      }),
  ],
  [
    1,
    (environment, tab) =>
      tab.perform("disconnect, then connect", () => {
        tab.allowEarlyDelivery();
        void tab.gateway.disconnect();
        environment.schedule(environment.random.between(0, 8_000), () => environment.connect(tab));
      }),
  ],
  [
    6,
    (environment, tab) =>
      tab.perform("call", () =>
        tab.echo(environment.random.boolean(0.6) ? slotOf(environment) : undefined),
      ),
  ],
  [
    6,
    (environment, tab) =>
      tab.perform("setFirebaseToken", () => tab.setFirebaseToken(slotOf(environment))),
  ],
  [
    3,
    (environment, tab) => {
      const method = environment.random.pick([
        "getFirebaseToken",
        "deleteFirebaseToken",
        "describeWebSocketSessions",
      ] as const);
      const slot = slotOf(environment);
      tab.perform(method, () => {
        tab.track(method, 10_000, () => tab.gateway[method]({ slot }), undefined, true);
      });
    },
  ],
  [
    2,
    (_, tab) =>
      tab.perform("ping", () =>
        tab.track("ping", 10_000, () => tab.gateway.ping(), undefined, true),
      ),
  ],
  [
    1,
    (_, tab) =>
      tab.perform("getProjectToken", () => {
        // Over the socket first, then over REST if the socket refuses.
        tab.track("getProjectToken", 30_000, async () => {
          tab.projectTokens.add(await tab.gateway.getProjectToken());
        });
      }),
  ],
  [
    4,
    (environment, tab) => {
      const since: Mark = tab.gateway.mark();
      const onGap = environment.random.pick(["keep", "reject"] as const);
      const timeoutMs = environment.random.between(500, 30_000);
      tab.perform("mark, then waitFor", () =>
        environment.schedule(environment.random.between(0, 5_000), () => {
          if (!tab.isAwake || tab.disposed) return;
          tab.waitFor({ since, onGap, timeoutMs });
          if (environment.random.boolean(0.3)) tab.waitFor({ since, timeoutMs });
        }),
      );
    },
  ],
  [2, (_, tab) => tab.perform("retryNow", () => tab.gateway.retryNow())],
  [1, (environment, tab) => environment.active.length > 1 && environment.dispose(tab)],
  [3, (environment, tab) => environment.reload(tab)],
  [
    3,
    (environment, tab) => {
      // A hidden page stores its session ID for a reload, and a client at rest does not observe
      // that the page is shown again. A clone made then shares the session ID: see the scenario
      // sharedSessionId.
      const mayClone = environment
        .pageOf(tab)
        .every(
          ({ device: { hiddenSince, isObserved, everHidden } }) =>
            hiddenSince === undefined && (isObserved || !everHidden),
        );
      if (mayClone) environment.clone(tab);
    },
  ],
];

const pageActions: WeightedActions = [
  [
    3,
    (environment, tab) => {
      const { device } = tab;
      tab.perform("the page is hidden", () => device.emitHint("background"));
      environment.schedule(
        environment.random.between(1_000, environment.random.boolean(0.1) ? 400_000 : 90_000),
        () => environment.show(tab),
      );
    },
  ],
  [
    3,
    (environment, tab) => {
      tab.perform("the device is offline", () => {
        tab.device.online = false;
        for (const link of environment.network.linksOf(tab.device)) {
          if (environment.random.boolean(0.5)) link.goHalfOpen();
          else link.drop();
        }
        if (environment.random.boolean(0.7)) tab.device.emitHint("offline");
      });
      environment.schedule(environment.random.between(200, 60_000), () =>
        environment.goOnline(tab),
      );
    },
  ],
  [
    3,
    (environment, tab) => {
      tab.perform("the device sleeps", () => tab.device.sleep());
      if (environment.random.boolean(0.6))
        for (const link of environment.network.linksOf(tab.device)) link.goHalfOpen();
      environment.schedule(
        environment.random.between(1_000, environment.random.boolean(0.2) ? 4_000_000 : 120_000),
        () => environment.wake(tab),
      );
    },
  ],
  [
    2,
    (environment, tab) => {
      // A page enters it with all its clients, which have devices of their own here.
      if (environment.pageOf(tab).length > 1) return;
      tab.perform("the page enters the back-forward cache", () => {
        tab.device.emitHint("pagehide");
        tab.device.inBackForwardCache = true;
        tab.allowEarlyDelivery();
      });
      environment.schedule(0, () => tab.device.sleep());
      environment.schedule(environment.random.between(1_000, 60_000), () => environment.wake(tab));
    },
  ],
  [
    1,
    (environment, tab) => {
      if (tab.providerFault) return;
      const ms = environment.random.between(100, 30_000);
      const value = new Error("the game's server is down");
      tab.perform("the game's token server is down", () => {
        tab.providerFault = { type: "rejects", value };
      });
      environment.schedule(ms, () => void (tab.providerFault = undefined));
    },
  ],
];

export const dropLinks: Action = (environment, tab) => {
  environment.trace.log(`the links of ${tab.name} drop`);
  for (const link of environment.network.linksOf(tab.device)) link.drop();
};

export const halfOpenLinks: Action = (environment, tab) => {
  environment.trace.log(`the links of ${tab.name} go half-open`);
  for (const link of environment.network.linksOf(tab.device)) link.goHalfOpen();
};

const networkFaults: WeightedActions = [
  [6, dropLinks],
  [5, halfOpenLinks],
  [
    5,
    (environment, tab) => {
      const code = environment.random.pick(CLOSE_CODES);
      environment.trace.log(`the server closes ${tab.name} with ${code}`);
      for (const link of environment.network.linksOf(tab.device))
        link.closeFromServer(code, "fault");
    },
  ],
  [
    4,
    (environment, tab) => {
      const onConnect = environment.random.pick(["refuse", "hang"] as const);
      environment.trace.log(`connection attempts of ${tab.name}: ${onConnect}`);
      tab.conditions = { ...tab.conditions, onConnect };
      environment.schedule(environment.random.between(500, 60_000), () => {
        tab.conditions = { ...tab.conditions, onConnect: "open" };
      });
    },
  ],
  [
    3,
    (environment, tab) => {
      const latencyMs = environment.random.pick([1, 20, 150, 800]);
      tab.conditions = {
        ...tab.conditions,
        latencyMs,
        jitterMs: environment.random.pick([0, 10, 500]),
      };
      environment.trace.log(`latency of ${tab.name}: ${latencyMs} ms`);
    },
  ],
];

const serverActions: WeightedActions = [
  [16, (environment) => environment.publishNews()],
  [
    3,
    (environment) => {
      const faults = upTo(3, environment, () => requestFault(environment, [401, 500, 503, 504]));
      environment.trace.log(`faults of logins: ${JSON.stringify(faults)}`);
      environment.server.requestFaults.login.push(...faults);
    },
  ],
  [
    4,
    (environment) => {
      const faults = upTo(3, environment, () =>
        requestFault(environment, [409, 401, 500, 503, 400]),
      );
      environment.trace.log(`faults of binds: ${JSON.stringify(faults)}`);
      environment.server.requestFaults.setUserId.push(...faults);
    },
  ],
  [
    3,
    (environment) => {
      // Refused again and again: with renewed tokens, too.
      const faults = environment.random.boolean(0.2)
        ? [401, 401, 401]
        : upTo(3, environment, () => requestFault(environment, [401, 404, 500, 503]));
      environment.trace.log(`faults of calls: ${JSON.stringify(faults)}`);
      environment.server.requestFaults.call.push(...faults);
    },
  ],
  [
    6,
    (environment) => {
      const faults = upTo(3, environment, () =>
        environment.random.pick(["lost", "doubled", "late"] as const),
      );
      environment.trace.log(`faults of replies: ${faults.join(", ")}`);
      environment.server.replyFaults.push(...faults);
    },
  ],
  [
    1,
    (environment) => {
      const which = environment.random.pick(["projectTokens", "accessTokens"] as const);
      environment.trace.log(`the server invalidates all ${which}`);
      environment.server.forgetTokens(which);
    },
  ],
  [
    2,
    (environment) => {
      const downMs = environment.random.between(0, 20_000);
      const code = environment.random.pick(CLOSE_CODES);
      environment.trace.log(`the server restarts: down for ${downMs} ms, close code ${code}`);
      environment.server.restart(downMs, code);
    },
  ],
  [
    1,
    (environment, _, { players }) => {
      const userId = environment.random.pick(players);
      environment.trace.log(`the server ends the sessions of ${userId}`);
      environment.server.disconnect(userId);
    },
  ],
  [
    1,
    (environment, tab) => {
      environment.trace.log(`the server sends ${tab.name} a malformed frame`);
      for (const link of environment.network.linksOf(tab.device)) {
        link.sendToClient(
          environment.random.pick(["{", "[]", "null", '{"type":"?"}', '{"requestId":"1"}']),
        );
      }
    },
  ],
  [
    1,
    (environment) => {
      environment.server.duplicatesNotifications = !environment.server.duplicatesNotifications;
      environment.server.hasDuplicatedNotifications = true;
      environment.trace.log(
        `notifications are sent ${environment.server.duplicatesNotifications ? "twice" : "once"}`,
      );
    },
  ],
];

const all = [...playerActions, ...pageActions, ...networkFaults, ...serverActions];

export function performRandomAction(
  context: ActionContext,
  tab: Tab,
  actions: WeightedActions = all,
): void {
  const { environment } = context;
  const totalWeight = actions.reduce((sum, [weight]) => sum + weight, 0);
  let at = environment.random.next() * totalWeight;
  for (const [weight, action] of actions) {
    at -= weight;
    if (at < 0) return action(environment, tab, context);
  }
}
