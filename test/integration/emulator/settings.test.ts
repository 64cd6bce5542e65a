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

describe.each(["README.md", "README.ja.md"])("%s", (readme) => {
  test("lists every setting of the emulator with its default, in the order of the type", () => {
    expect(listed(readme)).toEqual(Object.entries(readSettings()));
  });
});
