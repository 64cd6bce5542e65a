import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { CommandContext } from "../../../src/emulator/cli/context.js";
import { pushWorkerCommand } from "../../../src/emulator/cli/pushWorkerCommand.js";
import { runCommand } from "../../../src/emulator/cli/program.js";
import { startEmulator, type Emulator } from "../../../src/emulator/index.js";
import { inRepo } from "../../support/repo.js";
import { frame, RawSocket, restLogin } from "./rawSocket.js";

type Signal = "SIGINT" | "SIGTERM";

/** A process that is none: what is printed is kept, and signals come from the test. */
function fakeHost(env: Record<string, string | undefined> = {}) {
  const out: string[] = [];
  const err: string[] = [];
  const listeners = new Set<(signal: Signal) => void>();
  const told = new Set<() => void>();
  const tell = () => {
    for (const look of [...told]) look();
  };
  const until = (what: string, look: () => boolean) =>
    new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        told.delete(watch);
        reject(new Error(`Waited for ${what}; printed ${JSON.stringify({ out, err })}`));
      }, 10_000);
      const watch = () => {
        if (!look()) return;
        clearTimeout(timer);
        told.delete(watch);
        resolve();
      };
      told.add(watch);
      watch();
    });
  const host: CommandContext = {
    env,
    interactive: false,
    version: "1.2.3",
    templates: pathToFileURL(inRepo("src/emulator/cli/templates/")),
    out: (line) => {
      out.push(line);
      tell();
    },
    err: (line) => {
      err.push(line);
      tell();
    },
    onSignal(callback) {
      listeners.add(callback);
      tell();
      return () => void listeners.delete(callback);
    },
  };
  return {
    host,
    out,
    err,
    listening: () => until("somebody to listen for signals", () => listeners.size > 0),
    printed: (part: string) => until(part, () => out.concat(err).some((one) => one.includes(part))),
    signal: (signal: Signal) => {
      for (const listener of [...listeners]) listener(signal);
    },
    listeners,
  };
}

describe("gs2-gateway emulator", () => {
  test("prints its address when it is ready, and a signal stops it cleanly", async () => {
    const { host, out, listening, signal, listeners } = fakeHost();
    const done = runCommand(["emulator", "--port", "0", "--namespace", "a", "b"], host);
    await listening();
    expect(out).toEqual([
      expect.stringMatching(/^GS2-Gateway emulator: http:\/\/127\.0\.0\.1:\d+$/) as string,
    ]);
    const url = out[0]!.split(": ")[1]!;
    expect((await fetch(`${url}/_emulator/ready`)).status).toBe(200);
    const token = await restLogin(url);
    for (const name of ["a", "b"]) {
      const answer = await fetch(`${url}/gateway/${name}`, {
        headers: { authorization: `Bearer ${token}` },
      });
      expect(answer.status).toBe(200);
    }
    signal("SIGTERM");
    expect(await done).toBe(0);
    expect(listeners.size).toBe(0);
    await expect(fetch(url)).rejects.toThrow();
  });

  test("says in one line that its port is in use, and how to take another", async () => {
    const other = await startEmulator();
    const { port } = new URL(other.url);
    const { host, out, err, listeners } = fakeHost({ PORT: port });
    expect(await runCommand(["emulator"], host)).toBe(1);
    expect([out, err, listeners.size]).toEqual([
      [],
      [
        `Port ${port} is in use: another emulator may be running. Stop it, or try --port N or PORT=N.`,
      ],
      0,
    ]);
    await other.stop();
  });

  test("logs JSON lines, the address in the first", async () => {
    const { host, out, listening, signal } = fakeHost();
    const done = runCommand(["emulator", "--port", "0", "--log", "json"], host);
    await listening();
    const { event, detail } = JSON.parse(out[0]!) as { event: string; detail: { url: string } };
    expect(event).toBe("listening");
    await restLogin(detail.url);
    signal("SIGINT");
    expect(await done).toBe(0);
    expect(out.map((line) => (JSON.parse(line) as { event: string }).event)).toEqual([
      "listening",
      "call",
      "stopped",
    ]);
  });

  test("without a log still says whom it refused", async () => {
    const { host, out, err, listening, printed, signal } = fakeHost();
    const done = runCommand(["emulator", "--port", "0"], host);
    await listening();
    await fetch(out[0]!.split(": ")[1]!, { headers: { origin: "https://evil.example" } });
    await printed("--allow-origin https://evil.example");
    expect(err).toHaveLength(1);
    signal("SIGINT");
    await done;
  });

  test.each([
    [["--port", "many"], '"many" is no port'],
    [["--port", "70000"], "port takes a whole number from 0 to 65535"],
    [["--log", "xml"], "--log takes text or json"],
    [["--allow-origin", "here"], '"here" is none'],
    [["--prot", "1"], "unknown option '--prot'"],
  ])("refuses %j in one line", async (args, said) => {
    const { host, out, err } = fakeHost();
    expect(await runCommand(["emulator", ...args], host)).toBe(1);
    expect([out, err.length]).toEqual([[], 1]);
    expect(err[0]).toContain(said);
    expect(err[0]).not.toContain("    at ");
  });
});

