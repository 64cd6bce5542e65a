import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { inRepo } from "../../support/repo.js";

let folder = "";

/**
 * `cli/freshModules.ts` as Node loads it. Vitest rewrites every import of a file that it loads
 * itself, so that Node's hooks see none of them; it leaves packages alone.
 */
export async function loadFreshModules(): Promise<object> {
  folder = await mkdtemp(join(tmpdir(), "gs2-gateway-fresh-"));
  const outfile = join(folder, "node_modules/fresh/index.mjs");
  const entry = inRepo("src/emulator/cli/freshModules.ts");
  await build({ entryPoints: [entry], outfile, format: "esm", platform: "node", bundle: true });
  return (await import(outfile)) as object;
}

export const removeFreshModules = (): Promise<void> => rm(folder, { recursive: true, force: true });
