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
import { namespaceName, type OpenStage, type Stage, type TestSocket } from "../table/stage.js";
import type * as Core from "./core.js";
import { SWITCH, withSwitches, type Refusal } from "./switches.js";

/** Where the emulator refuses calls of methods; its doors, controls and options refuse other things. */
const SWITCHED = /^calls\/(handleCall|validate|paging|auth|handlers\/\w+)\.ts$/;

export interface Switched {
  readonly core: typeof Core;
  readonly refusals: readonly Refusal[];
  /** Switches one refusal off; undefined: all are in force. */
  off(refusal: number | undefined): void;
  /** The refusals that were due since it was asked last. */
  takeDue(): ReadonlySet<number>;
}

/** The emulator, with a switch before every refusal. */
export async function loadSwitched(): Promise<Switched> {
  const refusals: Refusal[] = [];
  const emulator = inRepo("src/emulator");
  const folder = mkdtempSync(join(tmpdir(), "gs2-gateway-"));
  const outfile = join(folder, "core.cjs");
  await build({
    entryPoints: [inRepo("test/integration/emulator/ruleMutations/core.ts")],
    bundle: true,
    platform: "node",
    format: "cjs",
    outfile,
    logLevel: "error",
    plugins: [
      {
        name: "switches",
        setup(bundle) {
          bundle.onLoad({ filter: /src[\\/]emulator[\\/].*\.ts$/ }, ({ path }) => {
            const file = relative(emulator, path).split(sep).join("/");
            if (!SWITCHED.test(file)) return undefined;
            const add = (refusal: Refusal) => refusals.push(refusal) - 1;
            return { contents: withSwitches(file, readFileSync(path, "utf8"), add), loader: "ts" };
          });
        },
      },
    ],
  });
  let off: number | undefined;
  let due = new Set<number>();
  Object.assign(globalThis, {
    [SWITCH](refusal: number) {
      due.add(refusal);
      return refusal !== off;
    },
  });
  const takeDue = () => {
    const taken = due;
    due = new Set();
    return taken;
  };
  try {
    const core = createRequire(import.meta.url)(outfile) as typeof Core;
    return { core, refusals, off: (refusal) => void (off = refusal), takeDue };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const url = "http://127.0.0.1";

/** The same stage as with a network, but a call is a function call. One for each choice of settings, as at its start each time. */
export function offlineStage(core: typeof Core): OpenStage {
  const stages = new Map<string, ReturnType<typeof makeStage>>();
  return async (settings) => {
    const key = JSON.stringify(settings);
    const { reset, ...stage } = stages.get(key) ?? makeStage(core, settings);
    stages.set(key, { reset, ...stage });
    reset();
    return stage;
  };
}

function makeStage(core: typeof Core, settings: Readonly<Partial<EmulatorSettings>>) {
  const options = {
    settings: core.readSettings(settings),
    strict: false,
    credentials: [],
    namespaces: [namespaceName],
    seed: 1,
    ids: core.seededIds(1),
    url: () => url,
  };
  const gateway = new core.EmulatorEngine(options, realClock, () => {});
  const policy = { host: undefined, allowHosts: [], allowOrigins: [] };
  const stopping = new AbortController().signal;
  const app = core.createApp({
    engine: gateway,
    policy,
    mount: new Map(),
    url: () => url,
    stopping,
  });
  const stage: Stage = {
    emulator: {
      url,
      issueAccessToken: async (wish) =>
        gateway.transact((store, now) => core.issueAccessToken(store, wish, now)).accessToken,
      outbox: () => gateway.outbox(),
      sessions: () => gateway.sessions(),
      state: () => gateway.state(),
      clock: { now: () => gateway.clock.now(), advance: (byMs) => gateway.clock.advance(byMs) },
    },
    async send(address, init) {
      const headers = { ...(init.headers as Record<string, string>), host: "127.0.0.1" };
      return app.fetch(new Request(address, { ...init, headers }));
    },
    async openSocket() {
      const socket = new OfflineSocket();
      core.serveSocket(gateway, socket as unknown as WebSocket, new Duplex());
      return socket;
    },
  };
  return { ...stage, reset: () => gateway.reset() };
}

/** Both ends of a socket in one: what the emulator's end has of `ws`, and what a row of the table asks of its own. */
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
    if (!reply) throw new Error(`Nothing answers ${requestId}.`);
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
