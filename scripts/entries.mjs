/**
 * The entries of the package. The JavaScript build, the declaration build, knip, TypeDoc and the
 * test of package.json read this table.
 *
 * `name` is the file in dist/, `source` its file in src/ without extension. `path` is the key in
 * `exports` of package.json, `bin` the name of a command. `typesOf` names the entry with the same
 * exports for another platform, whose declarations describe this one too.
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
  { name: "calls", source: "calls/index", path: "./calls" },
  { name: "testing", source: "testing/index", path: "./testing" },
  { name: "push", source: "push/index", path: "./push" },
  { name: "devtools", source: "devtools/index", path: "./devtools" },
  { name: "measure", source: "measure/index", path: "./measure" },
  { name: "emulator", source: "emulator/index", path: "./emulator" },
  { name: "emulator-browser", source: "emulator/browser/index", path: "./emulator/browser" },
  { name: "phaser", source: "phaser/index", path: "./phaser" },
  { name: "phaser-global", source: "phaser/global", path: "./phaser/global" },
  { name: "cli", source: "emulator/cli/main", bin: "gs2-gateway" },
];

/** Entries that programs import. */
export const libraryEntries = entries.filter((entry) => entry.path !== undefined);

/** Entries with declarations of their own. */
export const typedEntries = libraryEntries.filter((entry) => entry.typesOf === undefined);
