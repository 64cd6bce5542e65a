// `npm run architecture` draws the picture of the rooms in CONTRIBUTING.md from the import rules.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { emulatorLayers, rooms } from "../.dependency-cruiser.mjs";

const CONTRIBUTING = new URL("../CONTRIBUTING.md", import.meta.url);
const MARKED = /(?<=<!-- rooms:begin -->\n).*(?=<!-- rooms:end -->)/s;

const names = Object.keys(rooms);
const seesTypesOf = (name) => rooms[name].seesTypesOf ?? [];

/** Rooms that import the same and are imported by the same rooms share a box. */
function boxes() {
  const byNeighbours = new Map();
  for (const name of names) {
    const users = names.filter((user) =>
      [rooms[user].sees, seesTypesOf(user)].flat().includes(name),
    );
    const key = JSON.stringify([[...rooms[name].sees].sort(), seesTypesOf(name), users.sort()]);
    byNeighbours.set(key, [...(byNeighbours.get(key) ?? []), name]);
  }
  return [...byNeighbours.values()];
}

/** An arrow from one box to another, unless a box between them has both. */
function arrowsFrom([name]) {
  const { sees } = rooms[name];
  const below = boxes().map(([first]) => first);
  const next = below.filter(
    (other) => sees.includes(other) && !sees.some((between) => rooms[between].sees.includes(other)),
  );
  return [
    ...next.map((other) => `  ${name} --> ${other}`),
    ...seesTypesOf(name).map((other) => `  ${name} -. types .-> ${other}`),
  ];
}

/** The picture in Markdown: imports go along the arrows. */
export function drawRooms() {
  const shared = boxes().filter((box) => box.length > 1);
  const folders = emulatorLayers.map((layer) =>
    layer.names.map((name) => `\`${name}\``).join(", "),
  );
  return [
    "",
    "```mermaid",
    "flowchart TD",
    ...shared.map((box) => `  ${box[0]}["${box.join(", ")}"]`),
    ...boxes().flatMap(arrowsFrom),
    "```",
    "",
    `Inside \`emulator/\` imports go from left to right:\n${folders.join(" → ")}.`,
    "",
    "",
  ].join("\n");
}

/** The picture that stands in CONTRIBUTING.md. */
export const drawnRooms = () => MARKED.exec(readFileSync(CONTRIBUTING, "utf8"))?.[0];

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = readFileSync(CONTRIBUTING, "utf8");
  if (!MARKED.test(text)) throw new Error("CONTRIBUTING.md has no rooms:begin and rooms:end");
  writeFileSync(
    CONTRIBUTING,
    text.replace(MARKED, () => drawRooms()),
  );
  console.log(drawRooms());
}
