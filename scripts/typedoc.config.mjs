import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { typedEntries } from "./entries.mjs";
import { groups, load } from "./site.mjs";

const guide = fileURLToPath(new URL("../docs/", import.meta.url));

/** The pages in the order in which the first of them names them. */
const pagesOf = (folder) => {
  const names = [
    ...readFileSync(`${folder}README.md`, "utf8").matchAll(/\((?<name>[\w-]+\.md)\)/g),
  ];
  return ["README.md", ...names.map(({ groups: found }) => found.name)].map(
    (name) => folder + name,
  );
};

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
  projectDocuments: [...pagesOf(guide), ...pagesOf(`${guide}ja/`), "../README.ja.md"],
  plugin: [load],
  router: "guide",
  groupOrder: [groups.docs, groups.ja, "*"],
  navigation: { includeGroups: true },
  tsconfig: "../tsconfig.json",
  readme: "../README.md",
  out: "../artifacts/docs",
  excludeInternal: true,
  disableSources: true,
  // A link that leads nowhere is an error. Types that are named and not exported are what they are: the report of public types has them.
  validation: { invalidLink: true, invalidPath: true, notExported: false },
  treatWarningsAsErrors: true,
  // Values that are named like the type beside them.
  externalSymbolLinkMappings: { "gs2-gateway": { GatewayAdmin: "#", GatewayClient: "#" } },
  // `npm run typecheck` has done it.
  skipErrorChecking: true,
};
