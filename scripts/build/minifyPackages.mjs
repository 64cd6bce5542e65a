import { transform } from "esbuild";

const isPackage = (id) => id.startsWith("\0") || id.includes("node_modules");

/** Packages of the emulator and the command, by the chunk that they load with. */
const chunks = {
  packages: /node_modules\/(hono|valibot)\//,
  "command-packages": /node_modules\/commander\//,
  // These import modules of Node, which a page has not.
  "node-packages": /node_modules\/(@hono|@rushstack|fs-extra|graceful-fs|cross-spawn)\//,
};

/** Puts the packages of the emulator into chunks of their own. */
export const packageChunk = (id) =>
  Object.keys(chunks).find((name) => chunks[name].test(id.replaceAll("\\", "/")));

/** Entries that a game loads as they are, and what they share: the package stays below 3 MB. */
const minifiedChunks = ["devtools", "measure", "recording"];

const isEmulator = (id) => id.replaceAll("\\", "/").includes("/build/emulator/");

/**
 * Removes comments and white space from what no game loads: CommonJS, which holds the same code
 * again, and the emulator with its command. Names stay, for stack traces.
 */
export const compactForNode = {
  name: "compact-for-node",
  async renderChunk(code, { moduleIds }, { format }) {
    if (format !== "cjs" && !moduleIds.some(isEmulator)) return null;
    const compact = await transform(code, {
      minifyWhitespace: true,
      target: "es2022",
      legalComments: "none",
    });
    return { code: compact.code, map: null };
  },
};

/**
 * Minifies the chunks that hold nothing but packages: their code is not for reading here, and they
 * are larger than everything else.
 */
export const minifyPackages = {
  name: "minify-packages",
  async renderChunk(code, { name, moduleIds }) {
    if (!minifiedChunks.includes(name) && !moduleIds.every(isPackage)) return null;
    const minified = await transform(code, {
      minify: true,
      target: "es2022",
      legalComments: "none",
    });
    return { code: minified.code, map: null };
  },
};
