import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { inRepo } from "./repo.js";

const run = promisify(execFile);

/** An empty project in which the packed package is installed, with its peers. */
export interface ConsumerProject {
  readonly folder: string;
  readonly tarball: string;
  /** The folder of the installed package. */
  readonly installed: string;
  /** The files in the tarball, as npm lists them. */
  readonly packed: readonly string[];
  remove(): Promise<void>;
}

/** @param linked packages to link into its node_modules */
export async function createConsumerProject(linked: readonly string[]): Promise<ConsumerProject> {
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
  for (const name of linked) {
    await symlink(inRepo("node_modules", name), join(modules, name), "junction");
  }
  await writeFile(join(folder, "package.json"), JSON.stringify({ name: "game", private: true }));
  return {
    folder,
    tarball,
    installed,
    packed: report.files.map((file) => file.path),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
