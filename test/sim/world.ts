import { socketOpener } from "../../src/connection/socket.js";
import type { EmulatorSettings } from "../../src/emulator/settings.js";
import type { Fetch } from "../../src/http/http.js";
import type { GatewayClientOptions } from "../../src/client/options.js";
import type { SessionStore } from "../../src/session/tabSession.js";
import { Device } from "./device.js";
import { FAIR, Network, type Link } from "./network.js";
import { faultSocketOn, portOpener, type Dial } from "./port.js";
import type { Random } from "./random.js";
import { Server } from "./server.js";
import { Story } from "./trace.js";
import { Tab } from "./tab.js";
import { VirtualTime } from "./virtualTime.js";

/** `port` stands in for socket.ts; `socket` is socket.ts itself, with reconnecting-websocket, over a fault socket. */
export type Sockets = "port" | "socket";

/** More than this within one story is a loop that never rests. */
const MOST_STEPS = 60_000;

/** A sessionStorage. */
export type Store = SessionStore & { copy(): Store };

export function aStore(values = new Map<string, string>()): Store {
  return {
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => void values.set(key, value),
    removeItem: (key) => void values.delete(key),
    copy: () => aStore(new Map(values)),
  };
}

/** Everything in one process, on one time: pages with their clients, the network between, the emulator's world. */
export class World {
  readonly time = new VirtualTime();
  readonly story = new Story(this.time);
  readonly network: Network;
  readonly server: Server;
  readonly tabs: Tab[] = [];
  #news = 0;

  constructor(
    readonly chance: Random,
    private readonly sockets: Sockets,
    settings: Partial<EmulatorSettings>,
    private readonly clientOptions: Partial<GatewayClientOptions>,
  ) {
    this.network = new Network(this.time, chance.fork());
    this.server = new Server(this.network, chance.fork(), settings, (victim, by, why) =>
      this.#cut(victim, by, why),
    );
  }

  later(ms: number, run: () => void): void {
    this.time.after(ms, run);
  }

  /** Lets time pass, and looks after each happening whether all promises are kept. */
  async pass(ms: number): Promise<void> {
    const { time, story } = this;
    await time.runUntil(time.now + ms, () => {
      for (const tab of this.tabs) tab.check();
      story.hold(time.steps < MOST_STEPS, () => "this never comes to rest");
      return story.violation !== undefined;
    });
  }

  /** Pages that can do something. */
  get active(): Tab[] {
    return this.tabs.filter((tab) => !tab.disposed && tab.isAwake);
  }

  /** A new page with a new client. */
  open(name: string, family: string, store: Store): Tab {
    const device = new Device(this.time, this.chance.fork());
    this.time.current = device;
    const tab = new Tab({
      name,
      family,
      device,
      store,
      chance: this.chance.fork(),
      server: this.server,
      story: this.story,
      client: this.clientOptions,
      fetch: (of) => this.#fetchOf(of),
      opener: (of) => {
        const dial = this.network.dialFrom(device, () => of.weather);
        const noted: Dial = (url, wire) => {
          const link = dial(url, wire);
          of.conversations[link.socket]!.link = link;
          return link;
        };
        return this.sockets === "port"
          ? portOpener(noted, device.clock)
          : (_, connectTimeoutMs) => socketOpener(faultSocketOn(noted), connectTimeoutMs);
      },
    });
    this.tabs.push(tab);
    return tab;
  }

  connect(tab: Tab): void {
    if (!tab.isAwake || tab.disposed) return;
    tab.act("connect", () =>
      tab.track("connect", 10_000, () => tab.gateway.connect({ timeoutMs: 10_000 })),
    );
  }

  show(tab: Tab): void {
    const { device } = tab;
    if (device.gone || device.cached || device.hiddenSince === undefined) return;
    tab.act("the page is shown", () => device.tell("foreground"));
  }

  online(tab: Tab): void {
    const { device } = tab;
    if (device.gone || device.online) return;
    tab.act("the network of the device is back", () => {
      device.online = true;
      device.tell("online");
    });
  }

  wake(tab: Tab): void {
    const { device } = tab;
    if (device.gone || !device.asleep) return;
    tab.act("wakes up", () => {
      device.wake();
      if (device.cached) device.tell("pageshow");
      device.cached = false;
    });
  }

