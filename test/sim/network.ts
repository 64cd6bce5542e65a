import type { Device } from "./device.js";
import type { Dial, Line, Wire } from "./port.js";
import type { Random } from "./random.js";
import type { VirtualTime } from "./virtualTime.js";

/** How the way between a device and the server is at the moment. */
export interface Weather {
  latencyMs: number;
  jitterMs: number;
  /** What becomes of an attempt: `hang`: nobody ever answers it. */
  reception: "open" | "refuse" | "hang";
}

export const FAIR: Weather = { latencyMs: 20, jitterMs: 10, reception: "open" };

/** What a link brings to the server. */
export interface Host {
  readonly up: boolean;
  opened(link: Link): void;
  received(link: Link, text: string): void;
  /** The server's end is gone; 1006: without a close frame. */
  ended(link: Link, code: number): void;
}

/** One TCP connection: frames keep their order in each direction, and either end may be the last to know that it is dead. */
export class Link implements Line {
  /** Nothing comes through any more, and nobody is told. */
  hole = false;
  connectionId = "";
  #clientOpen = true;
  #serverOpen = false;
  #upAt = 0;
  #downAt = 0;

  constructor(
    readonly device: Device,
    readonly weather: Weather,
    private readonly network: Network,
    readonly wire: Wire,
    /** The number our side gave to its socket. */
    readonly socket: number,
  ) {}

  /** Whether both ends can still talk to each other. */
  get alive(): boolean {
    return this.#clientOpen && this.#serverOpen && !this.hole;
  }

  /** Whether the device itself still uses it. */
  get inUse(): boolean {
    return this.#clientOpen;
  }

  get serverOpen(): boolean {
    return this.#serverOpen;
  }

  establish(): void {
    const { host } = this.network;
    this.#up(() => {
      if (!host.up) return this.#refuse();
      this.#serverOpen = true;
      host.opened(this);
      this.#down(() => this.wire.opened());
    });
  }

  #refuse(): void {
    this.#down(() => {
      this.#clientOpen = false;
      this.wire.failed();
      this.wire.closed(1006, "", false);
    });
  }

  /** From the client. */
  send(text: string): void {
    if (!this.#clientOpen) return;
    this.#up(() => {
      if (this.#serverOpen) this.network.host.received(this, text);
    });
  }

  /** The client leaves. Over a dead line the server hears of it late. */
  close(): void {
    if (!this.#clientOpen) return;
    this.#clientOpen = false;
    if (this.hole) this.#serverHears(this.network.deadPeerMs());
    else this.#up(() => this.#serverEnds(1005));
  }

  /** From the server. */
  say(text: string): void {
    if (this.#serverOpen) this.#down(() => this.wire.message(text));
  }

  /** The server closes. */
  end(code: number, reason: string): void {
    if (!this.#serverOpen) return;
    this.#serverEnds(code);
    this.#down(() => this.#clientHears(code, reason));
  }

  /** The line breaks and both ends notice; what was under way is lost. */
  drop(): void {
    this.hole = true;
    this.#serverHears(this.weather.latencyMs);
    this.network.time.after(this.weather.latencyMs, () => this.#clientHears(1006, ""), this.device);
  }

  /** The line is dead and nobody notices; the server after minutes. */
  goHalfOpen(): void {
    if (this.hole) return;
    this.hole = true;
    this.#serverHears(this.network.deadPeerMs());
  }

  #clientHears(code: number, reason: string): void {
    this.#clientOpen = false;
    this.wire.closed(code, reason, code !== 1006);
  }

  #serverHears(ms: number): void {
    this.network.time.after(ms, () => this.#serverEnds(1006));
  }

  #serverEnds(code: number): void {
    if (!this.#serverOpen) return;
    this.#serverOpen = false;
    this.network.host.ended(this, code);
  }

  #up(run: () => void): void {
    this.#upAt = Math.max(this.#upAt, this.network.arrival(this.weather));
    this.network.time.at(this.#upAt, () => {
      if (!this.hole) run();
    });
  }

  #down(run: () => void): void {
    this.#downAt = Math.max(this.#downAt, this.network.arrival(this.weather));
    this.network.time.at(
      this.#downAt,
      () => {
        if (!this.hole && !this.device.gone) run();
      },
      this.device,
    );
  }
}

/** All links there are. */
export class Network {
  readonly links: Link[] = [];
  host!: Host;

  constructor(
    readonly time: VirtualTime,
    readonly chance: Random,
  ) {}

  arrival({ latencyMs, jitterMs }: Weather): number {
    return this.time.now + latencyMs + Math.floor(this.chance.next() * jitterMs);
  }

  deadPeerMs(): number {
    return this.chance.between(60_000, 300_000);
  }

  /** @param weather as it is whenever the device dials */
  dialFrom(device: Device, weather: () => Weather): (...args: Parameters<Dial>) => Link {
    return (url, wire) => {
      const now = weather();
      const link = new Link(device, { ...now }, this, wire, Number(url.split("#")[1]));
      this.links.push(link);
      const refused = now.reception === "refuse" || !device.online;
      if (refused) {
        this.time.after(
          now.latencyMs,
          () => {
            if (!link.inUse) return;
            wire.failed();
            wire.closed(1006, "", false);
          },
          device,
        );
      } else if (now.reception === "open") link.establish();
      return link;
    };
  }

  /** Links the device still uses. */
  of(device: Device): Link[] {
    return this.links.filter((link) => link.device === device && link.inUse);
  }
}
