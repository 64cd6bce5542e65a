import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cruise, type ICruiseResult, type IReporterOutput } from "dependency-cruiser";
import extractOptions from "dependency-cruiser/config-utl/extract-depcruise-options";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../../", import.meta.url));
/** Below the repository, so that packages are found where src/ finds them. */
const tree = join(root, "artifacts/architecture");

/** Files that the others import, one for each folder. */
const targets = [
  "errors.ts",
  "index.ts",
  "node.ts",
  "emulator/options.ts",
  "emulator/settings.ts",
  "wire/allMethods.ts",
  ...[
    "admin",
    "client",
    "connection",
    "core",
    "emulator/calls",
    "emulator/cli",
    "emulator/controls",
  ],
  ...["emulator/engine", "emulator/faults", "emulator/log", "emulator/server", "emulator/store"],
  ...["http", "notify", "testing", "wire"],
].map((path) => (path.endsWith(".ts") ? path : `${path}/target.ts`));

/** The kind of import, the files that hold it, and the rule that each of them breaks. */
const refused: [kind: string, files: Record<string, string>, rule: string][] = [
  ["upwards", { "wire/a.ts": 'import { a } from "../client/target.js";' }, "room wire"],
  ["sideways", { "api/sideways.ts": 'import { a } from "../http/target.js";' }, "room api"],
  [
    "sideways, types only",
    { "api/types.ts": 'import type { A } from "../http/target.js";' },
    "room api",
  ],
  [
    "sideways, inline types only",
    { "api/inline.ts": 'import { type A } from "../http/target.js";' },
    "room api",
  ],
  [
    "sideways, inside a type",
    { "api/inType.ts": 'export type A = import("../http/target.js").A;' },
    "room api",
  ],
  [
    "upwards by a re-export",
    { "client/reExport.ts": 'export { a } from "../node.js";' },
    "room client",
  ],
  [
    "upwards by a re-export of types",
    { "client/reExportTypes.ts": 'export type { A } from "../node.js";' },
    "room client",
  ],
  [
    "upwards at run time",
    { "client/dynamic.ts": 'export const a = () => import("../admin/target.js");' },
    "room client",
  ],
  [
    "upwards for a side effect",
    { "client/sideEffect.ts": 'import "../emulator/engine/target.js";' },
    "room client",
  ],
  [
    "from core into a part of the client",
    { "core/a.ts": 'import type { A } from "../notify/target.js";' },
    "room core",
  ],
  [
    "from one entry into another",
    { "push/a.ts": 'import { a } from "../testing/target.js";' },
    "room push",
  ],
  [
    "from the emulator into the client",
    { "emulator/engine/client.ts": 'import { a } from "../../client/target.js";' },
    "room emulator",
  ],
  [
    "of code where types are allowed",
    { "testing/code.ts": 'import { type A, b } from "../emulator/engine/target.js";' },
    "room testing, types of emulator",
  ],
  [
    "of code and types of one file where types are allowed",
    {
      "testing/both.ts":
        'import type { A } from "../emulator/log/target.js";\nexport { b } from "../emulator/log/target.js";',
    },
    "room testing, types of emulator",
  ],
  [
    "of code at run time where types are allowed",
    {
      "testing/dynamic.ts":
        'import type { A } from "../emulator/log/target.js";\nawait import("../emulator/log/target.js");',
    },
    "room testing, types of emulator",
  ],
  [
    "of the emulator's code in the inspector",
    { "inspector/a.tsx": 'import { a } from "../emulator/log/target.js";' },
    "room inspector, types of emulator",
  ],
  [
    "upwards in the emulator",
    { "emulator/store/upwards.ts": 'import { a } from "../calls/target.js";' },
    "emulator/store",
  ],
  [
    "upwards in the emulator, types only",
    { "emulator/calls/types.ts": 'import type { A } from "../engine/target.js";' },
    "emulator/calls",
  ],
  [
    "upwards in the emulator, from the lowest layer",
    { "emulator/settings.ts": 'import type { A } from "./options.js";' },
    "emulator/settings",
  ],
  [
    "sideways in the emulator",
    { "emulator/faults/sideways.ts": 'import { a } from "../log/target.js";' },
    "emulator/faults",
  ],
  [
    "in a circle of two files",
    {
      "notify/first.ts": 'import { b } from "./second.js";\nexport const a = () => b;',
      "notify/second.ts": 'import { a } from "./first.js";\nexport const b = () => a;',
    },
    "no circles",
  ],
  [
    "in a circle of types",
    {
      "http/first.ts": 'import type { B } from "./second.js";\nexport type A = B[];',
      "http/second.ts": 'export type B = import("./third.js").C;',
      "http/third.ts": 'export type { A as C } from "./first.js";',
    },
    "no circles",
  ],
  [
    "of the socket library",
    { "connection/a.ts": 'import R from "reconnecting-websocket";' },
    "only connection/socket import reconnecting-websocket",
  ],
  ["of mitt", { "connection/socket.ts": 'import mitt from "mitt";' }, "only notify import mitt"],
  ["of ws", { "client/ws.ts": 'import { WebSocket } from "ws";' }, "only node, emulator import ws"],
  [
    "of Node",
    { "client/node.ts": 'import { request } from "node:http";' },
    "only node, emulator import node:",
  ],
  [
    "of Node, without the prefix",
    { "client/bareNode.ts": 'import { request } from "http";' },
    "only node, emulator import node:",
  ],
  [
    "of a server's package",
    { "testing/hono.ts": 'import { Hono } from "hono";' },
    "only emulator import hono",
  ],
  [
    "of a package with a scope",
    { "testing/server.ts": 'import { serve } from "@hono/node-server";' },
    "only emulator import @hono/node-server",
  ],
  [
    "of commander",
    { "admin/a.ts": 'import { Command } from "commander";' },
    "only emulator import commander",
  ],
  [
    "of valibot",
    { "notify/valibot.ts": 'import * as v from "valibot";' },
    "only emulator import valibot",
  ],
  [
    "of a part of firebase",
    { "client/firebase.ts": 'import { getToken } from "firebase/messaging";' },
    "only push import firebase",
  ],
  [
    "of the inspector's library",
    { "client/preact.ts": 'import { h } from "preact";' },
    "only inspector, devtools import preact",
  ],
  [
    "of Phaser, types only",
    { "client/phaser.ts": 'import type { Scene } from "phaser";' },
    "only phaser import phaser",
  ],
  [
    "of all methods",
    { "api/allMethods.ts": 'import { allMethods } from "../wire/allMethods.js";' },
    "only admin, compat, emulator, inspector import wire/allMethods",
  ],
  ["of a package that is not listed", { "wire/b.ts": 'import z from "zod";' }, "known packages"],
  [
    "of a package that is not installed",
    { "wire/c.ts": 'import type { A } from "not-installed-anywhere";' },
    "known packages",
  ],
  [
    "of a file outside src",
    { "client/outside.ts": 'import { a } from "../../scripts/a.mjs";' },
    "known packages",
  ],
  ["from a new room", { "shop/a.ts": "export {};" }, "known rooms"],
  ["from a new file beside the rooms", { "shop.ts": "export {};" }, "known rooms"],
  [
    "from a new folder of the emulator",
    { "emulator/shop/a.ts": "export {};" },
    "known folders of the emulator",
  ],
];

