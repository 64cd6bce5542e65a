import { expect, test } from "vitest";
import { japanese } from "../../../src/inspector/texts.ja.js";
import { english } from "../../../src/inspector/texts.js";

type Tree = Readonly<Record<string, unknown>>;

function paths(tree: Tree, before = ""): string[] {
  return Object.entries(tree).flatMap(([name, value]) =>
    typeof value === "object" && value !== null && name !== "faultDescriptions"
      ? paths(value as Tree, `${before}${name}.`)
      : [before + name],
  );
}

test("both languages have the same texts", () => {
  expect(paths(japanese)).toEqual(paths(english));
});

test("every Japanese text but three is in Japanese", () => {
  const at = (path: string): unknown =>
    path.split(".").reduce<unknown>((tree, name) => (tree as Tree)[name], japanese);
  const same = paths(japanese).filter((path) => {
    const value = at(path);
    return typeof value === "string" && !/[\u3040-\u30ff\u4e00-\u9fff]/.test(value);
  });
  expect(same).toEqual(["restAddress", "overRest", "restPath"]);
});
