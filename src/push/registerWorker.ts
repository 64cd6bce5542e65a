import { ask, withConfig, type Handshake, type WorkerConfig } from "./protocol.js";
import { pushError } from "./reasons.js";
import { VERSION } from "./version.js";

const FILE = "firebase-messaging-sw.js";
/**
 * Below the page: no page is controlled by a worker of this scope, and none needs to be, so that a worker the game has for other things
 * (offline play, caching) is left in peace.
 */
const SCOPE = "gs2-gateway-push/";
const ACTIVE_MS = 10_000;

/** Folder of the page, of its `<base>` where it has one. */
export const baseOf = (baseURI: string): string => new URL("./", baseURI).href;

export const scopeOf = (baseURI: string): string => new URL(SCOPE, baseURI).href;

/** A worker that answers, and whether it is as old as the page. */
export interface ReadyWorker {
  readonly registration: ServiceWorkerRegistration;
  readonly outdated: boolean;
}

interface Wish {
  readonly container: ServiceWorkerContainer;
  readonly fetch: typeof fetch;
  readonly baseURI: string;
  readonly config: WorkerConfig;
  /** Of the public call that wants it, for errors. */
  readonly method: string;
}

/** Registers the worker where that is not done, after a look at its file; rejects with a push error that says what is wrong. */
export async function registerWorker(
  file: string | URL | undefined,
  wish: Wish,
): Promise<ReadyWorker> {
  const { container, baseURI, config, method } = wish;
  const address = withConfig(new URL(file ?? FILE, baseURI), config);
  const scope = scopeOf(baseURI);
  const before = await container.getRegistration(scope);
  const isThere = before?.scope === scope && before.active?.scriptURL === address.href;
  // A soft update by the browser replaces the file where it has changed; looking at it again is for the first time.
  const registration = isThere ? before : await install(address, scope, wish);
  await untilActive(registration, address.href, method);
  return greet(registration, config, method);
}

/** For a worker of the game's own, which imports ours. */
export async function useWorker(
  registration: ServiceWorkerRegistration,
  config: WorkerConfig,
  method: string,
): Promise<ReadyWorker> {
  await untilActive(registration, undefined, method);
  return greet(registration, config, method);
}

async function install(
  address: URL,
  scope: string,
  { container, fetch, method }: Wish,
): Promise<ServiceWorkerRegistration> {
  // The browser's own words for all of these are one and the same.
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

/** Subscribing asks for an active worker, and `register` answers before there is one. */
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
  const coming = registration.installing ?? registration.waiting;
  await new Promise<void>((resolve, reject) => {
    const fail = (): void => end(() => reject(pushError("workerFailed", method)));
    const look = (): void => {
      if (isActive()) end(resolve);
      else if (coming?.state === "redundant") fail();
    };
    const timer = setTimeout(fail, ACTIVE_MS);
    const end = (then: () => void): void => {
      clearTimeout(timer);
      coming?.removeEventListener("statechange", look);
      then();
    };
    coming?.addEventListener("statechange", look);
    look();
  });
}

async function greet(
  registration: ServiceWorkerRegistration,
  config: WorkerConfig,
  method: string,
): Promise<ReadyWorker> {
  const hello = async (): Promise<string | undefined> =>
    (await ask<Handshake>(registration.active!, { gs2Gateway: "hello", config }, ACTIVE_MS / 2))
      ?.version;
  const version = await hello();
  if (version === undefined) throw pushError("workerForeign", method);
  if (version === VERSION) return { registration, outdated: false };
  // The browser looks for a newer file once a day; the page knows that there ought to be one.
  await registration.update().catch(() => undefined);
  const { installing } = registration;
  if (installing)
    await untilActive(registration, installing.scriptURL, method).catch(() => undefined);
  return { registration, outdated: (await hello()) !== VERSION };
}
