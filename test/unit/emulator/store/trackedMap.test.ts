import { expect, test } from "vitest";
import { ChangeCounter } from "../../../../src/emulator/store/trackedMap.js";

test("a map with a limit drops its oldest entries", () => {
  const map = new ChangeCounter().map<string, number>(2);
  map.set("a", 1).set("b", 2).set("a", 3);
  expect([...map]).toEqual([
    ["a", 3],
    ["b", 2],
  ]);
  map.set("c", 4);
  expect([...map.keys()]).toEqual(["b", "c"]);
});
