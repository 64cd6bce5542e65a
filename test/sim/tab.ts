import { createClient } from "../../src/client/client.js";
import type { OpenSocket, WebSocketClass } from "../../src/connection/socket.js";
import { isGatewayError } from "../../src/errors.js";
import type { GatewayClient } from "../../src/client/types.js";
import type { Fetch } from "../../src/http/http.js";
import type { GatewayClientOptions, Sync } from "../../src/client/options.js";
import type { Arrival, Conversation } from "./conversation.js";
import { observed } from "./conversation.js";
import type { Device } from "./device.js";
import type { Weather } from "./network.js";
import { FAIR } from "./network.js";
import type { Random } from "./random.js";
import { NAMESPACE, type Server } from "./server.js";
import type { Story } from "./trace.js";
import type { Store } from "./world.js";

/** What the player last asked for in a slot. */
export interface Wish {
  readonly userId: string;
  readonly exclusive: boolean;
  readonly forced: boolean;
  /** Another client has the place: from here on silence, until the player acts. */
  lost: boolean;
  /** A conflict was answered, be it in time or not. */
  conflict: boolean;
  /** 400 or 404 was answered. */
  refused: boolean;
}

/** Something the game waits for. */
export interface Open {
  readonly name: string;
  readonly repeatable: boolean;
  readonly deadline: number;
  readonly requestIds: Set<string>;
  sends: number;
  /** Where it was sent and not answered yet. */
  sentOn: Conversation | undefined;
  refusedTokens: number;
}

export interface TabOptions {
  readonly name: string;
  /** Tabs of one family have one session ID after the other. */
  readonly family: string;
  readonly device: Device;
  readonly chance: Random;
  readonly server: Server;
  readonly story: Story;
  readonly store: Store;
  readonly opener: (
    tab: Tab,
  ) => (WebSocket: WebSocketClass, connectTimeoutMs: number) => OpenSocket;
  readonly client: Partial<GatewayClientOptions>;
  readonly fetch: (tab: Tab) => Fetch;
}

const SHARED_WITHIN_MS = 120_000;
const MOST_DIALS_PER_MINUTE = 20;
const MINUTE_MS = 60_000;

/** A page with one client, a game that uses it, and what the client owes to both. */
export class Tab {
  readonly name: string;
  readonly family: string;
  readonly device: Device;
  readonly chance: Random;
  readonly server: Server;
  readonly story: Story;
  readonly store: Store;
  readonly gateway: GatewayClient;
  weather: Weather = FAIR;
  /** The game's own server, which gives out access tokens. */
  authDown = false;
  /** How long the game takes to fetch anew what it may have missed. */
  refetchMs = 0;
  disposed = false;
  readonly conversations: Conversation[] = [];
  readonly projectTokens = new Set<string>();
  readonly wishes = new Map<string, Wish>();
  /** What it will ask for once its title is over. */
  plans: ReadonlyMap<string, Wish> = new Map();
  readonly calls = new Map<number, Open>();
  readonly arrivals: Arrival[] = [];
  readonly cleanEnds: number[] = [];
  heard = 0;
  forceActs = 0;
  forcedBinds = 0;
  /** 401s heard. */
  refusals = 0;
  syncsRunning = 0;
  /** By slot: the last socket that held it. */
  readonly #held = new Map<string, { readonly on: Conversation; readonly wish: Wish }>();
  readonly #answeredWaiters = new Set<number>();
  readonly #dials: number[] = [];
  #acts = 0;
  #seen: unknown;
  #lastCall = 0;

