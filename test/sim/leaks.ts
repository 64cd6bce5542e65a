import { createClient } from "../../src/client/client.js";
import type { WebSocketClass } from "../../src/connection/socket.js";
import { startEmulator } from "../../src/emulator/index.js";
import { GatewayClient } from "../../src/node.js";
import type { GatewayClientOptions } from "../../src/client/options.js";
import { encodeNotification } from "../../src/wire/frames.js";
import { Device } from "./device.js";
import { portOpener, type Dial, type Wire } from "./port.js";
import { Random } from "./random.js";
import { VirtualTime } from "./virtualTime.js";

/** What is more than before, and what is left at the end. */
export interface Left {
  readonly heapBytes: number;
  readonly timers: number;
  readonly sockets: number;
  readonly listeners: number;
  /** Promises the client has given and not settled. */
  readonly open: number;
}

const LATENCY_MS = 1;
const namespaceName = "game-0001";
const credential = { clientId: "client-0001", clientSecret: "secret-0001" };

function heap(): number {
  // Twice: what a finaliser lets go is free only then.
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

/** A client on virtual time, and a server that says yes to everything and remembers nothing. */
class Line {
  readonly time = new VirtualTime();
  readonly device = new Device(this.time, new Random(1));
  readonly gateway;
  wire: Wire | undefined;
  binds = 0;
  heard = 0;
  open = 0;
  #tokens = 0;

  constructor() {
    const dial: Dial = (_, wire) => {
      this.wire = wire;
      const later = (run: () => void): void => {
        this.time.after(
          LATENCY_MS,
          () => {
            if (this.wire === wire) run();
          },
          this.device,
        );
      };
      later(() => wire.opened());
      return {
        send: (text) => {
          const answer = this.#answer(text);
          later(() => wire.message(answer));
        },
        close: () => {
          if (this.wire === wire) this.wire = undefined;
        },
      };
    };
    const options: GatewayClientOptions = {
      namespaceName,
      credential,
      endpoints: { rest: "http://nowhere.test/{service}", webSocket: "wss://nowhere.test" },
      logger: false,
      storage: null,
      // Never made: the opener has its own.
      WebSocket: Object as unknown as WebSocketClass,
    };
    this.gateway = createClient(options, {
      clock: this.device.clock,
      newId: () => "id",
      opener: portOpener(dial, this.device.clock),
      watch: this.device.watch,
    });
    this.gateway.on("*", () => (this.heard += 1));
    this.gateway.onSync(() => undefined);
  }

  follow(promise: Promise<unknown>): void {
    this.open++;
    const settled = (): void => {
      this.open--;
    };
    promise.then(settled, settled);
  }

  async bind(): Promise<void> {
    this.follow(
      this.gateway.setUserId({
        // As long as tokens are, and a new one each time.
        accessToken: () => `${++this.#tokens}-`.padEnd(1_000, "token"),
        allowConcurrentAccess: false,
      }),
    );
    await this.untilReady();
  }

  async untilReady(): Promise<void> {
    const ready = (): boolean => this.gateway.connection.status === "ready";
    await this.time.runUntil(this.time.now + 60_000, ready);
    if (!ready()) throw new Error(`is ${this.gateway.connection.status}`);
  }

  async left(before: number): Promise<Left> {
    const heapBytes = heap() - before;
    this.gateway.dispose();
    await this.time.runUntil(this.time.now, () => false);
    const { device, wire, open } = this;
    const listeners = device.watched ? 1 : 0;
    return { heapBytes, timers: device.timers.size, sockets: wire ? 1 : 0, listeners, open };
  }

  #answer(text: string): string {
    const { x_gs2: target } = JSON.parse(text) as {
      x_gs2: { function: string; requestId: string };
    };
    const { function: name, requestId } = target;
    if (name === "setUserId") this.binds++;
    const body =
      name === "login"
        ? { access_token: `project-${this.binds}`, expires_in: 3_600 }
        : { item: { userId: "alice", connectionId: `connection-${this.binds}` }, items: [] };
    return JSON.stringify({ requestId, status: 200, body });
  }
}

