import { mkdirSync } from "node:fs";
import type { Page, PageScreenshotOptions } from "playwright-core";
import { inRepo } from "../support/repo.js";

/**
 * Takes a picture of the page into artifacts/, for a person to look at. Only with the environment
 * variable PICTURES: drawing takes most of a layout test's time.
 */
export async function takePicture(
  page: Page,
  file: string,
  options: PageScreenshotOptions = {},
): Promise<void> {
  if (!process.env["PICTURES"]) return;
  mkdirSync(inRepo("artifacts"), { recursive: true });
  await page.screenshot({ ...options, path: inRepo("artifacts", file) });
}
