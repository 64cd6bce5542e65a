import { execFile } from "node:child_process";
import { readFile, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { publint } from "publint";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { typedEntries } from "../../scripts/entries.mjs";
import { inRepo } from "../support/repo.js";
import { createConsumerProject, type ConsumerProject } from "../support/consumerProject.js";

const run = promisify(execFile);
const node = (args: string[], cwd: string) => run(process.execPath, args, { cwd, timeout: 30_000 });

let consumer: ConsumerProject;
let project: string;
let installed: string;

beforeAll(async () => {
  consumer = await createConsumerProject(["ws", "@types/node", "undici-types"]);
  ({ folder: project, installed } = consumer);
});
afterAll(() => consumer.remove());

const specifiers = typedEntries.map(({ path }) => `gs2-gateway${path!.slice(1)}`);

async function sizeOf(folder: string): Promise<number> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = found
    .filter((entry) => entry.isFile())
    .map(async (entry) => (await stat(join(entry.parentPath, entry.name))).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

describe("the packed package", () => {
  it("contains what users need and nothing else", () => {
    const needed =
      /^(package\.json|LICENSE|CHANGELOG\.md|README(\.ja)?\.md|dist\/THIRD_PARTY_LICENSES\.txt|dist\/gs2-gateway(-phaser)?\.global\.js|dist\/templates\/phaser-vite\/(src|test)?\/?[\w.]+|dist\/inspector\/(index\.html|inspector\.(js|css))|dist\/(chunks\/)?[\w-]+(\.d)?\.c?[jt]s)$/;
    expect(consumer.packed.filter((path) => !needed.test(path))).toEqual([]);
    expect(consumer.packed).toEqual(
      expect.arrayContaining([
        "LICENSE",
        "README.md",
        "AGENTS.md",
        "CHANGELOG.md",
        "package.json",
        "dist/inspector/index.html",
        "dist/inspector/inspector.js",
        "dist/inspector/inspector.css",
      ]),
    );
  });

  it("is smaller than 3 MB on disk together with ws", async () => {
    const size = (await sizeOf(installed)) + (await sizeOf(inRepo("node_modules", "ws")));
    expect(size).toBeLessThan(3_000_000);
  });

  it("passes publint", async () => {
    const { messages } = await publint({ pkgDir: installed, strict: true });
    expect(messages).toEqual([]);
  });

  it("resolves to matching types and code for every module resolution", async () => {
    const attw = inRepo("node_modules", "@arethetypeswrong", "cli", "dist", "index.js");
    const problems = await node(
      [attw, consumer.tarball, "--profile", "node16", "--no-definitely-typed", "--format", "ascii"],
      project,
    ).then(
      () => "none",
      (error: unknown) => (error as { stdout: string }).stdout,
    );
    expect(problems).toBe("none");
  });

  it("can be imported as ESM and required as CommonJS by plain Node, with the same names", async () => {
    const script = (load: string) =>
      `Promise.all(${JSON.stringify(specifiers)}.map(async (name) => [name, Object.keys(${load}).sort()]))
        .then((list) => process.stdout.write(JSON.stringify(Object.fromEntries(list))))`;
    const esm = await node(["--input-type=module", "-e", script("await import(name)")], project);
    const cjs = await node(["--input-type=commonjs", "-e", script("require(name)")], project);
    const names = JSON.parse(esm.stdout) as Record<string, string[]>;
    expect(JSON.parse(cjs.stdout)).toEqual(names);
    expect(names["gs2-gateway"]).toContain("GatewayClient");
    expect(names["gs2-gateway/emulator"]).toContain("startEmulator");
  });

  it("resolves to the entry with ws on Node", async () => {
    const { stdout } = await node(
      ["--input-type=module", "-e", 'console.log(import.meta.resolve("gs2-gateway"))'],
      project,
    );
    expect(stdout.trim()).toMatch(/gs2-gateway\/dist\/node\.js$/);
  });

  // The build trims the bundled libraries, so only the built files show that they still work.
  const clientLoads: [entry: string, load: string][] = [
    ["the ESM entry", 'import { GatewayClient } from "gs2-gateway";'],
    [
      "the CommonJS entry",
      'const { GatewayClient } = createRequire(import.meta.url)("gs2-gateway");',
    ],
    [
      "the script for a script tag",
      'const { GatewayClient } = new Function(readFileSync("node_modules/gs2-gateway/dist/gs2-gateway.global.js", "utf8") + "return Gs2Gateway")();',
    ],
  ];
  it.each(clientLoads)(
    "has a client that works, and lets Node exit after dispose: %s",
    async (_entry, load) => {
      const script = `
      import { readFileSync } from "node:fs";
      import { createRequire } from "node:module";
      import { WebSocket } from "ws";
      import { startEmulator } from "gs2-gateway/emulator";
      ${load}
      const emulator = await startEmulator({ port: 0 });
      const gateway = new GatewayClient({
        namespaceName: "game-0001",
        credential: { clientId: "client", clientSecret: "secret" },
        endpoints: emulator.endpoints,
        WebSocket,
      });
      await gateway.setUserId({ accessToken: "accessToken-0001" });
      const received = gateway.waitFor("Gs2Matchmaking:Join", { timeoutMs: 5_000 });
      await emulator.notify({
        userId: "user-0001",
        key: "Gs2Matchmaking:Join",
        payload: { namespaceName: "matchmaking", gatheringName: "gathering-0001", joinUserId: "user-0002" },
      });
      process.stderr.write((await received).payload.joinUserId);
      gateway.dispose();
      await emulator.stop();`;
      await writeFile(join(project, "play.mjs"), script);
      const { stderr } = await node(["play.mjs"], project);
      expect(stderr).toContain("user-0002");
    },
  );

  const compatLoads: [format: string, load: string][] = [
    [
      "ESM",
      'import Gs2Core from "gs2-gateway/compat/core"; import * as Gs2Gateway from "gs2-gateway/compat/gateway";',
    ],
    [
      "CommonJS",
      `const require = createRequire(import.meta.url);
       const { default: Gs2Core } = require("gs2-gateway/compat/core");
       const Gs2Gateway = require("gs2-gateway/compat/gateway");`,
    ],
  ];
  it.each(compatLoads)(
    "has compat entries that work with code for the official SDK: %s",
    async (_format, load) => {
      const script = `
      import { createRequire } from "node:module";
      import { startEmulator } from "gs2-gateway/emulator";
      import { isGatewayError } from "gs2-gateway";
      ${load}
      const emulator = await startEmulator({ port: 0 });
      Gs2Core.Gs2Constant.ENDPOINT_HOST = emulator.endpoints.rest;
      Gs2Core.Gs2Constant.WS_ENDPOINT_HOST = emulator.endpoints.webSocket;
      const credential = new Gs2Core.BasicGs2Credential("your client id", "your client secret");
      const socket = new Gs2Core.Gs2WebSocketSession("ap-northeast-1", credential);
      const received = new Promise((resolve) => socket.onNotification(resolve));
      await socket.connect();
      const player = new Gs2Gateway.SetUserIdRequest().withNamespaceName("n").withAccessToken("accessToken-0001");
      await new Gs2Gateway.Gs2GatewayWebSocketClient(socket).setUserId(player);
      const session = new Gs2Core.Gs2RestSession("ap-northeast-1", credential);
      await session.connect();
      const client = new Gs2Gateway.Gs2GatewayRestClient(session);
      const sale = new Gs2Gateway.SendNotificationRequest()
        .withNamespaceName("n").withUserId("user-0001").withSubject("sale").withPayload("{}");
      await client.sendNotification(sale);
      const errors = await client
        .getNamespace(new Gs2Gateway.GetNamespaceRequest().withNamespaceName("missing"))
        .catch((errors) => errors);
      process.stderr.write([(await received).subject, errors[0].component, isGatewayError(errors, "notFound")].join());
      await socket.disconnect();
      await emulator.stop();`;
      await writeFile(join(project, "moved.mjs"), script);
      const { stderr } = await node(["moved.mjs"], project);
      expect(stderr).toContain("sale,namespace,true");
    },
  );

  it("has a command with help", async () => {
    const cli = join(installed, "dist", "cli.js");
    expect(await readFile(cli, "utf8")).toMatch(/^#!\/usr\/bin\/env node\n/);
    const { stdout } = await node([cli, "--help"], project);
    expect(stdout).toContain("gs2-gateway");
    expect(stdout).toContain("emulator");
  });

  it("has a command that copies the push worker into a folder", async () => {
    const cli = join(installed, "dist", "cli.js");
    await node([cli, "push-worker", "public"], project);
    const file = "firebase-messaging-sw.js";
    const worker = await readFile(join(project, "public", file), "utf8");
    expect(worker).toBe(await readFile(join(installed, "dist", file), "utf8"));
  });
});
