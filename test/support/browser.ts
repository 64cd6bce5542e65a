import { chromium, type Browser, type LaunchOptions } from "playwright-core";
import { firefox } from "playwright-firefox";
import { inject } from "vitest";
import type {} from "./browserServer.js";
import { chromiumOptions } from "./launchOptions.js";
import { openWebKit } from "./webkit/browser.js";

/**
 * The browser of the project's engine: all files of a project share one process of Chromium or
 * Firefox, which Playwright drives. Outside the browser projects it is a Chromium of its own.
 */
export async function launchBrowser(options: LaunchOptions = {}): Promise<Browser> {
  const endpoint = inject("browserEndpoint");
  switch (inject("engine")) {
    case "firefox":
      // Its own version of the library, with the same interface.
      return (await firefox.connect(endpoint)) as unknown as Browser;
    case "webkit":
      return openWebKit();
    case "chromium":
      return chromium.connect(endpoint);
    case undefined:
      return chromium.launch({ ...chromiumOptions(), ...options });
  }
}
