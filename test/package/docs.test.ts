// The guide and the READMEs: what stands there compiles, leads somewhere, and is complete.
import { existsSync } from "node:fs";
import { posix } from "node:path";
import ts from "typescript";
import { describe, expect, it, test } from "vitest";
import { typedEntries } from "../../scripts/entries.mjs";
import { gameOptions } from "../support/gameOptions.js";
import { inRepo, readInRepo } from "../support/repo.js";
import { blocksOf, guide, guideInJapanese, pages, withoutCode } from "./guide/blocks.js";
import { programs } from "./guide/programs.js";

it("shows only code that compiles against the package", { timeout: 120_000 }, () => {
  const blocks = programs
    .filter(({ language }) => language === "ts")
    // Every block is a module of its own.
    .map(({ page, code }, i): [string, string] => [
      inRepo(`${page}.${i}.ts`),
      `${code}\nexport {};\n`,
    ]);
  const sources = new Map(blocks);
  const options: ts.CompilerOptions = {
    ...gameOptions,
    lib: ["lib.es2022.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
    types: ["node", "vite/client"],
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
  expect(blocks.length).toBeGreaterThan(40);
});

/** As the usual hosts of Markdown make them. */
const anchorsOf = (page: string) =>
  [...withoutCode(page).matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );

describe("the guide in Japanese", () => {
  const sister = (page: string) => page.replace("docs/", "docs/ja/");

  it("has each page of the guide, and no other", () => {
    expect(guideInJapanese).toEqual(guide.map(sister));
  });

  test.each(guide)("shows the code of %s", (page) => {
    const codes = (of: string) => blocksOf(of).map(({ language, code }) => ({ language, code }));
    expect(codes(sister(page))).toEqual(codes(page));
  });

  test.each(guide)("has the sections, rows and points of %s", (page) => {
    const shape = (of: string) =>
      [...withoutCode(of).matchAll(/^(#+ |\| | *- | *\d+\. )/gm)].map(([, sign]) => sign!.trim());
    expect(shape(sister(page))).toEqual(shape(page));
  });

  test.each(guide)("names what %s names", (page) => {
    const first = (of: string) =>
      [...withoutCode(of).matchAll(/^\| (`[^|`]*`) \|/gm)].map(([, name]) => name);
    expect(first(sister(page))).toEqual(first(page));
  });
});

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

describe("the READMEs", () => {
  const readmes = ["README.md", "README.ja.md"] as const;

  test.each(readmes)("%s has at most 150 lines", (page) => {
    expect(readInRepo(page).trimEnd().split("\n").length).toBeLessThanOrEqual(150);
  });

  test.each([
    ["README.md", guide],
    ["README.ja.md", guideInJapanese],
  ])("%s leads to each page of the guide", (page, all) => {
    const links = [...readInRepo(page).matchAll(/\]\(([^)#\s]+)/g)].map(([, link]) => link);
    expect(all.filter((one) => !links.includes(one))).toEqual([]);
  });

  test("have the same code, besides comments, and the same sections, rows and entries", () => {
    const [english, japanese] = readmes.map((page) => ({
      code: blocksOf(page).map(({ language, code }) => [language, code.replace(/ *\/\/ .*/g, "")]),
      signs: [...withoutCode(page).matchAll(/^(#+ |\| `[^|]*`|\| )/gm)].map(([, sign]) => sign),
    }));
    expect(japanese).toEqual(english);
  });
});

test("READMEs say how to install a packed file as long as package.json names no repository", () => {
  const manifest = JSON.parse(readInRepo("package.json")) as {
    version: string;
    repository?: object;
  };
  const saysSo = ["README.md", "README.ja.md"].map((page) =>
    readInRepo(page).includes(`npm install PATH/gs2-gateway-${manifest.version}.tgz`),
  );
  // Once it does, the package is published: the sentence goes, and links are absolute.
  const isMissing = manifest.repository === undefined;
  expect(saysSo).toEqual([isMissing, isMissing]);
  const links = [...withoutCode("README.md").matchAll(/\]\(((?!#)[^)\s]+)\)/g)].map(
    ([, to]) => to!,
  );
  const relative = links.filter((link) => !link.startsWith("https://"));
  if (!isMissing) expect(relative).toEqual([]);
});

test("no page shows the value of a secret of Firebase", () => {
  const shown = pages.filter((page) => /firebaseSecret: ?["'`]/.test(readInRepo(page)));
  expect(shown).toEqual([]);
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

/** The sections under a heading, with the points of each. */
function sectionsUnder(page: string, nth: number): [name: string, points: string[]][] {
  const part = readInRepo(page).split(/^## /m)[nth]!;
  const sections = part.split(/^### /m).slice(1);
  return sections.map((section) => [
    /^`(\w+)`\n/.exec(section)![1]!,
    [...section.matchAll(/^- \*\*(.+?):?\*\*/gm)].map(([, point]) => point!),
  ]);
}

describe.each([
  ["docs/errors.md", ["What happened", "Why", "Next step"]],
  ["docs/ja/errors.md", ["起きたこと", "理由", "次にすること"]],
])("%s", (page, points) => {
  test.each([
    ["kind of error", 1, "src/errors.ts", "GatewayErrorKind"],
    ["code of a diagnostic", 2, "src/core/diagnostics.ts", "DiagnosticCode"],
  ])("says of each %s what happened, why, and the next step", (_, nth, file, type) => {
    const sections = sectionsUnder(page, nth);
    expect(sections.map(([name]) => name).sort()).toEqual(membersOf(file, type));
    expect(sections.filter(([, found]) => found.join() !== points.join())).toEqual([]);
  });
});
