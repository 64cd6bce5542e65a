import type { Page } from "playwright-core";

/** The sizes that layouts are checked at. */
export const screens = {
  phone: { width: 360, height: 640 },
  desk: { width: 1280, height: 800 },
  wall: { width: 2560, height: 1440 },
};
export type Screen = keyof typeof screens;

/** Resizes the page, and waits for the frame in which it lays itself out. */
export async function showOn(page: Page, screen: Screen): Promise<void> {
  await page.setViewportSize(screens[screen]);
  await page.evaluate(
    () =>
      new Promise((resolve) =>
        requestAnimationFrame(() => requestAnimationFrame(() => resolve(0))),
      ),
  );
}

/** What a check of the layout has scrolled. */
export const scrollToTop = (page: Page, parts: string): Promise<void> =>
  page.locator(parts).evaluateAll((elements) => {
    for (const element of elements) element.scrollTop = 0;
  });
