import { readFileSync } from "node:fs";
import { transform } from "esbuild";

/** Puts page and style sheet of the inspector beside its script. */
export const inspectorPage = {
  name: "inspector-page",
  async generateBundle() {
    const css = await transform(readFileSync("src/inspector/inspector.css", "utf8"), {
      loader: "css",
      minify: true,
      target: "es2022",
    });
    this.emitFile({ type: "asset", fileName: "inspector.css", source: css.code });
    const html = readFileSync("src/inspector/index.html", "utf8");
    this.emitFile({ type: "asset", fileName: "index.html", source: html });
  },
};
