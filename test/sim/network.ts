import type { Device } from "./device.js";
import type { OpenTransport, Transport, TransportEvents } from "./simulatedSocket.js";
import type { Random } from "./random.js";
import type { VirtualTime } from "./virtualTime.js";

/** The network between a device and the server. */
export interface LinkConditions {
  latencyMs: number;
  jitterMs: number;
  /** Result of a connection attempt; `hang`: no reply ever. */
  onConnect: "open" | "refuse" | "hang";
}

export const NORMAL_CONDITIONS: LinkConditions = { latencyMs: 20, jitterMs: 10, onConnect: "open" };

/** The server's side of the network. */
export interface ServerEndpoint {
  readonly up: boolean;
  opened(link: Link): void;
  received(link: Link, text: string): void;
  /** The server's end is closed; 1006: without a close frame. */
  ended(link: Link, code: number): void;
}

/** A TCP connection: frames stay in order, and each end notices a loss on its own. */
export class Link implements Transport {
  /** Frames in both directions are lost, without an event. */
  halfOpen = false;
  connectionId = "";
  #clientOpen = true;
  #serverOpen = false;
  #upAt = 0;
  #downAt = 0;

  constructor(
    readonly device: Device,
    readonly conditions: LinkConditions,
    private readonly network: Network,
    readonly events: TransportEvents,
    /** Index of the client's socket. */
    readonly socketNumber: number,
  ) {}

  /** Frames pass in both directions. */
  get alive(): boolean {
    return this.#clientOpen && this.#serverOpen && !this.halfOpen;
  }

  get clientOpen(): boolean {
    return this.#clientOpen;
  }

  get serverOpen(): boolean {
    return this.#serverOpen;
  }

  establish(): void {
    const { server } = this.network;
    this.#toServer(() => {
      if (!server.up) return this.#refuse();
      this.#serverOpen = true;
      server.opened(this);
      this.#toClient(() => this.events.opened());
    });
  }

  #refuse(): void {
    this.#toClient(() => {
      this.#clientOpen = false;
      this.events.failed();
      this.events.closed(1006, "", false);
    });
  }

  /** From the client. */
  send(text: string): void {
    if (!this.#clientOpen) return;
    this.#toServer(() => {
      if (this.#serverOpen) this.network.server.received(this, text);
    });
  }

  /** From the client. On a half-open link the server notices only after its dead-peer timeout. */
  close(): void {
    if (!this.#clientOpen) return;
    this.#clientOpen = false;
    if (this.halfOpen) this.#loseServerEnd(this.network.deadPeerTimeoutMs());
    else this.#toServer(() => this.#endServer(1005));
  }

  /** From the server. */
  sendToClient(text: string): void {
    if (this.#serverOpen) this.#toClient(() => this.events.message(text));
  }

  /** From the server, with a close frame. */
  closeFromServer(code: number, reason: string): void {
    if (!this.#serverOpen) return;
    this.#endServer(code);
    this.#toClient(() => this.#endClient(code, reason));
  }

  /** Both ends notice the loss; frames in flight are lost. */
  drop(): void {
    this.halfOpen = true;
    this.#loseServerEnd(this.conditions.latencyMs);
    this.network.time.after(
      this.conditions.latencyMs,
      () => this.#endClient(1006, ""),
      this.device,
    );
  }

  /** The client does not notice the loss; the server does after its dead-peer timeout. */
  goHalfOpen(): void {
    if (this.halfOpen) return;
    this.halfOpen = true;
    this.#loseServerEnd(this.network.deadPeerTimeoutMs());
  }

  #endClient(code: number, reason: string): void {
    this.#clientOpen = false;
    this.events.closed(code, reason, code !== 1006);
  }

  #loseServerEnd(ms: number): void {
    this.network.time.after(ms, () => this.#endServer(1006));
  }

  #endServer(code: number): void {
    if (!this.#serverOpen) return;
    this.#serverOpen = false;
    this.network.server.ended(this, code);
  }

  #toServer(run: () => void): void {
    this.#upAt = Math.max(this.#upAt, this.network.arrivalAt(this.conditions));
    this.network.time.at(this.#upAt, () => {
      if (!this.halfOpen) run();
    });
  }

  #toClient(run: () => void): void {
    this.#downAt = Math.max(this.#downAt, this.network.arrivalAt(this.conditions));
    this.network.time.at(
      this.#downAt,
      () => {
        if (!this.halfOpen && !this.device.gone) run();
      },
      this.device,
    );
  }
}

export class Network {
  readonly links: Link[] = [];
  server!: ServerEndpoint;

  constructor(
    readonly time: VirtualTime,
    readonly random: Random,
  ) {}

  arrivalAt({ latencyMs, jitterMs }: LinkConditions): number {
    return this.time.now + latencyMs + Math.floor(this.random.next() * jitterMs);
  }

  deadPeerTimeoutMs(): number {
    return this.random.between(60_000, 300_000);
  }

  /** @param conditions read at each connection attempt */
  connectFrom(
    device: Device,
    conditions: () => LinkConditions,
  ): (...args: Parameters<OpenTransport>) => Link {
    return (url, events) => {
      const current = conditions();
      const link = new Link(device, { ...current }, this, events, Number(url.split("#")[1]));
      this.links.push(link);
      const refused = current.onConnect === "refuse" || !device.online;
      if (refused) {
        this.time.after(
          current.latencyMs,
          () => {
            if (!link.clientOpen) return;
            events.failed();
            events.closed(1006, "", false);
          },
          device,
        );
      } else if (current.onConnect === "open") link.establish();
      return link;
    };
  }

  /** Links whose client end is open. */
  linksOf(device: Device): Link[] {
    return this.links.filter((link) => link.device === device && link.clientOpen);
  }
}
