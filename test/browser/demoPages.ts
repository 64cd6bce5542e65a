import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { startDemo, type Demo } from "../../demo/server/app.js";
import { recordPageErrors, until } from "./pages.js";

export const phone = { width: 360, height: 640 };
export const desk = { width: 1280, height: 800 };

/** What Chromium says by itself when a server is away or a renderer is slow: of our page there may be none. */
const byItself =
  /ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|WebSocket connection to|GL Driver Message/;

/** The demo's server, and a browser to visit it. */
export class Visit {
  readonly complaints: string[];

  private constructor(
    public demo: Demo,
    readonly context: BrowserContext,
    private readonly file: string | undefined,
  ) {
    this.complaints = recordPageErrors(context);
  }

  /** @param kept whether matches outlive the server */
  static async begin(
    browser: Browser,
    options: BrowserContextOptions = {},
    kept = true,
  ): Promise<Visit> {
    const name = `gs2-gateway-demo-${process.pid}-${Math.random().toString(36).slice(2)}.json`;
    const file = kept ? join(tmpdir(), name) : undefined;
    const context = await browser.newContext({ viewport: desk, locale: "en-US", ...options });
    return new Visit(await startDemo({ file }), context, file);
  }

  /** Of the page itself. */
  get ownComplaints(): string[] {
    return this.complaints.filter((one) => !byItself.test(one));
  }

  async open(query = ""): Promise<Page> {
    const page = await this.context.newPage();
    await page.goto(this.demo.url + query);
    return page;
  }

  async ready(query: string): Promise<Page> {
    const page = await this.open(query);
    await status(page, "ready");
    await until(page, "the player is in the lobby", "#lobby .size, #match, #gathering, #result");
    return page;
  }

  /** Goes away and comes back under the same address. */
  async restart(whileAway: () => Promise<void>): Promise<void> {
    const port = Number(new URL(this.demo.url).port);
    await this.demo.stop();
    await whileAway();
    this.demo = await startDemo({ port, file: this.file });
  }

  async end(): Promise<void> {
    await this.context.close();
    await this.demo.stop();
    if (this.file !== undefined) rmSync(this.file, { force: true });
  }
}

export const status = (page: Page, wanted: string) =>
  until(page, `the status is ${wanted}`, `#status[data-status="${wanted}"]`);

export const heard = (page: Page, key: string, words = "") =>
  until(
    page,
    `${key} is in the list`,
    `#log li[data-key="${key}"]:has-text(${JSON.stringify(words)})`,
  );

export const toast = (page: Page, text: string) =>
  until(page, `a toast says "${text}"`, `.toast:text-is(${JSON.stringify(text)})`);

export const says = (page: Page, text: string) =>
  until(page, `it says "${text}"`, `:text(${JSON.stringify(text)})`);

export const seated = (page: Page) => until(page, "the player waits", "#gathering");
export const playing = (page: Page) => until(page, "the sky is there", "#board canvas");
export const finished = (page: Page) => until(page, "the result is there", "#result");

export const ownScore = async (page: Page): Promise<number> =>
  Number(await page.locator(".scores .me strong").innerText());

const KEYS = "1234qwerasdfzxcv";

/** Presses every key of the board until something was caught that counts. */
export async function catchMore(page: Page): Promise<number> {
  const before = await ownScore(page);
  await page.focus("#board");
  const giveUpAt = Date.now() + 15_000;
  while (Date.now() < giveUpAt) {
    for (const key of KEYS) await page.keyboard.press(key);
    const now = await ownScore(page);
    if (now > before) return now;
  }
  throw new Error(`Waited 15 s until a key caught more than ${before}.`);
}

/** Controls that cannot be brought whole into view and be hit, texts that leave their box, and whether anything is too wide. */
export const outOfPlace = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const { clientWidth, clientHeight, scrollWidth } = document.documentElement;
    const faults: string[] = [];
    const nameOf = (element: Element) =>
      `${element.id || element.className} "${(element.textContent || "").slice(0, 40)}"`;
    const isSeen = (element: Element) =>
      element.checkVisibility({ visibilityProperty: true }) &&
      getComputedStyle(element).clipPath === "none" &&
      !element.closest(".unseen, noscript, option");
    const controls = [
      ...document.querySelectorAll<HTMLElement>("button, input, select, a, [tabindex='0']"),
    ].filter(isSeen);
    // What the drawer covers is behind it on purpose.
    const drawer = document.getElementById("drawer");
    const isBehind = (element: Element, hit: Element | null) =>
      drawer !== null && !drawer.contains(element) && drawer.contains(hit);
    for (const control of controls) {
      control.scrollIntoView({ block: "nearest", inline: "nearest" });
      const { left, top, right, bottom } = control.getBoundingClientRect();
      const hit = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
      if (isBehind(control, hit)) continue;
      if (left < 0 || top < 0 || right > clientWidth + 0.5 || bottom > clientHeight + 0.5) {
        faults.push(`${nameOf(control)} is out of view`);
      }
      if (!control.contains(hit)) {
        faults.push(`${nameOf(control)} is covered by ${hit ? nameOf(hit) : "nothing"}`);
      }
    }
    if (controls.length === 0) faults.push("there is no control");

    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const parent = node.parentElement;
      if (!parent || !node.textContent?.trim() || !isSeen(parent)) continue;
      if (parent.closest("svg, canvas, option")) continue;
      let box: Element = parent;
      while (box.parentElement && getComputedStyle(box).display === "inline") {
        box = box.parentElement;
      }
      const range = document.createRange();
      range.selectNodeContents(node);
      const text = range.getBoundingClientRect();
      const room = box.getBoundingClientRect();
      if (text.left < room.left - 1 || text.right > room.right + 1) {
        faults.push(`${nameOf(parent)} leaves its box`);
      }
      if (text.height > room.height + 1 && getComputedStyle(box).overflowY !== "auto") {
        faults.push(`${nameOf(parent)} is higher than its box`);
      }
    }
    // Nothing is hidden sideways within something that scrolls or clips.
    for (const element of document.querySelectorAll("body *")) {
      if (!isSeen(element) || element.closest("svg, select, input, #board")) continue;
      const isClipping = getComputedStyle(element).overflowX !== "visible";
      if (isClipping && element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0) {
        faults.push(`${nameOf(element)} is cut`);
      }
    }
    if (scrollWidth > clientWidth) faults.push(`it is ${scrollWidth - clientWidth} px too wide`);
    return faults;
  });
