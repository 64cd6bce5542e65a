import { build, type BuildOptions, type Plugin } from "esbuild";
import { pathToFileURL } from "node:url";
import { entries } from "../../../scripts/entries.mjs";
import { inRepo } from "../../support/repo.js";
import type { Block } from "./blocks.js";

const here = (file: string): string => inRepo("test", "package", "guide", file);
const external = (path: string) => ({ path: pathToFileURL(path).href, external: true });

/** The package as one installs it: what is built, by the names of package.json. */
const thePackage = (where: "node" | "page"): Plugin => ({
  name: "the package",
  setup({ onResolve }) {
    onResolve({ filter: /^gs2-gateway($|\/)/ }, ({ path }) => {
      const key = `.${path.slice("gs2-gateway".length)}`;
      const found = entries.filter((entry) => entry.path === key);
      const entry = where === "node" ? found.at(-1) : found[0];
      const file = inRepo("dist", `${entry!.name}.js`);
      // It reads files beside it.
      return entry!.name === "emulator" ? external(file) : { path: file };
    });
  },
});

/** `ws`, but for where it leads. */
const leadingWs: Plugin = {
  name: "ws leads to the stage",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^ws$/ }, () => ({ path: "ws", namespace: "stage" }));
    onLoad({ filter: /.*/, namespace: "stage" }, () => ({
      resolveDir: here(""),
      contents: `
        import { WebSocket as Given } from ${JSON.stringify(pathToFileURL(inRepo("node_modules/ws/wrapper.mjs")).href)};
        import { leadTo } from "./stage.mjs";
        export class WebSocket extends Given {
          constructor(address, ...rest) { super(leadTo(String(address)), ...rest); }
        }`,
    }));
  },
};

const textOf = async (where: "node" | "page", { plugins = [], ...more }: BuildOptions) => {
  const { outputFiles } = await build({
    bundle: true,
    format: "esm",
    target: "es2022",
    platform: where === "node" ? "node" : "browser",
    logLevel: "silent",
    external: ["file:*", "firebase/*", "phaser"],
    define: { "import.meta.hot": "globalThis.viteHot" },
    ...more,
    write: false,
    plugins: [thePackage(where), ...(where === "node" ? [leadingWs] : []), ...plugins],
  });
  return outputFiles[0]!.text;
};

/** A block as it stands, on its stage, and afterwards what the drive of that name does with it. */
export const staged = (block: Block | undefined, id: string, where: "node" | "page") =>
  textOf(where, {
    stdin: {
      resolveDir: inRepo(),
      contents: `
        ${where === "node" ? `import ${JSON.stringify(here("stage.mjs"))};` : ""}
        ${block ? 'import * as block from "the block";' : "const block = {};"}
        import { drives } from ${JSON.stringify(here(`${where}Drives.mjs`))};
        await drives[${JSON.stringify(id)}]?.(block, globalThis.stage);
        globalThis.over = true;
        ${where === "node" ? "setImmediate(() => process.exit());" : ""}`,
    },
    plugins: [
      {
        name: "the block",
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /^the block$/ }, () => ({ path: "block", namespace: "block" }));
          onLoad({ filter: /.*/, namespace: "block" }, () => ({
            contents: block!.code,
            loader: "ts",
            resolveDir: inRepo(),
          }));
        },
      },
    ],
  });

/** The stage alone, for a page to begin with. */
export const stageScript = () =>
  textOf("page", { format: "iife", entryPoints: [here("stage.mjs")] });
