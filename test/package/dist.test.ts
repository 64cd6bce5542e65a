import { execFileSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { runInNewContext } from "node:vm";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { entries, libraryEntries, typedEntries } from "../../scripts/entries.mjs";
import { inRepo, readInRepo } from "../support/repo.js";

interface Manifest {
  version: string;
  exports: Record<string, unknown>;
  bin: Record<string, string>;
  devDependencies: Record<string, string>;
}
const manifest = JSON.parse(readInRepo("package.json")) as Manifest;

const inDist = readdirSync(inRepo("dist"), { recursive: true, encoding: "utf8" })
  .map((path) => path.replaceAll("\\", "/"))
  .filter((path) => statSync(inRepo("dist", path)).isFile());

const exportsOf = async (name: string) =>
  Object.keys((await import(pathToFileURL(inRepo("dist", `${name}.js`)).href)) as object).sort();

describe("package.json", () => {
  const conditions = (name: string, typesOf = name) => ({
    import: { types: `./dist/${typesOf}.d.ts`, default: `./dist/${name}.js` },
    require: { types: `./dist/${typesOf}.d.cts`, default: `./dist/${name}.cjs` },
  });

  it("exports every entry of the table and nothing else", () => {
    const byPath = Object.fromEntries(
      typedEntries.map(({ name, path }): [string, unknown] => {
        const inNode = entries.find(({ typesOf }) => typesOf === name);
        return [
          path!,
          {
            ...(inNode && { browser: conditions(name), node: conditions(inNode.name, name) }),
            ...conditions(name),
          },
        ];
      }),
    );
    expect(manifest.exports).toEqual({ ...byPath, "./package.json": "./package.json" });
    for (const path of [".", "./compat/core"]) {
      // `browser` before `node`: some hosts (Electron windows, edge workers) set both conditions,
      // and have no use for `ws`.
      expect(Object.keys(manifest.exports[path] as object), path).toEqual([
        "browser",
        "node",
        "import",
        "require",
      ]);
    }
    expect(manifest.bin).toEqual(
      Object.fromEntries(
        entries.filter(({ bin }) => bin).map(({ bin, name }) => [bin, `dist/${name}.js`]),
      ),
    );
  });

  it("names only files that the build writes", () => {
    const named = JSON.stringify([manifest.exports, manifest.bin]).match(/dist\/[^"]+/g)!;
    expect(named.filter((path) => !inDist.includes(path.slice("dist/".length)))).toEqual([]);
  });
});

describe("the lock file", () => {
  it("records no host, so that it works with any registry", () => {
    expect(readInRepo("package-lock.json")).not.toMatch(/"resolved": "https?:/);
  });
});

describe("the declarations", () => {
  const declarations = inDist.filter((path) => /\.d\.c?ts$/.test(path));
  const text = (path: string) => readInRepo("dist", path);

  it("import none of the bundled libraries", () => {
    const libraries = Object.keys(manifest.devDependencies).filter(
      (name) => !name.startsWith("typescript"),
    );
    const imported = declarations.flatMap((path) =>
      ts.preProcessFile(text(path)).importedFiles.map((file) => `${path}: ${file.fileName}`),
    );
    expect(imported.filter((line) => libraries.some((name) => line.endsWith(`: ${name}`)))).toEqual(
      [],
    );
    expect(declarations.filter((path) => /\bReconnectingWebSocket\b/.test(text(path)))).toEqual([]);
  });

  it("declare NotificationMap once, in index, where users merge their own keys", () => {
    const declaring = declarations.filter((path) =>
      /^(export )?interface NotificationMap\b/m.test(text(path)),
    );
    expect(declaring.sort()).toEqual(["index.d.cts", "index.d.ts"]);
  });

  it("declare no type under a name that the bundler made up, as messages and hovers would show it", () => {
    const renamed = declarations.filter((path) =>
      /\b(interface|class|type|enum|const|function) \w+\$\d/.test(text(path)),
    );
    expect(renamed).toEqual([]);
  });

  it("export for each entry exactly what its source exports", () => {
    const program = ts.createProgram(
      typedEntries.flatMap(({ name, source }) => [
        inRepo("dist", `${name}.d.ts`),
        inRepo("src", `${source}.ts`),
      ]),
      {
        target: ts.ScriptTarget.ES2022,
        module: ts.ModuleKind.ESNext,
        moduleResolution: ts.ModuleResolutionKind.Bundler,
        noEmit: true,
      },
    );
    const checker = program.getTypeChecker();
    const namesIn = (file: string) => {
      const symbol = checker.getSymbolAtLocation(program.getSourceFile(file)!);
      // A file that exports nothing is no module.
      return symbol === undefined
        ? []
        : checker
            .getExportsOfModule(symbol)
            .map(({ name }) => name)
            .sort();
    };
    for (const { name, source } of typedEntries) {
      expect(
        namesIn(inRepo("dist", `${name}.d.ts`)),
        `dist/${name}.d.ts beside src/${source}.ts: export a type that two entries share by name from src/index.ts`,
      ).toEqual(namesIn(inRepo("src", `${source}.ts`)));
    }
  });
});

/** A file of dist/ with all that it imports, packages by name. */
const reached = (file: string, seen = new Set<string>()): Set<string> => {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const { fileName } of ts.preProcessFile(readInRepo("dist", file)).importedFiles) {
    if (fileName.startsWith(".")) {
      reached(new URL(fileName, `file:///${file}`).pathname.slice(1), seen);
    } else {
      seen.add(fileName);
    }
  }
  return seen;
};

describe("the files in dist", () => {
  it("export the same names for Node and browsers, as modules and as a script", async () => {
    const names = await exportsOf("index");
    expect(await exportsOf("node")).toEqual(names);
    const page: { Gs2Gateway?: object } = {};
    runInNewContext(
      `${readInRepo("dist/gs2-gateway.global.js")}\nthis.Gs2Gateway = Gs2Gateway`,
      page,
    );
    expect(Object.keys(page.Gs2Gateway!).sort()).toEqual(names);
  });

  it("keep the emulator and push out of the player's entry, and the client out of the emulator", () => {
    const player = reached("index.js");
    const emulator = reached("emulator.js");
    expect([...player].filter((file) => !/^(index|chunks\/[\w-]+)\.js$/.test(file))).toEqual([]);
    const texts = (files: Set<string>) =>
      [...files]
        .filter((file) => file.endsWith(".js"))
        .map((file) => readInRepo("dist", file))
        .join("\n");
    expect(texts(player)).not.toContain("startEmulator");
    expect(texts(player)).not.toMatch(/firebase\/(app|messaging)|PushManager|serviceWorker/);
    expect([...reached("push.js")].filter((file) => !file.endsWith(".js"))).toEqual([
      "firebase/app",
      "firebase/messaging",
    ]);
    expect(texts(emulator)).not.toContain("class GatewayClient");
    expect([...emulator]).not.toContain("index.js");
    const testing = reached("testing.js");
    expect([...testing].filter((file) => !file.endsWith(".js"))).toEqual([]);
    expect(texts(testing)).not.toContain("startEmulator");
    expect(texts(testing)).not.toContain("class GatewayClient");
  });

  it("keep modules and packages of Node out of the emulator for pages, and its code out of the rest", () => {
    const page = reached("emulator-browser.js");
    expect(
      [...page].filter((file) => !/^(emulator-browser|chunks\/[\w-]+)\.js$/.test(file)),
    ).toEqual([]);
    const text = [...page].map((file) => readInRepo("dist", file)).join("\n");
    expect(text).toContain("createBrowserEmulator");
    expect(text).not.toMatch(/\bBuffer\.|\bprocess\.|\brequire\(|class GatewayClient/);
    for (const entry of ["index.js", "emulator.js", "testing.js"]) {
      expect([...reached(entry)]).not.toContain("emulator-browser.js");
    }
  });

  it("have no side effects on import", () => {
    // Wraps, before the first import, every function by which a module could start something, and
    // records its calls.
    const script = `
      const called = [];
      const watch = (owner, name) => {
        const original = owner[name];
        owner[name] = Object.assign(function (...args) {
          called.push(name);
          return new.target ? Reflect.construct(original ?? Object, args) : original?.apply(this, args);
        }, original);
      };
      for (const name of ["setTimeout", "setInterval", "setImmediate", "queueMicrotask", "fetch", "WebSocket", "addEventListener"]) {
        watch(globalThis, name);
      }
      for (const name of ["log", "info", "warn", "error", "debug"]) watch(console, name);
      for (const name of ["on", "once", "exit"]) watch(process, name);
      const before = Object.getOwnPropertyNames(globalThis);
      const files = ${JSON.stringify(
        libraryEntries.map(({ name }) => pathToFileURL(inRepo("dist", `${name}.js`)).href),
      )};
      // Node's own modules, which the entries load, may start things.
      await Promise.all(["http", "http2", "https", "net", "tls", "stream", "crypto", "zlib", "ws"].map((name) => import(name)));
      called.length = 0;
      for (const file of files) await import(file);
      const after = Object.getOwnPropertyNames(globalThis).filter((name) => !before.includes(name));
      process.stdout.write(JSON.stringify({ called, after, open: process.getActiveResourcesInfo().filter((name) => /Timeout|Immediate|TCP|UDP|Worker|Process/.test(name)) }));
    `;
    const output = execFileSync(process.execPath, ["--input-type=module", "-e", script], {
      cwd: inRepo(),
      encoding: "utf8",
      timeout: 10_000,
    });
    expect(JSON.parse(output)).toEqual({ called: [], after: [], open: [] });
  });

  it("include the push worker as one file without imports", () => {
    const worker = readInRepo("dist/firebase-messaging-sw.js");
    expect(ts.preProcessFile(worker).importedFiles).toEqual([]);
    expect(worker).toContain(`gs2-gateway ${manifest.version} push worker`);
  });

  it("contain no path of the build machine", () => {
    expect(inDist.filter((path) => readInRepo("dist", path).includes(inRepo()))).toEqual([]);
  });

  it("include the licences of all bundled libraries", () => {
    const texts = readInRepo("dist/THIRD_PARTY_LICENSES.txt");
    for (const name of ["reconnecting-websocket", "mitt"]) expect(texts).toContain(`\n${name} `);
    expect(texts).toContain("Permission is hereby granted");
    expect(texts, "the tslib helpers in reconnecting-websocket").toContain("Microsoft Corporation");
    const missing = [
      "hono",
      "@hono/node-server",
      "commander",
      "preact",
      "@preact/signals",
      "@preact/signals-core",
    ].filter((name) => !texts.includes(`\n${name} `));
    expect(missing).toEqual([]);
  });
});
