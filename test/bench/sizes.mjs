// The download size of a page with each competitor, and the installed size on disk.
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = fileURLToPath(new URL("../../", import.meta.url));

/** The imports that the other measures use. */
const imports = {
  "gs2-gateway": `export { GatewayClient } from "${root}dist/index.js";`,
  "reconnecting-websocket + mitt": `export { default as a } from "reconnecting-websocket"; export { default as b } from "mitt";`,
  gs2: `export { Gs2WebSocketSession, BasicGs2Credential, Gs2Constant } from "gs2/core/model"; export { default } from "gs2/gateway/websocket"; export { SetUserIdRequest } from "gs2/gateway/request";`,
  "@heroiclabs/nakama-js": `export { Client } from "@heroiclabs/nakama-js";`,
  phoenix: `export { Socket } from "phoenix";`,
};

const gzipped = (bytes) => gzipSync(bytes, { level: 9 }).length;

/** Bytes of a browser bundle by esbuild, minified, gzip -9. */
export async function downloadSizes() {
  const sizes = {};
  for (const [name, contents] of Object.entries(imports)) {
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: here },
      bundle: true,
      minify: true,
      format: "esm",
      platform: "browser",
      target: "es2022",
      write: false,
      logLevel: "error",
      // gs2 imports these in a page, too, and cannot be bundled otherwise.
      external: [
        "ws",
        "fs",
        "path",
        "http",
        "https",
        "url",
        "stream",
        "zlib",
        "util",
        "net",
        "tls",
        "crypto",
        "events",
        "assert",
        "querystring",
      ],
    });
    sizes[name] = gzipped(outputFiles[0].contents);
  }
  sizes["gs2-gateway, script tag"] = gzipped(readFileSync(`${root}dist/gs2-gateway.global.js`));
  return sizes;
}

const sizeOf = (path) =>
  statSync(path).isDirectory()
    ? readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0)
    : statSync(path).size;

/** The file sizes in bytes: of the packed package with its dependencies, and of gs2 alone. */
export function installedSizes() {
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const packed = JSON.parse(
    execFileSync(npm, ["pack", "--dry-run", "--json", "--ignore-scripts"], {
      cwd: root,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }),
  );
  const { unpackedSize } = packed[0] ?? Object.values(packed)[0];
  return {
    "gs2-gateway": unpackedSize + sizeOf(`${root}node_modules/ws`),
    "gs2, without what it brings": sizeOf(`${here}node_modules/gs2`),
  };
}
