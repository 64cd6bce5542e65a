import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { inRepo } from "../support/repo.js";

/** What one definition costs a game that calls others already, gzip -9 in bytes. */
const LIMIT = 250;

async function bundleSize(code: string): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: inRepo("dist") },
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    logLevel: "silent",
    write: false,
  });
  return gzipSync(outputFiles[0]!.contents, { level: 9 }).length;
}

const importing = (...names: string[]) => `export { ${names.join(", ")} } from "./calls.js";`;

test.each(["doMatchmaking", "complete", "createAccount", "loginBySignature", "checkVersion"])(
  `the definition %s costs less than ${LIMIT} bytes`,
  async (name) => {
    const machinery = await bundleSize(importing("defineCall"));
    const cost = (await bundleSize(importing("defineCall", name))) - machinery;
    console.info(`gzip -9: defineCall ${machinery} B, ${name} ${cost} B`);
    expect(cost).toBeGreaterThan(0);
    expect(cost).toBeLessThan(LIMIT);
  },
);

test("a definition that is not imported is not in the bundle", async () => {
  const { outputFiles } = await build({
    stdin: { contents: importing("doMatchmaking"), resolveDir: inRepo("dist") },
    bundle: true,
    format: "esm",
    logLevel: "silent",
    write: false,
  });
  const { text } = outputFiles[0]!;
  expect(text).toContain("/gathering/do");
  expect(text).not.toMatch(/createAccount|checkVersion|transactionId|localStorage/);
});
