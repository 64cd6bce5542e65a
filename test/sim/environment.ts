import { createSocketOpener } from "../../src/connection/socket.js";
import type { EmulatorSettings } from "../../src/emulator/settings.js";
import type { Fetch } from "../../src/http/http.js";
import type { GatewayClientOptions } from "../../src/client/options.js";
import type { SessionStore } from "../../src/session/tabSession.js";
import { Device } from "./device.js";
import { NORMAL_CONDITIONS, Network, type Link } from "./network.js";
import type { Random } from "./random.js";
import { Server, type ServiceReply } from "./server.js";
import { faultSocketClass, simulatedSocketOpener, type OpenTransport } from "./simulatedSocket.js";
import { Tab } from "./tab.js";
import { Trace } from "./trace.js";
import { VirtualTime } from "./virtualTime.js";

/** `real` is socket.ts with reconnecting-websocket on a fault socket; `simulated` replaces both. */
export type Sockets = "simulated" | "real";

/** A page that was hidden for so long may have lost its connection. */
const HIDDEN_SUSPICIOUS_MS = 30_000;
/** More steps than this mean an endless loop. */
const MAX_STEPS = 60_000;

export type Scenario = (
  random: Random,
  sockets: Sockets,
) => { environment: SimulatedEnvironment; run: () => Promise<void> };

/** A sessionStorage. */
export type SimulatedStorage = SessionStore & { copy(): SimulatedStorage };

export function createStorage(values = new Map<string, string>()): SimulatedStorage {
  return {
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => void values.set(key, value),
    removeItem: (key) => void values.delete(key),
    copy: () => createStorage(new Map(values)),
  };
}

/** What the games of an environment have in common. */
export interface GameOptions {
  readonly usesProjectTokenProvider?: boolean;
  readonly logger?: GatewayClientOptions["logger"];
}

/** Pages with their clients, the network and the emulator, in one process on one virtual clock. */
export class SimulatedEnvironment {
  readonly time = new VirtualTime();
  readonly trace = new Trace(this.time);
  readonly network: Network;
  readonly server: Server;
  readonly tabs: Tab[] = [];
  /** Answers calls of other services over REST; undefined: no reply. */
  serviceRequest:
    ((url: string, userId: string | undefined) => ServiceReply | undefined) | undefined;
  #lastNews = 0;

  constructor(
    readonly random: Random,
    private readonly sockets: Sockets,
    settings: Partial<EmulatorSettings>,
    private readonly clientOptions: Partial<GatewayClientOptions>,
    private readonly options: GameOptions = {},
  ) {
    this.network = new Network(this.time, random.fork());
    this.server = new Server(this.network, random.fork(), settings, (cut, by, reason) =>
      this.#onSessionCut(cut, by, reason),
    );
  }

  schedule(ms: number, run: () => void): void {
    this.time.after(ms, run);
  }

  /** Advances the time, and checks all invariants after each task. */
  async advance(ms: number): Promise<void> {
    const { time, trace } = this;
    await time.runUntil(time.now + ms, () => {
      for (const tab of this.tabs) tab.invariants.check();
      trace.assert(time.steps < MAX_STEPS, () => `more than ${MAX_STEPS} steps`);
      return trace.violation !== undefined;
    });
  }

  /** Tabs that can act. */
  get active(): Tab[] {
    return this.tabs.filter((tab) => !tab.disposed && tab.isAwake);
  }

  /** Opens a page with a new client. */
  open(name: string, family: string, storage: SimulatedStorage, page?: Device): Tab {
    const device = new Device(this.time, this.random.fork(), page);
    this.time.current = device;
    const tab: Tab = new Tab({
      name,
      family,
      device,
      storage,
      random: this.random.fork(),
      server: this.server,
      trace: this.trace,
      client: this.clientOptions,
      others: () => this.tabs.filter((one) => one !== tab),
      usesProjectTokenProvider: this.options.usesProjectTokenProvider ?? false,
      logger: this.options.logger ?? false,
      fetch: (of) => this.#fetchOf(of),
      opener: (of) => {
        const connect = this.network.connectFrom(device, () => of.conditions);
        const openTransport: OpenTransport = (url, events) => {
          const link = connect(url, events);
          of.sockets[link.socketNumber]!.link = link;
          return link;
        };
        return this.sockets === "simulated"
          ? simulatedSocketOpener(openTransport, device.clock)
          : (_, connectTimeoutMs) =>
              createSocketOpener(faultSocketClass(openTransport), connectTimeoutMs);
      },
    });
    this.tabs.push(tab);
    return tab;
  }

