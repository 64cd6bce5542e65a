// llms.txt and llms-full.txt of the site: the guide as an index and as one text, for programs.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const read = (file) => readFileSync(`${root}${file}`, "utf8");

/** The pages of a folder, in the order of the links in its first one. */
export function pagesOf(folder) {
  const names = [
    ...readFileSync(`${folder}README.md`, "utf8").matchAll(/\((?<name>[\w-]+\.md)\)/g),
  ];
  return names.map(({ groups: found }) => found.name);
}

const titleOf = (text) => /^# (.*)/.exec(text)[1];

/** The first sentence below the heading. */
function summaryOf(text) {
  const [, paragraph] = text.split("\n\n");
  const plain = paragraph.replaceAll("\n", " ").replace(/\[([^\]]*)\]\([^)]*\)/g, "$1");
  return (/^.*?\.(?= |$)/.exec(plain)?.[0] ?? plain).replace(/:$/, ".");
}

/** @param {string} folder of the site */
export function writeLlms(folder) {
  const { description } = JSON.parse(read("package.json"));
  const pages = pagesOf(`${root}docs/`).map((name) => ({ name, text: read(`docs/${name}`) }));
  const index = [
    `# gs2-gateway\n\n> ${description}`,
    read("AGENTS.md")
      .replace(/^# .*\n/, "## Ten rules\n")
      .trim(),
    "## Guide",
    pages
      .map(({ name, text }) => {
        const address = `guide/${name.replace(/\.md$/, ".html")}`;
        return `- [${titleOf(text)}](${address}): ${summaryOf(text)}`;
      })
      .join("\n"),
    "## Optional\n\n- [Everything above in one file](llms-full.txt)\n- [The reference](modules.html)",
  ];
  writeFileSync(`${folder}/llms.txt`, `${index.join("\n\n")}\n`);
  const full = [read("README.md"), read("AGENTS.md"), ...pages.map(({ text }) => text)];
  writeFileSync(
    `${folder}/llms-full.txt`,
    full.map((text) => text.trim()).join("\n\n---\n\n") + "\n",
  );
}
