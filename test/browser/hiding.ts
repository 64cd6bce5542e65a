import type { Page } from "playwright-core";
import { inject } from "vitest";

const setVisibility = (state: "hidden" | "visible"): void => {
  Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
  Object.defineProperty(document, "hidden", { value: state === "hidden", configurable: true });
  document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
};

/**
 * Hides a page. The window of WebKit is minimised; Playwright keeps its pages visible, so that those
 * of Chromium and Firefox get the state and the event.
 */
export async function hide(page: Page): Promise<void> {
  if (inject("engine") === "webkit") {
    await (page as unknown as { minimize(): Promise<void> }).minimize();
  } else await page.evaluate(setVisibility, "hidden" as const);
}

export async function show(page: Page): Promise<void> {
  if (inject("engine") === "webkit") await page.bringToFront();
  else await page.evaluate(setVisibility, "visible" as const);
  await page.waitForFunction(() => document.visibilityState === "visible");
}
