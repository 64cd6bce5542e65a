// Apart from packed.test.ts, so that the two run at the same time.
import { execFile } from "node:child_process";
import { cp, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { entriesFor } from "../support/entryEnvironments.js";
import { inRepo } from "../support/repo.js";
import { createConsumerProject, type ConsumerProject } from "../support/consumerProject.js";

let consumer: ConsumerProject;
let project: string;

beforeAll(async () => {
  consumer = await createConsumerProject(["ws", "@types/node", "undici-types"]);
  project = consumer.folder;
});
afterAll(() => consumer.remove());

const es2022 = ["ES2022"];
const dom = ["DOM", "DOM.Iterable"];

interface Settings {
  name: string;
  type: "module" | "commonjs";
  module: string;
  moduleResolution: string;
  files: string[];
  /** The environment whose entries are all imported. */
  environment: "page" | "node";
  lib: string[];
  types: string[];
}

const projects: Settings[] = (
  [
    ["node16, ESM", "module", "Node16", "Node16"],
    ["node16, CommonJS", "commonjs", "Node16", "Node16"],
    ["bundler, ESM", "module", "ESNext", "Bundler"],
    ["bundler, CommonJS", "commonjs", "ESNext", "Bundler"],
  ] as const
).flatMap(([name, type, module, moduleResolution]) => [
  {
    ...{ type, module, moduleResolution },
    name: `${name}, client in a browser`,
    files: ["merged.ts", "moved.ts"],
    environment: "page",
    lib: [...es2022, ...dom],
    types: [],
  },
  {
    ...{ type, module, moduleResolution },
    name: `${name}, client and emulator in Node`,
    files: ["merged.ts", "moved.ts", "server.ts"],
    environment: "node",
    lib: es2022,
    types: ["node"],
  },
]);

/** TypeScript 7, which is the compiler in Go, and 6, the last one in JavaScript. */
const compilers = { 7: "typescript-native", 6: "typescript" } as const;

/** The diagnostics that the compiler prints for a project with these settings. */
async function diagnosticsOf(settings: Settings, version: keyof typeof compilers) {
  const folder = await mkdtemp(join(project, "types-"));
  await writeFile(join(folder, "package.json"), JSON.stringify({ type: settings.type }));
  for (const file of settings.files) {
    await cp(inRepo("test", "package", "consumers", file), join(folder, file));
  }
  const every = entriesFor(settings.environment).map(
    (name, index) => `export * as entry${index} from "${name}";\n`,
  );
  await writeFile(join(folder, "every.ts"), every.join(""));
  const { module, moduleResolution, lib, types } = settings;
  await writeFile(
    join(folder, "tsconfig.json"),
    JSON.stringify({
      compilerOptions: {
        ...{ target: "ES2022", module, moduleResolution, lib, types },
        strict: true,
        exactOptionalPropertyTypes: true,
        skipLibCheck: false,
        // TypeScript's own declarations are not under test.
        skipDefaultLibCheck: true,
        noEmit: true,
      },
      files: [...settings.files, "every.ts"],
    }),
  );
  const tsc = inRepo("node_modules", compilers[version], "bin", "tsc");
  const options = ["--project", folder, "--pretty", "false"];
  const { stdout } = await promisify(execFile)(process.execPath, [tsc, ...options], {
    cwd: project,
    maxBuffer: 1e8,
  }).catch((error: unknown) => {
    // Diagnostics are printed to stdout; without them the compiler did not run.
    const { stdout } = error as { stdout?: string };
    if (!stdout) throw error;
    return { stdout };
  });
  // The lines that explain a diagnostic are indented.
  return stdout
    .split(/\n(?! )/)
    .filter((diagnostic) => diagnostic !== "")
    .map((diagnostic) => diagnostic.replace(`${basename(folder)}/`, ""));
}

describe("a TypeScript project that checks every declaration file", () => {
  it.each([
    ...projects.map((settings) => ({ version: 7 as const, settings })),
    ...projects.slice(2, 4).map((settings) => ({ version: 6 as const, settings })),
  ])(
    "compiles by TypeScript $version with its own key merged and every entry imported: $settings.name",
    async ({ settings, version }) => {
      expect(await diagnosticsOf(settings, version)).toEqual([]);
    },
  );

  const games = [
    { phaser: "phaser3", of: projects[0]! },
    { phaser: "phaser", of: projects[4]! },
  ];
  it.each(games)(
    "compiles a game on $phaser: $of.name",
    async ({ phaser, of }) => {
      const link = join(project, "node_modules", "phaser");
      await rm(link, { force: true });
      await symlink(inRepo("node_modules", phaser), link, "junction");
      const diagnostics = await diagnosticsOf({ ...of, files: ["scene.ts"] }, 7);
      // Phaser's own declarations have errors, which users suppress with `skipLibCheck`.
      expect(diagnostics.filter((one) => !one.includes("/types/phaser.d.ts("))).toEqual([]);
      // The timeout: Phaser's declarations are 150,000 lines.
    },
    120_000,
  );
});
