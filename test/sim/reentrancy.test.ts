import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Status } from "../../src/connection/state.js";
import { installHostTimers } from "./hostTimers.js";
import { Random } from "./random.js";
import type { Tab } from "./tab.js";
import { createStorage, SimulatedEnvironment } from "./environment.js";

const MINUTE_MS = 60_000;

type Action = (tab: Tab, environment: SimulatedEnvironment) => unknown;

/** Every public method, called as a handler may call it. */
const actions: Record<string, Action> = {
  connect: (tab) => tab.track("connect", 10_000, () => tab.gateway.connect({ timeoutMs: 10_000 })),
  disconnect(tab) {
    tab.allowEarlyDelivery();
    void tab.gateway.disconnect();
  },
  dispose: (tab, environment) => environment.dispose(tab),
  setUserId: (tab) => tab.setUserId("player", "alice", true, false),
  "setUserId with force": (tab) => tab.setUserId("player", "alice", true, true),
  "setUserId of another player": (tab) => tab.setUserId("player", "bob", true, false),
  "setUserId of another slot": (tab) => tab.setUserId("guild", "guild-1", false, false),
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
  setFirebaseToken: (tab) => tab.setFirebaseToken("player"),
  getFirebaseToken: (tab) => call(tab, "getFirebaseToken"),
  deleteFirebaseToken: (tab) => call(tab, "deleteFirebaseToken"),
  describeWebSocketSessions: (tab) => call(tab, "describeWebSocketSessions"),
  call: (tab) => tab.echo(undefined),
  "call of a slot": (tab) => tab.echo("player"),
  getProjectToken: (tab) =>
    tab.track("getProjectToken", 30_000, async () => {
      tab.projectTokens.add(await tab.gateway.getProjectToken());
    }),
  setProjectToken(tab) {
    const token = issueProjectToken(tab);
    tab.projectTokens.add(token);
    tab.gateway.setProjectToken(token);
  },
  "connection and lifecycle"(tab) {
    tab.gateway.lifecycle.on("status", () => undefined)();
    return tab.gateway.connection;
  },
};

const call = (
  tab: Tab,
  method: "getFirebaseToken" | "deleteFirebaseToken" | "describeWebSocketSessions",
): void =>
  tab.track(method, 10_000, () => tab.gateway[method]({ slot: "player" }), undefined, true);

function issueProjectToken({ server }: Tab): string {
  const { text } = server.login({ client_id: "client-0001", client_secret: "secret-0001" });
  return (JSON.parse(text) as { access_token: string }).access_token;
}

interface HandlerSite {
  /** Status in which the handler is called. */
  readonly in: Status;
  /** Registers the handler. */
  readonly listen: (tab: Tab, handler: () => void) => unknown;
  /** Causes the event. */
  readonly trigger: (tab: Tab, environment: SimulatedEnvironment) => Promise<void>;
}

const atStatus =
  (status: Status): HandlerSite["listen"] =>
  (tab, handler) =>
    tab.gateway.lifecycle.on("status", (now, before) => {
      if (now.status === status && before.status !== status) handler();
    });

const atDiagnostic =
  (expected: string): HandlerSite["listen"] =>
  (tab, handler) =>
    tab.gateway.lifecycle.on("diagnostic", ({ code }) => {
      if (code === expected) handler();
    });

async function bind(tab: Tab, environment: SimulatedEnvironment): Promise<void> {
  tab.setUserId("player", "alice", true, false);
  await environment.advance(1_000);
}

/** Another client replaces alice. */
async function replaceAlice(tab: Tab, environment: SimulatedEnvironment): Promise<void> {
  await bind(tab, environment);
  const winner = environment.open("winner", "winners", createStorage());
  winner.track("connect", 10_000, () => winner.gateway.connect());
  await environment.advance(1_000);
  winner.setUserId("player", "alice", true, true);
  await environment.advance(5_000);
}

async function breakConnection(tab: Tab, environment: SimulatedEnvironment): Promise<void> {
  await bind(tab, environment);
  for (const link of environment.network.linksOf(tab.device)) link.drop();
  await environment.advance(2_000);
}

