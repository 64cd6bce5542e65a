import { gzipSync } from "node:zlib";
import { nodeResolve } from "@rollup/plugin-node-resolve";
import { rollup } from "rollup";
import { minify } from "terser";
import { expect, it } from "vitest";
import { inRepo, readInRepo } from "../support/repo.js";

const LIMIT = 8192;

const gzipped = (text: string) => gzipSync(text, { level: 9 }).length;

/** The player's door with everything behind it, as a browser bundle: the same bytes whichever page asks. */
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

it("costs a player no more than 8,192 bytes, as a bundle and as a script tag", async () => {
  const player = await bundlePlayerEntry();
  const sizes = {
    player: gzipped(player),
    global: gzipped(readInRepo("dist/gs2-gateway.global.js")),
  };
  const said = `gzip -9: player entry ${sizes.player} B, dist/gs2-gateway.global.js ${sizes.global} B, limit ${LIMIT} B`;
  console.info(said);
  expect(Math.max(sizes.player, sizes.global), said).toBeLessThanOrEqual(LIMIT);
});

it("leaves the methods of administrators out of the player's bundle", async () => {
  expect(await bundlePlayerEntry()).not.toContain("prepareImport");
  expect(readInRepo("dist/gs2-gateway.global.js")).not.toContain("prepareImport");
});
