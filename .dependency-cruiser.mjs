/**
 * Which file may import which, and why. `npm run lint` checks it, types included;
 * `npm run architecture` draws the picture in CONTRIBUTING.md from it.
 *
 * A room is a folder of src/, or a file beside the folders. Its files import each other and the
 * rooms in `sees`. Of the rooms in `seesTypesOf` they import types alone, so that no code of theirs
 * is loaded. A new room needs an entry here.
 */
const base = ["core", "wire", "errors"];
const parts = ["session", "http", "connection", "api", "notify"];
const all = ["index", "client", ...parts, ...base];

const part = {
  sees: base,
  reason: "The parts of the client do not import each other: client/client.ts connects them.",
};
const entry = {
  sees: all,
  reason: "An entry imports the player's client, and no other entry.",
};

export const rooms = {
  compat: {
    sees: ["node", "admin", ...all],
    reason: "The official style wraps the client and the admin API.",
  },
  node: { sees: all, reason: "The entry for Node is the player's entry with a WebSocket of Node." },
  admin: entry,
  calls: entry,
  push: entry,
  phaser: entry,
  devtools: entry,
  measure: entry,
  testing: {
    sees: all,
    seesTypesOf: ["emulator"],
    reason: "Tests of a game load what the game loads, and nothing of the emulator.",
  },
  index: { sees: ["client", ...parts, ...base], reason: "Every player downloads what it imports." },
  client: {
    sees: [...parts, ...base],
    reason: "The client connects its parts; entries import the client, never the reverse.",
  },
  session: part,
  http: part,
  connection: part,
  api: part,
  notify: part,
  inspector: {
    sees: ["wire"],
    seesTypesOf: ["emulator"],
    reason: "A page that calls the emulator over HTTP needs the protocol and the answers' types.",
  },
  emulator: {
    sees: base,
    reason:
      "Server and client share the protocol and no logic, or one mistake would be made in both.",
  },
  core: {
    sees: ["wire", "errors"],
    reason: "Every room waits, redacts and reports with core, so core imports none of them.",
  },
  wire: { sees: ["errors"], reason: "The protocol can be read and shared without its users." },
  errors: { sees: [], reason: "Every room uses the errors, so they import none." },
};

/** Folders and files of src/emulator/ from top to bottom: imports go down, never up or sideways. */
export const emulatorLayers = [
  { names: ["cli"], reason: "A command starts the emulator as any other program does." },
  { names: ["index"], reason: "The entry exports what programs import." },
  { names: ["emulator"], reason: "The emulator connects the folders below." },
  {
    names: ["server", "browser"],
    reason: "A server takes requests from the network, a browser emulator from its page.",
  },
  { names: ["requests"], reason: "Requests and frames become controls and calls." },
  { names: ["controls"], reason: "A control is what a test does to a running engine." },
  { names: ["options"], reason: "An option is checked by the folder that takes it." },
  { names: ["engine"], reason: "The engine owns the store; what it runs does not know it." },
  { names: ["log", "faults"], reason: "Logs and faults look at calls, and not at each other." },
  { names: ["calls"], reason: "A call turns a store and a request into a result, nothing more." },
  { names: ["store"], reason: "The store is data, independent of the calls that change it." },
  { names: ["settings"], reason: "Every folder reads the settings." },
  { names: ["limits"], reason: "The settings include the limits." },
  { names: ["schema"], reason: "Every folder checks what it is given in the same way." },
];

