import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { faultDefinitions } from "../../../src/emulator/faults/definitions.js";
import { limitSettings } from "../../../src/emulator/limits.js";
import { readSettings } from "../../../src/emulator/settings.js";
import { inRepo } from "../../support/repo.js";

/** Name and default of each row in the table of settings. */
function listed(page: string): [name: string, value: unknown][] {
  const rows = readFileSync(inRepo(page), "utf8").matchAll(/^\| `(\w+)` +\| `([^`]+)` +\| .+\|$/gm);
  return [...rows].map(([, name = "", value = ""]) => [name, JSON.parse(value) as unknown]);
}

/** The names in the first sentence of the section on faults. */
function namedAsFaults(page: string): string[] {
  const [, list] = /^## (?:Faults|障害)$\s+([^]*?)(?:\.|。)/m.exec(
    readFileSync(inRepo(page), "utf8"),
  )!;
  return [...list!.matchAll(/`(\w+)`/g)].map(([, name]) => name!);
}

/** The settings that are named in the last column of the table of facts. */
function namedAsFacts(page: string): string[] {
  const rows = readFileSync(inRepo(page), "utf8").matchAll(/^\|.*\| ([^|]*) \|$/gm);
  return [...rows].flatMap(([, last = ""]) =>
    [...last.matchAll(/`(\w+)`/g)].map(([, one]) => one!),
  );
}

/** Settings that stand for no fact about GS2. */
const OUR_CHOICES = [...Object.keys(limitSettings), "jobDurationMs", "ownerId", "region"];

describe.each(["docs/behaviour.md", "docs/ja/behaviour.md"])("%s", (page) => {
  test("names the setting of each assumption, and every setting that is about GS2", () => {
    expect([...new Set(namedAsFacts(page)), ...OUR_CHOICES].sort()).toEqual(
      Object.keys(readSettings()).sort(),
    );
  });
});

describe.each(["docs/emulator.md", "docs/ja/emulator.md"])("%s", (page) => {
  test("lists every setting of the emulator with its default, in the order of the table", () => {
    expect(listed(page)).toEqual(Object.entries(readSettings()));
  });

  test("lists the limits of the emulator in a section of their own", () => {
    const [, limits = ""] =
      /^### (?:Limits of the emulator|エミュレーターの制限)$([^]*?)^## /m.exec(
        readFileSync(inRepo(page), "utf8"),
      ) ?? [];
    const names = [...limits.matchAll(/^\| `(\w+)` +\| `/gm)].map(([, name]) => name);
    expect(names).toEqual(Object.keys(limitSettings));
  });

  test("names every fault of the emulator once", () => {
    expect(namedAsFaults(page).sort()).toEqual(Object.keys(faultDefinitions).sort());
  });
});
