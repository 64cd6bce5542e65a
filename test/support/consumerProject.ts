import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
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

interface Packed {
  readonly tarball: string;
  readonly files: readonly string[];
}

/** Of this process. */
let packed: Promise<Packed> | undefined;

async function pack(): Promise<Packed> {
  const artifacts = inRepo("artifacts");
  await mkdir(artifacts, { recursive: true });
  const folder = await mkdtemp(join(artifacts, "pack-"));
  const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", folder];
  const { stdout } = await run("npm", args, {
    cwd: inRepo(),
    shell: process.platform === "win32",
  });
  const [report] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }];
  // In one step: other processes pack, too.
  const tarball = join(artifacts, "gs2-gateway.tgz");
  await rename(join(folder, report.filename), tarball);
  await rm(folder, { recursive: true });
  return { tarball, files: report.files.map((file) => file.path) };
}

/** The tarball of this package. It is packed once for the files that a process tests. */
export const packPackage = (): Promise<Packed> => (packed ??= pack());

/** @param linked packages to link into its node_modules */
export async function createConsumerProject(linked: readonly string[]): Promise<ConsumerProject> {
  const { tarball, files } = await packPackage();
  const folder = await mkdtemp(join(tmpdir(), "gs2-gateway-consumer-"));
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
    packed: files,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
