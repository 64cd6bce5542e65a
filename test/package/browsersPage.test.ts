// docs/browsers.md lists what each engine leaves out.
import { expect, test } from "vitest";
import { leftOut, sharedFiles } from "../browser/leftOut.js";
import { readInRepo } from "../support/repo.js";

const engines: Record<string, string> = { Firefox: "firefox", WebKitGTK: "webkit" };

/** Rows of the table: engine, tests, reason. */
const rowsOf = (...path: string[]) =>
  [...readInRepo(...path).matchAll(/^\| (Firefox|WebKitGTK) \| (`.+`) \| (.+) \|$/gm)].map(
    ([, engine, tests, reason]) => ({
      engine: engines[engine!]!,
      tests: [...tests!.matchAll(/`([^`]+)`/g)].map(([, test]) => test!),
      reason: reason!,
    }),
  );

const rows = rowsOf("docs", "browsers.md");

test("the table has the tests that an engine leaves out, with the reason", () => {
  const listed = leftOut.map(({ engine, test, reason }) => {
    const name = test.replace("the table in docs/push.md > ", "");
    return `${engine}: ${name}: ${reason}`;
  });
  const shown = rows.flatMap(({ engine, tests, reason }) =>
    tests.map((name) => `${engine}: ${name}: ${reason}`),
  );
  expect(shown.sort()).toEqual(listed.sort());
});

test("the Japanese table has the same tests", () => {
  const withoutReason = (all: typeof rows) => all.map(({ engine, tests }) => ({ engine, tests }));
  expect(withoutReason(rowsOf("docs", "ja", "browsers.md"))).toEqual(withoutReason(rows));
});

test.each([["docs/browsers.md"], ["docs/ja/browsers.md"]])(
  "%s names the files that all engines run",
  (page) => {
    const row = /^\| Firefox ESR \|.*$/m.exec(readInRepo(...page.split("/")))![0];
    const named = [...row.matchAll(/`(\w+)`/g)].map(([, name]) => `${name}.test.ts`);
    expect(named.sort()).toEqual(Object.keys(sharedFiles).sort());
  },
);
