import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const src = fileURLToPath(new URL("../../../src/", import.meta.url));

const pureFiles = readdirSync(src, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
  .map((entry) => relative(src, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
  .filter((path) => /^(wire\/|errors|core\/diagnostics|connection\/machine)/.test(path));

describe("the pure files", () => {
  it("compile without browser or Node types, so they use no timer", { timeout: 60_000 }, () => {
    const program = ts.createProgram(
      pureFiles.map((path) => join(src, path)),
      {
        target: ts.ScriptTarget.ES2022,
        module: ts.ModuleKind.ESNext,
        moduleResolution: ts.ModuleResolutionKind.Bundler,
        lib: ["lib.es2022.d.ts"],
        types: [],
        strict: true,
        noEmit: true,
      },
    );
    const messages = ts
      .getPreEmitDiagnostics(program)
      .map(({ file, messageText }) =>
        [
          file && relative(src, file.fileName),
          ts.flattenDiagnosticMessageText(messageText, "\n"),
        ].join(": "),
      );
    expect(messages).toEqual([]);
  });

  it("read neither the clock nor random numbers", () => {
    expect(
      pureFiles.filter((path) =>
        /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(/.test(readFileSync(join(src, path), "utf8")),
      ),
    ).toEqual([]);
  });
});