  constructor({ opener, client, fetch, ...rest }: TabOptions) {
    this.name = rest.name;
    this.family = rest.family;
    this.device = rest.device;
    this.chance = rest.chance;
    this.server = rest.server;
    this.story = rest.story;
    this.store = rest.store;
    let ids = 0;
    const open = opener(this);
    this.gateway = createClient(
      {
        namespaceName: NAMESPACE,
        credential: { clientId: "client-0001", clientSecret: "secret-0001" },
        endpoints: { rest: "http://nowhere.test/{service}", webSocket: "wss://nowhere.test" },
        logger: false,
        storage: this.store,
        // Never made: the opener has its own.
        WebSocket: Object as unknown as WebSocketClass,
        fetch: fetch(this),
        ...client,
      },
      {
        clock: this.device.clock,
        newId: () => `${this.name}-id-${++ids}`,
        opener: (WebSocket, connectTimeoutMs) => observed(this, open(WebSocket, connectTimeoutMs)),
        watch: this.device.watch,
      },
    );
    this.gateway.on("*", ({ payload }) => this.#hear(payload as Arrival));
    this.gateway.onSync((sync) => this.#sync(sync));
    this.gateway.lifecycle.on("status", (now, before) => {
      if (now.status !== before.status) this.story.tell(`${this.name} is ${now.status}`);
    });
    this.gateway.lifecycle.on("diagnostic", ({ code, detail }) => {
      if (code === "syncOverrun") {
        this.setFree();
        for (const conversation of this.conversations) conversation.overrun ||= !conversation.over;
      }
      if (code === "handlerThrew")
        this.story.wrong(`${this.name}: a handler threw ${String(detail.error)}`);
    });
  }

  /** Says what the player or the page does, and does it. */
  act(what: string, run: () => void): void {
    this.story.tell(`${this.name}: ${what}`);
    this.device.time.current = this.device;
    this.#acts++;
    run();
  }

  get isAwake(): boolean {
    return !this.device.asleep && !this.device.gone;
  }

  /** What has come in is told at once, for a reason that counts. */
  setFree(): void {
    for (const arrival of this.arrivals) arrival.free = true;
  }

  later(ms: number): Promise<void> {
    const { time } = this.device;
    return new Promise((resolve) => {
      time.after(ms, resolve, this.device);
    });
  }

  accessToken = async (userId: string): Promise<string> => {
    await this.later(this.chance.between(0, 60));
    if (this.authDown) throw new Error("the game's server is down");
    return this.server.issue(userId);
  };

  want(slot: string, userId: string, exclusive: boolean, force: boolean, sessionId?: string): void {
    const before = this.wishes.get(slot);
    const wish: Wish = {
      userId,
      exclusive,
      forced: force,
      lost: false,
      conflict: false,
      refused: false,
    };
    if (force) this.forceActs++;
    this.wishes.set(slot, wish);
    const asked = this.device.time.steps;
    this.track(
      `setUserId ${userId}`,
      10_000,
      () =>
        this.gateway.setUserId({
          slot,
          accessToken: () => this.accessToken(userId),
          allowConcurrentAccess: !exclusive,
          sessionId,
          force,
        }),
      (error) => this.#restore(slot, wish, before, asked, error),
    );
  }

  /** As a game does that starts anew. */
  wantLike(wishes: ReadonlyMap<string, Wish>): void {
    for (const [slot, { userId, exclusive }] of wishes) {
      this.act(`setUserId ${userId}`, () => this.want(slot, userId, exclusive, false));
    }
  }

  takeOver(slot: string): void {
    const before = this.wishes.get(slot);
    if (!before) return;
    const wish: Wish = { ...before, forced: true, lost: false, conflict: false, refused: false };
    this.forceActs++;
    this.wishes.set(slot, wish);
    const asked = this.device.time.steps;
    this.track(
      `takeOver ${slot}`,
      10_000,
      () => this.gateway.takeOver({ slot }),
      (error) => this.#restore(slot, wish, before, asked, error),
    );
  }

  release(slot: string): void {
    this.wishes.delete(slot);
    this.#held.delete(slot);
    void this.gateway.release({ slot });
  }

  /** One that is never repeated, and answers what it was asked. */
  echo(slot: string | undefined): void {
    const number = ++this.#lastCall;
    const request = {
      service: "game",
      component: "echo",
      function: "say",
      params: { said: number },
    };
    this.track("call", 10_000, async () => {
      const { said } = await this.gateway.call(slot ? { ...request, slot } : request);
      this.story.hold(
        said === number,
        () => `${this.name}: call ${number} got the answer ${String(said)}`,
      );
    });
  }

  /** One that is repeated as often as need be. */
  keep(slot: string): void {
    const token = `device-${this.#lastCall + 1}`;
    this.track(
      "setFirebaseToken",
      10_000,
      () => this.gateway.setFirebaseToken({ token, slot }),
      undefined,
      true,
    );
  }

  waitFor(options: Parameters<GatewayClient["waitFor"]>[1] & { timeoutMs: number }): void {
    this.track("waitFor", options.timeoutMs, async () => {
      const { payload } = await this.gateway.waitFor("news" as never, options);
      const { number } = payload as Arrival;
      this.story.hold(
        this.server.everDoubled || !this.#answeredWaiters.has(number),
        () => `${this.name}: news ${number} answered two waiters`,
      );
      this.#answeredWaiters.add(number);
    });
  }

  /** Follows a promise of the client to its end. */
  track(
    name: string,
    timeoutMs: number,
    start: () => Promise<unknown>,
    failed?: (error: unknown) => void,
    repeatable = false,
  ): void {
    if (name !== "call") this.#lastCall++;
    const number = this.#lastCall;
    const { story } = this;
    const call: Open = {
      name,
      repeatable,
      deadline: this.device.time.now + timeoutMs + this.device.latenessMs,
      requestIds: new Set(),
      sends: 0,
      sentOn: undefined,
      refusedTokens: 0,
    };
    this.calls.set(number, call);
    start().then(
      () => {
        this.calls.delete(number);
        story.tell(`${this.name} ${name} #${number} done`);
      },
      (error: unknown) => {
        this.calls.delete(number);
        if (!isGatewayError(error))
          return story.wrong(`${this.name}: ${name} threw ${String(error)}`);
        story.tell(`${this.name} ${name} #${number} fails: ${error.kind}, ${error.outcome}`);
        story.hold(
          error.outcome !== "notSent" || call.sends === 0,
          () => `${this.name}: ${name} was sent, and says it was not`,
        );
        failed?.(error);
      },
    );
  }

  /** The client dials. Whatever the schedule, that may not be often. */
  dialled(): void {
    const { now } = this.device.time;
    this.#dials.push(now);
    while (this.#dials[0]! < now - MINUTE_MS) this.#dials.shift();
    // The player's acts and what the page is told may each cost an attempt or two.
    this.story.hold(
      this.#dials.length <= MOST_DIALS_PER_MINUTE + 3 * this.#acts,
      () => `${this.name}: ${this.#dials.length} attempts within a minute`,
    );
  }

  /** What must be true at any moment at all. */
  check(): void {
    const { device, story, gateway } = this;
    if (device.gone || device.asleep) return;
    for (const { name, deadline, repeatable, sentOn } of this.calls.values()) {
      story.hold(
        repeatable || !sentOn?.over,
        () => `${this.name}: ${name} outlived the socket it was sent on`,
      );
      story.hold(
        device.time.now <= Math.max(deadline, device.wokeAt),
        () => `${this.name}: ${name} outlived its deadline`,
      );
    }
    const { connection } = gateway;
    if (connection === this.#seen) return;
    this.#seen = connection;
    for (const [slot, wish] of this.wishes) {
      const binding = connection.bindings[slot];
      if (binding?.state === "held") {
        const on = this.conversations.find(
          ({ link }) => link?.connectionId === binding.connectionId,
        );
        if (on) this.#held.set(slot, { on, wish });
      } else if (binding && this.#isDown(slot)) {
        story.hold(
          this.#mayBeDown(slot),
          () => `${this.name}: ${wish.userId} is ${binding.state} without a cause`,
        );
      }
    }
    story.hold(
      connection.status !== "unauthorized" || this.refusals > 0,
      () => `${this.name}: unauthorized without a refusal`,
    );
  }

  /** Everything that came was told, and everything that was asked has an end. */
  hasHeardAll(): void {
    if (this.disposed) return;
    const { name, story, arrivals, calls } = this;
    story.hold(arrivals.length === 0, () => `${name}: ${arrivals.length} news were never told`);
    story.hold(calls.size === 0, () => `${name}: without an end: ${namesOf(calls)}`);
  }

  /** After the end of the client. */
  leavesNothing(sockets: number): void {
    const { name, story, device, calls } = this;
    story.hold(device.timers.size === 0, () => `${name}: ${device.timers.size} timers are left`);
    story.hold(!device.watched, () => `${name}: somebody still listens to the page`);
    story.hold(sockets === 0, () => `${name}: a socket is left`);
    story.hold(calls.size === 0, () => `${name}: left without an end: ${namesOf(calls)}`);
  }

  #isDown(slot: string): boolean {
    const state = this.gateway.connection.bindings[slot]?.state;
    return state === "replaced" || state === "failed";
  }

  /** Whether something that was heard explains why the client does not try any more. */
  #mayBeDown(slot: string): boolean {
    const { state, error } = this.gateway.connection.bindings[slot]!;
    const wish = this.wishes.get(slot)!;
    if (state === "replaced") {
      const { now } = this.device.time;
      const cuts = this.cleanEnds.filter((at) => at > now - 2 * SHARED_WITHIN_MS).length;
      return wish.conflict || cuts >= 3;
    }
    switch (error?.kind) {
      case "conflict":
        return wish.conflict;
      case "unauthorized":
        return this.refusals > 0;
      default:
        return wish.refused;
    }
  }

  /** Refused at once, and not by the binding: nothing of the wish was kept. */
  #restore(
    slot: string,
    wish: Wish,
    before: Wish | undefined,
    asked: number,
    error: unknown,
  ): void {
    if (this.device.time.steps !== asked || this.wishes.get(slot) !== wish) return;
    const binding = this.gateway.connection.bindings[slot];
    if (binding?.error === error) return;
    // Taken, and the call ended by a disconnect at once, which keeps the wish.
    if (!before && binding) return;
    if (before) this.wishes.set(slot, before);
    else this.wishes.delete(slot);
  }

  #hear({ number }: Arrival): void {
    const { story } = this;
    const next = this.arrivals.shift();
    this.heard++;
    if (next?.number !== number) {
      return story.wrong(
        `${this.name}: heard news ${number}, and ${next?.number ?? "nothing"} had come`,
      );
    }
    const { on, userId, free } = next;
    if (free || on.overrun || on.synced.has(userId)) return;
    const held = Object.values(this.gateway.connection.bindings).some(
      (binding) =>
        binding.state === "held" &&
        binding.userId === userId &&
        binding.connectionId === on.link?.connectionId,
    );
    story.hold(!held, () => `${this.name}: news ${number} was delivered before onSync was done`);
  }

