import { blocksOf, pages, type Block } from "./blocks.js";
import { surrounded } from "./surroundings.js";

/** In the guide all are; in a README, what imports whom it talks to. */
const isWhole = ({ page, code, language }: Block): boolean =>
  page.startsWith("docs/") ||
  language === "html" ||
  /^import .*(GatewayClient|createTestGateway|connectEmulator|Gs2Core)/m.test(code);

/** Every program there is, parts with what stands around them. */
export const programs = pages
  .flatMap(blocksOf)
  .filter(({ language }) => language === "ts" || language === "html")
  .map((block) => (isWhole(block) ? block : { ...block, code: surrounded(block.code) }));

/** The guide in Japanese shows the same code. */
const toRun = programs.filter(({ page }) => !page.startsWith("docs/ja/"));

/** Who needs a document, a canvas or a service worker. */
const needsPage = ({ language, code }: Block): boolean =>
  language === "html" || /from "(phaser|gs2-gateway\/push)"/.test(code);

export const nodeBlocks = toRun.filter((block) => !needsPage(block));
export const pageBlocks = toRun.filter(needsPage);
