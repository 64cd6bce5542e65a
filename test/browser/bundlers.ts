import { join } from "node:path";
import commonjs from "@rollup/plugin-commonjs";
import nodeResolve from "@rollup/plugin-node-resolve";
import * as esbuild from "esbuild";
import { rollup } from "rollup";
import * as vite from "vite";
import webpack from "webpack";

export interface BundleResult {
  /** All warnings and errors, about our files and the page's. */
  readonly warnings: readonly string[];
  /** Every file that the bundler read. */
  readonly modules: readonly string[];
}

/** Builds `script` and the worker of the page in `from`, with the settings of a browser game. */
export type Bundler = (from: string, script: string, to: string) => Promise<BundleResult>;

/** For bundlers that do not detect `new Worker(new URL(...))`, the worker is a second entry. */
const entriesIn = (from: string, script: string) => [join(from, script), join(from, "worker.js")];

const withVite: Bundler = async (from, _script, to) => {
  const warnings: string[] = [];
  const modules: string[] = [];
  const warn = (text: string) => void warnings.push(text);
  await vite.build({
    root: from,
    base: "./",
    configFile: false,
    customLogger: {
      ...vite.createLogger("silent"),
      warn,
      warnOnce: warn,
      error: warn,
    },
    build: { outDir: to, emptyOutDir: true },
    worker: { format: "es" },
    plugins: [
      {
        name: "list-modules",
        generateBundle() {
          // Modules that only re-export are in no chunk, but in this list.
          modules.push(...this.getModuleIds());
        },
      },
    ],
  });
  return { warnings, modules };
};

const withWebpack: Bundler = (from, script, to) =>
  new Promise((resolve, reject) => {
    webpack(
      {
        mode: "production",
        context: from,
        entry: `./${script}`,
        output: { path: to, filename: script },
        // No warning about the size of Firebase.
        performance: false,
      },
      (error, stats) => {
        if (!stats) return reject(error ?? new Error("webpack returned no stats"));
        const { errors = [], warnings = [] } = stats.toJson({
          all: false,
          errors: true,
          warnings: true,
        });
        resolve({
          warnings: [...errors, ...warnings].map(({ message }) => message),
          modules: [...stats.compilation.fileDependencies],
        });
      },
    );
  });

const withEsbuild: Bundler = async (from, script, to) => {
  const { warnings, errors, metafile } = await esbuild.build({
    absWorkingDir: from,
    entryPoints: entriesIn(from, script),
    outdir: to,
    bundle: true,
    minify: true,
    format: "esm",
    metafile: true,
    logLevel: "silent",
  });
  return {
    warnings: [...errors, ...warnings].map(({ text }) => text),
    modules: Object.keys(metafile.inputs),
  };
};

const withRollup: Bundler = async (from, script, to) => {
  const warnings: string[] = [];
  const bundle = await rollup({
    input: entriesIn(from, script),
    plugins: [nodeResolve({ browser: true }), commonjs()],
    onLog: (level, { message }) => {
      if (level === "warn") warnings.push(message);
    },
  });
  await bundle.write({ dir: to, format: "es" });
  const modules = bundle.watchFiles;
  await bundle.close();
  return { warnings, modules };
};

/** Each with the page script that it bundles. */
export const bundlers: readonly {
  readonly name: string;
  readonly script: string;
  readonly bundle: Bundler;
}[] = [
  { name: "Vite", script: "main.js", bundle: withVite },
  { name: "webpack", script: "main.js", bundle: withWebpack },
  { name: "webpack, by require()", script: "required.js", bundle: withWebpack },
  { name: "esbuild", script: "main.js", bundle: withEsbuild },
  { name: "esbuild, by require()", script: "required.js", bundle: withEsbuild },
  { name: "Rollup", script: "main.js", bundle: withRollup },
];
