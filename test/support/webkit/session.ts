import { WebDriver } from "./driver.js";
import { CLEAR_PATH, startPageProxy, type PageProxy, type PageProxyHandlers } from "./proxy.js";

/** Runs in a page of each origin that a context has used. */
const CLEAR_SCRIPT = `
  const done = arguments[arguments.length - 1];
  const clear = async () => {
    for (const worker of (await navigator.serviceWorker?.getRegistrations()) ?? []) await worker.unregister();
    for (const name of (await globalThis.caches?.keys()) ?? []) await caches.delete(name);
    for (const { name } of await indexedDB.databases()) {
      await new Promise((resolve, reject) => {
        const request = indexedDB.deleteDatabase(name);
        request.onsuccess = resolve;
        request.onerror = reject;
      });
    }
    localStorage.clear();
    sessionStorage.clear();
  };
  clear().then(() => done(true), () => done(false));
`;

interface Size {
  readonly width: number;
  readonly height: number;
}

/** @returns whether it succeeded in time */
async function within(ms: number, work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, ms, false);
  });
  const isDone = work.then(
    () => true,
    () => false,
  );
  return Promise.race([isDone, late]).finally(() => {
    clearTimeout(timer);
  });
}

const idle: PageProxyHandlers = {
  initScripts: [],
  onReport: () => undefined,
  onRequest: () => Promise.resolve("abort"),
};

/**
 * One MiniBrowser with its driver and its proxy. Contexts use it one after another, because a start
 * takes more CPU time than most tests.
 */
export class WebKitSession {
  private handlers = idle;
  private readonly origins = new Set<string>();
  private commands: Promise<unknown> = Promise.resolve();
  private proxy!: PageProxy;
  private size!: Size;
  private isStopped = false;
  version = "";

  private constructor(private readonly driver: WebDriver) {}

  static async start(display: string): Promise<WebKitSession> {
    const driver = await WebDriver.start({
      ...process.env,
      DISPLAY: display,
      // Buffers shared with a graphics card cost half of the CPU time where there is none.
      WEBKIT_DISABLE_DMABUF_RENDERER: "1",
    });
    const session = new WebKitSession(driver);
    session.proxy = await startPageProxy(() => session.handlers, session.origins);
    session.version = await driver.openSession({
      "webkitgtk:browserOptions": {
        args: ["--automation", "--javascript-can-open-windows-automatically=true"],
      },
      proxy: { proxyType: "manual", httpProxy: `127.0.0.1:${session.proxy.port}` },
      // WebKit's timeout of a script is a timer of the page, which a jump of its clock would fire.
      timeouts: { script: null },
    });
    session.size = await driver.get<Size>("/window/rect");
    return session;
  }

  /** From now on pages run the scripts of these handlers, which get their requests and reports. */
  use(handlers: PageProxyHandlers): void {
    this.handlers = handlers;
  }

  /** Runs one command after those before it. */
  run<T>(command: (driver: WebDriver) => Promise<T>): Promise<T> {
    const result = this.commands.then(() => command(this.driver));
    this.commands = result.catch(() => {});
    return result;
  }

  /**
   * Leaves one empty window, and nothing that a page has stored; or stops the browser, if a page
   * does not let go of it.
   *
   * @returns whether another context can use the session
   */
  async reset(): Promise<boolean> {
    this.handlers = idle;
    const isReset = await within(
      5_000,
      this.run(() => this.clear()),
    );
    if (!isReset) await this.stop();
    return isReset;
  }

  private async clear(): Promise<void> {
    const [handle, ...others] = await this.driver.get<string[]>("/window/handles");
    for (const old of others) {
      await this.driver.post("/window", { handle: old });
      await this.driver.delete("/window");
    }
    await this.driver.post("/window", { handle });
    const { width, height } = this.size;
    await this.driver.post("/window/rect", { width, height });
    for (const origin of this.origins) {
      await this.driver.post("/url", { url: origin + CLEAR_PATH });
      await this.driver.delete("/cookie");
      const isClear = await this.driver.post("/execute/async", { script: CLEAR_SCRIPT, args: [] });
      if (!isClear) throw new Error(`WebKit kept what ${origin} has stored.`);
    }
    this.origins.clear();
    await this.driver.post("/url", { url: "about:blank" });
  }

  async stop(): Promise<void> {
    if (this.isStopped) return;
    this.isStopped = true;
    await within(5_000, this.driver.closeSession());
    this.driver.stop();
    this.proxy.close();
  }
}
