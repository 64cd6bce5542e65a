import type { BrowserContext, Page } from "playwright-core";

/** Records console errors, console warnings and uncaught errors of a context's pages. */
export function recordPageErrors(context: BrowserContext): string[] {
  const errors: string[] = [];
  context.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) errors.push(message.text());
  });
  context.on("weberror", (thrown) => errors.push(String(thrown.error())));
  return errors;
}

/** Waits until an element that matches `selector` is visible. The error has the page's text. */
export async function untilVisible(
  page: Page,
  condition: string,
  selector: string,
  timeoutMs = 15_000,
): Promise<void> {
  try {
    await page.locator(selector).first().waitFor({ timeout: timeoutMs });
  } catch {
    const seen = await page.locator("body").innerText();
    throw new Error(
      `Waited ${timeoutMs} ms until ${condition} (${selector}). The page shows: ${seen}`,
    );
  }
}
