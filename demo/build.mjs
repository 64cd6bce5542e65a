// Part of npm run build: the page of the demo and its server, from what was built of the SDK into dist/.
import { cpSync, rmSync } from "node:fs";
import { build } from "esbuild";

const shared = {
  bundle: true,
  format: "esm",
  target: "es2022",
  // As a user gets the SDK: by its name, from package.json, and not from src/.
  tsconfigRaw: { compilerOptions: { jsx: "react-jsx", jsxImportSource: "preact" } },
  logOverride: { "ignored-bare-import": "silent" },
};

rmSync("build/demo/page", { recursive: true, force: true });
await Promise.all([
  build({
    ...shared,
    entryPoints: { game: "demo/game/main.tsx", style: "demo/game/style.css" },
    outdir: "build/demo/page",
    chunkNames: "[name]-[hash]",
    // Phaser comes when the first round begins to be near.
    splitting: true,
    minify: true,
    legalComments: "none",
    // Loaded by the SDK where a Firebase project is configured; the demo has a stand-in.
    external: ["firebase/*"],
  }),
  build({
    ...shared,
    entryPoints: { server: "demo/server/app.ts" },
    outdir: "build/demo",
    platform: "node",
    packages: "external",
  }),
]);
cpSync("demo/game/index.html", "build/demo/page/index.html");
