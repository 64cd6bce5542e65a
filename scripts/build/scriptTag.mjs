// Files that a browser loads as they are. They are minified; the first line names the content.
import { readFileSync } from "node:fs";
import terser from "@rollup/plugin-terser";

const { name: packageName, version, license } = JSON.parse(readFileSync("package.json", "utf8"));

const minify = ({ title = "", contains, ...options }) => {
  const parts = [`${packageName} ${version}${title}`, license];
  if (contains) parts.push(`contains ${contains}, MIT`);
  return terser({
    ecma: 2022,
    format: { comments: false, preamble: `/*! ${parts.join(" | ")} */` },
    ...options,
  });
};

/** Output for a script tag: sets the global `name`. */
export const scriptTag = (file, name, contains) => ({
  file: `dist/${file}`,
  name,
  format: "iife",
  generatedCode: "es2015",
  plugins: [minify({ contains, compress: { passes: 3 } })],
});

/** Output of the push worker: one file, since browsers update a worker when its bytes change. */
export const workerScript = {
  file: "dist/firebase-messaging-sw.js",
  format: "iife",
  plugins: [minify({ title: " push worker" })],
};

/** Output of a page's script, a module. */
export const moduleScript = (dir, contains) => ({
  dir,
  entryFileNames: "[name].js",
  format: "es",
  plugins: [minify({ contains, module: true })],
});