  /** The page is loaded again: the client ends without a word, and another finds what it left behind. */
  reload(tab: Tab): void {
    const { device, name, family, store, wishes } = tab;
    tab.act("is loaded again", () => {
      device.tell("pagehide");
      tab.disposed = true;
      device.destroy();
      for (const link of this.network.of(device)) link.close();
    });
    const next = this.open(`${name}'`, family, store);
    next.refetchMs = tab.refetchMs;
    // Some games begin with a title.
    next.plans = wishes;
    this.later(this.chance.chance(0.5) ? 0 : this.chance.between(0, 5_000), () => {
      if (next.isAwake && !next.disposed) next.wantLike(wishes);
    });
  }

  /** The tab is cloned, its storage with it: another client, which must know itself for another. */
  clone(tab: Tab): void {
    const name = `${tab.name}+`;
    if (this.tabs.some((one) => one.name === name)) return;
    tab.act("is cloned", () => undefined);
    const wishes = tab.wishes.size > 0 ? tab.wishes : tab.plans;
    this.open(name, `family of ${name}`, tab.store.copy()).wantLike(wishes);
  }

  dispose(tab: Tab): void {
    tab.act("dispose", () => {
      tab.disposed = true;
      tab.setFree();
      tab.wishes.clear();
      tab.gateway.dispose();
    });
    this.later(1, () => tab.leavesNothing(this.network.of(tab.device).length));
  }

  /** One to each player, in each player's every session. */
  news(): void {
    const users = new Set(this.server.sessions().map(({ userId }) => userId));
    for (const userId of users) this.server.notify(userId, { number: ++this.#news, userId });
  }

  #cut(victim: Link, by: Link | undefined, why: string): void {
    const tabOf = (link: Link | undefined): Tab | undefined =>
      this.tabs.find(({ device }) => device === link?.device);
    const loser = tabOf(victim);
    const winner = tabOf(by);
    this.story.tell(`the server cuts ${loser?.name ?? "nobody"}: ${why}`);
    if (!winner || !loser || winner.family === loser.family) return;
    this.story.hold(
      why.includes("by force") && winner.forcedBinds > 0,
      () => `${winner.name} cuts ${loser.name}, and its player asked for no such thing`,
    );
  }

  /** The login over REST, for a client that has no socket to ask on. */
  #fetchOf(tab: Tab): Fetch {
    return (_, { body = "{}", signal }) =>
      new Promise((resolve, reject) => {
        const { device } = tab;
        signal?.addEventListener("abort", () => reject(new Error("it took too long")));
        const { latencyMs, reception } = tab.weather;
        if (reception === "hang") return;
        const answer = (): void => {
          if (!device.online || reception === "refuse" || !this.server.up) {
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
        this.time.after(2 * latencyMs, answer, device);
      });
  }

  /** From here on nothing goes wrong any more. */
  clearUp(): void {
    this.story.tell("all faults end");
    this.server.clearUp();
    for (const tab of this.tabs) {
      if (tab.device.gone) continue;
      tab.weather = FAIR;
      tab.authDown = false;
      tab.refetchMs = Math.min(tab.refetchMs, 2_000);
      this.wake(tab);
      this.show(tab);
      this.online(tab);
      if (tab.gateway.connection.status === "closed") this.connect(tab);
    }
  }

  /**
   * Whoever is wanted is bound, and the server says so too; and nobody else is.
   *
   * @param blind nobody probes, so that nobody can know of a line that is half-open before there is something to say on it
   */
  holdAllBound(blind: boolean): void {
    const { story } = this;
    const sessions = this.server.sessions();
    for (const tab of this.tabs) {
      if (tab.disposed) continue;
      const { status, since, bindings } = tab.gateway.connection;
      if (status === "unauthorized") continue;
      const justFoundOut = status !== "ready" && since > this.time.now - 10_000;
      if (blind && justFoundOut) continue;
      const links = this.network.of(tab.device);
      for (const [slot, { userId }] of tab.wishes) {
        const { state, connectionId } = bindings[slot] ?? { state: "gone" };
        if (state === "replaced" || state === "failed") continue;
        const link = links.find((one) => one.connectionId === connectionId);
        if (blind && link?.hole) continue;
        story.hold(
          state === "held" && link?.alive === true,
          () => `${tab.name}: ${status}, ${userId} ${state} a minute after the last fault`,
        );
        story.hold(
          sessions.some((one) => one.userId === userId && one.connectionId === connectionId),
          () => `${tab.name}: ${userId} is held, and the server knows nothing of it`,
        );
      }
      for (const { userId, connectionId } of sessions) {
        if (!links.some((link) => link.alive && link.connectionId === connectionId)) continue;
        story.hold(
          [...tab.wishes.values()].some((wish) => wish.userId === userId),
          () => `${tab.name}: ${userId} is bound, and nobody wants it`,
        );
      }
    }
  }
}
