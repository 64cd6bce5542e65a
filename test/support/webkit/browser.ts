import type { Browser, BrowserContextOptions } from "playwright-core";
import { WebKitContext } from "./context.js";
import { startDisplay } from "./driver.js";

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
  const open = new Set<WebKitContext>();
  const browser = {
    newContext: async (options: BrowserContextOptions = {}) => {
      const context = await WebKitContext.open(display.name, options);
      open.add(context);
      return withClearErrors(context);
    },
    close: async () => {
      for (const context of open) await context.close().catch(() => {});
      display.stop();
    },
  };
  return withClearErrors(browser) as unknown as Browser;
}
