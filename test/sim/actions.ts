import type { Mark } from "../../src/notify/history.js";
import type { RequestFault } from "./server.js";
import type { Tab } from "./tab.js";
import type { World } from "./world.js";

/** Where the deeds are done, and by whom. */
export interface Stage {
  readonly world: World;
  readonly players: readonly string[];
  /** Whether players ask for exclusive sessions. */
  readonly exclusive: boolean;
}

type Deed = (world: World, tab: Tab, stage: Stage) => void;

const CLOSE_CODES = [1000, 1001, 1006, 1011, 4000];

type SlotName = "player" | "guild";

const slotOf = ({ chance }: World): SlotName => (chance.chance(0.75) ? "player" : "guild");

function want({ world, players, exclusive: wanted }: Stage, tab: Tab, force: boolean): void {
  const { chance } = world;
  const slot = slotOf(world);
  const before = tab.wishes.get(slot);
  const known = slot === "player" ? players : ["guild-1", "guild-2"];
  const userId = before && chance.chance(0.7) ? before.userId : chance.pick(known);
  const exclusive = force || (slot === "player" && wanted);
  tab.act(`setUserId ${userId}${exclusive ? ", exclusive" : ""}${force ? ", by force" : ""}`, () =>
    tab.want(slot, userId, exclusive, force),
  );
}

/** Faults that end by themselves, at the latest when they are cleared up. */
const requestFault = ({ chance }: World, statuses: readonly number[]): RequestFault =>
  chance.chance(0.5)
    ? chance.pick(statuses)
    : chance.chance(0.5)
      ? "silent"
      : { slowMs: chance.between(100, 12_000) };

const several = <T>({ chance }: World, most: number, make: () => T): T[] =>
  Array.from({ length: chance.between(1, most) }, make);

/** What the player does. */
const player: readonly (readonly [weight: number, deed: Deed])[] = [
  [6, (_, tab, stage) => want(stage, tab, false)],
  [2, (_, tab, stage) => want(stage, tab, true)],
  [
    5,
    (world, tab) => {
      const slot = slotOf(world);
      if (tab.wishes.get(slot)?.exclusive) tab.act(`takeOver ${slot}`, () => tab.takeOver(slot));
    },
  ],
  [
    1,
    (world, tab) => {
      const slot = slotOf(world);
      tab.act(`release ${slot}`, () => tab.release(slot));
    },
  ],
  [
    2,
    (world, tab) =>
      tab.act("connect", () => {
        const timeoutMs = world.chance.between(100, 20_000);
        tab.track("connect", timeoutMs, () => tab.gateway.connect({ timeoutMs }));
      }),
  ],
  [
    1,
    (world, tab) =>
      tab.act("disconnect, and soon connect again", () => {
        tab.setFree();
        void tab.gateway.disconnect();
        world.later(world.chance.between(0, 8_000), () => world.connect(tab));
      }),
  ],
  [
    6,
    (world, tab) =>
      tab.act("call", () => tab.echo(world.chance.chance(0.6) ? slotOf(world) : undefined)),
  ],
  [6, (world, tab) => tab.act("setFirebaseToken", () => tab.keep(slotOf(world)))],
  [
    3,
    (world, tab) => {
      const method = world.chance.pick([
        "getFirebaseToken",
        "deleteFirebaseToken",
        "describeWebSocketSessions",
      ] as const);
      const slot = slotOf(world);
      tab.act(method, () => {
        tab.track(method, 10_000, () => tab.gateway[method]({ slot }), undefined, true);
      });
    },
  ],
  [
    2,
    (_, tab) =>
      tab.act("ping", () => tab.track("ping", 10_000, () => tab.gateway.ping(), undefined, true)),
  ],
  [
    1,
    (_, tab) =>
      tab.act("getProjectToken", () => {
        // Over the socket first, and over REST where that is refused.
        tab.track("getProjectToken", 30_000, async () => {
          tab.projectTokens.add(await tab.gateway.getProjectToken());
        });
      }),
  ],
  [
    4,
    (world, tab) => {
      const since: Mark = tab.gateway.mark();
      const onGap = world.chance.pick(["keep", "reject"] as const);
      const timeoutMs = world.chance.between(500, 30_000);
      tab.act("mark, and soon waitFor", () =>
        world.later(world.chance.between(0, 5_000), () => {
          if (!tab.isAwake || tab.disposed) return;
          tab.waitFor({ since, onGap, timeoutMs });
          if (world.chance.chance(0.3)) tab.waitFor({ since, timeoutMs });
        }),
      );
    },
  ],
  [2, (_, tab) => tab.act("retryNow", () => tab.gateway.retryNow())],
  [1, (world, tab) => world.active.length > 1 && world.dispose(tab)],
  [3, (world, tab) => world.reload(tab)],
  [
    3,
    (world, tab) => {
      // A hidden page has put its session ID back, for a reload to find, and a client at rest does not see it shown again. What is cloned then is
      // for the breaker to find out.
      const { hiddenSince, watched, everHidden } = tab.device;
      if (hiddenSince === undefined && (watched || !everHidden)) world.clone(tab);
    },
  ],
];

