// A plugin of TypeDoc: pages of the guide go by their headings, stand under their language, and keep the addresses of their files.
import { Converter, KindRouter } from "typedoc";

export const groups = { docs: "Guide", ja: "ガイド" };

/** @param {import("typedoc").Application} app */
export function load(app) {
  /** @type {Map<unknown, string>} */
  const addresses = new Map();

  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_, document) => {
    const file = document.project.files.getReflectionPath(document);
    const { group, address } = placeOf(file);
    addresses.set(document, address);
    document.name = headingOf(document.content);
    document.frontmatter = { group };
  });

  app.renderer.defineRouter(
    "guide",
    class extends KindRouter {
      getIdealBaseName(reflection) {
        return addresses.get(reflection) ?? super.getIdealBaseName(reflection);
      }
    },
  );
}

function placeOf(file) {
  const [folder, name] = file.split("/").slice(-2);
  // The README in English is the site's first page.
  if (name === "README.ja.md") return { group: groups.ja, address: "guide/ja/readme" };
  if (!(folder in groups)) throw new Error(`${file} is no page of the guide.`);
  const page = name.replace(/\.md$/, "").replace("README", "index");
  return { group: groups[folder], address: folder === "ja" ? `guide/ja/${page}` : `guide/${page}` };
}

/** The first line; code in it is a part of its own. */
function headingOf(content) {
  const text = content.map((part) => part.text).join("");
  return text.slice(0, text.indexOf("\n")).replace(/^# /, "").replaceAll("`", "");
}
