// Names of the files in dist/, and those that are not bundles.
import { chmodSync, cpSync, rmSync } from "node:fs";
import { entries } from "../entries.mjs";

/** Input of a run: name in dist/ -> file in build/. */
export const inputOf = (list, extension) =>
  Object.fromEntries(list.map((entry) => [entry.name, `build/${entry.source}${extension}`]));

export const inDist = (extension) => ({
  dir: "dist",
  entryFileNames: `[name]${extension}`,
  chunkFileNames: ({ name }) => `chunks/${name.replace(/\.d$/, "")}${extension}`,
});

/** Empties dist/ when the first run begins to write: a build that fails leaves the last one. */
export const emptyDist = {
  name: "empty-dist",
  renderStart: () => rmSync("dist", { recursive: true, force: true }),
};

/** Copies what `gs2-gateway init` copies. */
export const templates = {
  name: "templates",
  writeBundle: () => cpSync("src/emulator/cli/templates", "dist/templates", { recursive: true }),
};

/** Makes the commands executable. */
export const executable = {
  name: "executable",
  writeBundle(options, bundle) {
    for (const file of Object.values(bundle)) {
      if (file.isEntry && entries.some((entry) => entry.bin && entry.name === file.name)) {
        chmodSync(`${options.dir}/${file.fileName}`, 0o755);
      }
    }
  },
};
