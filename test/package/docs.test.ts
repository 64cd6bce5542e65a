// The guide and the READMEs: what stands there compiles, leads somewhere, and is complete.
import { existsSync, readdirSync } from "node:fs";
import { posix } from "node:path";
import ts from "typescript";
import { expect, it, test } from "vitest";
import { typedEntries } from "../../scripts/entries.mjs";
import { inRepo, readInRepo } from "../support/repo.js";

const guide = readdirSync(inRepo("docs"))
  .filter((name) => name.endsWith(".md"))
  .map((name) => `docs/${name}`);
const pages = [...guide, "README.md", "README.ja.md", "CONTRIBUTING.md", "SECURITY.md"];

const FENCE = /^ *```(\w*)\n([\s\S]*?)^ *```$/gm;
const blocksOf = (page: string) =>
  [...readInRepo(page).matchAll(FENCE)].filter(([, language]) => language === "ts");

/** A README shows parts of a program too; what imports its client and makes one is whole. */
const isWhole = (code: string) => /^import .*GatewayClient/m.test(code);

it("shows only code that compiles against the package", { timeout: 120_000 }, () => {
  const blocks = pages.flatMap((page) =>
    blocksOf(page)
      .map(([, , code]) => code!)
      .filter((code) => page.startsWith("docs/") || isWhole(code))
      // Every block is a module of its own.
      .map((code, i): [string, string] => [inRepo(`${page}.${i}.ts`), `${code}\nexport {};\n`]),
  );
  const sources = new Map(blocks);
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ["lib.es2022.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
    types: ["node", "vite/client"],
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    paths: Object.fromEntries(
      typedEntries.map(({ name, path }) => [
        `gs2-gateway${path!.slice(1)}`,
        [inRepo("dist", `${name}.d.ts`)],
      ]),
    ),
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (file) => sources.has(file) || fileExists.call(host, file);
  host.readFile = (file) => sources.get(file) ?? readFile.call(host, file);
  host.getSourceFile = (file, ...rest) => {
    const code = sources.get(file);
    return code === undefined
      ? getSourceFile.call(host, file, ...rest)
      : ts.createSourceFile(file, code, ts.ScriptTarget.ES2022);
  };
  const program = ts.createProgram([...sources.keys()], options, host);
  const complaints = ts.getPreEmitDiagnostics(program).map(({ file, messageText, start }) => {
    const line = file && start !== undefined ? file.getLineAndCharacterOfPosition(start).line : 0;
    return `${file?.fileName ?? ""}:${line + 1}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
  });
  expect(complaints).toEqual([]);
  expect(guide.filter((page) => blocksOf(page).length > 0).length).toBeGreaterThan(5);
});

const withoutCode = (page: string) => readInRepo(page).replace(FENCE, "");

/** As the usual hosts of Markdown make them. */
const anchorsOf = (page: string) =>
  [...withoutCode(page).matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );

test.each(pages)("the links of %s lead somewhere", (page) => {
  const broken = [...withoutCode(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link]) => link!)
    .filter((link) => !/^[a-z]+:/.test(link))
    .filter((link) => {
      const [path, anchor] = link.split("#") as [string, string?];
      const target = path === "" ? page : posix.join(posix.dirname(page), path);
      if (!existsSync(inRepo(target))) return true;
      return anchor !== undefined && !anchorsOf(target).includes(anchor);
    });
  expect(broken).toEqual([]);
});

test("each test that SECURITY.md calls as a witness is there", () => {
  const named = [...readInRepo("SECURITY.md").matchAll(/`(test\/[^`]+)`/g)].map(
    ([, path]) => path!,
  );
  expect(named).not.toEqual([]);
  expect(named.filter((path) => !existsSync(inRepo(path)))).toEqual([]);
});

/** The members of a type, as the compiler sees them in the source. */
function membersOf(file: string, type: string): string[] {
  const program = ts.createProgram([inRepo(file)], { strict: true, skipLibCheck: true, types: [] });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(inRepo(file))!;
  const declaration = source.statements.find(
    (one): one is ts.TypeAliasDeclaration =>
      ts.isTypeAliasDeclaration(one) && one.name.text === type,
  )!;
  const { types } = checker.getTypeAtLocation(declaration) as ts.UnionType;
  return types.map((member) => (member as ts.StringLiteralType).value).sort();
}

const tableUnder = (heading: string) => {
  const section = readInRepo("docs/errors.md")
    .split(/^## /m)
    .find((one) => one.startsWith(heading))!;
  return [...section.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name!).sort();
};

test.each([
  ["Errors", "src/errors.ts", "GatewayErrorKind"],
  ["Diagnostics", "src/diagnostics.ts", "DiagnosticCode"],
])("the table of %s has each there is, and no other", (heading, file, type) => {
  expect(tableUnder(heading)).toEqual(membersOf(file, type));
});
