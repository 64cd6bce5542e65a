import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Status } from "../../src/connection/state.js";
import { hostTimers } from "./hostTimers.js";
import { Random } from "./random.js";
import type { Tab } from "./tab.js";
import { aStore, World } from "./world.js";

const MINUTE_MS = 60_000;

type Act = (tab: Tab, world: World) => unknown;

/** Every public method, as a handler would call it. */
const acts: Record<string, Act> = {
  connect: (tab) => tab.track("connect", 10_000, () => tab.gateway.connect({ timeoutMs: 10_000 })),
  disconnect(tab) {
    tab.setFree();
    void tab.gateway.disconnect();
  },
  dispose: (tab, world) => world.dispose(tab),
  setUserId: (tab) => tab.want("player", "alice", true, false),
  "setUserId by force": (tab) => tab.want("player", "alice", true, true),
  "setUserId of another player": (tab) => tab.want("player", "bob", true, false),
  "setUserId of another slot": (tab) => tab.want("guild", "guild-1", false, false),
  takeOver: (tab) => tab.takeOver("player"),
  release: (tab) => tab.release("player"),
  mark: (tab) => tab.gateway.mark(),
  waitFor: (tab) => tab.waitFor({ since: tab.gateway.mark(), timeoutMs: 1_000, onGap: "reject" }),
  on: (tab) => tab.gateway.on("*", () => undefined)(),
  onSync: (tab) => tab.gateway.onSync(() => undefined)(),
  retryNow: (tab) => tab.gateway.retryNow(),
  "hint online": (tab) => tab.gateway.hint("online"),
  "hint offline": (tab) => tab.gateway.hint("offline"),
  "hint foreground": (tab) => tab.gateway.hint("foreground"),
  "hint background": (tab) => tab.gateway.hint("background"),
  ping: (tab) => tab.track("ping", 10_000, () => tab.gateway.ping(), undefined, true),
  setFirebaseToken: (tab) => tab.keep("player"),
  getFirebaseToken: (tab) => ask(tab, "getFirebaseToken"),
  deleteFirebaseToken: (tab) => ask(tab, "deleteFirebaseToken"),
  describeWebSocketSessions: (tab) => ask(tab, "describeWebSocketSessions"),
  call: (tab) => tab.echo(undefined),
  "call of a slot": (tab) => tab.echo("player"),
  getProjectToken: (tab) =>
    tab.track("getProjectToken", 30_000, async () => {
      tab.projectTokens.add(await tab.gateway.getProjectToken());
    }),
  setProjectToken(tab) {
    const token = aProjectToken(tab);
    tab.projectTokens.add(token);
    tab.gateway.setProjectToken(token);
  },
  "connection and lifecycle"(tab) {
    tab.gateway.lifecycle.on("status", () => undefined)();
    return tab.gateway.connection;
  },
};

const ask = (
  tab: Tab,
  method: "getFirebaseToken" | "deleteFirebaseToken" | "describeWebSocketSessions",
): void =>
  tab.track(method, 10_000, () => tab.gateway[method]({ slot: "player" }), undefined, true);

function aProjectToken({ server }: Tab): string {
  const { text } = server.login({ client_id: "client-0001", client_secret: "secret-0001" });
  return (JSON.parse(text) as { access_token: string }).access_token;
}

/** Where a handler is called, in which status, and what makes it be called. */
interface Place {
  readonly in: Status;
  readonly listen: (tab: Tab, act: () => void) => unknown;
  readonly lead: (tab: Tab, world: World) => Promise<void>;
}

const atStatus =
  (wanted: Status): Place["listen"] =>
  (tab, act) =>
    tab.gateway.lifecycle.on("status", (now, before) => {
      if (now.status === wanted && before.status !== wanted) act();
    });

const atDiagnostic =
  (wanted: string): Place["listen"] =>
  (tab, act) =>
    tab.gateway.lifecycle.on("diagnostic", ({ code }) => {
      if (code === wanted) act();
    });