describe("gs2-gateway exec", () => {
  const node = (script: string) => [process.execPath, "-e", script];

  test("runs a command beside an emulator of its own and hands back its exit code", async () => {
    const { host } = fakeHost({ PATH: process.env["PATH"] });
    const script = `
      const { GS2_GATEWAY_EMULATOR_URL: url, VITE_GS2_GATEWAY_EMULATOR_URL: same } = process.env;
      fetch(url + "/_emulator/ready").then((answer) => process.exit(answer.ok && url === same ? 7 : 1));
    `;
    expect(await runCommand(["exec", "--", ...node(script)], host)).toBe(7);
  });

  test("leaves the command's own options to the command", async () => {
    const { host } = fakeHost({ PATH: process.env["PATH"] });
    const script = 'process.exit(process.argv.includes("--strict") ? 3 : 4)';
    expect(await runCommand(["exec", "--", ...node(script), "--", "--strict"], host)).toBe(3);
  });

  test("passes signals on, and hands back how the command ended", async () => {
    const script = `
      process.on("SIGTERM", () => process.exit(9));
      const server = require("node:http").createServer((_, answer) => answer.end("up")).listen(0, "127.0.0.1");
      setInterval(() => {}, 1000);
      server.on("listening", () =>
        fetch(process.env.GS2_GATEWAY_EMULATOR_URL + "/_emulator/ready", { headers: { origin: "https://child.ready" } }));
    `;
    const { host, printed, signal } = fakeHost({ PATH: process.env["PATH"] });
    const done = runCommand(["exec", "--", ...node(script)], host);
    // The child says that it is up by a request the emulator refuses aloud.
    await printed("https://child.ready");
    signal("SIGTERM");
    expect(await done).toBe(9);
  });

  test("keeps namespaces in a file if told to", async () => {
    const folder = mkdtempSync(join(tmpdir(), "gs2-gateway-"));
    const data = join(folder, "world.json");
    const flags = ["exec", "--data", data, "--namespace", "kept", "--"];
    expect(await runCommand([...flags, ...node("0")], fakeHost().host)).toBe(0);
    expect(readFileSync(data, "utf8")).toContain('"name":"kept"');
    rmSync(folder, { recursive: true });
  });

  test("says in one line that there is no such command", async () => {
    const { host, err } = fakeHost({ PATH: process.env["PATH"] });
    expect(await runCommand(["exec", "--", "no-such-command-here"], host)).toBe(127);
    expect(err).toEqual(["Cannot run no-such-command-here: there is no such command."]);
  });

  test("needs a command", async () => {
    const { host, err } = fakeHost();
    expect(await runCommand(["exec"], host)).toBe(1);
    expect(err[0]).toContain("missing required argument 'command'");
  });
});

