import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, relative, sep } from "node:path";
import { EventEmitter } from "node:events";
import { Duplex } from "node:stream";
import { build } from "esbuild";
import type { WebSocket } from "ws";
import type { EmulatorSettings } from "../../../../src/emulator/index.js";
import { realClock } from "../../../../src/emulator/engine/clock.js";
import { inRepo } from "../../../support/repo.js";
import type { Json } from "../rawSocket.js";
import type { RestReply } from "../restCalls.js";
import {
  namespaceName,
  type OpenBackend,
  type TestBackend,
  type TestSocket,
} from "../table/backend.js";
import type * as Modules from "./bundle.js";
import { SWITCH, withSwitches, type Refusal } from "./switches.js";

/** Files whose refusals are mutated: those that handle calls. */
const MUTATED_FILES = /^calls\/(handleCall|validate|paging|auth|handlers\/\w+)\.ts$/;

export interface MutatedEmulator {
  readonly modules: typeof Modules;
  readonly refusals: readonly Refusal[];
  /** Disables one refusal; undefined: none. */
  disable(refusal: number | undefined): void;
  /** The refusals that were reached since the last call. */
  takeReached(): ReadonlySet<number>;
}

/** Bundles the emulator with a switch before every refusal. */
export async function loadMutated(): Promise<MutatedEmulator> {
  const refusals: Refusal[] = [];
  const emulator = inRepo("src/emulator");
  const folder = mkdtempSync(join(tmpdir(), "gs2-engine-"));
  const outfile = join(folder, "bundle.cjs");
  await build({
    entryPoints: [inRepo("test/integration/emulator/ruleMutations/bundle.ts")],
    bundle: true,
    platform: "node",
    format: "cjs",
    outfile,
    logLevel: "error",
    plugins: [
      {
        name: "switches",
        setup(builder) {
          builder.onLoad({ filter: /src[\\/]emulator[\\/].*\.ts$/ }, ({ path }) => {
            const file = relative(emulator, path).split(sep).join("/");
            if (!MUTATED_FILES.test(file)) return undefined;
            const add = (refusal: Refusal) => refusals.push(refusal) - 1;
            return { contents: withSwitches(file, readFileSync(path, "utf8"), add), loader: "ts" };
          });
        },
      },
    ],
  });
  let disabled: number | undefined;
  let reached = new Set<number>();
  Object.assign(globalThis, {
    [SWITCH](refusal: number) {
      reached.add(refusal);
      return refusal !== disabled;
    },
  });
  const takeReached = () => {
    const taken = reached;
    reached = new Set();
    return taken;
  };
  try {
    const modules = createRequire(import.meta.url)(outfile) as typeof Modules;
    return { modules, refusals, disable: (refusal) => void (disabled = refusal), takeReached };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const url = "http://127.0.0.1";

/** Calls functions instead of a network. One backend for each combination of settings. */
export function offlineBackend(modules: typeof Modules): OpenBackend {
  const backends = new Map<string, ReturnType<typeof createBackend>>();
  return async (settings) => {
    const key = JSON.stringify(settings);
    const { reset, ...backend } = backends.get(key) ?? createBackend(modules, settings);
    backends.set(key, { reset, ...backend });
    reset();
    return backend;
  };
}

function createBackend(modules: typeof Modules, settings: Readonly<Partial<EmulatorSettings>>) {
  const options = {
    settings: modules.readSettings(settings),
    strict: false,
    credentials: [],
    namespaces: [namespaceName],
    seed: 1,
    ids: modules.seededIds(1),
    url: () => url,
  };
  const engine = new modules.EmulatorEngine(options, realClock, () => {});
  const policy = { host: undefined, allowHosts: [], allowOrigins: [] };
  const stopping = new AbortController().signal;
  const app = modules.createApp({
    engine,
    policy,
    mount: new Map(),
    url: () => url,
    stopping,
  });
  const backend: TestBackend = {
    emulator: {
      url,
      issueAccessToken: async (options) =>
        engine.transact((store, now) => modules.issueAccessToken(store, options, now)).accessToken,
      outbox: () => engine.outbox(),
      sessions: () => engine.sessions(),
      state: () => engine.state(),
      clock: { now: () => engine.clock.now(), advance: (byMs) => engine.clock.advance(byMs) },
    },
    async send(address, init) {
      const headers = { ...(init.headers as Record<string, string>), host: "127.0.0.1" };
      return app.fetch(new Request(address, { ...init, headers }));
    },
    async openSocket() {
      const socket = new OfflineSocket();
      modules.serveSocket(engine, socket as unknown as WebSocket, new Duplex());
      return socket;
    },
  };
  return { ...backend, reset: () => engine.reset() };
}

/** Both ends of a socket: the part of `ws` that the emulator uses, and the client side. */
class OfflineSocket extends EventEmitter implements TestSocket {
  readonly OPEN = 1;
  readonly bufferedAmount = 0;
  readyState = 1;
  readonly frames: Json[] = [];

  send(text: string): void {
    this.frames.push(JSON.parse(text) as Json);
  }

  close(code = 1005): void {
    if (this.readyState !== this.OPEN) return;
    this.readyState = 3;
    this.emit("close", code);
  }

  terminate(): void {
    this.close(1006);
  }

  async ask(frame: Json): Promise<RestReply> {
    const before = this.frames.length;
    this.emit("message", Buffer.from(JSON.stringify(frame)), false);
    const { requestId } = frame["x_gs2"] as { requestId: string };
    const reply = this.frames.slice(before).find((one) => one["requestId"] === requestId);
    if (!reply) throw new Error(`No reply to ${requestId}.`);
    return reply as unknown as RestReply;
  }

  async notification(): Promise<Json> {
    const found = this.frames.find(({ type }) => type === "notification");
    if (!found) throw new Error("No notification came.");
    return found;
  }

  async closed(): Promise<void> {
    if (this.readyState === this.OPEN) throw new Error("The socket is open.");
  }
}
