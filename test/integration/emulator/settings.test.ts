import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readSettings } from "../../../src/emulator/settings.js";
import { inRepo } from "../../support/repo.js";

/** Name and default of each row in the table of settings. */
function listed(readme: string): [name: string, value: unknown][] {
  const rows = readFileSync(inRepo(readme), "utf8").matchAll(
    /^\| `(\w+)` +\| `([^`]+)` +\| .+\|$/gm,
  );
  // The table of push reasons has words in this column.
  return [...rows]
    .filter(([, , value = ""]) => !/^[a-z]/i.test(value) || /^(true|false|null)$/.test(value))
    .map(([, name = "", value = ""]) => [name, JSON.parse(value) as unknown]);
}

/** The settings that are named in the last column of the table of facts. */
function namedAsFacts(page: string): string[] {
  const rows = readFileSync(inRepo(page), "utf8").matchAll(/^\|.*\| ([^|]*) \|$/gm);
  return [...rows].flatMap(([, last = ""]) =>
    [...last.matchAll(/`(\w+)`/g)].map(([, one]) => one!),
  );
}

/** Settings that stand for no fact about GS2. */
const OUR_CHOICES = [
  "jobDurationMs",
  "maxBodyBytes",
  "maxConnections",
  "maxUnsentBytes",
  "ownerId",
  "region",
];

describe.each(["docs/behaviour.md", "docs/ja/behaviour.md"])("%s", (page) => {
  test("names the setting of each assumption, and every setting that is about GS2", () => {
    expect([...new Set(namedAsFacts(page)), ...OUR_CHOICES].sort()).toEqual(
      Object.keys(readSettings()).sort(),
    );
  });
});

describe.each(["README.md", "README.ja.md"])("%s", (readme) => {
  test("lists every setting of the emulator with its default, in the order of the type", () => {
    expect(listed(readme)).toEqual(Object.entries(readSettings()));
  });
});
