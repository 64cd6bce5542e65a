import { readFileSync, statSync } from "node:fs";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { inRepo } from "../support/repo.js";

const LONGEST_MS = 8_000;
const LARGEST_BYTES = 1_000_000;

describe.each(["README.md", "README.ja.md"])("the first picture of %s", (readme) => {
  const source = (pattern: RegExp): string =>
    inRepo(pattern.exec(readFileSync(inRepo(readme), "utf8"))![1]!);

  it("is a moving one of at most 8 seconds and 1 MB", async () => {
    const file = source(/<img src="([^"]+)" width="640"/);
    const { delay, width } = await sharp(file, { animated: true }).metadata();
    expect(delay!.reduce((sum, one) => sum + one)).toBeLessThanOrEqual(LONGEST_MS);
    expect(delay!.length).toBeGreaterThan(10);
    expect(width).toBe(640);
    expect(statSync(file).size).toBeLessThan(LARGEST_BYTES);
  });

  it("is a still one for a reader who prefers reduced motion", async () => {
    const file = source(/<source media="\(prefers-reduced-motion: reduce\)" srcset="([^"]+)"/);
    expect((await sharp(file).metadata()).pages ?? 1).toBe(1);
  });
});
