import type { EmulatorClock } from "./engine/clock.js";
import { realClock } from "./engine/clock.js";
import type { EmulatorFault, Fault } from "./faults/definitions.js";
import { parseFaults } from "./faults/parse.js";
import { logWriter, type EmulatorLog, type WriteLog } from "./log/eventLog.js";
import { invalid, readSettings, type EmulatorSettings } from "./settings.js";
import type { EmulatorCredential } from "./store/types.js";

/** Answers requests under a path of the emulator, e.g. a demo's own little server. Host and Origin were checked before. */
export type MountedHandler = (request: Request) => Response | Promise<Response>;

/** All are optional; a name that is not among them is an error. */
export interface EmulatorOptions {
  /** Default 0: any free port. */
  port?: number | undefined;
  /** Address to listen on. Default: this machine only, by 127.0.0.1 and ::1 alike. `0.0.0.0` lets phones in. */
  host?: string | undefined;
  /** Namespaces that are there from the start. Default none; unless `strict`, others are made on first use. */
  namespaces?: readonly string[] | undefined;
  /** Who may log in while `strict`. Default nobody. */
  credentials?: readonly EmulatorCredential[] | undefined;
  /**
   * Default false: a namespace is made on the first setUserId, sendNotification or Firebase token call, `accessToken-NNNN` stands for
   * `user-NNNN`, `upload-NNNN` for a finished upload with nothing in it, and any credential logs in but one with the secret `wrong`. With true none of this holds.
   */
  strict?: boolean | undefined;
  /**
   * A file that keeps namespaces, tokens, uploads and jobs across restarts; made if it is not there. Every change is in it before the
   * answer leaves. It holds the emulator's tokens and secrets, as they are. One emulator at a time has it: a second is an error that names
   * the process of the first. Default: all is forgotten at the end.
   */
  data?: string | undefined;
  /** Default: no log. */
  log?: EmulatorLog | undefined;
  /** What goes wrong from the start, until it is set anew or cleared. Default: nothing. */
  faults?: readonly EmulatorFault[] | undefined;
  /** The same seed makes the same identifiers, and the same draws where a fault leaves something to chance. Default: a different one each time. */
  seed?: number | undefined;
  /** Default: the clock of this machine. */
  clock?: EmulatorClock | undefined;
  /** Origins of pages that may call besides those on loopback, e.g. `http://192.168.1.5:5173`; `*` for all. */
  allowOrigins?: readonly string[] | undefined;
  /** Host names by which the emulator may be called besides loopback names and `host`. */
  allowHosts?: readonly string[] | undefined;
  /** More to serve, by path prefix, e.g. `{ "/demo/": handler }`. */
  mount?: Readonly<Record<string, MountedHandler>> | undefined;
  settings?: Readonly<Partial<EmulatorSettings>> | undefined;
}

export interface ReadOptions {
  readonly port: number;
  /** Undefined: both loopback families. */
  readonly host: string | undefined;
  readonly namespaces: readonly string[];
  readonly credentials: readonly EmulatorCredential[];
  readonly strict: boolean;
  readonly data: string | undefined;
  readonly writeLog: WriteLog;
  readonly faults: readonly Fault[];
  readonly seed: number;
  readonly clock: EmulatorClock;
  readonly allowOrigins: readonly string[];
  readonly allowHosts: readonly string[];
  readonly mount: ReadonlyMap<string, MountedHandler>;
  readonly settings: EmulatorSettings;
}

const names: { readonly [K in keyof Required<EmulatorOptions>]: true } = {
  port: true,
  host: true,
  namespaces: true,
  credentials: true,
  strict: true,
  data: true,
  log: true,
  faults: true,
  seed: true,
  clock: true,
  allowOrigins: true,
  allowHosts: true,
  mount: true,
  settings: true,
};

export function readOptions(given: EmulatorOptions): ReadOptions {
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(names, name)) {
      throw invalid(
        `The emulator has no option "${name}". It has: ${Object.keys(names).join(", ")}.`,
      );
    }
  }
  const { port = 0, host, log, seed, data } = given;
  if (data !== undefined && (typeof data !== "string" || data === "")) {
    throw invalid("The emulator's option data takes the path of a file.");
  }
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw invalid("The emulator's option port takes a whole number from 0 to 65535.");
  }
  if (typeof log !== "function" && ![undefined, "text", "json"].includes(log)) {
    throw invalid('The emulator\'s option log takes "text", "json" or a function.');
  }
  return {
    port,
    host: host === "localhost" ? undefined : host,
    namespaces: given.namespaces ?? [],
    credentials: given.credentials ?? [],
    strict: given.strict ?? false,
    data,
    writeLog: logWriter(log),
    faults: parseFaults(given.faults ?? []),
    seed: seed ?? crypto.getRandomValues(new Uint32Array(1))[0] ?? 0,
    clock: given.clock ?? realClock,
    allowOrigins: (given.allowOrigins ?? []).map(readOrigin),
    allowHosts: given.allowHosts ?? [],
    mount: readMount(given.mount ?? {}),
    settings: readSettings(given.settings),
  };
}

function readOrigin(given: string): string {
  // "null" is the origin of a page opened from a file.
  if (given === "*" || given === "null") return given;
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (!url?.host) {
    throw invalid(
      `The allowed origin "${given}" is none: it takes the form http://192.168.1.5:5173.`,
    );
  }
  return `${url.protocol}//${url.host}`;
}

const OWN = ["/gateway", "/identifier", "/gateway-ws", "/_emulator"];

function readMount(given: Readonly<Record<string, MountedHandler>>): Map<string, MountedHandler> {
  return new Map(
    Object.entries(given).map(([prefix, handler]) => {
      const path = `${prefix.replace(/\/+$/, "")}/`;
      if (!path.startsWith("/") || path === "/" || OWN.some((own) => path === `${own}/`)) {
        throw invalid(`Nothing can be mounted at "${prefix}" of the emulator.`);
      }
      return [path, handler];
    }),
  );
}