async function bind(tab: Tab, world: World): Promise<void> {
  tab.want("player", "alice", true, false);
  await world.pass(1_000);
}

/** Another client takes alice's place. */
async function lose(tab: Tab, world: World): Promise<void> {
  await bind(tab, world);
  const winner = world.open("winner", "winners", aStore());
  winner.track("connect", 10_000, () => winner.gateway.connect());
  await world.pass(1_000);
  winner.want("player", "alice", true, true);
  await world.pass(5_000);
}

async function breakLine(tab: Tab, world: World): Promise<void> {
  await bind(tab, world);
  for (const link of world.network.of(tab.device)) link.drop();
  await world.pass(2_000);
}

async function news(tab: Tab, world: World): Promise<void> {
  await bind(tab, world);
  world.news();
  await world.pass(1_000);
}

/** A field without effect is told of before anything else happens. */
function provoke(tab: Tab): void {
  tab.want("guild", "guild-1", false, false, "of no use");
}

const places: Record<string, Place> = {
  "status connecting": { in: "connecting", listen: atStatus("connecting"), lead: bind },
  "status connected": { in: "connected", listen: atStatus("connected"), lead: bind },
  "status ready": { in: "ready", listen: atStatus("ready"), lead: bind },
  "status reconnecting": { in: "reconnecting", listen: atStatus("reconnecting"), lead: breakLine },
  "status replaced": { in: "replaced", listen: atStatus("replaced"), lead: lose },
  "status closed": {
    in: "closed",
    listen: atStatus("closed"),
    async lead(tab, world) {
      await bind(tab, world);
      void tab.gateway.disconnect();
    },
  },
  "status unauthorized": {
    in: "unauthorized",
    listen: atStatus("unauthorized"),
    lead(tab, world) {
      world.server.requestFaults.login.push(401);
      return bind(tab, world);
    },
  },
  "diagnostic, idle": {
    in: "idle",
    listen: atDiagnostic("brokenCondition"),
    lead: async (tab) => provoke(tab),
  },
  "diagnostic, connecting": {
    in: "connecting",
    listen: atDiagnostic("socketEnded"),
    async lead(tab, world) {
      tab.weather = { ...tab.weather, reception: "refuse" };
      await bind(tab, world);
      tab.weather = { ...tab.weather, reception: "open" };
    },
  },
  "diagnostic, replaced": {
    in: "replaced",
    listen: atDiagnostic("brokenCondition"),
    async lead(tab, world) {
      await lose(tab, world);
      provoke(tab);
    },
  },
  "diagnostic, closed": {
    in: "closed",
    listen: atDiagnostic("brokenCondition"),
    async lead(tab, world) {
      await bind(tab, world);
      void tab.gateway.disconnect();
      await world.pass(1_000);
      provoke(tab);
    },
  },
  "diagnostic, unauthorized": {
    in: "unauthorized",
    listen: atDiagnostic("brokenCondition"),
    async lead(tab, world) {
      world.server.requestFaults.login.push(401);
      await bind(tab, world);
      provoke(tab);
    },
  },
  replaced: {
    in: "replaced",
    listen: (tab, act) => tab.gateway.lifecycle.on("replaced", act),
    lead: lose,
  },
  "unauthorized, of the client": {
    in: "unauthorized",
    listen: (tab, act) => tab.gateway.lifecycle.on("unauthorized", act),
    lead(tab, world) {
      world.server.requestFaults.login.push(401);
      return bind(tab, world);
    },
  },
  "unauthorized, of one slot": {
    in: "ready",
    listen: (tab, act) => tab.gateway.lifecycle.on("unauthorized", act),
    async lead(tab, world) {
      tab.want("guild", "guild-1", false, false);
      await world.pass(1_000);
      world.server.requestFaults.setUserId.push(401, 401);
      await bind(tab, world);
    },
  },
  "onSync, first": {
    in: "ready",
    listen: (tab, act) => tab.gateway.onSync(({ reason }) => reason === "first" && act()),
    lead: bind,
  },
  "onSync, gap": {
    in: "ready",
    listen: (tab, act) => tab.gateway.onSync(({ reason }) => reason === "gap" && act()),
    lead: breakLine,
  },
  "onSync, takeOver": {
    in: "ready",
    listen: (tab, act) => tab.gateway.onSync(({ reason }) => reason === "takeOver" && act()),
    async lead(tab, world) {
      await bind(tab, world);
      tab.takeOver("player");
      await world.pass(1_000);
    },
  },
  "a notification": {
    in: "ready",
    listen: (tab, act) => tab.gateway.on({ subject: "news" }, act),
    lead: news,
  },
  "a notification, while another slot is replaced": {
    in: "replaced",
    listen: (tab, act) => tab.gateway.on({ subject: "news" }, act),
    async lead(tab, world) {
      tab.want("guild", "guild-1", false, false);
      await lose(tab, world);
      world.news();
      await world.pass(1_000);
    },
  },
  "where of waitFor": {
    in: "ready",
    listen(tab, act) {
      const where = (): boolean => {
        act();
        return true;
      };
      tab.track("waitFor", MINUTE_MS, () =>
        tab.gateway.waitFor("*", { where, timeoutMs: MINUTE_MS }),
      );
    },
    lead: news,
  },
  // In the middle of the step that is to bind: its status is told afterwards.
  "the provider of an access token": {
    in: "connecting",
    listen(tab, act) {
      const { accessToken } = tab;
      tab.accessToken = (userId) => {
        act();
        return accessToken(userId);
      };
    },
    lead: bind,
  },
};
let world: World;
let restore: () => void;

