import { readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { expect } from "vitest";
import { startDemo, type Demo } from "../../demo/server/app.js";
import type { Saved } from "../../demo/server/store.js";
import { skyOf, type Star } from "../../demo/shared/rules.js";
import { drawFewFrames } from "./fewFrames.js";
import { recordPageErrors, untilVisible } from "./pageErrors.js";
import { screens } from "./screens.js";

export const { phone, desk: desktop } = screens;

/** Messages that Chromium and Firefox log themselves when a server is down or a renderer is slow. */
const browserMessages =
  /ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|WebSocket connection to|GL Driver Message|Firefox can’t establish|was interrupted while the page/;

const LONGEST_ROUND_MS = 150_000;
/** The keys of the cells. */
const KEYS = "1234qwerasdfzxcv";

/** The demo's server, and a browser context for its pages. */
export class DemoPages {
  readonly allErrors: string[];
  /** How far the server's clock is ahead. */
  private aheadMs = 0;
  private readonly now = () => Date.now() + this.aheadMs;

  private constructor(
    readonly context: BrowserContext,
    private readonly file: string | undefined,
  ) {
    this.allErrors = recordPageErrors(context);
  }

  demo!: Demo;

  /** @param persistent whether matches survive a restart of the server */
  static async start(
    browser: Browser,
    options: BrowserContextOptions = {},
    persistent = true,
  ): Promise<DemoPages> {
    const name = `gs2-gateway-demo-${process.pid}-${Math.random().toString(36).slice(2)}.json`;
    const file = persistent ? join(tmpdir(), name) : undefined;
    const context = await browser.newContext({ viewport: desktop, locale: "en-US", ...options });
    await context.addInitScript(drawFewFrames);
    const pages = new DemoPages(context, file);
    pages.demo = await startDemo({ file, now: pages.now });
    return pages;
  }

  /** Ends the running rounds, as if their time were over. */
  endRounds(): void {
    this.aheadMs += LONGEST_ROUND_MS;
  }

  /** Presses the keys of falling stars until the score rises. Resolves with the new score. */
  async catchStar(page: Page): Promise<number> {
    const before = await ownScore(page);
    await page.focus("#board");
    let score = before;
    await expect
      .poll(
        async () => {
          for (const { cell } of this.fallingStars()) await page.keyboard.press(KEYS[cell]!);
          score = await ownScore(page);
          return score;
        },
        { message: "a key catches a star", timeout: 15_000, interval: 100 },
      )
      .toBeGreaterThan(before);
    return score;
  }

  /** By the rules, as a canvas cannot be read. */
  private fallingStars(): Star[] {
    const { seed, startsAt, roundMs } = this.runningMatch();
    const atMs = this.now() - startsAt;
    return skyOf(seed, roundMs).filter(
      ({ kind, fromMs, untilMs }) => kind !== "comet" && fromMs <= atMs && atMs < untilMs,
    );
  }

  private runningMatch() {
    const { matches } = (JSON.parse(readFileSync(this.file!, "utf8")) as Saved).matches;
    const running = matches.find(({ overAt }) => overAt === undefined);
    if (!running) throw new Error("No match is running.");
    return running;
  }

  /** The errors without Chromium's own messages. */
  get pageErrors(): string[] {
    return this.allErrors.filter((one) => !browserMessages.test(one));
  }

  /** Draws on a canvas by default: WebGL in software takes most of a page's CPU time. */
  async open(query = "", renderer: "canvas" | "auto" = "canvas"): Promise<Page> {
    const page = await this.context.newPage();
    const url = new URL(query, this.demo.url);
    url.searchParams.set("renderer", renderer);
    await page.goto(url.href);
    return page;
  }

  async openReady(query: string, renderer?: "canvas" | "auto"): Promise<Page> {
    const page = await this.open(query, renderer);
    await untilStatus(page, "ready");
    await untilVisible(
      page,
      "the player is in the lobby",
      "#lobby .size, #match, #gathering, #result",
    );
    return page;
  }

  /** Stops the server, and starts it again at the same address. */
  async restart(whileStopped: () => Promise<void>): Promise<void> {
    const port = Number(new URL(this.demo.url).port);
    await this.demo.stop();
    await whileStopped();
    this.demo = await startDemo({ port, file: this.file, now: this.now });
  }

  async close(): Promise<void> {
    await this.context.close();
    await this.demo.stop();
    if (this.file === undefined) return;
    for (const file of [this.file, `${this.file}.gateway`]) rmSync(file, { force: true });
  }
}

export const untilStatus = (page: Page, wanted: string) =>
  untilVisible(page, `the status is ${wanted}`, `#status[data-status="${wanted}"]`);

export const untilLogged = (page: Page, key: string, words = "") =>
  untilVisible(
    page,
    `${key} is in the list`,
    `#log li[data-key="${key}"]:has-text(${JSON.stringify(words)})`,
  );

export const untilToast = (page: Page, text: string) =>
  untilVisible(page, `a toast shows "${text}"`, `.toast:text-is(${JSON.stringify(text)})`);

export const untilText = (page: Page, text: string) =>
  untilVisible(page, `the page shows "${text}"`, `:text(${JSON.stringify(text)})`);

export const untilInGathering = (page: Page) =>
  untilVisible(page, "the player is in the gathering", "#gathering");
export const untilInMatch = (page: Page) =>
  untilVisible(page, "the board is visible", "#board canvas");
export const untilFinished = (page: Page, timeoutMs?: number) =>
  untilVisible(page, "the result is visible", "#result", timeoutMs);

export const ownScore = async (page: Page): Promise<number> =>
  Number(await page.locator(".scores .me strong").innerText());

/**
 * Controls that cannot be scrolled into view and clicked, texts that overflow their box, and a page
 * wider than its viewport.
 */
export const layoutFaults = (page: Page): Promise<string[]> =>
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
    // Controls that the drawer covers are not at fault.
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
    if (controls.length === 0) faults.push("the page has no control");

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
      const boxRect = box.getBoundingClientRect();
      if (text.left < boxRect.left - 1 || text.right > boxRect.right + 1) {
        faults.push(`${nameOf(parent)} overflows its box`);
      }
      if (text.height > boxRect.height + 1 && getComputedStyle(box).overflowY !== "auto") {
        faults.push(`${nameOf(parent)} is higher than its box`);
      }
    }
    // No element clips or scrolls its content horizontally.
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
