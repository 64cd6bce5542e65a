// The programs of the guide as modules for its site: each runs in a frame, against the emulator for
// pages.
import { copyFileSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build, transform } from "esbuild";
import { entries } from "../entries.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const inRepo = (...parts) => join(root, ...parts);
const page = (name) => inRepo("scripts", "site", "page", name);

/** What a program of a page does not use: Node, the server in Node, and a push service. */
const FOR_NO_PAGE = /from "(node:|gs2-gateway\/(emulator|push)")|\bprocess\./;

/**
 * The programs of the guide that run in a page, by page and place among its blocks of TypeScript.
 * `check` is the id of the check that plays the program's counterpart, as in the tests of the guide.
 *
 * @returns {Promise<ReadonlyMap<string, readonly ({ name: string, code: string, check: string } | undefined)[]>>}
 */
export async function examplesByPage() {
  const outfile = inRepo("artifacts", "site", "programs.mjs");
  await build({
    entryPoints: [inRepo("test", "package", "guide", "programs.ts")],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    logLevel: "silent",
  });
  const { programs } = await import(pathToFileURL(outfile).href);
  const byPage = new Map();
  for (const program of programs) {
    if (program.language !== "ts") continue;
    byPage.set(program.page, [...(byPage.get(program.page) ?? []), program]);
  }
  const examples = [...byPage].map(async ([file, blocks]) => {
    // A page in Japanese has the same programs, and the checks of its sister.
    const sister = byPage.get(file.replace("docs/ja/", "docs/"));
    const list = blocks.map(async ({ code }, index) =>
      (await runs(code)) ? { name: nameOf(file, index), code, check: sister[index].id } : undefined,
    );
    return [file, await Promise.all(list)];
  });
  return new Map(await Promise.all(examples));
}

const nameOf = (file, index) => `${file.replace(/\.md$/, "").replaceAll("/", "-")}-${index + 1}`;

async function runs(code) {
  if (FOR_NO_PAGE.test(code)) return false;
  const { code: script } = await transform(code, { loader: "ts" });
  // A declaration has nothing to run.
  return script.replace(/^(import|export) .*;$/gm, "").trim() !== "";
}

/** Resolves the package to what is built, and what the checks use of Node to a small copy. */
const imports = (programs) => ({
  name: "imports",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^gs2-gateway($|\/)/ }, ({ path }) => {
      const { name } = entries.find(
        (entry) => entry.path === `.${path.slice("gs2-gateway".length)}`,
      );
      return { path: inRepo("dist", `${name}.js`) };
    });
    onResolve({ filter: /^node:assert\/strict$/ }, () => ({ path: page("assert.mjs") }));
    onResolve({ filter: /^(run|code) / }, ({ path }) => ({ path, namespace: "examples" }));
    onLoad({ filter: /.*/, namespace: "examples" }, ({ path }) => {
      const [kind, name] = path.split(" ");
      const { code, check } = programs.get(name);
      if (kind === "code") return { contents: code, loader: "ts", resolveDir: root };
      return {
        contents: `
          import * as block from ${JSON.stringify(`code ${name}`)};
          import { checks } from ${JSON.stringify(page("checks.mjs"))};
          const check = checks[${JSON.stringify(check)}];
          export const play = () => check?.(block, globalThis.environment);`,
        resolveDir: root,
      };
    });
  },
});

/** Writes the programs and what runs them into a folder of the site. */
export async function writeExamples(folder, byPage) {
  if (!existsSync(inRepo("dist", "emulator-browser.js"))) {
    throw new Error("The site runs what is built: npm run build before.");
  }
  mkdirSync(folder, { recursive: true });
  const examples = [...byPage.values()].flat().filter((example) => example !== undefined);
  const programs = new Map(examples.map((example) => [example.name, example]));
  await build({
    entryPoints: [
      ...[...programs.keys()].map((name) => ({ in: `run ${name}`, out: name })),
      { in: page("frame.mjs"), out: "frame" },
    ],
    outdir: folder,
    bundle: true,
    splitting: true,
    minify: true,
    keepNames: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    external: ["firebase/*", "phaser"],
    define: { "import.meta.hot": "globalThis.viteHot" },
    logLevel: "silent",
    plugins: [imports(programs)],
  });
  for (const name of ["frame.html", "page.mjs"]) {
    copyFileSync(page(name), join(folder, name));
  }
  const phaser = inRepo("node_modules", "phaser", "dist", "phaser.esm.min.js");
  copyFileSync(phaser, join(folder, "phaser.esm.min.js"));
}
