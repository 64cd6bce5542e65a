import { entries } from "./entries.mjs";

// Where reading begins: what users reach, and what is started as a process of its own or by a page.
export default {
  entry: [
    ...entries.map(({ source }) => `src/${source}.ts`),
    "src/phaser/script.ts",
    "src/inspector/main.tsx",
    "demo/page/*.js",
    "test/bench/*.mjs",
    "test/sim/{run,worker,leaks}.mjs",
    // Bundled by these.
    "test/sim/{entry,outages,leaks}.ts",
    "test/**/*.test-d.ts",
  ],
  project: ["src/**/*.{ts,tsx}", "test/**/*.{ts,mjs}", "demo/**/*.{js,mjs}", "scripts/**/*.mjs"],
  ignore: ["src/emulator/templates/**", "test/package/consumers/**", "**/*.d.mts"],
};
