// GatewayClient can be extended in every form in which the package reaches a game.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { runInNewContext } from "node:vm";
import { nodeResolve } from "@rollup/plugin-node-resolve";
import { rollup } from "rollup";
import { minify } from "terser";
import { describe, expect, test } from "vitest";
import type { GatewayClient as Client } from "../../src/index.js";
import { inRepo, readInRepo } from "../support/repo.js";

type Module = Record<string, unknown> & { readonly GatewayClient: typeof Client };

const HOST = {
  crypto,
  performance,
  setTimeout,
  clearTimeout,
  queueMicrotask,
  console,
  AbortSignal,
};

/** The value of `Gs2Gateway` after a script has run in a page's global scope. */
const runScript = (script: string): Module =>
  runInNewContext(`${script}\nGs2Gateway;`, { ...HOST }) as Module;

async function minifiedBundle(): Promise<string> {
  const bundle = await rollup({
    input: inRepo("dist", "index.js"),
    plugins: [nodeResolve({ browser: true })],
  });
  const { output } = await bundle.generate({
    format: "iife",
    name: "Gs2Gateway",
    inlineDynamicImports: true,
  });
  return (await minify(output[0].code, { compress: { passes: 3 } })).code!.replace(
    /^var /,
    "globalThis.Gs2Gateway = undefined; var ",
  );
}

const forms: Record<string, () => Promise<Module>> = {
  "an ES module": () => import(pathToFileURL(inRepo("dist", "index.js")).href) as Promise<Module>,
  "the ES module of Node": () =>
    import(pathToFileURL(inRepo("dist", "node.js")).href) as Promise<Module>,
  "a CommonJS module": async () =>
    createRequire(import.meta.url)(inRepo("dist", "index.cjs")) as Module,
  "a script tag": async () => runScript(readInRepo("dist/gs2-gateway.global.js")),
  "a minified bundle": async () => runScript(await minifiedBundle()),
};

class FakeWebSocket {
  readonly readyState = 0;
  send(): void {}
  close(): void {}
  addEventListener(): void {}
}

describe.each(Object.entries(forms))("GatewayClient from %s", (_, load) => {
  test("lets a subclass override a method and call the original", async () => {
    const { GatewayClient } = await load();
    const requests: unknown[] = [];
    class MyClient extends GatewayClient {
      override setUserId(...[request, options]: Parameters<Client["setUserId"]>) {
        requests.push(request);
        return super.setUserId(request, options);
      }
    }
    const client = new MyClient({
      credential: { clientId: "client-0001", clientSecret: "secret-0001" },
      namespaceName: "game-0001",
      logger: false,
      storage: null,
      WebSocket: FakeWebSocket,
    });
    await expect(client.setUserId({ accessToken: "" })).rejects.toMatchObject({
      kind: "invalidArgument",
      method: "setUserId",
    });
    expect(requests).toEqual([{ accessToken: "" }]);
    expect(client).toBeInstanceOf(GatewayClient);
    client.dispose();
  });
});
