// A plugin of TypeDoc: pages of the guide are named after their headings, grouped by language, and
// keep the addresses of their files. The site has llms.txt and llms-full.txt too.
import { Converter, KindRouter, RendererEvent } from "typedoc";
import { writeLlms } from "./llms.mjs";

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
