import { resolve } from "node:path";
import commonjs from "@rollup/plugin-commonjs";
import nodeResolve from "@rollup/plugin-node-resolve";
import { declarations } from "./scripts/build/declarations.mjs";
import { emptyDist, executable, inDist, inputOf, templates } from "./scripts/build/distFiles.mjs";
import { inspectorPage } from "./scripts/build/inspectorPage.mjs";
import { collectLicenses, copyright, writeLicenses } from "./scripts/build/licenses.mjs";
import { compactForNode, minifyPackages, packageChunk } from "./scripts/build/minifyPackages.mjs";
import { moduleScript, scriptTag, workerScript } from "./scripts/build/scriptTag.mjs";
import { entries, libraryEntries } from "./scripts/entries.mjs";

// tsc has put src/ into build/ (npm run build): JavaScript and declarations.
const external = ["ws", /^node:/, /^firebase\//];
const { mitt, preact, socket } = copyright;
const plugins = [nodeResolve(), commonjs()];
const fromPlayersScript = ["client/client", "errors"].map((file) => resolve(`build/${file}.js`));

const library = {
  input: inputOf(entries, ".js"),
  external,
  plugins: [emptyDist, ...plugins, collectLicenses(), executable, templates],
  output: {
    ...inDist(".js"),
    format: "es",
    manualChunks: packageChunk,
    plugins: [minifyPackages, compactForNode],
  },
};

const commonJs = {
  input: inputOf(libraryEntries, ".js"),
  external,
  plugins,
  output: {
    ...inDist(".cjs"),
    format: "cjs",
    manualChunks: packageChunk,
    plugins: [minifyPackages, compactForNode],
  },
};

const player = {
  input: "build/index.js",
  plugins,
  output: scriptTag("gs2-gateway.global.js", "Gs2Gateway", `${socket} and ${mitt}`),
};

const phaser = {
  input: "build/phaser/script.js",
  // A page has one client and one class of errors.
  external: fromPlayersScript,
  plugins,
  output: {
    ...scriptTag("gs2-gateway-phaser.global.js", "Gs2GatewayPhaser", mitt),
    globals: () => "Gs2Gateway",
  },
};

const worker = { input: "build/push/worker/index.js", plugins, output: workerScript };

const inspector = {
  input: { inspector: "build/inspector/main.js" },
  plugins: [nodeResolve({ browser: true }), collectLicenses(), writeLicenses, inspectorPage],
  output: moduleScript("dist/inspector", preact),
};

export default [library, commonJs, player, phaser, worker, inspector, declarations(external)];