/** The line breaks and the client comes back, over and over, with a call in flight and a waiter each time. */
export async function reconnects(count: number): Promise<Left> {
  const line = new Line();
  const { gateway } = line;
  await line.bind();
  const again = async (): Promise<void> => {
    line.follow(gateway.describeWebSocketSessions());
    line.follow(gateway.waitFor("*", { timeoutMs: 5_000 }));
    line.device.clock.setTimer(() => line.wire?.closed(1006, "", false), 0);
    await line.time.runUntil(line.time.now, () => false);
    await line.untilReady();
  };
  // What is made once, and what the engine makes of code that runs often.
  for (let i = 0; i < 1_000; i++) await again();
  const before = heap();
  for (let i = 0; i < count; i++) await again();
  return line.left(before);
}

export async function notifications(count: number): Promise<Left> {
  const line = new Line();
  const { gateway } = line;
  await line.bind();
  gateway.mark();
  gateway.on("Gs2Chat:Post", ({ payload }) => payload.roomName);
  const key = "Gs2Chat:Post";
  const say = (number: number): void => {
    const payload = JSON.stringify({ roomName: `room-${number}` });
    line.wire!.message(encodeNotification({ issuer: key, subject: key, payload }));
  };
  const BATCH = 1_000;
  const sayMany = async (many: number): Promise<void> => {
    for (let said = 0; said < many; said += BATCH) {
      line.follow(gateway.waitFor(key, { timeoutMs: 5 }));
      for (let i = 0; i < BATCH; i++) say(said + i);
      await line.time.runUntil(line.time.now + 1, () => false);
    }
  };
  await sayMany(10 * BATCH);
  const before = heap();
  const heardBefore = line.heard;
  await sayMany(count);
  if (line.heard - heardBefore !== count) throw new Error(`${line.heard - heardBefore} were heard`);
  return line.left(before);
}

/** The same over sockets of this machine, with the emulator at the other end. */
export async function realReconnects(count: number): Promise<Left> {
  const emulator = await startEmulator({ namespaces: [namespaceName] });
  const gateway = new GatewayClient({
    namespaceName,
    credential,
    endpoints: emulator.endpoints,
    logger: false,
  });
  let open = 0;
  const follow = (promise: Promise<unknown>): void => {
    open++;
    const settled = (): void => {
      open--;
    };
    promise.then(settled, settled);
  };
  await gateway.setUserId({
    accessToken: () => emulator.issueAccessToken({ userId: "alice" }),
    allowConcurrentAccess: false,
  });
  const again = async (): Promise<void> => {
    const { connectionId } = gateway.connection.bindings["player"]!;
    const back = new Promise<void>((resolve) => {
      const off = gateway.lifecycle.on("status", ({ status, bindings }) => {
        if (status === "reconnecting") follow(gateway.connect());
        if (status !== "ready" || bindings["player"]!.connectionId === connectionId) return;
        off();
        resolve();
      });
    });
    follow(gateway.describeWebSocketSessions());
    // Cut without a close frame: clean ones, so soon after a bind, would look like a twin's.
    emulator.disconnect({ connectionId, code: 1006 });
    await back;
  };
  for (let i = 0; i < count; i++) await again();
  const before = heap();
  for (let i = 0; i < count; i++) await again();
  const heapBytes = heap() - before;
  gateway.dispose();
  await emulator.stop();
  // The sockets are told of their end in a later turn.
  await new Promise((resolve) => setImmediate(resolve));
  const resources = process.getActiveResourcesInfo();
  return {
    heapBytes,
    open,
    timers: resources.filter((name) => name === "Timeout").length,
    sockets: resources.filter((name) => name.startsWith("TCP")).length,
    listeners: 0,
  };
}
