import { build, type BuildOptions, type Plugin } from "esbuild";
import { pathToFileURL } from "node:url";
import { entries } from "../../../scripts/entries.mjs";
import { inRepo } from "../../support/repo.js";
import type { Block } from "./blocks.js";

const here = (file: string): string => inRepo("test", "package", "guide", file);
const external = (path: string) => ({ path: pathToFileURL(path).href, external: true });

/** Resolves `gs2-gateway` to what is built, by the names of package.json. */
const installedPackage = (where: "node" | "page"): Plugin => ({
  name: "installed package",
  setup({ onResolve }) {
    onResolve({ filter: /^gs2-gateway($|\/)/ }, ({ path }) => {
      const key = `.${path.slice("gs2-gateway".length)}`;
      const found = entries.filter((entry) => entry.path === key);
      const entry = where === "node" ? found.at(-1) : found[0];
      const file = inRepo("dist", `${entry!.name}.js`);
      // The emulator reads files beside it.
      return entry!.name === "emulator" ? external(file) : { path: file };
    });
  },
});

/** `ws` with redirected addresses. */
const redirectedWs: Plugin = {
  name: "redirected ws",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^ws$/ }, () => ({ path: "ws", namespace: "environment" }));
    onLoad({ filter: /.*/, namespace: "environment" }, () => ({
      resolveDir: here(""),
      contents: `
        import { WebSocket as NativeWebSocket } from ${JSON.stringify(pathToFileURL(inRepo("node_modules/ws/wrapper.mjs")).href)};
        import { redirect } from "./environment.mjs";
        export class WebSocket extends NativeWebSocket {
          constructor(address, ...rest) { super(redirect(String(address)), ...rest); }
        }`,
    }));
  },
};

const bundleText = async (where: "node" | "page", { plugins = [], ...more }: BuildOptions) => {
  const { outputFiles } = await build({
    bundle: true,
    format: "esm",
    target: "es2022",
    platform: where === "node" ? "node" : "browser",
    logLevel: "silent",
    external: ["file:*", "firebase/*", "phaser", "@opentelemetry/*"],
    define: { "import.meta.hot": "globalThis.viteHot" },
    ...more,
    write: false,
    plugins: [installedPackage(where), ...(where === "node" ? [redirectedWs] : []), ...plugins],
  });
  return outputFiles[0]!.text;
};

/**
 * A module that runs a block unchanged in the environment of the test, and then the check with its
 * id.
 */
export const bundleBlock = (block: Block | undefined, id: string, where: "node" | "page") =>
  bundleText(where, {
    stdin: {
      resolveDir: inRepo(),
      contents: `
        ${where === "node" ? `import ${JSON.stringify(here("environment.mjs"))};` : ""}
        ${block ? 'import * as block from "the block";' : "const block = {};"}
        import { checks } from ${JSON.stringify(here(`${where}Checks.mjs`))};
        await checks[${JSON.stringify(id)}]?.(block, globalThis.environment);
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

/** The environment alone, as an init script of a page. */
export const environmentScript = () =>
  bundleText("page", { format: "iife", entryPoints: [here("environment.mjs")] });
