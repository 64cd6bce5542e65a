import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { seconds } from "../support/longestFirst.js";
import { inRepo } from "../support/repo.js";

test("each file whose time is listed exists", () => {
  const files = readdirSync(inRepo("test"), { recursive: true, encoding: "utf8" });
  const isFile = (listed: string) =>
    files.some((file) => `/${file.replaceAll("\\", "/")}`.endsWith(`/${listed}`));
  expect(Object.keys(seconds).filter((listed) => !isFile(listed))).toEqual([]);
});
