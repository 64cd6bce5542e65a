import { entries } from "./entries.mjs";

// Where reading begins: what users reach, and what is started as a process of its own or by a page.
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
    "test/bench/*.mjs",
    "test/package/emulatorProcess.mjs",
    // Bundled for what runs the guide's code.
    "test/package/guide/*.mjs",
    "test/sim/{run,worker,leaks}.mjs",
    // Bundled by these.
    "test/sim/{entry,outages,leaks,explore/explore}.ts",
    "test/**/*.test-d.ts",
  ],
  project: [
    "src/**/*.{ts,tsx}",
    "test/**/*.{ts,mjs}",
    "demo/**/*.{ts,tsx,mjs}",
    "scripts/**/*.mjs",
  ],
  // An exported type is named in what its file exports; whether others name it too is a matter of taste.
  ignoreExportsUsedInFile: { interface: true, type: true },
  ignore: ["src/emulator/cli/templates/**", "test/package/consumers/**", "**/*.d.mts"],
  ignoreDependencies: [
    // Read from node_modules by path, or run as a command.
    "axe-core",
    "phaser3",
    "@arethetypeswrong/cli",
    "@changesets/cli",
    // Optional peers.
    "firebase",
    "phaser",
    // Installed in a folder of their own: the bench's contenders.
    /^gs2\b/,
    "@heroiclabs/nakama-js",
    "phoenix",
  ],
};