describe("gs2-gateway notify", () => {
  let emulator: Emulator;
  let socket: RawSocket;
  beforeAll(async () => {
    emulator = await startEmulator();
  });
  afterEach(() => emulator.reset());
  afterAll(() => emulator.stop());

  const notify = (...args: string[]) => {
    const fake = fakeHost({ GS2_GATEWAY_EMULATOR_URL: emulator.url });
    return runCommand(["notify", ...args], fake.host).then((code) => ({ code, ...fake }));
  };

  test("prints to whom it went", async () => {
    socket = await RawSocket.open(emulator.endpoints.webSocket);
    const params = { namespaceName: "game-0001", accessToken: "accessToken-0001" };
    await socket.ask(frame("setUserId", params, await restLogin(emulator.url)));
    const { connectionId } = emulator.sessions()[0]!;
    const common = ["--user", "user-0001", "--payload", '{"a":1}'];

    const byKey = await notify(...common, "--key", "Gs2Matchmaking:Join");
    expect([byKey.code, byKey.out, byKey.err]).toEqual([
      0,
      [`Sent Gs2Matchmaking:Join to user-0001: ${connectionId}`],
      [],
    ]);
    await socket.notification();
    socket.frames.length = 0;
    await notify(...common, "--subject", "s", "--issuer", "i", "--namespace", "game-0001");
    expect((await socket.notification())["body"]).toEqual({
      issuer: "i",
      subject: "s",
      payload: '{"a":1}',
    });
  });

  test("fails with the reason when nobody got it", async () => {
    const { code, out, err } = await notify("--user", "u", "--key", "k", "--payload", "p");
    expect([code, out, err]).toEqual([
      1,
      [],
      ["Nobody got it. u has no session. 0 sockets are open; no session exists."],
    ]);
  });

  test("fails with a sentence when something is missing", async () => {
    const missing = await notify("--user", "u", "--payload", "p");
    expect([missing.code, missing.err]).toEqual([1, ["A notification needs a key or a subject."]]);
    const nobody = await notify("--key", "k", "--payload", "p");
    expect(nobody.err[0]).toContain("required option '--user <id>' not specified");
  });

  test("says where it looked when no emulator answers, or something else does", async () => {
    const other = createServer((_, answer) => answer.end("hello"));
    await new Promise<void>((listening) => other.listen(0, "127.0.0.1", listening));
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    const args = ["--user", "u", "--key", "k", "--payload", "p", "--url", url];
    const stranger = await notify(...args);
    expect([stranger.code, stranger.err]).toEqual([
      1,
      [`What answers at ${url} is not the emulator.`],
    ]);
    other.closeAllConnections();
    await new Promise((closed) => other.close(closed));
    const nobody = await notify(...args);
    expect([nobody.code, nobody.err]).toEqual([
      1,
      [`No emulator answers at ${url}. Start one with: gs2-gateway emulator`],
    ]);
  });
});

describe("gs2-gateway push-worker", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "gs2-gateway-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  test("puts the file into a folder, made if need be, and over an older one", async () => {
    const from = join(folder, "built.js");
    const to = join(folder, "site", "public");
    for (const version of ["old", "new"]) {
      await writeFile(from, version);
      const { host, out } = fakeHost();
      expect(await pushWorkerCommand(to, host, from)).toBe(0);
      expect(out[0]).toContain(join(to, "firebase-messaging-sw.js"));
    }
    expect(await readFile(join(to, "firebase-messaging-sw.js"), "utf8")).toBe("new");
  });

  test("fails with a sentence where it cannot write", async () => {
    const file = join(folder, "file");
    await writeFile(file, "");
    const { host, err } = fakeHost();
    expect(await runCommand(["push-worker", file], host)).toBe(1);
    expect(err[0]).toMatch(/^Cannot write .*firebase-messaging-sw\.js \(E\w+\)\.$/);
  });
});

test("gs2-gateway --help lists the commands", async () => {
  const { host, out } = fakeHost();
  expect(await runCommand(["--help"], host)).toBe(0);
  for (const command of ["emulator", "exec", "notify", "push-worker"])
    expect(out.join("\n")).toContain(command);
});

describe("gs2-gateway init", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "gs2-gateway-init-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  test("writes a game that names this version of the package and bears the folder's name", async () => {
    const { host, out } = fakeHost();
    const dir = join(folder, "My Game!");
    expect(await runCommand(["init", "phaser-vite", dir], host)).toBe(0);
    const manifest = JSON.parse(await readFile(join(dir, "package.json"), "utf8")) as object;
    expect(manifest).toMatchObject({ name: "my-game", dependencies: { "gs2-gateway": "^1.2.3" } });
    expect(await readdir(dir)).toEqual(expect.arrayContaining([".gitignore", "index.html", "src"]));
    expect(await readdir(dir)).not.toContain("gitignore");
    expect(out).toEqual([`${dir} is ready: cd ${dir} && npm install && npm run dev`]);
  });

  test("writes nothing into a folder that holds something, nor over a file", async () => {
    await writeFile(join(folder, "work.txt"), "mine");
    for (const [dir, said] of [
      [folder, "is not empty"],
      [join(folder, "work.txt"), "is no folder"],
    ] as const) {
      const { host, err } = fakeHost();
      expect(await runCommand(["init", "phaser-vite", dir], host)).toBe(1);
      expect(err).toEqual([`${dir} ${said}. Name a folder that is empty or not there yet.`]);
    }
    expect(await readdir(folder)).toEqual(["work.txt"]);
  });

  test("names the templates there are when asked for another", async () => {
    const { host, err } = fakeHost();
    expect(await runCommand(["init", "pixi", join(folder, "game")], host)).toBe(1);
    expect(err).toEqual(["There is no template pixi; there is: phaser-vite"]);
    expect(await readdir(folder)).toEqual([]);
  });
});
