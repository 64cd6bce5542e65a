import { typedEntries } from "./entries.mjs";

/**
 * The guide and the reference from the source, as one site.
 *
 * @type {import("typedoc").TypeDocOptions}
 */
export default {
  name: "gs2-gateway",
  // It only adds to Phaser's own types, and would bring the reference of all Phaser along.
  entryPoints: typedEntries
    .filter(({ name }) => name !== "phaser-global")
    .map(({ source }) => `../src/${source}.ts`),
  projectDocuments: ["../docs/*.md"],
  tsconfig: "../tsconfig.json",
  readme: "../README.md",
  out: "../artifacts/docs",
  excludeInternal: true,
  disableSources: true,
  // `npm run typecheck` has done it.
  skipErrorChecking: true,
};