async function publishNews(tab: Tab, environment: SimulatedEnvironment): Promise<void> {
  await bind(tab, environment);
  environment.publishNews();
  await environment.advance(1_000);
}

/** An option without effect is reported before any other event. */
function emitDiagnostic(tab: Tab): void {
  tab.setUserId("guild", "guild-1", false, false, { sessionId: "without effect" });
}

const handlerSites: Record<string, HandlerSite> = {
  "status connecting": { in: "connecting", listen: atStatus("connecting"), trigger: bind },
  "status connected": { in: "connected", listen: atStatus("connected"), trigger: bind },
  "status ready": { in: "ready", listen: atStatus("ready"), trigger: bind },
  "status reconnecting": {
    in: "reconnecting",
    listen: atStatus("reconnecting"),
    trigger: breakConnection,
  },
  "status replaced": { in: "replaced", listen: atStatus("replaced"), trigger: replaceAlice },
  "status closed": {
    in: "closed",
    listen: atStatus("closed"),
    async trigger(tab, environment) {
      await bind(tab, environment);
      void tab.gateway.disconnect();
    },
  },
  "status unauthorized": {
    in: "unauthorized",
    listen: atStatus("unauthorized"),
    trigger(tab, environment) {
      environment.server.requestFaults.login.push(401);
      return bind(tab, environment);
    },
  },
  "diagnostic, idle": {
    in: "idle",
    listen: atDiagnostic("brokenCondition"),
    trigger: async (tab) => emitDiagnostic(tab),
  },
  "diagnostic, connecting": {
    in: "connecting",
    listen: atDiagnostic("socketEnded"),
    async trigger(tab, environment) {
      tab.conditions = { ...tab.conditions, onConnect: "refuse" };
      await bind(tab, environment);
      tab.conditions = { ...tab.conditions, onConnect: "open" };
    },
  },
  "diagnostic, replaced": {
    in: "replaced",
    listen: atDiagnostic("brokenCondition"),
    async trigger(tab, environment) {
      await replaceAlice(tab, environment);
      emitDiagnostic(tab);
    },
  },
  "diagnostic, closed": {
    in: "closed",
    listen: atDiagnostic("brokenCondition"),
    async trigger(tab, environment) {
      await bind(tab, environment);
      void tab.gateway.disconnect();
      await environment.advance(1_000);
      emitDiagnostic(tab);
    },
  },
  "diagnostic, unauthorized": {
    in: "unauthorized",
    listen: atDiagnostic("brokenCondition"),
    async trigger(tab, environment) {
      environment.server.requestFaults.login.push(401);
      await bind(tab, environment);
      emitDiagnostic(tab);
    },
  },
  replaced: {
    in: "replaced",
    listen: (tab, handler) => tab.gateway.lifecycle.on("replaced", handler),
    trigger: replaceAlice,
  },
  "unauthorized, of the client": {
    in: "unauthorized",
    listen: (tab, handler) => tab.gateway.lifecycle.on("unauthorized", handler),
    trigger(tab, environment) {
      environment.server.requestFaults.login.push(401);
      return bind(tab, environment);
    },
  },
  "unauthorized, of one slot": {
    in: "ready",
    listen: (tab, handler) => tab.gateway.lifecycle.on("unauthorized", handler),
    async trigger(tab, environment) {
      tab.setUserId("guild", "guild-1", false, false);
      await environment.advance(1_000);
      environment.server.requestFaults.setUserId.push(401, 401);
      await bind(tab, environment);
    },
  },
  "onSync, first": {
    in: "ready",
    listen: (tab, handler) => tab.gateway.onSync(({ reason }) => reason === "first" && handler()),
    trigger: bind,
  },
  "onSync, gap": {
    in: "ready",
    listen: (tab, handler) => tab.gateway.onSync(({ reason }) => reason === "gap" && handler()),
    trigger: breakConnection,
  },
  "onSync, takeOver": {
    in: "ready",
    listen: (tab, handler) =>
      tab.gateway.onSync(({ reason }) => reason === "takeOver" && handler()),
    async trigger(tab, environment) {
      await bind(tab, environment);
      tab.takeOver("player");
      await environment.advance(1_000);
    },
  },
  "a notification": {
    in: "ready",
    listen: (tab, handler) => tab.gateway.on({ subject: "news" }, handler),
    trigger: publishNews,
  },
  "a notification, while another slot is replaced": {
    in: "replaced",
    listen: (tab, handler) => tab.gateway.on({ subject: "news" }, handler),
    async trigger(tab, environment) {
      tab.setUserId("guild", "guild-1", false, false);
      await replaceAlice(tab, environment);
      environment.publishNews();
      await environment.advance(1_000);
    },
  },
  "the filter of waitFor": {
    in: "ready",
    listen(tab, handler) {
      const where = (): boolean => {
        handler();
        return true;
      };
      tab.track("waitFor", MINUTE_MS, () =>
        tab.gateway.waitFor("*", { where, timeoutMs: MINUTE_MS }),
      );
    },
    trigger: publishNews,
  },
  // Called within the step that binds; its status is emitted after the step.
  "the provider of an access token": {
    in: "connecting",
    listen(tab, handler) {
      const accessToken = tab.accessToken.bind(tab);
      tab.accessToken = (slot, userId) => {
        const provider = accessToken(slot, userId);
        return () => {
          handler();
          return provider();
        };
      };
    },
    trigger: bind,
  },
};
let environment: SimulatedEnvironment;
let restore: () => void;

