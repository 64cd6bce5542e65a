import { execFile } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { inRepo, readInRepo } from "../support/repo.js";
import { guide, guideInJapanese } from "./guide/blocks.js";

let site: string;

beforeAll(async () => {
  site = await mkdtemp(join(tmpdir(), "gs2-gateway-site-"));
  const typedoc = inRepo("node_modules", "typedoc", "bin", "typedoc");
  const options = ["--options", inRepo("scripts", "typedoc.config.mjs"), "--out", site];
  await promisify(execFile)(process.execPath, [typedoc, ...options], { cwd: inRepo() });
}, 120_000);
afterAll(() => rm(site, { recursive: true, force: true }));

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
