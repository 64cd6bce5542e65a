// A stranger's first minutes: the packed package writes a game, which is installed, tested, run and built.
import { execFile, spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { startEmulator, type Emulator } from "../../src/emulator/index.js";
import { launchBrowser } from "../support/browser.js";
import { packPackage } from "../support/consumerProject.js";
import { inRepo } from "../support/repo.js";
import { drawFewFrames } from "../browser/fewFrames.js";
import { recordPageErrors } from "../browser/pageErrors.js";

const run = promisify(execFile);
const shell = process.platform === "win32";
/** Without what a run of tests says to programs it starts. */
const { NODE_ENV: _env, VITEST: _vitest, ...env } = process.env;
const npm = (args: string[], cwd: string, more: Record<string, string> = {}) =>
  run("npm", args, { cwd, shell, env: { ...env, ...more } });

let folder: string;
let game: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gs2-gateway-stranger-"));
  game = join(folder, "game");
  const { tarball } = await packPackage();
  await run("tar", ["-xzf", tarball, "-C", folder]);
  await mkdir(join(folder, "node_modules"));
  await symlink(inRepo("node_modules/ws"), join(folder, "node_modules/ws"), "junction");
  const cli = join(folder, "package/dist/cli.js");
  await run(process.execPath, [cli, "init", "phaser-vite", game]);
  const { version } = JSON.parse(await readFile(inRepo("package.json"), "utf8")) as {
    version: string;
  };
  const manifest = await readFile(join(game, "package.json"), "utf8");
  expect(manifest).toContain(`"gs2-gateway": "^${version}"`);
  await npm(["install", "--no-audit", "--no-fund", "--prefer-offline", tarball], game);
}, 300_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("the game that init writes", { timeout: 180_000 }, () => {
  test("signs in and finds a match in under 150 lines of code", async () => {
    const files = await readdir(join(game, "src"));
    const texts = await Promise.all(files.map((file) => readFile(join(game, "src", file), "utf8")));
    const lines = texts.flatMap((text) => text.split("\n"));
    const code = lines.filter((line) => line.trim() !== "" && !/^\s*(\/\/|\/?\*)/.test(line));
    expect(code.length).toBeGreaterThan(100);
    expect(code.length).toBeLessThan(150);
  });

  test("passes its own tests", async () => {
    const { stdout } = await npm(["test"], game, { NO_COLOR: "1" });
    expect(stdout).toMatch(/Tests +3 passed/);
  });

  test("runs beside a gateway of its own with one command, and prints its address", async () => {
    const { port } = await startEmulator().then(async (free) => {
      await free.stop();
      return new URL(free.url);
    });
    // The usual port may be in use where the tests run.
    const manifest = join(game, "package.json");
    const text = await readFile(manifest, "utf8");
    expect(text).toContain("exec --port 9480 --handlers handlers.mjs -- vite");
    await writeFile(manifest, text.replace("--port 9480", `--port ${port}`));
    const dev = spawn("npm", ["run", "dev", "--", "--host", "127.0.0.1", "--port", "0"], {
      cwd: game,
      shell,
      env: { ...env, NO_COLOR: "1" },
      detached: true,
    });
    try {
      let said = "";
      const url = await new Promise<string>((resolve, reject) => {
        const listen = (text: Buffer) => {
          said += text.toString();
          const [found] = /http:\/\/127\.0\.0\.1:\d+\//.exec(said) ?? [];
          if (found) resolve(found);
        };
        dev.stdout.on("data", listen);
        dev.stderr.on("data", listen);
        dev.once("exit", () => reject(new Error(`It ended: ${said}`)));
      });
      const gateway = await (await fetch(`${url}src/gateway.ts`)).text();
      const [emulatorUrl] = /http:\/\/127\.0\.0\.1:\d+(?=")/.exec(gateway) ?? [];
      expect((await fetch(`${emulatorUrl}/_emulator/ready`)).status).toBe(200);
      expect(said).toContain(`GS2-Gateway emulator: ${emulatorUrl}`);
      expect(said).toContain("Handlers: 5 of handlers.mjs");
      expect(new URL(emulatorUrl!).port).toBe(port);
    } finally {
      process.kill(-dev.pid!, "SIGTERM");
    }
  });

  test("takes no page and no error of its server for a token", async () => {
    const outfile = join(game, "gateway.mjs");
    await build({
      entryPoints: [join(game, "src", "gateway.ts")],
      define: { "import.meta.env": "{}" },
      bundle: true,
      format: "esm",
      outfile,
    });
    const { projectToken } = (await import(outfile)) as {
      projectToken: (request: { reason: string }) => Promise<object>;
    };
    const answers = [
      Response.json({ token: "token-1", expiresInSeconds: 60 }),
      new Response("<!doctype html>", { headers: { "Content-Type": "text/html; charset=utf-8" } }),
      new Response("{}", { status: 500 }),
      new Response("", { status: 401 }),
    ];
    const fetch = vi.fn(async () => answers.shift()!);
    vi.stubGlobal("fetch", fetch);
    onTestFinished(() => void vi.unstubAllGlobals());
    const ask = () => projectToken({ reason: "unauthorized" });
    expect(await ask()).toEqual({ token: "token-1", expiresInSeconds: 60 });
    expect(fetch).toHaveBeenCalledWith(
      "/api/project-token",
      expect.objectContaining({
        method: "POST",
        body: '{"reason":"unauthorized"}',
      }),
    );
    await expect(ask()).rejects.toThrow("/api/project-token answers 200 with a page");
    await expect(ask()).rejects.toThrow("/api/project-token answers 500");
    await expect(ask()).rejects.toMatchObject({ kind: "unauthorized" });
  });

  test("is built, and plays in a browser", async () => {
    const types: Record<string, string> = { html: "text/html", js: "text/javascript" };
    const emulator: Emulator = await startEmulator({
      mount: {
        "/game": async (request) => {
          const path = new URL(request.url).pathname.slice("/game/".length) || "index.html";
          const body = await readFile(join(game, "dist", path), "utf8");
          return new Response(body, {
            headers: { "content-type": types[path.split(".").at(-1)!] ?? "text/plain" },
          });
        },
      },
    });
    const { handlers } = (await import(join(game, "handlers.mjs"))) as {
      handlers: (emulator: Emulator) => () => void;
    };
    const endHandlers = handlers(emulator);
    let browser: Browser | undefined;
    try {
      const url = { VITE_GS2_GATEWAY_EMULATOR_URL: emulator.url };
      await npm(["run", "build", "--", "--base", "./"], game, url);
      browser = await launchBrowser();
      const context = await browser.newContext();
      await context.addInitScript(drawFewFrames);
      const complaints = recordPageErrors(context);
      const page = await context.newPage();
      await page.goto(`${emulator.url}/game/`);
      await expect.poll(() => page.title(), { timeout: 30_000 }).toMatch(/^Match of /);
      const [{ userId } = { userId: "" }] = emulator.sessions();
      expect(userId).toMatch(/^user-/);
      expect(await page.title()).toBe(`Match of ${userId} and robot`);
      const methods = emulator.calls().map(({ method }) => method);
      for (const method of ["createAccount", "authentication", "loginBySignature"]) {
        expect(methods).toContain(method);
      }
      // The next visit is the same player.
      await page.reload();
      await expect.poll(() => page.title(), { timeout: 30_000 }).toMatch(/^Match of /);
      expect(emulator.sessions().map((session) => session.userId)).toEqual([userId]);
      expect(await page.locator("canvas").count()).toBe(1);
      // What drawing in software costs is no complaint of the game's.
      expect(complaints.filter((one) => !one.includes("GL Driver Message"))).toEqual([]);
    } finally {
      await browser?.close();
      endHandlers();
      await emulator.stop();
    }
  });
});
