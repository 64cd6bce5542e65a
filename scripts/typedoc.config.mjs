import { fileURLToPath } from "node:url";
import { OptionDefaults } from "typedoc";
import { typedEntries } from "./entries.mjs";
import { pagesOf } from "./llms.mjs";
import { groups, keepCodeInAnchors, load } from "./typedocGuide.mjs";

const guide = fileURLToPath(new URL("../docs/", import.meta.url));

const filesOf = (folder) => ["README.md", ...pagesOf(folder)].map((name) => folder + name);

/**
 * The guide and the reference from the source, as one site.
 *
 * @type {import("typedoc").TypeDocOptions}
 */
export default {
  name: "gs2-gateway",
  // `phaser-global` adds to Phaser's types: with it, the reference would include all of Phaser.
  entryPoints: typedEntries
    .filter(({ name }) => name !== "phaser-global")
    .map(({ source }) => `../src/${source}.ts`),
  projectDocuments: [...filesOf(guide), ...filesOf(`${guide}ja/`), "../README.ja.md"],
  plugin: [load],
  router: "guide",
  markdownItLoader: keepCodeInAnchors,
  groupOrder: [groups.docs, groups.ja, "*"],
  navigation: { includeGroups: true },
  tsconfig: "../tsconfig.build.json",
  readme: "../README.md",
  out: "../artifacts/docs",
  customCss: "./site/page/page.css",
  highlightLanguages: [...OptionDefaults.highlightLanguages, "http", "svelte", "vue"],
  excludeInternal: true,
  disableSources: true,
  // Broken links are errors. Types that are used without being exported are in the API report.
  validation: { invalidLink: true, invalidPath: true, notExported: false },
  treatWarningsAsErrors: true,
  // Values with the name of a type.
  externalSymbolLinkMappings: { "gs2-gateway": { GatewayAdmin: "#", GatewayClient: "#" } },
  // `npm run typecheck` does it.
  skipErrorChecking: true,
};
