import { chmodSync, cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import commonjs from "@rollup/plugin-commonjs";
import nodeResolve from "@rollup/plugin-node-resolve";
import terser from "@rollup/plugin-terser";
import { transform } from "esbuild";
import { dts } from "rollup-plugin-dts";
import license from "rollup-plugin-license";
import { entries, libraryEntries, typedEntries } from "./scripts/entries.mjs";
import { slimLibrary } from "./scripts/slim-library.mjs";

// tsc has put src/ into build/ (npm run build); from there on everything is JavaScript and declarations.
const {
  name: packageName,
  version,
  license: spdx,
} = JSON.parse(readFileSync("package.json", "utf8"));
const external = ["ws", /^node:/, /^firebase\//];

// Two underscores in front are not private by convention but the language's own (`__proto__`) or TypeScript's helpers.
const PRIVATE = /^_[a-zA-Z]/;

/** Input of a rollup run: name in dist/ -> file in build/. */
const inputOf = (list, extension) =>
  Object.fromEntries(list.map((entry) => [entry.name, `build/${entry.source}${extension}`]));

const bundled = [nodeResolve(), commonjs(), slimLibrary];

/** Packages bundled so far, by name. */
const contained = new Map();

const noteLicenses = () =>
  license({
    thirdParty: {
      output: (dependencies) => {
        for (const dependency of dependencies) contained.set(dependency.name, dependency);
      },
    },
  });

/** Belongs to the last run that bundles anything. */
const writeLicenses = {
  name: "write-licenses",
  writeBundle() {
    const texts = [
      `${packageName} is licensed under ${spdx} (see LICENSE). Its files contain code of the packages below, under their own licences.`,
      ...[...contained.values()]
        .toSorted((a, b) => a.name.localeCompare(b.name, "en"))
        .map((dependency) => {
          const heading = `${dependency.name} ${dependency.version} (${dependency.license})`;
          return [heading, "-".repeat(heading.length), "", ...textsOf(dependency)].join("\n");
        }),
    ];
    writeFileSync("dist/THIRD_PARTY_LICENSES.txt", `${texts.join("\n\n\n")}\n`);
  },
};

function textsOf(dependency) {
  if (!dependency.licenseText) throw new Error(`${dependency.name} has no licence text to pass on`);
  const texts = [dependency.licenseText.trim()];
  if (dependency.name === "reconnecting-websocket") {
    // It was compiled with tslib helpers inlined; their notice is the first comment of the file.
    const file = readFileSync(
      "node_modules/reconnecting-websocket/dist/reconnecting-websocket-mjs.js",
      "utf8",
    );
    const notice = /^\/\*!([\s\S]*?)\*\//.exec(file)?.[1];
    if (!notice) throw new Error("reconnecting-websocket no longer begins with the tslib notice");
    texts.push("", "With helper functions of tslib:", "", notice.replace(/^[ *]+$/gm, "").trim());
  }
  return texts;
}

/** Only when there is something to put in its place: a build that fails leaves what was there. */
const emptyDist = {
  name: "empty-dist",
  renderStart: () => rmSync("dist", { recursive: true, force: true }),
};

/** What `gs2-gateway init` copies is shipped as it stands. */
const templates = {
  name: "templates",
  writeBundle: () => cpSync("src/emulator/cli/templates", "dist/templates", { recursive: true }),
};

const executable = {
  name: "executable",
  writeBundle(options, bundle) {
    for (const file of Object.values(bundle)) {
      if (file.isEntry && entries.some((entry) => entry.bin && entry.name === file.name)) {
        chmodSync(`${options.dir}/${file.fileName}`, 0o755);
      }
    }
  },
};

/** Page and style sheet of the inspector, beside its script. */
const inspectorPage = {
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

/** An empty entry is one that is not written yet, not a mistake of the build. */
const onLog = (level, log, handle) => handle(log.code === "EMPTY_BUNDLE" ? "debug" : level, log);

const files = (extension) => ({
  dir: "dist",
  entryFileNames: `[name]${extension}`,
  chunkFileNames: ({ name }) => `chunks/${name.replace(/\.d$/, "")}${extension}`,
});

/** A file for a script tag: everything in one, as short as it gets. */
const scriptTag = (file, name, inside, rest = {}) => ({
  file,
  name,
  format: "iife",
  generatedCode: "es2015",
  plugins: [
    terser({
      ecma: 2022,
      compress: { passes: 3 },
      mangle: { properties: { regex: PRIVATE } },
      format: {
        comments: false,
        preamble: `/*! ${packageName} ${version} | ${spdx} | contains ${inside}, MIT */`,
      },
    }),
  ],
  ...rest,
});

const mittNotice = "mitt (c) Jason Miller";

/** What the plugin's script takes from the global of the player's script, so that there is one client and one class of errors in a page. */
const ofThePlayersScript = ["client/client", "errors"].map((file) => resolve(`build/${file}.js`));

export default [
  {
    input: inputOf(entries, ".js"),
    external,
    plugins: [emptyDist, ...bundled, noteLicenses(), executable, templates],
    output: { ...files(".js"), format: "es" },
    onLog,
  },
  {
    input: inputOf(libraryEntries, ".js"),
    external,
    plugins: bundled,
    output: { ...files(".cjs"), format: "cjs" },
    onLog,
  },
  {
    input: "build/index.js",
    plugins: bundled,
    output: scriptTag(
      "dist/gs2-gateway.global.js",
      "Gs2Gateway",
      `reconnecting-websocket (c) Pedro Ladaria and ${mittNotice}`,
    ),
  },
  {
    input: "build/phaser/script.js",
    external: ofThePlayersScript,
    plugins: bundled,
    output: scriptTag("dist/gs2-gateway-phaser.global.js", "Gs2GatewayPhaser", mittNotice, {
      globals: () => "Gs2Gateway",
    }),
  },
  {
    // A worker is one file: browsers compare its bytes to see whether it is new.
    input: "build/push/worker/index.js",
    plugins: bundled,
    output: {
      file: "dist/firebase-messaging-sw.js",
      format: "iife",
      plugins: [
        terser({
          ecma: 2022,
          format: {
            comments: false,
            preamble: `/*! ${packageName} ${version} push worker | ${spdx} */`,
          },
        }),
      ],
    },
  },
  {
    input: { inspector: "build/inspector/main.js" },
    plugins: [nodeResolve({ browser: true }), noteLicenses(), writeLicenses, inspectorPage],
    output: {
      dir: "dist/inspector",
      entryFileNames: "[name].js",
      format: "es",
      plugins: [
        terser({
          ecma: 2022,
          module: true,
          format: {
            comments: false,
            preamble: `/*! ${packageName} ${version} | ${spdx} | contains preact and @preact/signals (c) Jason Miller and the Preact authors, MIT */`,
          },
        }),
      ],
    },
  },
  {
    input: inputOf(typedEntries, ".d.ts"),
    external,
    plugins: [dts()],
    // Users merge their own keys by `declare module "gs2-gateway" { interface NotificationMap ... }`. The interface stands in
    // index.d.ts itself and the other entries import it from there, so that merging rests on no re-export from a chunk. The table of
    // methods stays out of it: its type is part of compat's, and no name that players see.
    preserveEntrySignatures: "allow-extension",
    output: [".d.ts", ".d.cts"].map((extension) => ({
      ...files(extension),
      minifyInternalExports: false,
      manualChunks: (id) => {
        const file = id.replaceAll("\\", "/");
        if (/build\/(index|wire\/notifications)\.d\.ts$/.test(file)) return "index";
        return file.endsWith("build/wire/methods.d.ts") ? "methods" : undefined;
      },
    })),
    onLog,
  },
];
