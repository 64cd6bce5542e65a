// Part of npm run build: bundles the page and the server of the demo with the SDK built in dist/.
import { cpSync, rmSync } from "node:fs";
import { build } from "esbuild";

const shared = {
  bundle: true,
  format: "esm",
  target: "es2022",
  // No paths of tsconfig.json: the SDK is resolved by its name, as in a user's project.
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
    // Phaser is loaded when the first round approaches.
    splitting: true,
    minify: true,
    legalComments: "none",
    // The SDK loads it where a Firebase project is configured; the demo uses the local provider.
    external: ["firebase/*"],
  }),
  build({
    ...shared,
    entryPoints: { server: "demo/server/app.ts", handlers: "demo/server/handlers.ts" },
    outdir: "build/demo",
    platform: "node",
    packages: "external",
  }),
]);
cpSync("demo/game/index.html", "build/demo/page/index.html");
