// What a page loads runs in the oldest browsers that docs/browsers.md names.
import { readdirSync } from "node:fs";
import compat from "eslint-plugin-compat";
import es from "eslint-plugin-es-x";
import { Linter } from "eslint";
import { describe, expect, test } from "vitest";
import { entries } from "../../scripts/entries.mjs";
import { inRepo, readInRepo } from "../support/repo.js";

const oldest = { Safari: "15.4", Chrome: "94", Firefox: "93" };

/** Entries that only Node runs. */
const inNode = ["node", "emulator", "cli", "compat-core-node"];

const scripts = ["gs2-gateway.global.js", "gs2-gateway-phaser.global.js"];
const pushScripts = ["push.js", "firebase-messaging-sw.js"];

/** The files of dist that an entry imports, itself first. */
function filesOf(name: string, found = new Set<string>()): Set<string> {
  if (found.has(name)) return found;
  found.add(name);
  for (const [, path] of readInRepo("dist", name).matchAll(
    /(?:from|import)\s*\(?["'](\.[^"']+)["']/g,
  )) {
    filesOf(new URL(path!, `file:///${name}`).pathname.slice(1), found);
  }
  return found;
}

const inPages = [
  ...new Set([
    ...scripts,
    ...pushScripts,
    ...entries
      .filter(({ name }) => !inNode.includes(name))
      .flatMap(({ name }) => [...filesOf(`${name}.js`)]),
  ]),
];

/** The emulator in a page is for developers: Safari 16.4, Chrome 98, Firefox 94. */
const EMULATOR = "emulator-browser";
const newerInEmulator = /lookbehind|structuredClone/i;

/** What a player's page can load. */
const inGames = new Set([
  ...scripts,
  ...pushScripts,
  ...entries
    .filter(({ name }) => !inNode.includes(name) && name !== EMULATOR)
    .flatMap(({ name }) => [...filesOf(`${name}.js`)]),
]);

const { Safari, Chrome, Firefox } = oldest;
const browsers = [
  `safari ${Safari}`,
  `ios_saf ${Safari}`,
  `chrome ${Chrome}`,
  `and_chr ${Chrome}`,
  `firefox ${Firefox}`,
];

/** Later than these browsers, as MDN's data has it: syntax and globals. */
function tooNew(code: string): string[] {
  return (
    new Linter()
      .verify(
        code,
        [
          es.configs["flat/restrict-to-es2022"],
          compat.configs["flat/recommended"],
          {
            plugins: { "es-x": es },
            rules: {
              // Safari 16.4.
              "es-x/no-class-static-block": "error",
              "es-x/no-regexp-lookbehind-assertions": "error",
              // Safari 17, and unknown to the plugin.
              "no-restricted-properties": ["error", { object: "Response", property: "json" }],
            },
            languageOptions: { ecmaVersion: "latest", sourceType: "module" },
            // Methods are known by their names alone.
            settings: { browsers, "es-x": { aggressive: true } },
          },
        ] as Linter.Config[],
        { allowInlineConfig: false },
      )
      // Methods of arrays have the same names; the compiler's library has none of iterators.
      .filter(({ message }) => !message.includes("Iterator.prototype."))
      .map(({ line, message }) => `line ${line}: ${message}`)
  );
}

describe("the oldest browsers", () => {
  test.each(inPages)("can run dist/%s", (file) => {
    // Each of these is looked for before it is used: src/core/clock.ts.
    const guarded = /AbortSignal\.(timeout|any)\(\)/;
    const allowed = inGames.has(file) ? guarded : newerInEmulator;
    expect(tooNew(readInRepo("dist", file)).filter((one) => !allowed.test(one))).toEqual([]);
  });

  test.each([
    ["a static block", "class A { static { A.x = 1; } }"],
    ["a regular expression", "/(?<=a)b/.test(name);"],
    ["a global", "structuredClone(name);"],
    ["a static method", "Response.json({});"],
    ["a method", "names.toSorted();"],
    ["syntax", 'import data from "./data.json" with { type: "json" };'],
  ])("would lack %s", (_, code) => {
    expect(tooNew(code)).not.toEqual([]);
  });

  test.each(["docs/browsers.md", "docs/ja/browsers.md", "README.md", "README.ja.md"])(
    "are named in %s",
    (page) => {
      const text = readInRepo(...page.split("/"));
      for (const [name, version] of Object.entries(oldest))
        expect(text).toContain(`${name} ${version}`);
    },
  );

  test("cover every file of dist that is no program of Node", () => {
    const inDist = readdirSync(inRepo("dist")).filter((name) => name.endsWith(".js"));
    expect(
      [
        ...inPages.filter((name) => !name.includes("/")),
        ...inNode.map((name) => `${name}.js`),
      ].sort(),
    ).toEqual(inDist.sort());
  });
});
