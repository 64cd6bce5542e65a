import * as v from "valibot";
import { realClock, type EmulatorClock } from "./engine/clock.js";
import type { EmulatorFault } from "./faults/definitions.js";
import { faultsSchema } from "./faults/parse.js";
import { logWriter, type EmulatorLog } from "./log/eventLog.js";
import {
  emulatorEndpoints,
  gs2Endpoints,
  isReadableOnTheWay,
  type Endpoints,
} from "../wire/endpoints.js";
import {
  anyNumber,
  anyText,
  filledText,
  listOf,
  nameText,
  objectOf,
  readWith,
  valueOf,
  wholeNumberWithin,
  yesNo,
} from "./schema/schema.js";
import { settingsSchema, type EmulatorSettings } from "./settings.js";
import type { EmulatorCredential } from "./store/types.js";

/**
 * Serves the requests under a path of the emulator, e.g. a demo's server. Host and Origin were
 * checked before, and a body longer than the setting `maxBodyBytes` was refused with 413.
 */
export type MountedHandler = (request: Request) => Response | Promise<Response>;

/** A certificate, with its chain if it has one, and its private key, both in PEM. */
export interface TlsPair {
  readonly cert: string;
  readonly key: string;
}

/** All are optional; an unknown name is an error. */
export interface EmulatorOptions {
  /** Default 0: any free port. */
  port?: number | undefined;
  /**
   * Address to listen on. Default: this machine only, on 127.0.0.1 and ::1. `0.0.0.0` opens it to
   * the network, e.g. for phones. An empty text is an error.
   */
  host?: string | undefined;
  /**
   * Serves `https:` and `wss:` instead of `http:` and `ws:`, with this certificate, or with true
   * with one made at the start, which `certificate` of the emulator returns. Default false. The
   * official clients for C# and Unity open no `ws:` address.
   */
  tls?: boolean | TlsPair | undefined;
  /**
   * Namespaces that exist from the start. Default none; see `strict` for when others are created.
   */
  namespaces?: readonly string[] | undefined;
  /** Credentials that may log in while `strict`. Default none. */
  credentials?: readonly EmulatorCredential[] | undefined;
  /**
   * Default false: a namespace is created by the first call in it that is no read, and a read gets
   * the reply of an empty one; `accessToken-NNNN` stands for `user-NNNN`, `upload-NNNN` for a
   * finished upload that is empty, and any credential logs in but one with the secret `wrong`. With
   * true none of this holds.
   */
  strict?: boolean | undefined;
  /**
   * A file that keeps namespaces, tokens, uploads and jobs across restarts; created if it does not
   * exist. Every change is written before the reply is sent. It holds the emulator's tokens and
   * secrets as they are. One emulator at a time has it: a second one rejects with an error that
   * names the process of the first. Default: everything is in memory.
   */
  data?: string | undefined;
  /** Default: no log. */
  log?: EmulatorLog | undefined;
  /** Faults that are active from the start, until they are set again or cleared. Default none. */
  faults?: readonly EmulatorFault[] | undefined;
  /**
   * The same seed makes the same identifiers, and the same random decisions of faults. Default: a
   * different one each time.
   */
  seed?: number | undefined;
  /** Default: the clock of this machine. */
  clock?: EmulatorClock | undefined;
  /**
   * Origins of pages that may call besides those on loopback, e.g. `http://192.168.1.5:5173`; `*`
   * for all. `null` is the origin of a page opened from a file, but every website can make itself
   * such a page by a sandboxed frame: it lets all of them in, as `*` does.
   */
  allowOrigins?: readonly string[] | undefined;
  /** Host names under which the emulator may be called besides loopback names and `host`. */
  allowHosts?: readonly string[] | undefined;
  /** Further handlers by path prefix, e.g. `{ "/demo/": handler }`. */
  mount?: Readonly<Record<string, MountedHandler>> | undefined;
  /**
   * A gateway that handles the calls: a region of GS2 such as `ap-northeast-1`, or the address of
   * another emulator, which is on this machine or has `https:`. Calls and frames pass both ways, of
   * every GS2 service, with the credentials of the client; the log and the inspector show them, and
   * faults apply to them. The upstream decides what a setting would. Default: the emulator handles
   * the calls itself.
   */
  upstream?: string | undefined;
  settings?: Readonly<Partial<EmulatorSettings>> | undefined;
}

const isClock = (value: unknown): boolean =>
  typeof value === "object" &&
  value !== null &&
  ["now", "setTimer"].every(
    (name) => typeof (value as Record<string, unknown>)[name] === "function",
  );

function originOf(given: string): string | undefined {
  // "null" is the origin of a page opened from a file.
  if (given === "*" || given === "null") return given;
  const url = URL.canParse(given) ? new URL(given) : undefined;
  return url?.host ? `${url.protocol}//${url.host}` : undefined;
}

