import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { inRepo } from "./repo.js";

const run = promisify(execFile);

/** A user's empty project with our packed package in it, and beside it what npm would put there. */
export interface UnpackedProject {
  readonly folder: string;
  readonly tarball: string;
  /** Where the package lies in it. */
  readonly installed: string;
  /** What the package holds, as npm lists it. */
  readonly packed: readonly string[];
  end(): Promise<void>;
}

/** @param beside packages linked into its node_modules */
export async function unpackedProject(beside: readonly string[]): Promise<UnpackedProject> {
  const folder = await mkdtemp(join(tmpdir(), "gs2-gateway-consumer-"));
  const pack = ["pack", "--json", "--ignore-scripts", "--pack-destination", folder];
  const { stdout } = await run("npm", pack, {
    cwd: inRepo(),
    shell: process.platform === "win32",
  });
  const [report] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }];
  const tarball = join(folder, report.filename);
  const modules = join(folder, "node_modules");
  const installed = join(modules, "gs2-gateway");
  await mkdir(join(modules, "@types"), { recursive: true });
  await run("tar", ["-xzf", tarball, "-C", modules]);
  await cp(join(modules, "package"), installed, { recursive: true });
  await rm(join(modules, "package"), { recursive: true });
  for (const name of beside) {
    await symlink(inRepo("node_modules", name), join(modules, name), "junction");
  }
  await writeFile(join(folder, "package.json"), JSON.stringify({ name: "game", private: true }));
  return {
    folder,
    tarball,
    installed,
    packed: report.files.map((file) => file.path),
    end: () => rm(folder, { recursive: true, force: true }),
  };
}
