// A plugin of TypeDoc: pages of the guide are named after their headings, grouped by language, keep
// the addresses of their files, and run their programs. The site has llms.txt and llms-full.txt too.
import { join } from "node:path";
import { Converter, KindRouter, PageEvent, RendererEvent } from "typedoc";
import { writeLlms } from "./llms.mjs";
import { examplesByPage, writeExamples } from "./site/examples.mjs";

export const groups = { docs: "Guide", ja: "ガイド" };

/** @param {import("typedoc").Application} app */
export function load(app) {
  /** @type {Map<unknown, string>} */
  const addresses = new Map();

  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_, document) => {
    const file = document.project.files.getReflectionPath(document);
    const { group, address } = pageOf(file);
    addresses.set(document, address);
    document.name = headingOf(document.content);
    document.frontmatter = { group };
  });

  let examples = new Map();
  app.renderer.preRenderAsyncJobs.push(async ({ outputDirectory }) => {
    examples = await examplesByPage();
    await writeExamples(join(outputDirectory, FOLDER), examples);
  });
  app.renderer.on(PageEvent.END, (page) => {
    page.contents = withExamples(page.contents, page.url, examples.get(fileAt(page.url)));
  });
  app.renderer.on(RendererEvent.END, ({ outputDirectory }) => writeLlms(outputDirectory));

  app.renderer.defineRouter(
    "guide",
    class extends KindRouter {
      getIdealBaseName(reflection) {
        return addresses.get(reflection) ?? super.getIdealBaseName(reflection);
      }
    },
  );
}

/**
 * Anchors of headings have their code in them, as on GitHub: TypeDoc takes the text alone, and
 * `notConnected` as a heading would have none.
 *
 * @param parser markdown-it
 */
export function keepCodeInAnchors(parser) {
  parser.core.ruler.push("code_in_anchors", ({ tokens, Token }) => {
    for (const [index, { type, children }] of tokens.entries()) {
      if (type !== "inline" || tokens[index - 1]?.type !== "heading_open") continue;
      for (const code of children.filter((child) => child.type === "code_inline")) {
        const text = new Token("text", "", 0);
        text.content = code.content;
        code.children = [text];
      }
    }
  });
}

/** Where the programs lie in the site. */
const FOLDER = "assets/examples";

/** The page of the guide that has this address. */
function fileAt(url) {
  if (url === "index.html") return "README.md";
  if (url === "guide/ja/readme.html") return "README.ja.md";
  const page = url.replace(/^guide\//, "docs/").replace(/\.html$/, ".md");
  return page.replace(/(^|\/)index\.md$/, "$1README.md");
}

/** Marks the programs of a page, and loads what puts buttons under them. */
function withExamples(html, url, examples) {
  if (!examples?.some((example) => example !== undefined)) return html;
  let index = 0;
  const marked = html.replaceAll('<pre><code class="ts">', (tag) => {
    const example = examples[index++];
    return example ? `<pre><code class="ts" data-example="${example.name}">` : tag;
  });
  if (index !== examples.length) {
    throw new Error(`${url} shows ${index} programs, and its source has ${examples.length}.`);
  }
  const folder = "../".repeat(url.split("/").length - 1) + FOLDER;
  return marked.replace(
    "</head>",
    `<script type="module" src="${folder}/page.mjs"></script></head>`,
  );
}

function pageOf(file) {
  const [folder, name] = file.split("/").slice(-2);
  // The English README is the first page of the site.
  if (name === "README.ja.md") return { group: groups.ja, address: "guide/ja/readme" };
  if (!(folder in groups)) throw new Error(`${file} is not a page of the guide.`);
  const page = name.replace(/\.md$/, "").replace("README", "index");
  return { group: groups[folder], address: folder === "ja" ? `guide/ja/${page}` : `guide/${page}` };
}

/** The text of the first line. TypeDoc makes code in it a part of its own. */
function headingOf(content) {
  const text = content.map((part) => part.text).join("");
  return text.slice(0, text.indexOf("\n")).replace(/^# /, "").replaceAll("`", "");
}
