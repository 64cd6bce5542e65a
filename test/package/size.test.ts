import { gzipSync } from "node:zlib";
import { nodeResolve } from "@rollup/plugin-node-resolve";
import { rollup } from "rollup";
import { minify } from "terser";
import { expect, it } from "vitest";
import { inRepo, readInRepo } from "../support/repo.js";

/**
 * The most a player downloads. The goal is 15,000, and then less than socket.io's 13,034: the library
 * as it is published costs 2,315 of it.
 */
const LIMIT = 21_500;

const gzipped = (text: string) => gzipSync(text, { level: 9 }).length;

/** The entry `.` with all its imports, as a browser bundle. */
async function bundlePlayerEntry(): Promise<string> {
  const bundle = await rollup({
    input: inRepo("dist", "index.js"),
    plugins: [nodeResolve({ browser: true })],
    onwarn: (warning) => {
      throw new Error(warning.message);
    },
  });
  const { output } = await bundle.generate({ format: "es", inlineDynamicImports: true });
  const { code } = await minify(output[0].code, {
    module: true,
    ecma: 2020,
    format: { comments: false },
  });
  return code!;
}

it(`the player's entry is at most ${LIMIT} bytes, as a bundle and as a script`, async () => {
  const player = await bundlePlayerEntry();
  const sizes = {
    player: gzipped(player),
    global: gzipped(readInRepo("dist/gs2-gateway.global.js")),
  };
  const report = `gzip -9: player entry ${sizes.player} B, dist/gs2-gateway.global.js ${sizes.global} B`;
  console.info(report);
  expect(Math.max(sizes.player, sizes.global), report).toBeLessThanOrEqual(LIMIT);
});

it("the player's bundle contains no admin methods", async () => {
  expect(await bundlePlayerEntry()).not.toContain("prepareImport");
  expect(readInRepo("dist/gs2-gateway.global.js")).not.toContain("prepareImport");
});

it("the player's bundle contains no notification fields, which only the inspector's form reads", async () => {
  expect(await bundlePlayerEntry()).not.toContain("Gs2AdReward");
  expect(readInRepo("dist/gs2-gateway.global.js")).not.toContain("Gs2AdReward");
});

it("the inspector is smaller than 150 kB", () => {
  const files = ["index.html", "inspector.js", "inspector.css"];
  const size = files.reduce((sum, file) => sum + gzipped(readInRepo("dist/inspector", file)), 0);
  console.info(`gzip -9: inspector ${size} B`);
  expect(size).toBeLessThan(150_000);
});
