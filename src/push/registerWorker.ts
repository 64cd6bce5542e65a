import { GatewayError } from "../errors.js";
import {
  request,
  withConfig,
  type Handshake,
  type WorkerConfig,
  type WorkerMessage,
} from "./protocol.js";
import { pushError } from "./reasons.js";
import { VERSION } from "./version.js";

const FILE = "firebase-messaging-sw.js";
/**
 * Below the page: a worker of this scope controls no page, and the game's own worker (offline play,
 * caching) stays in control.
 */
const SCOPE = "gs2-gateway-push/";
const ACTIVE_MS = 10_000;

/** Folder of the page, or of its `<base>`. */
export const baseOf = (baseURI: string): string => new URL("./", baseURI).href;

export const scopeOf = (baseURI: string): string => new URL(SCOPE, baseURI).href;

/** An active worker that replied. */
export interface ReadyWorker {
  readonly registration: ServiceWorkerRegistration;
  /** Whether its version differs from the page's. */
  readonly outdated: boolean;
}

interface WorkerOptions {
  readonly container: ServiceWorkerContainer;
  readonly fetch: typeof fetch;
  readonly baseURI: string;
  readonly config: WorkerConfig;
  /** The public method that needs the worker; errors name it. */
  readonly method: string;
}

/** Registers the worker unless it is registered. Rejects with a push error. */
export async function registerWorker(
  file: string | URL | undefined,
  options: WorkerOptions,
): Promise<ReadyWorker> {
  const { container, baseURI, config, method } = options;
  const address = withConfig(new URL(file ?? FILE, baseURI), config);
  const scope = scopeOf(baseURI);
  const present = await container.getRegistration(scope);
  const isRegistered = present?.scope === scope && present.active?.scriptURL === address.href;
  // A registered worker's file is not checked again: the browser updates it by itself.
  const registration = isRegistered ? present : await install(address, scope, options);
  await untilActive(registration, address.href, method);
  return handshake(registration, config, method);
}

/** Uses a worker of the game's own that imports the worker file. */
export async function useWorker(
  registration: ServiceWorkerRegistration,
  config: WorkerConfig,
  method: string,
): Promise<ReadyWorker> {
  await untilActive(registration, undefined, method);
  return handshake(registration, config, method);
}

async function install(
  address: URL,
  scope: string,
  { container, fetch, method }: WorkerOptions,
): Promise<ServiceWorkerRegistration> {
  // Checked here, because the browser's error is the same for all of these.
  let response: Response;
  try {
    response = await fetch(address, { cache: "no-cache" });
  } catch (cause) {
    throw pushError("offline", method, cause);
  }
  if (!response.ok) throw pushError("workerNotFound", method);
  const type = response.headers.get("content-type") ?? "";
  if (!/\b(java|ecma)script\b/i.test(type)) throw pushError("workerNotScript", method);
  try {
    return await container.register(address, { scope });
  } catch (cause) {
    const isScope = cause instanceof Error && cause.name === "SecurityError";
    throw pushError(isScope ? "workerScope" : "workerFailed", method, cause);
  }
}

/** `register` resolves before the worker is active, and a subscription needs an active worker. */
async function untilActive(
  registration: ServiceWorkerRegistration,
  address: string | undefined,
  method: string,
): Promise<void> {
  const isActive = (): boolean =>
    address === undefined
      ? registration.active !== null
      : registration.active?.scriptURL === address;
  if (isActive()) return;
  const next = registration.installing ?? registration.waiting;
  await new Promise<void>((resolve, reject) => {
    const fail = (): void => end(() => reject(pushError("workerFailed", method)));
    const check = (): void => {
      if (isActive()) end(resolve);
      else if (next?.state === "redundant") fail();
    };
    const timer = setTimeout(fail, ACTIVE_MS);
    const end = (then: () => void): void => {
      clearTimeout(timer);
      next?.removeEventListener("statechange", check);
      then();
    };
    next?.addEventListener("statechange", check);
    check();
  });
}

async function handshake(
  registration: ServiceWorkerRegistration,
  config: WorkerConfig,
  method: string,
): Promise<ReadyWorker> {
  const hello = { gs2Gateway: "hello", config } satisfies WorkerMessage;
  const readVersion = async (): Promise<string | undefined> =>
    (await request<Handshake>(registration.active!, hello, ACTIVE_MS / 2))?.version;
  const version = await readVersion();
  if (version === undefined) throw pushError("workerForeign", method);
  if (version === VERSION) return { registration, outdated: false };
  // The browser checks for a newer file once a day only.
  await registration.update().catch(() => undefined);
  const { installing } = registration;
  if (installing)
    await untilActive(registration, installing.scriptURL, method).catch(() => undefined);
  return { registration, outdated: (await readVersion()) !== VERSION };
}

/**
 * Posts a message to the push worker, which handles it as if the push service had sent it. For
 * tests and for the emulator, which sends no pushes: `message` of an entry in its outbox has this
 * form.
 *
 * @param message `{ fcmMessageId, data, notification, fcmOptions }`, as Firebase passes it
 * @param registration default: that of the worker which `createPush` installs for this page
 */
export async function deliverToWorker(
  message: object,
  registration?: ServiceWorkerRegistration,
): Promise<void> {
  const target =
    registration ?? (await navigator.serviceWorker.getRegistration(scopeOf(document.baseURI)));
  if (!target?.active) {
    throw new GatewayError({
      kind: "push",
      method: "deliverToWorker",
      message: "deliverToWorker: there is no active push worker; enable() installs it.",
    });
  }
  target.active.postMessage({ gs2Gateway: "deliver", message } satisfies WorkerMessage);
}
