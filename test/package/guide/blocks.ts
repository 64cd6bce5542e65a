import { readdirSync } from "node:fs";
import { inRepo, readInRepo } from "../../support/repo.js";

const markdownIn = (folder: string): string[] =>
  readdirSync(inRepo(folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `${folder}/${name}`);

export const guide = markdownIn("docs");
export const guideInJapanese = markdownIn("docs/ja");
export const pages = [
  ...guide,
  ...guideInJapanese,
  "README.md",
  "README.ja.md",
  "AGENTS.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
];

/** A fenced code block. */
export interface Block {
  readonly page: string;
  /** Page and heading, with a number from the second block under a heading on. */
  readonly id: string;
  readonly language: string;
  readonly code: string;
}

/** Fences, and headings outside of them. */
const FENCE_OR_HEADING = /^ *```(\w*)\n([\s\S]*?)^ *```$|^#+ (.*)$/gm;

export const withoutCode = (page: string): string =>
  readInRepo(page).replace(FENCE_OR_HEADING, (all, _language, code?: string) =>
    code === undefined ? all : "",
  );

export function blocksOf(page: string): Block[] {
  const blocks: Block[] = [];
  const seen = new Map<string, number>();
  let heading = "";
  for (const [, language, code, title] of readInRepo(page).matchAll(FENCE_OR_HEADING)) {
    if (title !== undefined) {
      heading = title;
      continue;
    }
    const section = `${page}, ${heading}`;
    const count = (seen.get(section) ?? 0) + (isCode(language!) ? 1 : 0);
    seen.set(section, count);
    const id = count > 1 ? `${section} ${count}` : section;
    blocks.push({ page, id, language: language!, code: code! });
  }
  return blocks;
}

const isCode = (language: string): boolean => ["ts", "html"].includes(language);