beforeEach(() => {
  world = new World(new Random(1), "port", {}, { keepAlive: { idleMs: 20_000 } });
  restore = hostTimers(world.time);
});
afterEach(() => restore());

test("every public method is called", () => {
  const { gateway } = world.open("tab", "tabs", aStore());
  const methods = Object.entries(gateway).flatMap(([name, value]) =>
    typeof value === "function" ? [name] : [],
  );
  const called = new Set(Object.keys(acts).map((name) => name.split(" ")[0]));
  expect(methods.filter((name) => !called.has(name) && name !== "constructor")).toEqual([]);
});

describe.each(Object.keys(places))("in the handler of %s", (where) => {
  const place = places[where]!;
  test.each(Object.keys(acts))("%s leaves a legal state", async (what) => {
    const { story } = world;
    const tab = world.open("tab", "tabs", aStore());
    let statusThen: Status | undefined;
    place.listen(tab, () => {
      if (statusThen) return;
      statusThen = tab.gateway.connection.status;
      acts[what]!(tab, world);
    });
    await place.lead(tab, world);
    await world.pass(2 * MINUTE_MS);
    expect(statusThen, "the handler was called in").toBe(place.in);
    expect(story.violation, story.text).toBeUndefined();

    // Nothing is half done: it rests by right, or all that is wanted is bound.
    const { status, bindings } = tab.gateway.connection;
    const resting: readonly Status[] = ["idle", "closed", "unauthorized"];
    const inUse = world.network.of(tab.device);
    if (resting.includes(status)) expect(inUse).toEqual([]);
    else if (what !== "hint offline") {
      expect(status).toMatch(/^(connected|ready|replaced)$/);
      for (const { state } of Object.values(bindings))
        expect(state).toMatch(/held|replaced|failed/);
      world.holdAllBound(false);
    }
    expect([...tab.calls.values()].map(({ name }) => name)).toEqual([]);

    // And it still works, unless it was disposed of.
    if (!tab.disposed) {
      tab.gateway.hint("online");
      tab.track("connect", 10_000, () => tab.gateway.connect());
      tab.want("proof", "guild-9", false, false);
      await world.pass(MINUTE_MS);
      expect(tab.gateway.connection.bindings["proof"]?.state).toBe("held");
      world.dispose(tab);
    }
    await world.pass(10);
    expect(story.violation, story.text).toBeUndefined();
  });
});