  connect(tab: Tab): void {
    if (!tab.isAwake || tab.disposed) return;
    tab.perform("connect", () =>
      tab.track("connect", 10_000, () => tab.gateway.connect({ timeoutMs: 10_000 })),
    );
  }

  show(tab: Tab): void {
    const { device } = tab;
    if (device.gone || device.inBackForwardCache || device.hiddenSince === undefined) return;
    tab.perform("the page is shown", () => {
      const knownSince = Math.max(device.hiddenSince!, device.observedSince);
      if (this.time.now - knownSince >= HIDDEN_SUSPICIOUS_MS) tab.invariants.onSuspicion();
      device.emitHint("foreground");
    });
  }

  goOnline(tab: Tab): void {
    const { device } = tab;
    if (device.gone || device.online) return;
    tab.perform("the device is online", () => {
      device.online = true;
      tab.invariants.onSuspicion();
      device.emitHint("online");
    });
  }

  wake(tab: Tab): void {
    const { device } = tab;
    if (device.gone || !device.asleep) return;
    tab.perform("the device wakes", () => {
      device.wake();
      if (device.inBackForwardCache) device.emitHint("pageshow");
      device.inBackForwardCache = false;
    });
  }

  /** Unloads the page and opens the next, which finds the storage of the first. */
  reload(tab: Tab): void {
    const { device, name, family, storage, desiredBindings } = tab;
    const clients = this.pageOf(tab);
    const keepsId = clients.length === 1 && device.isObserved;
    for (const client of clients) {
      client.perform("the page is reloaded", () => {
        client.device.emitHint("pagehide");
        client.disposed = true;
        client.device.destroy();
        for (const link of this.network.linksOf(client.device)) link.close();
      });
    }
    const first = this.random.boolean(0.2) ? this.open(`${name}'*`, "", storage) : undefined;
    if (first) this.throwAway(first);
    const next = this.open(`${name}'`, family, storage, first?.device);
    if (keepsId) next.storedSessionId = tab.sessionId;
    next.refetchMs = tab.refetchMs;
    // Some games request their bindings only after a title screen.
    next.plannedBindings = desiredBindings;
    this.schedule(this.random.boolean(0.5) ? 0 : this.random.between(0, 5_000), () => {
      if (next.isAwake && !next.disposed) next.restoreBindings(desiredBindings);
    });
  }

  /** The clients of one page that are in use. */
  pageOf({ device }: Tab): Tab[] {
    return this.tabs.filter((one) => one.device.sessionIds === device.sessionIds && !one.disposed);
  }

  /** Constructs another client on the page, and throws it away unused, or leaves it in use. */
  remount(tab: Tab): void {
    const name = `${tab.name}*`;
    if (this.tabs.some((one) => one.name === name)) return;
    tab.perform("another client is constructed", () => undefined);
    const other = this.open(name, `family of ${name}`, tab.storage, tab.device);
    if (tab.sessionId !== undefined && this.random.boolean(0.5)) {
      const bindings = tab.desiredBindings;
      if (bindings.size > 0) other.restoreBindings(bindings);
      return;
    }
    this.throwAway(other);
  }

  /** A second mount of a framework disposes the first client, or forgets it. */
  throwAway(tab: Tab): void {
    tab.trace.log(`${tab.name} is thrown away unused`);
    tab.disposed = true;
    if (this.random.boolean(0.5)) tab.gateway.dispose();
  }

  /** Clones the tab with its storage. The client of the clone must use another session ID. */
  clone(tab: Tab): void {
    const name = `${tab.name}+`;
    if (this.tabs.some((one) => one.name === name)) return;
    tab.perform("the tab is cloned", () => undefined);
    const bindings = tab.desiredBindings.size > 0 ? tab.desiredBindings : tab.plannedBindings;
    this.open(name, `family of ${name}`, tab.storage.copy()).restoreBindings(bindings);
  }

  dispose(tab: Tab): void {
    tab.perform("dispose", () => {
      tab.disposed = true;
      tab.allowEarlyDelivery();
      tab.desiredBindings.clear();
      tab.gateway.dispose();
      tab.useAfterDispose();
    });
    this.schedule(1, () => tab.invariants.assertNoLeaks(this.network.linksOf(tab.device).length));
  }

  /** Sends one notification to each player, in all of the player's sessions. */
  publishNews(): void {
    const users = new Set(this.server.sessions().map(({ userId }) => userId));
    for (const userId of users) this.publish(userId);
  }

