import { execFile } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { inRepo } from "../support/repo.js";
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