/** What becomes of the page and the machine it is on. */
const page: readonly (readonly [weight: number, deed: Deed])[] = [
  [
    3,
    (world, tab) => {
      const { device } = tab;
      tab.act("the page is hidden", () => device.tell("background"));
      world.later(world.chance.between(1_000, world.chance.chance(0.1) ? 400_000 : 90_000), () =>
        world.show(tab),
      );
    },
  ],
  [
    3,
    (world, tab) => {
      tab.act("the network of the device is gone", () => {
        tab.device.online = false;
        for (const link of world.network.of(tab.device)) {
          if (world.chance.chance(0.5)) link.goHalfOpen();
          else link.drop();
        }
        if (world.chance.chance(0.7)) tab.device.tell("offline");
      });
      world.later(world.chance.between(200, 60_000), () => world.online(tab));
    },
  ],
  [
    3,
    (world, tab) => {
      tab.act("the machine sleeps", () => tab.device.sleep());
      if (world.chance.chance(0.6))
        for (const link of world.network.of(tab.device)) link.goHalfOpen();
      world.later(world.chance.between(1_000, world.chance.chance(0.2) ? 4_000_000 : 120_000), () =>
        world.wake(tab),
      );
    },
  ],
  [
    2,
    (world, tab) => {
      tab.act("the page goes into the back-forward cache", () => {
        tab.device.tell("pagehide");
        tab.device.cached = true;
        tab.setFree();
      });
      world.later(0, () => tab.device.sleep());
      world.later(world.chance.between(1_000, 60_000), () => world.wake(tab));
    },
  ],
  [
    1,
    (world, tab) => {
      const ms = world.chance.between(100, 30_000);
      tab.act("the game's own server is down", () => void (tab.authDown = true));
      world.later(ms, () => void (tab.authDown = false));
    },
  ],
];

/** What the network does. */
const network: readonly (readonly [weight: number, deed: Deed])[] = [
  [
    6,
    (world, tab) => {
      world.story.tell(`the line of ${tab.name} breaks`);
      for (const link of world.network.of(tab.device)) link.drop();
    },
  ],
  [
    5,
    (world, tab) => {
      world.story.tell(`the line of ${tab.name} goes half-open`);
      for (const link of world.network.of(tab.device)) link.goHalfOpen();
    },
  ],
  [
    5,
    (world, tab) => {
      const code = world.chance.pick(CLOSE_CODES);
      world.story.tell(`the server closes ${tab.name} with ${code}`);
      for (const link of world.network.of(tab.device)) link.end(code, "fault");
    },
  ],
  [
    4,
    (world, tab) => {
      const reception = world.chance.pick(["refuse", "hang"] as const);
      world.story.tell(`attempts of ${tab.name}: ${reception}`);
      tab.weather = { ...tab.weather, reception };
      world.later(world.chance.between(500, 60_000), () => {
        tab.weather = { ...tab.weather, reception: "open" };
      });
    },
  ],
  [
    3,
    (world, tab) => {
      const latencyMs = world.chance.pick([1, 20, 150, 800]);
      tab.weather = { ...tab.weather, latencyMs, jitterMs: world.chance.pick([0, 10, 500]) };
      world.story.tell(`${tab.name} is ${latencyMs} ms away`);
    },
  ],
];

/** What the server does. */
const server: readonly (readonly [weight: number, deed: Deed])[] = [
  [16, (world) => world.news()],
  [
    3,
    (world) => {
      const faults = several(world, 3, () => requestFault(world, [401, 500, 503, 504]));
      world.story.tell(`logins: ${JSON.stringify(faults)}`);
      world.server.requestFaults.login.push(...faults);
    },
  ],
  [
    4,
    (world) => {
      const faults = several(world, 3, () => requestFault(world, [409, 401, 500, 503, 400]));
      world.story.tell(`binds: ${JSON.stringify(faults)}`);
      world.server.requestFaults.setUserId.push(...faults);
    },
  ],
  [
    3,
    (world) => {
      const faults = several(world, 3, () => requestFault(world, [401, 404, 500, 503]));
      world.story.tell(`calls: ${JSON.stringify(faults)}`);
      world.server.requestFaults.call.push(...faults);
    },
  ],
  [
    6,
    (world) => {
      const faults = several(world, 3, () =>
        world.chance.pick(["lost", "doubled", "late"] as const),
      );
      world.story.tell(`answers: ${faults.join(", ")}`);
      world.server.answerFaults.push(...faults);
    },
  ],
  [
    1,
    (world) => {
      const which = world.chance.pick(["projectTokens", "accessTokens"] as const);
      world.story.tell(`the server forgets all ${which}`);
      world.server.forgetTokens(which);
    },
  ],
  [
    2,
    (world) => {
      const downMs = world.chance.between(0, 20_000);
      const code = world.chance.pick(CLOSE_CODES);
      world.story.tell(`the server restarts, ${downMs} ms, with ${code}`);
      world.server.restart(downMs, code);
    },
  ],
  [
    1,
    (world, _, { players }) => {
      const userId = world.chance.pick(players);
      world.story.tell(`the sessions of ${userId} are ended at the server`);
      world.server.disconnect(userId);
    },
  ],
  [
    1,
    (world, tab) => {
      world.story.tell(`${tab.name} gets a frame nobody can read`);
      for (const link of world.network.of(tab.device)) {
        link.say(world.chance.pick(["{", "[]", "null", '{"type":"?"}', '{"requestId":"1"}']));
      }
    },
  ],
  [
    1,
    (world) => {
      world.server.doubling = !world.server.doubling;
      world.server.everDoubled = true;
      world.story.tell(`notifications come ${world.server.doubling ? "twice" : "once"}`);
    },
  ],
];

const all = [...player, ...page, ...network, ...server];
const weights = all.reduce((sum, [weight]) => sum + weight, 0);

/** Does one thing by chance. */
export function doSomething(stage: Stage, tab: Tab): void {
  const { world } = stage;
  let at = world.chance.next() * weights;
  for (const [weight, deed] of all) {
    at -= weight;
    if (at < 0) return deed(world, tab, stage);
  }
}
