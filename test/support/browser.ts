import { chromium, type Browser, type LaunchOptions } from "playwright-core";
import { findChromium } from "./chromium.mjs";

/**
 * Launches headless Chromium without its background requests. `options` are Playwright's; `args`
 * are appended.
 */
export async function launchBrowser(options: LaunchOptions = {}): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) {
    throw new Error("No Chrome or Chromium found: run node test/support/chromium.mjs");
  }
  return chromium.launch({
    ...options,
    executablePath,
    args: [
      // Chromium's sandbox does not start for root.
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      "--disable-quic",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
      ...(options.args ?? []),
    ],
  });
}