/** What only some rooms or files import. A package that is not listed is refused. */
export const reserved = [
  {
    packages: ["reconnecting-websocket"],
    from: ["connection/socket"],
    reason: "Its quirks stay in one file.",
  },
  {
    packages: ["mitt"],
    from: ["notify"],
    reason: "Only notify catches what a handler throws.",
  },
  { packages: ["ws"], from: ["node", "emulator"], reason: "Browsers have their own WebSocket." },
  { packages: ["node:"], from: ["node", "emulator"], reason: "Browsers have no modules of Node." },
  {
    packages: ["hono", "@hono/node-server", "commander", "valibot", "selfsigned"],
    from: ["emulator"],
    reason: "A player never downloads a part of a server.",
  },
  {
    packages: ["leven"],
    from: ["core/nearest"],
    reason: "Servers and devtools guess names in one way.",
  },
  {
    packages: ["cross-spawn"],
    from: ["emulator/cli"],
    reason: "Only a command starts another one.",
  },
  {
    packages: ["chokidar"],
    from: ["emulator/cli"],
    reason: "Only a command watches files.",
  },
  {
    packages: ["@rushstack/node-core-library"],
    from: ["emulator/engine/fileLock"],
    reason: "Of a large library, only its lock file is used.",
  },
  {
    packages: ["firebase"],
    from: ["push"],
    reason: "It is large and optional, and loaded once push is enabled.",
  },
  {
    packages: ["preact"],
    from: ["inspector", "devtools"],
    reason: "A player never downloads a part of a page for developers.",
  },
  {
    packages: ["@preact/signals"],
    from: ["inspector"],
    reason: "A panel in a game is smaller without.",
  },
  {
    packages: ["phaser"],
    from: ["phaser"],
    reason: "An optional peer of one entry, for its types.",
  },
  {
    file: "wire/allMethods",
    from: ["admin", "compat", "emulator", "inspector"],
    reason: "The whole list would add the administrators' methods to every player's bundle.",
  },
];

const TYPES = ["type-only", "type-import"];
const escape = (text) => text.replaceAll(/[.\\/-]/g, String.raw`\$&`);
/** Matches a folder with all in it, or a file. */
const under = (...names) => `^src/(${names.join("|")})(/|\\.tsx?$)`;
const installed = (names) => `(^|/)node_modules/(${names.map(escape).join("|")})/`;
const folders = (names) => names.map((name) => `emulator/${name}`);
const error = (name, comment, rest) => ({ name, severity: "error", comment, ...rest });

const betweenRooms = Object.entries(rooms).flatMap(
  ([name, { sees, seesTypesOf = [], reason: comment }]) => {
    const from = { path: under(name) };
    const seen = under(name, ...sees, ...seesTypesOf);
    return [
      error(`room ${name}`, comment, { from, to: { path: "^src/", pathNot: seen } }),
      ...seesTypesOf.map((other) =>
        error(`room ${name}, types of ${other}`, comment, {
          from,
          to: { path: under(other), dependencyTypesNot: TYPES },
        }),
      ),
    ];
  },
);

const betweenLayers = emulatorLayers.flatMap(({ names, reason }, index) => {
  const below = emulatorLayers.slice(index + 1).flatMap((layer) => layer.names);
  return names.map((name) =>
    error(`emulator/${name}`, reason, {
      from: { path: under(`emulator/${name}`) },
      to: { path: under("emulator"), pathNot: under(...folders([name, ...below])) },
    }),
  );
});

const onlyFrom = reserved.flatMap(({ packages = [], file, from, reason }) =>
  [...packages, ...(file ? [file] : [])].map((name) =>
    error(`only ${from.join(", ")} import ${name}`, reason, {
      from: { path: "^src/", pathNot: under(...from) },
      to:
        name === file
          ? { path: under(file) }
          : name === "node:"
            ? { dependencyTypes: ["core"] }
            : { path: installed([name]) },
    }),
  ),
);

const knownPackages = reserved.flatMap(({ packages = [] }) => packages);
const knownFolders = emulatorLayers.flatMap(({ names }) => names);
/** Matches no import, so every file that a rule requires one of breaks the rule. */
const NOTHING = "^$";

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    ...betweenRooms,
    ...betweenLayers,
    ...onlyFrom,
    error("no circles", "A file can be read and moved without those that import it.", {
      from: { path: "^src/" },
      to: { circular: true },
    }),
    error("known packages", "A package is bundled on purpose, and reserved for a room above.", {
      from: { path: "^src/" },
      to: { pathNot: ["^src/", installed(knownPackages)], dependencyTypesNot: ["core"] },
    }),
  ],
  required: [
    error("known rooms", "A new room says above what it imports, and why.", {
      module: { path: "^src/", pathNot: under(...Object.keys(rooms)) },
      to: { path: NOTHING },
    }),
    error("known folders of the emulator", "A new folder has its place in the layers above.", {
      module: { path: "^src/emulator/", pathNot: under(...folders(knownFolders)) },
      to: { path: NOTHING },
    }),
  ],
  options: {
    // Imports of types count as imports.
    tsPreCompilationDeps: true,
    doNotFollow: "(^|/)node_modules/",
    // A part of a package (`hono/cors`) is found by its exports.
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "default"] },
    // `gs2-gateway init` copies it: a game imports the package from outside.
    exclude: "^src/emulator/cli/templates/",
  },
};
