import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readSettings } from "../../../src/emulator/settings.js";
import { inRepo } from "../../support/repo.js";

/** The rows of the table of settings: name and default. */
function listed(readme: string): [name: string, value: unknown][] {
  const rows = readFileSync(inRepo(readme), "utf8").matchAll(
    /^\| `(\w+)` +\| `([^`]+)` +\| .+\|$/gm,
  );
  // Push has a table too, of words.
  return [...rows]
    .filter(([, , value = ""]) => !/^[a-z]/i.test(value) || /^(true|false|null)$/.test(value))
    .map(([, name = "", value = ""]) => [name, JSON.parse(value) as unknown]);
}

describe.each(["README.md", "README.ja.md"])("%s", (readme) => {
  test("lists every setting of the emulator, in its order, with its default", () => {
    expect(listed(readme)).toEqual(Object.entries(readSettings()));
  });
});
