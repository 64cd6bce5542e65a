import { join } from "node:path";
import commonjs from "@rollup/plugin-commonjs";
import nodeResolve from "@rollup/plugin-node-resolve";
import * as esbuild from "esbuild";
import { rollup } from "rollup";
import * as vite from "vite";
import webpack from "webpack";

export interface Bundled {
  /** All it had to say, be it about our files or the page's. */
  readonly complaints: readonly string[];
  /** Every file it read. */
  readonly modules: readonly string[];
}

/** Builds `script` and, beside it, the worker of the page in `from`, with the settings a browser game has. */
export type Bundler = (from: string, script: string, to: string) => Promise<Bundled>;

/** Those that know no `new Worker(new URL(...))` get the worker as a second entry. */
const entriesIn = (from: string, script: string) => [join(from, script), join(from, "worker.js")];

const withVite: Bundler = async (from, _script, to) => {
  const complaints: string[] = [];
  const modules: string[] = [];
  const complain = (text: string) => void complaints.push(text);
  await vite.build({
    root: from,
    base: "./",
    configFile: false,
    customLogger: {
      ...vite.createLogger("silent"),
      warn: complain,
      warnOnce: complain,
      error: complain,
    },
    build: { outDir: to, emptyOutDir: true },
    worker: { format: "es" },
    plugins: [
      {
        name: "list-modules",
        generateBundle() {
          // Doors that only pass on are in no chunk, but here.
          modules.push(...this.getModuleIds());
        },
      },
    ],
  });
  return { complaints, modules };
};

const withWebpack: Bundler = (from, script, to) =>
  new Promise((resolve, reject) => {
    webpack(
      {
        mode: "production",
        context: from,
        entry: `./${script}`,
        output: { path: to, filename: script },
        // Firebase is larger than what webpack likes, and not ours.
        performance: false,
      },
      (error, stats) => {
        if (!stats) return reject(error ?? new Error("webpack answered nothing"));
        const { errors = [], warnings = [] } = stats.toJson({
          all: false,
          errors: true,
          warnings: true,
        });
        resolve({
          complaints: [...errors, ...warnings].map(({ message }) => message),
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
    complaints: [...errors, ...warnings].map(({ text }) => text),
    modules: Object.keys(metafile.inputs),
  };
};

const withRollup: Bundler = async (from, script, to) => {
  const complaints: string[] = [];
  const bundle = await rollup({
    input: entriesIn(from, script),
    plugins: [nodeResolve({ browser: true }), commonjs()],
    onLog: (level, { message }) => {
      if (level === "warn") complaints.push(message);
    },
  });
  await bundle.write({ dir: to, format: "es" });
  const modules = bundle.watchFiles;
  await bundle.close();
  return { complaints, modules };
};

/** Each with the page's script it is given. */
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