  /** Sends one notification to a player; all are numbered, whatever their key. */
  publish(userId: string, key?: string, payload: object = {}): void {
    this.server.notify(userId, { number: ++this.#lastNews, userId, ...payload }, key);
  }

  #onSessionCut(cut: Link, by: Link | undefined, reason: string): void {
    const tabOf = (link: Link | undefined): Tab | undefined =>
      this.tabs.find(({ device }) => device === link?.device);
    const loser = tabOf(cut);
    const winner = tabOf(by);
    this.trace.log(`the server cuts ${loser?.name ?? "no tab"}: ${reason}`);
    // A page that is gone, or a client that was disposed, loses nothing.
    if (!winner || !loser || loser.device.gone || loser.disposed) return;
    if (winner.family === loser.family) return;
    this.trace.assert(
      reason.includes("by force") && winner.forcedBinds > 0,
      () => `${winner.name} cuts ${loser.name} without a forced bind`,
    );
  }

  /** REST: the login, for a client without a socket, and calls of other services. */
  #fetchOf(tab: Tab): Fetch {
    return (url, { body = "{}", headers, signal }) =>
      new Promise((resolve, reject) => {
        const { device } = tab;
        signal?.addEventListener("abort", () => reject(new Error("timeout")));
        const { latencyMs, onConnect } = tab.conditions;
        if (this.serviceRequest && !url.includes("/identifier/")) {
          // Another host, which the faults of connection attempts do not meet.
          const userId = this.server.userWith(headers["X-GS2-ACCESS-TOKEN"]);
          this.time.after(latencyMs, () => {
            if (!device.online) return reject(new TypeError("fetch failed"));
            const sent = this.serviceRequest!(url, userId);
            if (!sent) return;
            const { status, body: answer } = sent;
            if (status === 401) tab.refusals++;
            const text = JSON.stringify(answer);
            const settle = (): void => resolve({ status, text: () => Promise.resolve(text) });
            this.time.after(latencyMs, settle, device);
          });
          return;
        }
        if (onConnect === "hang") return;
        const reply = (): void => {
          if (!device.online || onConnect === "refuse" || !this.server.up) {
            return reject(new TypeError("fetch failed"));
          }
          const { status, text } = this.server.login(
            JSON.parse(body) as Readonly<Record<string, unknown>>,
          );
          const { access_token: token } = JSON.parse(text) as { access_token?: string };
          if (token) tab.projectTokens.add(token);
          if (status === 401) tab.refusals++;
          resolve({ status, text: () => Promise.resolve(text) });
        };
        this.time.after(2 * latencyMs, reply, device);
      });
  }

  endFaults(): void {
    this.trace.log("all faults end");
    this.server.endFaults();
    for (const tab of this.tabs) {
      if (tab.device.gone) continue;
      tab.conditions = NORMAL_CONDITIONS;
      tab.providerFault = undefined;
      tab.providerFaults.clear();
      tab.misbehave = undefined;
      tab.refetchMs = Math.min(tab.refetchMs, 2_000);
      this.wake(tab);
      this.show(tab);
      this.goOnline(tab);
      if (tab.gateway.connection.status === "closed") this.connect(tab);
    }
  }

  /**
   * Every desired binding is held by client and server, and the server holds no other.
   *
   * @param withoutProbes a client cannot notice a half-open link before it sends on it
   */
  assertBindings(withoutProbes: boolean): void {
    const { trace } = this;
    const sessions = this.server.sessions();
    for (const tab of this.tabs) {
      if (tab.disposed) continue;
      const { status, since, bindings } = tab.gateway.connection;
      if (status === "unauthorized") continue;
      const justLost = status !== "ready" && since > tab.device.clock.wallTime() - 10_000;
      if (withoutProbes && justLost) continue;
      const links = this.network.linksOf(tab.device);
      for (const [slot, { userId, namespaceName }] of tab.desiredBindings) {
        const { state, connectionId } = (Object.hasOwn(bindings, slot)
          ? bindings[slot]!
          : undefined) ?? { state: "gone" };
        if (state === "replaced" || state === "failed") continue;
        const link = links.find((one) => one.connectionId === connectionId);
        if (withoutProbes && link?.halfOpen) continue;
        trace.assert(
          state === "held" && link?.alive === true,
          () => `${tab.name}: ${status}, ${userId} ${state} a minute after the last fault`,
        );
        trace.assert(
          sessions.some(
            (one) =>
              one.userId === userId &&
              one.namespaceName === namespaceName &&
              one.connectionId === connectionId,
          ),
          () => `${tab.name}: ${userId} is held, and the server has no session`,
        );
      }
      for (const { userId, connectionId, namespaceName } of sessions) {
        if (!links.some((link) => link.alive && link.connectionId === connectionId)) continue;
        trace.assert(
          [...tab.desiredBindings.values()].some(
            (desired) => desired.userId === userId && desired.namespaceName === namespaceName,
          ),
          () => `${tab.name}: the server has a session of ${userId}, which is not desired`,
        );
      }
    }
  }
}
