import type { Browser, BrowserContextOptions } from "playwright-core";
import { WebKitContext } from "./context.js";
import { startDisplay } from "./driver.js";
import { WebKitSession } from "./session.js";

/**
 * A member that Playwright has and this driver lacks fails with its name, instead of being
 * undefined.
 */
function withClearErrors<T extends object>(target: T): T {
  return new Proxy(target, {
    get(object, name) {
      const value: unknown = Reflect.get(object, name, object);
      if (value === undefined && typeof name === "string" && !(name in object) && name !== "then") {
        throw new Error(`WebKit's driver in test/support/webkit has no ${name}`);
      }
      return typeof value === "function" ? (value.bind(object) as unknown) : value;
    },
  });
}

/**
 * WebKitGTK behind the part of Playwright's interface that the tests use, on a display of its own:
 * the windows of another file would take its focus.
 */
export async function openWebKit(): Promise<Browser> {
  const display = await startDisplay();
  const sessions = new Set<WebKitSession>();
  const idle: WebKitSession[] = [];
  const startSession = async () => {
    const session = await WebKitSession.start(display.name);
    sessions.add(session);
    return session;
  };
  const browser = {
    newContext: async (options: BrowserContextOptions = {}) => {
      const session = idle.pop() ?? (await startSession());
      const context = await WebKitContext.open(session, options, () => idle.push(session));
      return withClearErrors(context);
    },
    close: async () => {
      for (const session of sessions) await session.stop();
      display.stop();
    },
  };
  return withClearErrors(browser) as unknown as Browser;
}
