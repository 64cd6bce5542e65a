/**
 * Every file a user can reach, and the only list of them: the JavaScript build, the declaration build and the test that compares
 * package.json with it all read this table.
 *
 * `name` is the file in dist/, `source` where it comes from (under src/, without extension). `path` is the key in package.json
 * `exports`; `bin` the command instead. `typesOf` names the entry whose declarations describe this one as well: the same exports,
 * wired for another host.
 *
 * @type {import("./entries.mjs").Entry[]}
 */
export const entries = [
  { name: "index", source: "index", path: "." },
  { name: "node", source: "node", path: ".", typesOf: "index" },
  { name: "admin", source: "admin/index", path: "./admin" },
  { name: "compat-core", source: "compat/core", path: "./compat/core" },
  {
    name: "compat-core-node",
    source: "compat/coreNode",
    path: "./compat/core",
    typesOf: "compat-core",
  },
  { name: "compat-gateway", source: "compat/gateway", path: "./compat/gateway" },
  { name: "testing", source: "testing/index", path: "./testing" },
  { name: "push", source: "push/index", path: "./push" },
  { name: "emulator", source: "emulator/index", path: "./emulator" },
  { name: "phaser", source: "phaser/index", path: "./phaser" },
  { name: "phaser-global", source: "phaser/global", path: "./phaser/global" },
  { name: "cli", source: "emulator/cli/main", bin: "gs2-gateway" },
];

/** Entries that JavaScript code imports. */
export const libraryEntries = entries.filter((entry) => entry.path !== undefined);

/** Entries with declarations of their own. */
export const typedEntries = libraryEntries.filter((entry) => entry.typesOf === undefined);
