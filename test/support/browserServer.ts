// Starts the browser of a project before its files, and stops it after them.
import { chromium } from "playwright-core";
import { firefox } from "playwright-firefox";
import type { TestProject } from "vitest/node";
import type { Engine } from "./engines.mjs";
import { chromiumOptions, firefoxOptions } from "./launchOptions.js";
import { startDisplay } from "./webkit/driver.js";
import { WebKitSession } from "./webkit/session.js";

declare module "vitest" {
  export interface ProvidedContext {
    engine: Engine | undefined;
    /** Playwright's endpoint; empty for WebKit. */
    browserEndpoint: string;
    /** For example "Firefox 153.7.0". */
    engineVersion: string;
  }
}

async function start(
  engine: Engine,
): Promise<{ endpoint: string; version: string; stop(): unknown }> {
  switch (engine) {
    case "chromium": {
      const server = await chromium.launchServer(chromiumOptions());
      const browser = await chromium.connect(server.wsEndpoint());
      const version = `Chromium ${browser.version()}`;
      await browser.close();
      return { endpoint: server.wsEndpoint(), version, stop: () => server.close() };
    }
    case "firefox": {
      const server = await firefox.launchServer(firefoxOptions());
      const browser = await firefox.connect(server.wsEndpoint());
      const version = `Firefox ${browser.version()}`;
      await browser.close();
      return { endpoint: server.wsEndpoint(), version, stop: () => server.close() };
    }
    case "webkit": {
      const display = await startDisplay();
      const session = await WebKitSession.start(display.name);
      await session.stop();
      display.stop();
      return { endpoint: "", version: `WebKitGTK ${session.version}`, stop: () => undefined };
    }
  }
}

/** Vitest calls it before the files of a project, and its result after them. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { engine } = project.getProvidedContext();
  const { endpoint, version, stop } = await start(engine!);
  project.provide("browserEndpoint", endpoint);
  project.provide("engineVersion", version);
  return async () => {
    await stop();
  };
}
