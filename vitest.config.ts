import { defineConfig } from "vitest/config";
import { SlowTests } from "./test/support/slowTests.js";

const minutes = (n: number) => n * 60_000;

// Fast and precise projects run first; a group starts when the one before it has ended.
export default defineConfig({
  test: {
    reporters: ["default", "json", new SlowTests()],
    outputFile: { json: "artifacts/vitest.json" },
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/unit/**/*.test.ts"],
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "types",
          include: [],
          typecheck: {
            enabled: true,
            only: true,
            include: ["test/types/**/*.test-d.ts"],
            tsconfig: "test/types/tsconfig.json",
          },
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: "package",
          include: ["test/package/**/*.test.ts"],
          testTimeout: minutes(1),
          hookTimeout: minutes(1),
          sequence: { groupOrder: 3 },
        },
      },
      {
        test: {
          name: "integration",
          include: ["test/integration/**/*.test.ts"],
          testTimeout: 20_000,
          hookTimeout: 20_000,
          sequence: { groupOrder: 4 },
        },
      },
      {
        test: {
          name: "sim",
          include: ["test/sim/**/*.test.ts"],
          testTimeout: minutes(1),
          sequence: { groupOrder: 5 },
        },
      },
      {
        // The demo imports the package by its name.
        resolve: { tsconfigPaths: true },
        test: {
          name: "browser",
          include: ["test/browser/**/*.test.ts"],
          testTimeout: minutes(1),
          hookTimeout: minutes(1),
          // On two cores a second Chromium slows down both.
          fileParallelism: false,
          sequence: { groupOrder: 6 },
        },
      },
    ],
  },
});