beforeEach(() => {
  environment = new SimulatedEnvironment(
    new Random(1),
    "simulated",
    {},
    { keepAlive: { idleMs: 20_000 } },
  );
  restore = installHostTimers(environment.time);
});
afterEach(() => restore());

test("the table of actions covers every public method", () => {
  const { gateway } = environment.open("tab", "tabs", createStorage());
  const methods = Object.entries(gateway).flatMap(([name, value]) =>
    typeof value === "function" ? [name] : [],
  );
  const called = new Set(Object.keys(actions).map((name) => name.split(" ")[0]));
  expect(methods.filter((name) => !called.has(name) && name !== "constructor")).toEqual([]);
});

describe.each(Object.keys(handlerSites))("called in the handler of %s", (siteName) => {
  const site = handlerSites[siteName]!;
  test.each(Object.keys(actions))("%s leaves a valid state", async (actionName) => {
    const { trace } = environment;
    const tab = environment.open("tab", "tabs", createStorage());
    let statusThen: Status | undefined;
    site.listen(tab, () => {
      if (statusThen) return;
      statusThen = tab.gateway.connection.status;
      actions[actionName]!(tab, environment);
    });
    await site.trigger(tab, environment);
    await environment.advance(2 * MINUTE_MS);
    expect(statusThen, "the handler was called in").toBe(site.in);
    expect(trace.violation, trace.text).toBeUndefined();

    // Either the client is at rest, or every desired binding has its final state.
    const { status, bindings } = tab.gateway.connection;
    const resting: readonly Status[] = ["idle", "closed", "unauthorized"];
    const links = environment.network.linksOf(tab.device);
    if (resting.includes(status)) expect(links).toEqual([]);
    else if (actionName !== "hint offline") {
      expect(status).toMatch(/^(connected|ready|replaced)$/);
      for (const { state } of Object.values(bindings))
        expect(state).toMatch(/held|replaced|failed/);
      environment.assertBindings(false);
    }
    expect([...tab.calls.values()].map(({ name }) => name)).toEqual([]);

    // The client still works, unless it was disposed.
    if (!tab.disposed) {
      tab.gateway.hint("online");
      tab.track("connect", 10_000, () => tab.gateway.connect());
      tab.setUserId("check", "guild-9", false, false);
      await environment.advance(MINUTE_MS);
      expect(tab.gateway.connection.bindings["check"]?.state).toBe("held");
      environment.dispose(tab);
    }
    await environment.advance(10);
    expect(trace.violation, trace.text).toBeUndefined();
  });
});
