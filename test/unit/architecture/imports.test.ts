import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { forbiddenImports } from "./imports.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const src = join(root, "src");

const sources = readdirSync(src, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
  .map((entry) => relative(src, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
  // Games to begin with: they are copied, and use the package from outside.
  .filter((path) => !path.startsWith("emulator/cli/templates/"));

const read = (path: string) => readFileSync(join(src, path), "utf8");

describe("imports in src", () => {
  it("go one way, as the plan of the rooms says", () => {
    expect(forbiddenImports(Object.fromEntries(sources.map((path) => [path, read(path)])))).toEqual(
      [],
    );
  });

  const broken: [why: string, path: string, text: string, said: string][] = [
    [
      "upwards",
      "wire/frames.ts",
      'import { a } from "../client/client.js";',
      "wire does not see client",
    ],
    ["sideways", "api/api.ts", 'import { a } from "../http/fetch.js";', "api does not see http"],
    ["types only", "api/a.ts", 'import type { A } from "../http/b.js";', "api does not see http"],
    ["in a type", "api/a.ts", 'type A = import("../http/b.js").A;', "api does not see http"],
    [
      "passing on",
      "client/client.ts",
      'export { a } from "../node.js";',
      "client does not see node",
    ],
    ["when needed", "index.ts", 'await import("./admin/index.js");', "index does not see admin"],
    ["from a folder", "client/a.ts", 'import "../emulator/b.js";', "client does not see emulator"],
    ["errors", "errors.ts", 'import type { A } from "./wire/a.js";', "errors does not see wire"],
    [
      "the emulator",
      "emulator/a.ts",
      'import { a } from "../session/b.js";',
      "emulator does not see session",
    ],
    [
      "the socket library",
      "connection/connection.ts",
      'import R from "reconnecting-websocket";',
      "for connection/socket only",
    ],
    ["mitt", "connection/socket.ts", 'import mitt from "mitt";', "for notify only"],
    ["ws", "client/client.ts", 'import { WebSocket } from "ws";', "for node, emulator only"],
    ["Node", "http/fetch.ts", 'import { a } from "node:http";', "for node, emulator only"],
    [
      "all methods",
      "api/api.ts",
      'import { allMethods } from "../wire/allMethods.js";',
      "for admin, compat, emulator, inspector only",
    ],
    [
      "the emulator's page",
      "inspector/shell.tsx",
      'import { a } from "../emulator/log.js";',
      "inspector does not see emulator",
    ],
    ["the page's library", "index.ts", 'import { h } from "preact";', "for inspector only"],
    [
      "a part of a package",
      "client/client.ts",
      'import { a } from "firebase/messaging";',
      "for push only",
    ],
    ["a stranger", "wire/a.ts", 'import a from "lodash";', "nobody planned for"],
    [
      "code where types may be seen",
      "testing/a.ts",
      'import { type A, b } from "../emulator/b.js";',
      "testing does not see emulator",
    ],
    [
      "code beside types",
      "testing/a.ts",
      'import type { A } from "../emulator/a.js"; export { b } from "../emulator/b.js";',
      "testing does not see emulator",
    ],
    [
      "when needed, where types may be seen",
      "testing/a.ts",
      'import type { A } from "../emulator/a.js"; await import("../emulator/b.js");',
      "testing does not see emulator",
    ],
    ["from a new room", "shop/a.ts", "export {};", "room shop is not in the plan"],
  ];

  it.each(broken)("are refused: %s", (_why, path, text, said) => {
    expect(forbiddenImports({ [path]: text })).toEqual([expect.stringContaining(said)]);
  });

  it("are accepted where the plan has them", () => {
    expect(
      forbiddenImports({
        "connection/socket.ts": 'import R from "reconnecting-websocket"; import "./calls.js";',
        "notify/notify.ts": 'import mitt from "mitt"; import { a } from "../wire/frames.js";',
        "client/client.ts":
          'import "../notify/notify.js"; import type { A } from "../core/diagnostics.js";',
        "testing/a.ts": 'import type { A } from "../emulator/b.js"; import "../client/client.js";',
        "node.ts": 'import { WebSocket } from "ws"; export * from "./index.js";',
        "emulator/server.ts":
          'import "node:http"; import { Hono } from "hono"; import "../wire/allMethods.js";',
      }),
    ).toEqual([]);
  });
});

describe("the pure files", () => {
  const pure = sources.filter((path) =>
    /^(wire\/|errors|core\/diagnostics|connection\/machine)/.test(path),
  );

  it("know no browser, no Node and no timers", () => {
    const program = ts.createProgram(
      pure.map((path) => join(src, path)),
      {
        target: ts.ScriptTarget.ES2022,
        module: ts.ModuleKind.ESNext,
        moduleResolution: ts.ModuleResolutionKind.Bundler,
        // Neither DOM nor Node: whoever names `setTimeout`, `document` or `process` here does not compile.
        lib: ["lib.es2022.d.ts"],
        types: [],
        strict: true,
        noEmit: true,
      },
    );
    const said = ts
      .getPreEmitDiagnostics(program)
      .map(({ file, messageText }) =>
        [
          file && relative(src, file.fileName),
          ts.flattenDiagnosticMessageText(messageText, "\n"),
        ].join(": "),
      );
    expect(said).toEqual([]);
  });

  it("ask neither the clock nor chance themselves", () => {
    expect(
      pure.filter((path) => /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(/.test(read(path))),
    ).toEqual([]);
  });
});