const accepted = {
  "connection/accepted.ts": 'import type { A } from "./target.js"; import "../core/target.js";',
  "notify/accepted.ts": 'import mitt from "mitt"; import { a } from "../wire/target.js";',
  "client/accepted.ts": 'import "../notify/target.js"; import type { A } from "../http/target.js";',
  "testing/accepted.ts":
    'import type { A } from "../emulator/engine/target.js"; import "../client/target.js";',
  "node.ts": 'import { WebSocket } from "ws"; export * from "./index.js";',
  "admin/accepted.ts": 'import "../wire/allMethods.js"; import "../index.js";',
  "emulator/server/accepted.ts":
    'import "node:http"; import { Hono } from "hono"; import "../store/target.js"; import "../settings.js";',
  "emulator/cli/templates/game/a.ts": 'import { createClient } from "gs2-gateway";',
};

let result: ICruiseResult;

beforeAll(async () => {
  rmSync(tree, { recursive: true, force: true });
  const files = Object.assign(
    Object.fromEntries(targets.map((path) => [path, "export {};"])),
    accepted,
    ...refused.map(([, these]) => these),
  ) as Record<string, string>;
  for (const [path, text] of Object.entries(files)) {
    const file = join(tree, "src", path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  const options = await extractOptions(join(root, ".dependency-cruiser.mjs"));
  const { output }: IReporterOutput = await cruise(["src"], {
    ...options,
    baseDir: tree,
    outputType: "json",
  });
  result = JSON.parse(output as string) as ICruiseResult;
});

afterAll(() => {
  rmSync(tree, { recursive: true, force: true });
});

/** The names of the rules that a file breaks, each once. */
const brokenBy = (path: string) => [
  ...new Set(
    result.summary.violations
      .filter(({ from, cycle = [] }) =>
        [from, ...cycle.map(({ name }) => name)].includes(`src/${path}`),
      )
      .map(({ rule }) => rule.name),
  ),
];

describe("the import linter", () => {
  it.each(refused)("refuses an import %s", (_kind, files, rule) => {
    for (const path of Object.keys(files)) expect(brokenBy(path)).toEqual([rule]);
  });

  it.each(Object.keys(accepted))("accepts the imports that the rules allow in %s", (path) => {
    expect(brokenBy(path)).toEqual([]);
  });

  it("gives the reason for each rule", () => {
    const { forbidden = [], required = [] } = result.summary.ruleSetUsed ?? {};
    expect(forbidden.length).toBeGreaterThan(0);
    expect([...forbidden, ...required].filter(({ comment }) => !comment)).toEqual([]);
  });

  it("reports each broken rule as an error", () => {
    expect(result.summary.violations.filter(({ rule }) => rule.severity !== "error")).toEqual([]);
  });
});
