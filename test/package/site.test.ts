import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { preview, type PreviewServer } from "vite";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { launchBrowser } from "../support/browser.js";
import { builtSite } from "../support/builtSite.js";
import { inRepo, readInRepo } from "../support/repo.js";
import { guide, guideInJapanese } from "./guide/blocks.js";

const site = builtSite();

const addressOf = (page: string): string =>
  page.replace("docs/", "guide/").replace("README.md", "index.md").replace(".md", ".html");

test.each([...guide, ...guideInJapanese])("the site has %s, under its heading", (page) => {
  const heading = /^# (.*)/.exec(readFileSync(inRepo(page), "utf8"))![1]!;
  const html = readFileSync(join(site, addressOf(page)), "utf8");
  expect(html).toContain(`<title>${heading.replaceAll("`", "")} | gs2-gateway</title>`);
});

test("each link and picture of the guide's pages in the site leads somewhere", () => {
  const files = readdirSync(join(site, "guide"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".html"))
    .map((name) => join(site, "guide", name));
  const idsOf = (file: string) =>
    new Set([...readFileSync(file, "utf8").matchAll(/ id="([^"]*)"/g)].map(([, id]) => id));
  const broken = files.flatMap((file) =>
    [...readFileSync(file, "utf8").matchAll(/ (?:href|src)="([^"]*)"/g)]
      .map(([, link]) => decodeURI(link!))
      .filter((link) => !/^(https?|data|mailto):/.test(link))
      .filter((link) => {
        const [path, anchor] = link.split("#") as [string, string?];
        const found = path === "" ? file : resolve(dirname(file), path);
        const target = path.endsWith("/") ? join(found, "index.html") : found;
        if (!existsSync(target)) return true;
        return anchor !== undefined && anchor !== "" && !idsOf(target).has(anchor);
      })
      .map((link) => `${file}: ${link}`),
  );
  // And the README in Japanese.
  expect(files.length).toBe(guide.length + guideInJapanese.length + 1);
  expect(broken).toEqual([]);
});

test.each(["errors", "ja/errors"])(
  "each error and diagnostic has the address in the site that %s.md names",
  (page) => {
    const names = [...readInRepo("docs", `${page}.md`).matchAll(/^### `(\w+)`$/gm)];
    const html = readFileSync(join(site, "guide", `${page}.html`), "utf8");
    const missing = names
      .map(([, name]) => name!.toLowerCase())
      .filter((anchor) => !html.includes(`<h3 id="${anchor}"`));
    expect(names.length).toBeGreaterThan(30);
    expect(missing).toEqual([]);
  },
);

// Served by a static server, with every other request refused: the site needs no network.
describe("a page of the site", () => {
  let browser: Browser;
  let server: PreviewServer;
  let url: string;
  let context: BrowserContext;
  let page: Page;
  let problems: string[];

  beforeAll(async () => {
    server = await preview({
      configFile: false,
      logLevel: "silent",
      appType: "mpa",
      build: { outDir: site },
      preview: { port: 0, host: "127.0.0.1" },
    });
    url = server.resolvedUrls!.local[0]!;
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  beforeEach(async () => {
    problems = [];
    context = await browser.newContext({ viewport: { width: 360, height: 740 } });
    await context.route("**/*", async (route) => {
      const requested = route.request().url();
      if (requested.startsWith(url)) return route.continue();
      problems.push(requested);
      return route.abort();
    });
    context.on("weberror", (thrown) => problems.push(String(thrown.error())));
    page = await context.newPage();
  });
  afterEach(async () => {
    await context.close();
    expect(problems).toEqual([]);
  });

  const example = (index: number) => page.locator(".example").nth(index);

  /** Runs a program by the keyboard, and resolves with its output and frames once it has ended. */
  async function run(index: number, name: string): Promise<{ output: string; frames: string }> {
    const place = example(index);
    const button = place.getByRole("button", { name: new RegExp(`^${name}: `) });
    await button.focus();
    await page.keyboard.press("Enter");
    const status = place.getByRole("status");
    await expect
      .poll(() => status.innerText(), { timeout: 15_000 })
      .not.toMatch(/^(Running|実行中)?$/);
    expect(await status.innerText()).toMatch(/^(Finished|終了)$/);
    const [output, frames] = await place.locator("ol").allInnerTexts();
    return { output: output!, frames: frames! };
  }

  const bound = [
    "→ sent call identifier.projectToken.login",
    "← received reply identifier.projectToken.login 200",
    "→ sent call gateway.webSocketSession.setUserId",
    "← received reply gateway.webSocketSession.setUserId 200",
    "← received notification Gs2Matchmaking:Join",
  ];

  test("runs the quick start, and shows what it prints and its frames, redacted", async () => {
    await page.goto(url);
    const { output, frames } = await run(0, "Run");
    expect(output).toContain("user-0002 joined");
    expect(frames.split("\n")).toEqual(bound);
    await example(0).locator("summary").first().press("Enter");
    const body = await example(0).locator("li pre").first().innerText();
    expect(body).toContain('"client_secret": "***"');
    expect(body).not.toContain("your client secret");
  });

  test("runs it again from the start, and stops it", async () => {
    await page.goto(url);
    await run(0, "Run");
    expect((await run(0, "Run")).frames.split("\n")).toEqual(bound);
    await example(0)
      .getByRole("button", { name: /^Stop: / })
      .press("Enter");
    expect(await example(0).getByRole("status").innerText()).toBe("Stopped");
    expect(await example(0).locator("iframe").count()).toBe(0);
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Run");
  });

  test("runs a program of a page in Japanese, with its words in Japanese", async () => {
    await page.goto(`${url}guide/ja/connect.html`);
    const { output, frames } = await run(0, "実行");
    expect(output).toContain("user-0002 joined");
    expect(frames).toContain("受信 notification Gs2Matchmaking:Join");
  });

  test("runs a game on Phaser in a frame that is seen", async () => {
    await page.goto(`${url}guide/phaser.html`);
    await run(0, "Run");
    expect(await example(0).frameLocator("iframe").locator("canvas").count()).toBe(1);
    expect(await example(0).locator("iframe").isVisible()).toBe(true);
  });

  test("shows the error of a program that fails", async () => {
    await page.goto(`${url}guide/connect.html`);
    await context.route("**/docs-connect-1.js", (route) =>
      route.fulfill({
        contentType: "text/javascript",
        body: 'export const play = () => { throw new TypeError("it broke"); };',
      }),
    );
    await example(0)
      .getByRole("button", { name: /^Run: / })
      .click();
    const status = example(0).getByRole("status");
    await expect.poll(() => status.innerText()).toBe("Failed");
    expect(await example(0).locator("ol").first().innerText()).toBe("TypeError: it broke");
  });

  test.each(["connect", "ja/recipes", "phaser", "testing", "sessions"])(
    "has nothing that is wider than 360 px: %s",
    async (name) => {
      await page.goto(`${url}guide/${name}.html`);
      await run(0, name.startsWith("ja") ? "実行" : "Run");
      const excess = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(excess).toBe(0);
    },
  );

  test("has a button under each program that a page can run, and under no other", async () => {
    await page.goto(`${url}guide/tokens.html`);
    const code = page.locator("code.ts");
    const texts = await code.allInnerTexts();
    const marked = await code.evaluateAll((all) => all.map((one) => "example" in one.dataset));
    expect(texts.map((text) => !text.includes("process."))).toEqual(marked);
    expect(await page.locator(".example").count()).toBe(marked.filter(Boolean).length);
    await page.goto(`${url}guide/push.html`);
    expect(await page.locator(".example").count()).toBe(0);
  });
});

describe("for programs", () => {
  const inSite = (name: string) => readFileSync(join(site, name), "utf8");

  test("llms.txt links each page of the guide, and its links lead somewhere", () => {
    const links = [...inSite("llms.txt").matchAll(/^- \[.+\]\(([^)]+)\)/gm)].map(
      ([, link]) => link!,
    );
    const pages = guide.filter((page) => page !== "docs/README.md").map(addressOf);
    expect(links.filter((link) => link.startsWith("guide/")).sort()).toEqual(pages.sort());
    expect(links.filter((link) => !existsSync(join(site, link)))).toEqual([]);
  });

  test("llms-full.txt has the text of each page", () => {
    const full = inSite("llms-full.txt");
    const texts = ["README.md", "AGENTS.md", ...guide.filter((page) => page !== "docs/README.md")];
    expect(texts.filter((page) => !full.includes(readInRepo(page).trim()))).toEqual([]);
  });

  test("AGENTS.md has ten rules, and they and llms.txt name only what the API report has", () => {
    const rules = readInRepo("AGENTS.md").match(/^\d+\. /gm);
    expect(rules).toHaveLength(10);
    const folder = "test/package/api";
    const reports = readdirSync(inRepo(folder)).map((name) => readInRepo(`${folder}/${name}`));
    const known = new Set(reports.join("\n").match(/[A-Za-z_]\w*/g));
    const named = (text: string) =>
      [...text.replace(/^```[\s\S]*?^```$/gm, "").matchAll(/`([A-Za-z]\w*)(\(\))?`/g)].map(
        ([, name]) => name!,
      );
    const names = new Set([...named(readInRepo("AGENTS.md")), ...named(inSite("llms.txt"))]);
    expect(names.size).toBeGreaterThan(25);
    expect([...names].filter((name) => !known.has(name))).toEqual([]);
  });
});
