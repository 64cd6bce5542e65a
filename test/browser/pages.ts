import type { BrowserContext, Page } from "playwright-core";

/** What a page complained of, be it to the console or to nobody. */
export function recordPageErrors(context: BrowserContext): string[] {
  const complaints: string[] = [];
  context.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  context.on("weberror", (thrown) => complaints.push(String(thrown.error())));
  return complaints;
}

/** Waits until something matching `selector` can be seen. Ends in a sentence, and in what is seen instead. */
export async function until(page: Page, what: string, selector: string): Promise<void> {
  try {
    await page.locator(selector).first().waitFor({ timeout: 15_000 });
  } catch {
    const seen = await page.locator("body").innerText();
    throw new Error(`Waited 15 s until ${what} (${selector}). The page says: ${seen}`);
  }
}
