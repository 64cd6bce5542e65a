// Apart from packed.test.ts, so that the two run at the same time.
import { cp, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import ts from "typescript";
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

describe("a TypeScript project that checks every declaration file", () => {
  const es2022 = ["lib.es2022.d.ts"];
  const dom = ["lib.dom.d.ts", "lib.dom.iterable.d.ts"];

  interface Settings {
    name: string;
    type: "module" | "commonjs";
    module: ts.ModuleKind;
    resolution: ts.ModuleResolutionKind;
    files: string[];
    /** The environment whose entries are all imported. */
    environment: "page" | "node";
    lib: string[];
    types: string[];
  }
  const { Node16, Bundler } = ts.ModuleResolutionKind;
  const projects: Settings[] = [
    { name: "node16, ESM", type: "module", module: ts.ModuleKind.Node16, resolution: Node16 },
    {
      name: "node16, CommonJS",
      type: "commonjs",
      module: ts.ModuleKind.Node16,
      resolution: Node16,
    },
    { name: "bundler, ESM", type: "module", module: ts.ModuleKind.ESNext, resolution: Bundler },
    {
      name: "bundler, CommonJS",
      type: "commonjs",
      module: ts.ModuleKind.ESNext,
      resolution: Bundler,
    },
  ].flatMap((settings) => [
    {
      ...settings,
      name: `${settings.name}, client in a browser`,
      files: ["merged.ts", "moved.ts"],
      environment: "page",
      lib: [...es2022, ...dom],
      types: [],
    },
    {
      ...settings,
      name: `${settings.name}, client and emulator in Node`,
      files: ["merged.ts", "moved.ts", "server.ts"],
      environment: "node",
      lib: es2022,
      types: ["node"],
    },
  ]) as Settings[];

  /** The compiler's diagnostics for a project with these settings. */
  async function diagnosticsOf(settings: Settings): Promise<string[]> {
    const folder = await mkdtemp(join(project, "types-"));
    await writeFile(join(folder, "package.json"), JSON.stringify({ type: settings.type }));
    for (const file of settings.files) {
      await cp(inRepo("test", "package", "consumers", file), join(folder, file));
    }
    const every = entriesFor(settings.environment).map(
      (name, index) => `export * as entry${index} from "${name}";\n`,
    );
    await writeFile(join(folder, "every.ts"), every.join(""));
    const program = ts.createProgram(
      [...settings.files, "every.ts"].map((file) => join(folder, file)),
      {
        target: ts.ScriptTarget.ES2022,
        module: settings.module,
        moduleResolution: settings.resolution,
        lib: settings.lib,
        types: settings.types,
        strict: true,
        exactOptionalPropertyTypes: true,
        skipLibCheck: false,
        // TypeScript's own declarations are not under test.
        skipDefaultLibCheck: true,
        noEmit: true,
      },
    );
    return ts
      .getPreEmitDiagnostics(program)
      .map(({ file, start, messageText }) =>
        [
          file &&
            `${file.fileName.replace(dirname(folder), "")}:${file.getLineAndCharacterOfPosition(start ?? 0).line + 1}`,
          ts.flattenDiagnosticMessageText(messageText, "\n"),
        ].join(" "),
      );
  }

  it.each(projects)(
    "compiles with its own key merged and every entry imported: $name",
    async (settings) => {
      expect(await diagnosticsOf(settings)).toEqual([]);
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
      const diagnostics = await diagnosticsOf({ ...of, files: ["scene.ts"] });
      // Phaser's own declarations have errors, which users suppress with `skipLibCheck`.
      expect(diagnostics.filter((line) => !line.includes("/types/phaser.d.ts:"))).toEqual([]);
      // The timeout: Phaser's declarations are 150,000 lines.
    },
    120_000,
  );
});
