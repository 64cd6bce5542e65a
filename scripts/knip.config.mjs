import { entries } from "./entries.mjs";

// Entries: what users import, and what runs as a process or is loaded by a page.
export default {
  entry: [
    ...entries.map(({ source }) => `src/${source}.ts`),
    "src/phaser/script.ts",
    "src/push/worker/index.ts",
    "src/inspector/main.tsx",
    "demo/game/main.tsx",
    "demo/server/app.ts",
    "demo/build.mjs",
    "scripts/*.config.mjs",
    // Bundled into the guide's site, and loaded by its pages.
    "scripts/site/page/*.mjs",
    "test/package/guide/programs.ts",
    "test/bench/*.mjs",
    // Named in vitest.config.ts.
    "test/support/{browserServer,engineSetup}.ts",
    "test/package/emulatorProcess.mjs",
    "test/package/runtimes/*.mjs",
    // Bundled with the code of the guide.
    "test/package/guide/*.mjs",
    "test/sim/{run,worker,leaks}.mjs",
    // Bundled by the files above.
    "test/sim/{entry,outages,leaks,explore/explore}.ts",
    "test/**/*.test-d.ts",
  ],
  project: [
    "src/**/*.{ts,tsx}",
    "test/**/*.{ts,mjs}",
    "demo/**/*.{ts,tsx,mjs}",
    "scripts/**/*.mjs",
  ],
  // The type of an exported function's parameter is exported with it, used elsewhere or not.
  ignoreExportsUsedInFile: { interface: true, type: true },
  ignore: ["src/emulator/cli/templates/**", "test/package/consumers/**", "**/*.d.mts"],
  ignoreDependencies: [
    // Read from node_modules by path, or run as a command.
    "axe-core",
    // Bundled into a page.
    "@sinonjs/fake-timers",
    "phaser3",
    "@arethetypeswrong/cli",
    "@changesets/cli",
    // In a program of the guide.
    /^@capacitor\//,
    // Optional peers.
    "firebase",
    "phaser",
    // Installed in folders of their own: the packages that the bench compares.
    /^gs2\b/,
    "@heroiclabs/nakama-js",
    "phoenix",
  ],
};
