import { GatewayClient as BrowserClient } from "../../src/client/client.js";
import { PLATFORM, type ClientPlatform } from "../../src/client/platform.js";
import type { WebSocketClass } from "../../src/connection/socket.js";
import { startEmulator } from "../../src/emulator/index.js";
import { GatewayClient } from "../../src/node.js";
import type { GatewayClientOptions } from "../../src/client/options.js";
import { encodeNotification } from "../../src/wire/frames.js";
import { Device } from "./device.js";
import {
  simulatedSocketOpener,
  type OpenTransport,
  type TransportEvents,
} from "./simulatedSocket.js";
import { Random } from "./random.js";
import { VirtualTime } from "./virtualTime.js";

/** Growth of the heap, and resources left after `dispose`. */
export interface LeakReport {
  readonly heapBytes: number;
  readonly timers: number;
  readonly sockets: number;
  readonly listeners: number;
  /** Promises of the client that are not settled. */
  readonly unsettled: number;
}

const LATENCY_MS = 1;
/** The default of the client. */
const CALL_TIMEOUT_MS = 10_000;
const namespaceName = "game-0001";
const credential = { clientId: "client-0001", clientSecret: "secret-0001" };

function heap(): number {
  // Twice: objects that a finalizer releases are collected by the second run.
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

/** A client on virtual time, with a stateless server that accepts every request. */
class Harness {
  readonly time = new VirtualTime();
  readonly device = new Device(this.time, new Random(1));
  readonly gateway;
  transport: TransportEvents | undefined;
  binds = 0;
  received = 0;
  unsettled = 0;

  constructor() {
    const openTransport: OpenTransport = (_, events) => {
      this.transport = events;
      const later = (run: () => void): void => {
        this.time.after(
          LATENCY_MS,
          () => {
            if (this.transport === events) run();
          },
          this.device,
        );
      };
      later(() => events.opened());
      return {
        send: (text) => {
          const reply = this.#reply(text);
          later(() => events.message(reply));
        },
        close: () => {
          if (this.transport === events) this.transport = undefined;
        },
      };
    };
    const options: GatewayClientOptions = {
      namespaceName,
      credential,
      endpoints: { rest: "https://nowhere.test/{service}", webSocket: "wss://nowhere.test" },
      logger: false,
      storage: null,
      // Unused: the opener makes the sockets.
      WebSocket: Object as unknown as WebSocketClass,
    };
    const platform: ClientPlatform = {
      clock: this.device.clock,
      newId: () => "id",
      createSocketOpener: simulatedSocketOpener(openTransport, this.device.clock),
      observePlatform: this.device.observePlatform,
      pageSessionIds: () => ({ inUse: new Set() }),
    };
    this.gateway = new BrowserClient({ ...options, [PLATFORM]: platform } as GatewayClientOptions);
    this.gateway.on("*", () => (this.received += 1));
    this.gateway.onSync(() => undefined);
  }

  follow(promise: Promise<unknown>): void {
    this.unsettled++;
    const settled = (): void => {
      this.unsettled--;
    };
    promise.then(settled, settled);
  }

  async bind(): Promise<void> {
    this.follow(
      this.gateway.setUserId({
        // As long as a real token, and a new one for each third bind: were all kept, it would show.
        // Each new one costs the client the quotations of its latest 99.
        accessToken: () => `${Math.floor(this.binds / 3)}-`.padEnd(1_000, "token"),
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

  async report(heapBefore: number): Promise<LeakReport> {
    const heapBytes = heap() - heapBefore;
    this.gateway.dispose();
    await this.time.runUntil(this.time.now, () => false);
    const { device, transport, unsettled } = this;
    const listeners = device.isObserved ? 1 : 0;
    return {
      heapBytes,
      timers: device.timers.size,
      sockets: transport ? 1 : 0,
      listeners,
      unsettled,
    };
  }

  #reply(text: string): string {
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

/** Reconnects again and again, each time with a call in flight and a waiter. */
export async function reconnects(count: number): Promise<LeakReport> {
  const harness = new Harness();
  const { gateway } = harness;
  await harness.bind();
  const reconnect = async (): Promise<void> => {
    harness.follow(gateway.describeWebSocketSessions());
    harness.follow(gateway.waitFor("*", { timeoutMs: 5_000 }));
    harness.device.clock.setTimer(() => harness.transport?.closed(1006, "", false), 0);
    await harness.time.runUntil(harness.time.now, () => false);
    await harness.untilReady();
  };
  // Warm-up: one-time allocations, and the optimized code of the JavaScript engine.
  for (let i = 0; i < 1_000; i++) await reconnect();
  const before = heap();
  for (let i = 0; i < count; i++) await reconnect();
  return harness.report(before);
}

export async function notifications(count: number): Promise<LeakReport> {
  const harness = new Harness();
  const { gateway } = harness;
  await harness.bind();
  gateway.mark();
  gateway.on("Gs2Chat:Post", ({ payload }) => payload.roomName);
  const key = "Gs2Chat:Post";
  const send = (number: number): void => {
    const payload = JSON.stringify({ roomName: `room-${number}` });
    harness.transport!.message(encodeNotification({ issuer: key, subject: key, payload }));
  };
  const BATCH = 1_000;
  const sendMany = async (many: number): Promise<void> => {
    for (let sent = 0; sent < many; sent += BATCH) {
      harness.follow(gateway.waitFor(key, { timeoutMs: 5 }));
      for (let i = 0; i < BATCH; i++) send(sent + i);
      await harness.time.runUntil(harness.time.now + 1, () => false);
    }
  };
  await sendMany(10 * BATCH);
  const before = heap();
  const receivedBefore = harness.received;
  await sendMany(count);
  if (harness.received - receivedBefore !== count)
    throw new Error(`${harness.received - receivedBefore} were received`);
  return harness.report(before);
}

/** Distinct keys, slots and signals, each used once; one signal is used for all. */
export async function distinctNames(count: number): Promise<LeakReport> {
  const harness = new Harness();
  const { gateway, time } = harness;
  await harness.bind();
  const { signal: shared } = new AbortController();
  const nothing = (): undefined => undefined;
  const BATCH = 1_000;
  const use = async (from: number, to: number): Promise<void> => {
    for (let i = from; i < to; i++) {
      const controller = new AbortController();
      const { signal } = controller;
      const key = `Gs2Chat:Post${i}` as "Gs2Chat:Post";
      const slot = `slot-${i}`;
      for (const end of [
        gateway.on(key, nothing),
        gateway.on(key, nothing, { signal: shared }),
        gateway.on({ issuer: key }, nothing, { signal: shared }),
        gateway.onSync(nothing, { signal: shared }),
      ]) {
        end();
      }
      gateway.on(key, nothing, { signal });
      gateway.onSync(nothing, { signal });
      harness.follow(gateway.waitFor(key, { signal }));
      harness.follow(gateway.connect({ signal: shared }));
      controller.abort();
      harness.follow(gateway.takeOver({ slot }));
      harness.follow(gateway.getFirebaseToken({ slot }));
      harness.follow(gateway.release({ slot }));
      // Cancelled timers stay in the virtual time's queue until they are due.
      if (i % BATCH === BATCH - 1) await time.runUntil(time.now + CALL_TIMEOUT_MS, () => false);
    }
  };
  await use(0, 10 * BATCH);
  const before = heap();
  await use(10 * BATCH, 10 * BATCH + count);
  return harness.report(before);
}

/** Like `reconnects`, over real sockets with the emulator. */
export async function realReconnects(count: number): Promise<LeakReport> {
  const emulator = await startEmulator({ namespaces: [namespaceName] });
  const gateway = new GatewayClient({
    namespaceName,
    credential,
    endpoints: emulator.endpoints,
    logger: false,
  });
  let unsettled = 0;
  const follow = (promise: Promise<unknown>): void => {
    unsettled++;
    const settled = (): void => {
      unsettled--;
    };
    promise.then(settled, settled);
  };
  await gateway.setUserId({
    accessToken: () => emulator.issueAccessToken({ userId: "alice" }),
    allowConcurrentAccess: false,
  });
  const reconnect = async (): Promise<void> => {
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
    // Without a close frame: clean closes soon after a bind indicate a shared session ID.
    emulator.disconnect({ connectionId, code: 1006 });
    await back;
  };
  for (let i = 0; i < count; i++) await reconnect();
  const before = heap();
  for (let i = 0; i < count; i++) await reconnect();
  const heapBytes = heap() - before;
  gateway.dispose();
  await emulator.stop();
  // The sockets emit their close events in a later task.
  await new Promise((resolve) => setImmediate(resolve));
  const resources = process.getActiveResourcesInfo();
  return {
    heapBytes,
    unsettled,
    timers: resources.filter((name) => name === "Timeout").length,
    sockets: resources.filter((name) => name.startsWith("TCP")).length,
    listeners: 0,
  };
}
