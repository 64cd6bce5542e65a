import { blocksOf, guide, isWhole, type Block } from "./blocks.js";

/** Those that cannot run, each with the reason. */
const cannotRun: Readonly<Record<string, string>> = {};

const all = [...guide, "README.md", "README.ja.md"]
  .flatMap(blocksOf)
  .filter(({ language }) => language === "ts" || language === "html")
  .filter(isWhole)
  .filter(({ id }) => !(id in cannotRun));

/** Who needs a document, a canvas or a service worker. */
const needsPage = ({ language, code }: Block): boolean =>
  language === "html" || /from "(phaser|gs2-gateway\/push)"/.test(code);

export const nodeBlocks = all.filter((block) => !needsPage(block));
export const pageBlocks = all.filter(needsPage);