  async #sync({ reason, since, downMs, binding }: Sync): Promise<void> {
    const { story, device } = this;
    const { slot, userId = "", connectionId } = binding;
    story.tell(`${this.name} onSync ${reason} for ${userId}`);
    const on = this.conversations.find(({ link }) => link?.connectionId === connectionId);
    const wish = this.wishes.get(slot);
    const before = this.#held.get(slot);
    if (!on || !wish) {
      story.wrong(`${this.name}: onSync for what nobody wants`);
      return;
    }
    if (reason === "takeOver") {
      story.hold(wish.forced, () => `${this.name}: onSync of a take-over nobody asked for`);
    } else {
      story.hold(!on.synced.has(userId), () => `${this.name}: onSync ${reason} without a gap`);
    }
    if (reason === "first") {
      story.hold(
        before?.wish !== wish,
        () => `${this.name}: onSync first, and ${userId} was bound before`,
      );
    } else if (reason === "gap") {
      story.hold(
        before !== undefined && since === before.on.lastFrameAt,
        () => `${this.name}: the gap of ${userId} began at another time`,
      );
      story.hold(downMs === device.time.now - since!, () => `${this.name}: downMs is wrong`);
    }
    if (wish.userId === userId) this.#held.set(slot, { on, wish });
    this.syncsRunning++;
    await this.later(this.refetchMs);
    this.syncsRunning--;
    on.synced.add(userId);
  }
}

const namesOf = (calls: ReadonlyMap<unknown, Open>): string =>
  [...calls.values()].map(({ name }) => name).join(", ");
