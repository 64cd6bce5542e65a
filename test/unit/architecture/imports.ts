import ts from "typescript";

/** A room is a folder of src/, or a file beside the folders. Its files see each other and the rooms named here, nothing else. */
export interface Room {
  sees: readonly string[];
  /** Rooms seen by `import type` alone: nothing of them is loaded. */
  seesTypesOf?: readonly string[];
  reason: string;
}

/** Something that only a few may import: a package, `node:`, or a file below src/. `from` are rooms or files. */
export interface Reserved {
  what: string;
  from: readonly string[];
  reason: string;
}

const ground = ["wire", "errors", "core"];
const middle = ["session", "http", "connection", "api", "notify"];
const all = [...ground, ...middle, "client", "index"];

const middleRoom: Room = {
  sees: ground,
  reason: "middle rooms do not know each other: client.ts hands plain functions across",
};

const rooms: Readonly<Record<string, Room>> = {
  errors: { sees: [], reason: "everybody uses the errors, so they know nobody" },
  core: {
    sees: ["wire", "errors"],
    reason: "every room waits, redacts and reports in the same way, so core knows none of them",
  },
  wire: { sees: ["errors"], reason: "what is said can be read and shared without anything else" },
  session: middleRoom,
  http: middleRoom,
  connection: middleRoom,
  api: middleRoom,
  notify: middleRoom,
  client: {
    sees: [...ground, ...middle],
    reason: "the client wires the rooms; doors open onto it, not the other way",
  },
  index: {
    sees: [...ground, ...middle, "client"],
    reason: "what the player's door reaches, every player downloads",
  },
  node: { sees: all, reason: "Node's door is the player's door with Node's socket" },
  admin: { sees: all, reason: "a door stands on the rooms, not on other doors" },
  compat: {
    sees: [...all, "node", "admin"],
    reason: "the official style is a coat over what we have",
  },
  push: { sees: all, reason: "a door stands on the rooms, not on other doors" },
  phaser: { sees: all, reason: "a door stands on the rooms, not on other doors" },
  testing: {
    sees: all,
    seesTypesOf: ["emulator"],
    reason: "tests of a game use what the game uses, without the emulator's code",
  },
  inspector: {
    sees: ["wire"],
    seesTypesOf: ["emulator"],
    reason:
      "a page that talks to the emulator over HTTP knows what is said and how its answers look",
  },
  emulator: {
    sees: ["wire", "errors", "core"],
    reason: "the other end of the wire shares no more than the wire, or both could be wrong alike",
  },
};

const reserved: readonly Reserved[] = [
  {
    what: "reconnecting-websocket",
    from: ["connection/socket"],
    reason: "its quirks stay in one file",
  },
  { what: "mitt", from: ["notify"], reason: "notify shields everybody from handlers that throw" },
  {
    what: "wire/allMethods",
    from: ["admin", "compat", "emulator", "inspector"],
    reason: "the whole list would cost every player the methods of administrators",
  },
  { what: "ws", from: ["node", "emulator"], reason: "browsers have a WebSocket of their own" },
  { what: "node:", from: ["node", "emulator"], reason: "browsers have no modules of Node" },
  { what: "hono", from: ["emulator"], reason: "nothing a player loads brings a server along" },
  { what: "@hono/node-server", from: ["emulator"], reason: "as for hono" },
  { what: "valibot", from: ["emulator"], reason: "as for hono" },
  { what: "commander", from: ["emulator"], reason: "as for hono" },
  {
    what: "firebase",
    from: ["push"],
    reason: "it is large and optional: loaded when push is asked for",
  },
  { what: "preact", from: ["inspector"], reason: "no game has to bring our page along" },
  { what: "@preact/signals", from: ["inspector"], reason: "as for preact" },
  { what: "phaser", from: ["phaser"], reason: "an optional peer of one entry, for its types" },
];

const withoutExtension = (path: string) => path.replace(/\.(d\.)?[cm]?[jt]sx?$/, "");
const roomOf = (file: string) => file.split("/")[0]!;
const packageOf = (specifier: string) =>
  specifier.startsWith("node:")
    ? "node:"
    : specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");

function resolve(from: string, specifier: string): string {
  return withoutExtension(new URL(specifier, `file:///${from}`).pathname.slice(1));
}

/** What is still imported when `import type` and `export type` are gone, as the compiler leaves it. */
function loadedBy(text: string): Set<string> {
  const { statements } = ts.createSourceFile("a.ts", text, ts.ScriptTarget.ES2022);
  const kept = statements.filter((one) =>
    ts.isExportDeclaration(one)
      ? !one.isTypeOnly
      : !ts.isImportDeclaration(one) ||
        one.importClause?.phaseModifier !== ts.SyntaxKind.TypeKeyword,
  );
  const rest = kept.map(({ pos, end }) => text.slice(pos, end)).join("\n");
  return new Set(ts.preProcessFile(rest).importedFiles.map(({ fileName }) => fileName));
}

/**
 * Reads the import lines (static, dynamic, `import type`, `export from`, `import()` types) of a tree and says which break the plan.
 *
 * @param tree paths below src/ with their text
 */
export function forbiddenImports(tree: Readonly<Record<string, string>>): string[] {
  return Object.entries(tree).flatMap(([path, text]) => {
    const file = withoutExtension(path);
    const room = roomOf(file);
    const plan = rooms[room];
    if (plan === undefined) return [`${path}: the room ${room} is not in the plan`];
    return ts.preProcessFile(text).importedFiles.flatMap(({ fileName }) => {
      const isLocal = fileName.startsWith(".");
      const what = isLocal ? resolve(file, fileName) : packageOf(fileName);
      const line = `${path} imports ${fileName}`;
      const rule = reserved.find((candidate) => candidate.what === what);
      if (rule !== undefined && ![file, room].some((name) => rule.from.includes(name))) {
        const itself = what === file;
        return itself ? [] : [`${line}, which is for ${rule.from.join(", ")} only: ${rule.reason}`];
      }
      if (isLocal) {
        const target = roomOf(what);
        const seen =
          plan.sees.includes(target) ||
          (plan.seesTypesOf?.includes(target) === true && !loadedBy(text).has(fileName));
        return target === room || seen
          ? []
          : [`${line}, but ${room} does not see ${target}: ${plan.reason}`];
      }
      return rule === undefined
        ? [`${line}, a package nobody planned for: bundle it on purpose, in one room, or leave it`]
        : [];
    });
  });
}
