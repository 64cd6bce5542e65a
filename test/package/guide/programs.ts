import { blocksOf, pages, type Block } from "./blocks.js";
import { withContext } from "./readmeContexts.js";

/** Blocks of the guide are whole programs; in a README those that import what they connect to. */
const isWhole = ({ page, code, language }: Block): boolean =>
  page.startsWith("docs/") || language === "html" || /^import .*GatewayClient/m.test(code);

/** Every program, parts with their context. */
export const programs = pages
  .flatMap(blocksOf)
  .filter(({ language }) => language === "ts" || language === "html")
  .map((block) => (isWhole(block) ? block : { ...block, code: withContext(block.code) }));

/** The guide in Japanese shows the same code. */
const toRun = programs.filter(({ page }) => !page.startsWith("docs/ja/"));

/** Whether a block uses a document, a canvas, a service worker or the app around a page. */
const needsPage = ({ language, code }: Block): boolean =>
  language === "html" ||
  /from "(phaser|gs2-gateway\/push|@capacitor\/app)"|showDevtools\(/.test(code);

export const nodeBlocks = toRun.filter((block) => !needsPage(block));
export const pageBlocks = toRun.filter(needsPage);
