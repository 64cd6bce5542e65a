// docs/calls.md lists which way each definition goes by default.
import { expect, test } from "vitest";
import * as calls from "../../src/calls/index.js";
import { PERFORM_CALL, type DefinedCall } from "../../src/core/internals.js";
import { readInRepo } from "../support/repo.js";

const definitions = (Object.values(calls) as unknown[]).filter(
  (value): value is DefinedCall<object, object> => PERFORM_CALL in Object(value),
);

/** The names in the cells of the columns for socket and REST. */
function listed(page: string) {
  const [, table] = readInRepo(page).split(/^\| \S+ \| .*REST.* \|\n\| --- .*\n/m) as [
    string,
    string,
  ];
  const rows = table.split("\n\n")[0]!.split("\n");
  const cells = rows.map((row) => row.split("|").slice(2, 4));
  const namesIn = (column: 0 | 1) =>
    cells.flatMap((cell) => [...cell[column]!.matchAll(/`(\w+)`/g)].map(([, name]) => name!));
  return { socket: namesIn(0).sort(), rest: namesIn(1).sort() };
}

const namesOf = (socket: "seen" | "unknown") =>
  definitions
    .filter((definition) => definition.socket === socket)
    .map((definition) => definition.function)
    .sort();

test.each(["docs/calls.md", "docs/ja/calls.md"])(
  "%s lists each definition under the way that it goes by default",
  (page) => {
    expect(listed(page)).toEqual({ socket: namesOf("seen"), rest: namesOf("unknown") });
  },
);