const origin = v.pipe(
  anyText,
  v.rawTransform(({ dataset: { value }, addIssue, NEVER }) => {
    const read = originOf(value);
    if (read !== undefined) return read;
    addIssue({ message: `takes an origin such as http://192.168.1.5:5173, not "${value}"` });
    return NEVER;
  }),
);

const OWN_PATHS = ["/", "/gateway/", "/identifier/", "/gateway-ws/", "/_emulator/"];

const withSlash = (prefix: string): string => `${prefix.replace(/\/+$/, "")}/`;

const mountPath = v.pipe(
  v.string(),
  v.check(
    (prefix) => prefix.startsWith("/") && !OWN_PATHS.includes(withSlash(prefix)),
    "cannot be mounted; paths such as /demo/ can, unless they are the emulator's own",
  ),
);

const mount = v.pipe(
  v.record(
    mountPath,
    valueOf<MountedHandler>("a function", (value) => typeof value === "function"),
  ),
  v.transform(
    (given) => new Map(Object.entries(given).map(([path, serve]) => [withSlash(path), serve])),
  ),
);

const noLog = (): void => {};

const log = v.pipe(
  valueOf<EmulatorLog>(
    '"text", "json" or a function',
    (value) => typeof value === "function" || value === "text" || value === "json",
  ),
  v.transform((given) => logWriter(given)),
);

const randomSeed = (): number => crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;

/** Node listens on every address for an empty one, e.g. that of a variable that is not set. */
const hostAddress = v.pipe(
  anyText,
  v.check((host) => host.trim() !== "", "takes an address, such as 0.0.0.0, not an empty text"),
);

const credential = v.object(
  { clientId: anyText, clientSecret: anyText },
  "takes a clientId and a clientSecret",
);

const tls = valueOf<boolean | TlsPair>(
  "true, or a cert and a key in PEM",
  (value) =>
    typeof value === "boolean" ||
    ["cert", "key"].every((name) => typeof (Object(value) as TlsPair)[name as "cert"] === "string"),
);

const upstream = v.pipe(
  anyText,
  v.rawTransform(({ dataset: { value }, addIssue, NEVER }): Endpoints => {
    if (/^[a-z]{2,}(-[a-z]+)+-\d+$/.test(value)) {
      const inRegion = (template: string) => template.replace("{region}", value);
      return { rest: inRegion(gs2Endpoints.rest), webSocket: inRegion(gs2Endpoints.webSocket) };
    }
    const url = URL.canParse(value) ? new URL(value) : undefined;
    if (url && /^https?:$/.test(url.protocol) && !url.username && !url.search && !url.hash) {
      if (!isReadableOnTheWay(value)) return emulatorEndpoints(value);
      addIssue({
        message:
          "takes an https: address, or one on this machine: secrets of clients are sent there",
      });
      return NEVER;
    }
    addIssue({
      message: "takes a region such as ap-northeast-1, or an address such as http://127.0.0.1:9480",
    });
    return NEVER;
  }),
);

/** The options of {@link EmulatorOptions} that need no server, process or file. */
export type BrowserEmulatorOptions = Pick<
  EmulatorOptions,
  "namespaces" | "credentials" | "strict" | "log" | "faults" | "seed" | "clock" | "settings"
>;

const common = {
  namespaces: v.optional(listOf(nameText, "names"), []),
  credentials: v.optional(listOf(credential, "credentials"), []),
  strict: v.optional(yesNo, false),
  log: v.optional(log, () => noLog),
  faults: v.optional(faultsSchema, []),
  seed: v.optional(anyNumber, randomSeed),
  clock: v.optional(
    valueOf<EmulatorClock>("an object with now() and setTimer()", isClock),
    realClock,
  ),
  settings: v.optional(settingsSchema, {}),
} satisfies { readonly [Name in keyof Required<BrowserEmulatorOptions>]: v.GenericSchema };

const schema = objectOf({
  ...common,
  port: v.optional(wholeNumberWithin(0, 65_535), 0),
  // Both loopback families.
  host: v.pipe(
    v.optional(hostAddress),
    v.transform((host) => (host === "localhost" ? undefined : host)),
  ),
  tls: v.optional(tls, false),
  data: v.optional(filledText),
  allowOrigins: v.optional(listOf(origin, "origins"), []),
  allowHosts: v.optional(listOf(filledText, "host names"), []),
  mount: v.optional(mount, {}),
  upstream: v.optional(upstream),
} satisfies { readonly [Name in keyof Required<EmulatorOptions>]: v.GenericSchema });

/** The addresses of an upstream, as the option of that name takes it. */
export const readUpstream = (given: string): Endpoints =>
  readWith("doctor", v.object({ upstream }), { upstream: given }).upstream;

export const readOptions = (given: EmulatorOptions): v.InferOutput<typeof schema> =>
  readWith("startEmulator", schema, given);

const browserSchema = objectOf(common);

export const readBrowserOptions = (
  given: BrowserEmulatorOptions,
): v.InferOutput<typeof browserSchema> => readWith("createBrowserEmulator", browserSchema, given);
