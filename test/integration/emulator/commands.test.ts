import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  onTestFinished,
  test,
} from "vitest";
import type { CommandContext } from "../../../src/emulator/cli/context.js";
import { copyPushWorker } from "../../../src/emulator/cli/pushWorkerCommand.js";
import { runCommand } from "../../../src/emulator/cli/program.js";
import { startEmulator, type Emulator } from "../../../src/emulator/index.js";
import { inRepo } from "../../support/repo.js";
import { frame, RawSocket, restLogin } from "./rawSocket.js";

type Signal = "SIGINT" | "SIGTERM";

/** A fake process: its output is recorded, and signals come from the test. */
function fakeContext(env: Record<string, string | undefined> = {}) {
  const out: string[] = [];
  const err: string[] = [];
  const listeners = new Set<(signal: Signal) => void>();
  const waiting = new Set<() => void>();
  const notifyAll = () => {
    for (const check of [...waiting]) check();
  };
  const until = (what: string, predicate: () => boolean) =>
    new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting.delete(check);
        reject(new Error(`Waited for ${what}; printed ${JSON.stringify({ out, err })}`));
      }, 10_000);
      const check = () => {
        if (!predicate()) return;
        clearTimeout(timer);
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      check();
    });
  const context: CommandContext = {
    env,
    interactive: false,
    version: "1.2.3",
    templates: pathToFileURL(inRepo("src/emulator/cli/templates/")),
    out: (line) => {
      out.push(line);
      notifyAll();
    },
    err: (line) => {
      err.push(line);
      notifyAll();
    },
    onSignal(callback) {
      listeners.add(callback);
      notifyAll();
      return () => void listeners.delete(callback);
    },
  };
  return {
    context,
    out,
    err,
    listening: () => until("a signal listener", () => listeners.size > 0),
    printed: (part: string) => until(part, () => out.concat(err).some((one) => one.includes(part))),
    signal: (signal: Signal) => {
      for (const listener of [...listeners]) listener(signal);
    },
    listeners,
  };
}

describe("gs2-gateway emulator", () => {
  test("prints its address when it is ready, and stops on a signal", async () => {
    const { context, out, listening, signal, listeners } = fakeContext();
    const done = runCommand(["emulator", "--port", "0", "--namespace", "a", "b"], context);
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

  test("prints one line when its port is in use, with the flag that chooses another", async () => {
    const other = await startEmulator();
    const { port } = new URL(other.url);
    const { context, out, err, listeners } = fakeContext({ PORT: port });
    expect(await runCommand(["emulator"], context)).toBe(1);
    expect([out, err, listeners.size]).toEqual([
      [],
      [
        `Port ${port} is in use: another emulator may be running. Stop it, or try --port N or PORT=N.`,
      ],
      0,
    ]);
    await other.stop();
  });

  test("logs JSON lines with the address in the first", async () => {
    const { context, out, listening, signal } = fakeContext();
    const done = runCommand(["emulator", "--port", "0", "--log", "json"], context);
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

  test("with --host prints each address, and what that opens", async () => {
    const { context, out, err, listening, signal } = fakeContext();
    const done = runCommand(["emulator", "--port", "0", "--host", "0.0.0.0"], context);
    await listening();
    const port = new URL(out[0]!.split(": ")[1]!).port;
    const addresses = Object.values(networkInterfaces())
      .flatMap((all) => all ?? [])
      .filter(({ family }) => family === "IPv4");
    expect(out.slice(1)).toEqual(
      addresses.map(({ address }) => `  listening on http://${address}:${port}`),
    );
    expect(err).toEqual([expect.stringMatching(/^Warning: .*act as any player.*no password/)]);
    signal("SIGINT");
    await done;
  });

  test("with a --host on loopback prints no warning", async () => {
    const { context, out, err, listening, signal } = fakeContext();
    const done = runCommand(["emulator", "--port", "0", "--host", "127.0.0.1"], context);
    await listening();
    expect([out.length, err]).toEqual([1, []]);
    signal("SIGINT");
    await done;
  });

  test("with --allow-origin null or * says that every website may call", async () => {
    for (const origin of ["null", "*"]) {
      const { context, err, listening, signal } = fakeContext();
      const done = runCommand(["emulator", "--port", "0", "--allow-origin", origin], context);
      await listening();
      expect(err).toEqual([expect.stringMatching(/^Warning: .*every website/)]);
      signal("SIGINT");
      await done;
    }
  });

  test.each(["text", "json", undefined])(
    "prints no control characters of others with the log %s",
    async (form) => {
      const { context, out, err, listening, printed, signal } = fakeContext();
      const flags = form === undefined ? [] : ["--log", form];
      const done = runCommand(["emulator", "--port", "0", ...flags], context);
      await listening();
      const url = /http:[^"]*/.exec(out.join(" "))![0].split(" ")[0]!;
      await fetch(`${url}/_emulator/namespaces`, {
        method: "POST",
        body: JSON.stringify({ name: "game" }),
      });
      const socket = await RawSocket.open(`${url.replace("http", "ws")}/gateway-ws`);
      const token = await restLogin(url);
      const issued = await fetch(`${url}/_emulator/access-tokens`, {
        method: "POST",
        body: JSON.stringify({ userId: "\u001b[2Jevil\u009b\u202e\nnext" }),
      });
      const { accessToken } = (await issued.json()) as { accessToken: string };
      await socket.ask(frame("setUserId", { namespaceName: "game", accessToken }, token));
      await socket.close();
      await fetch(url, { headers: { origin: "https://evil.example/\u009b2J" } });
      await printed(form === undefined ? "evil.example" : "evil");
      signal("SIGINT");
      await done;
      // eslint-disable-next-line no-control-regex -- these are what a terminal obeys
      expect(out.concat(err).join("")).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
    },
  );

  test("prints refused origins when no log is set", async () => {
    const { context, out, err, listening, printed, signal } = fakeContext();
    const done = runCommand(["emulator", "--port", "0"], context);
    await listening();
    await fetch(out[0]!.split(": ")[1]!, { headers: { origin: "https://evil.example" } });
    await printed("--allow-origin https://evil.example");
    expect(err).toHaveLength(1);
    signal("SIGINT");
    await done;
  });

  test.each([
    [["--host", ""], "host takes an address"],
    [["--data", ""], "data takes a text that is not empty"],
    [["--port", "many"], '"many" is not a port'],
    [["--port", "70000"], "port takes a whole number from 0 to 65535"],
    [["--log", "xml"], "--log takes text or json"],
    [["--allow-origin", "here"], "allowOrigins[0] takes an origin such as"],
    [["--prot", "1"], "unknown option '--prot'"],
  ])("rejects %j with one line", async (args, message) => {
    const { context, out, err } = fakeContext();
    expect(await runCommand(["emulator", ...args], context)).toBe(1);
    expect([out, err.length]).toEqual([[], 1]);
    expect(err[0]).toContain(message);
    expect(err[0]).not.toContain("    at ");
  });
});

describe("gs2-gateway exec", () => {
  const node = (script: string) => [process.execPath, "-e", script];

  test("runs a command with an emulator of its own and returns its exit code", async () => {
    const { context } = fakeContext({ PATH: process.env["PATH"] });
    const script = `
      const { GS2_GATEWAY_EMULATOR_URL: url, VITE_GS2_GATEWAY_EMULATOR_URL: same } = process.env;
      fetch(url + "/_emulator/ready").then((answer) => process.exit(answer.ok && url === same ? 7 : 1));
    `;
    expect(await runCommand(["exec", "--", ...node(script)], context)).toBe(7);
  });

  test("leaves the command's own options to the command", async () => {
    const { context } = fakeContext({ PATH: process.env["PATH"] });
    const script = 'process.exit(process.argv.includes("--strict") ? 3 : 4)';
    expect(await runCommand(["exec", "--", ...node(script), "--", "--strict"], context)).toBe(3);
  });

  test("passes arguments on as they are, without a shell, on Windows too", async () => {
    const platform = process.platform;
    Object.defineProperty(process, "platform", { value: "win32" });
    onTestFinished(() => void Object.defineProperty(process, "platform", { value: platform }));
    const odd = '$(exit 5) ; exit 6 & "quoted" %PATH%';
    const { context } = fakeContext({ PATH: process.env["PATH"] });
    const script = `process.exit(process.argv[1] === ${JSON.stringify(odd)} ? 3 : 4)`;
    expect(await runCommand(["exec", "--", ...node(script), odd], context)).toBe(3);
  });

  test("passes signals on, and returns the command's exit code", async () => {
    const script = `
      process.on("SIGTERM", () => process.exit(9));
      const server = require("node:http").createServer((_, answer) => answer.end("up")).listen(0, "127.0.0.1");
      setInterval(() => {}, 1000);
      server.on("listening", () =>
        fetch(process.env.GS2_GATEWAY_EMULATOR_URL + "/_emulator/ready", { headers: { origin: "https://child.ready" } }));
    `;
    const { context, printed, signal } = fakeContext({ PATH: process.env["PATH"] });
    const done = runCommand(["exec", "--", ...node(script)], context);
    // The child signals that it is up with a request whose refusal is printed.
    await printed("https://child.ready");
    signal("SIGTERM");
    expect(await done).toBe(9);
  });

  test("keeps namespaces in the file of --data", async () => {
    const folder = mkdtempSync(join(tmpdir(), "gs2-gateway-"));
    const data = join(folder, "state.json");
    const flags = ["exec", "--data", data, "--namespace", "kept", "--"];
    expect(await runCommand([...flags, ...node("0")], fakeContext().context)).toBe(0);
    expect(readFileSync(data, "utf8")).toContain('"name":"kept"');
    rmSync(folder, { recursive: true });
  });

  test("prints one line when there is no such command", async () => {
    const { context, err } = fakeContext({ PATH: process.env["PATH"] });
    expect(await runCommand(["exec", "--", "no-such-command-here"], context)).toBe(127);
    expect(err).toEqual(["Cannot run no-such-command-here: there is no such command."]);
  });

  test("needs a command", async () => {
    const { context, err } = fakeContext();
    expect(await runCommand(["exec"], context)).toBe(1);
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
    const fake = fakeContext({ GS2_GATEWAY_EMULATOR_URL: emulator.url });
    return runCommand(["notify", ...args], fake.context).then((code) => ({ code, ...fake }));
  };

  test("prints the connections it was sent to", async () => {
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

  test("fails with the reason when the user has no session", async () => {
    const { code, out, err } = await notify("--user", "u", "--key", "k", "--payload", "p");
    expect([code, out, err]).toEqual([
      1,
      [],
      ["Not delivered. u has no session. 0 sockets are open; no session exists."],
    ]);
  });

  test("fails with one line when an option is missing", async () => {
    const missing = await notify("--user", "u", "--payload", "p");
    expect([missing.code, missing.err]).toEqual([1, ["notify: key or subject must be supplied"]]);
    const withoutUser = await notify("--key", "k", "--payload", "p");
    expect(withoutUser.err[0]).toContain("required option '--user <id>' not specified");
  });

  test("prints the address when no emulator answers there", async () => {
    const other = createServer((_, answer) => answer.end("hello"));
    await new Promise<void>((listening) => other.listen(0, "127.0.0.1", listening));
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    const args = ["--user", "u", "--key", "k", "--payload", "p", "--url", url];
    const wrongServer = await notify(...args);
    expect([wrongServer.code, wrongServer.err]).toEqual([
      1,
      [`The server at ${url} is not the emulator.`],
    ]);
    other.closeAllConnections();
    await new Promise((closed) => other.close(closed));
    const noServer = await notify(...args);
    expect([noServer.code, noServer.err]).toEqual([
      1,
      [`No emulator answers at ${url}. Start one with: gs2-gateway emulator`],
    ]);
  });
});

describe("gs2-gateway replay", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "gs2-gateway-replay-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const player = { namespaceName: "game-0001", userId: "alice" };
  const notice = (atMs: number, payload: string) => ({
    atMs,
    direction: "toClient",
    type: "notification",
    players: [player],
    body: { type: "notification", body: { issuer: "", subject: "talk", payload } },
  });
  const write = async (text: string) => {
    const file = join(folder, "recording.json");
    await writeFile(file, text);
    return file;
  };
  const recording = { version: 1, startedAt: 0, frames: [notice(0, "one"), notice(100, "two")] };

  test("is an emulator that sends a player the notifications of the file", async () => {
    const file = await write(JSON.stringify(recording));
    const { context, out, listening, signal, printed } = fakeContext();
    const flags = ["--port", "0", "--namespace", "game-0001", "--speed", "100", "--log", "text"];
    const done = runCommand(["replay", file, ...flags], context);
    await listening();
    expect(out.slice(1)).toEqual([
      expect.stringMatching(/^GS2-Gateway emulator: http:/),
      "  alice: 2 notifications in 0.0 s",
      "They are sent to a player from the player's bind on, once.",
    ]);
    const url = out[1]!.slice("GS2-Gateway emulator: ".length);
    const socket = await RawSocket.open(`${url.replace("http", "ws")}/gateway-ws`);
    const params = { namespaceName: "game-0001", accessToken: "accessToken-0001" };
    await socket.ask(frame("setUserId", params, await restLogin(url)));
    await socket.waitFor("the second", (one) => JSON.stringify(one).includes('"two"'));
    expect(socket.frames.filter(({ type }) => type === "notification")).toMatchObject([
      { body: { payload: "one" } },
      { body: { payload: "two" } },
    ]);
    await printed("2 notifications of alice begin for user-0001");
    await socket.close();
    signal("SIGINT");
    expect(await done).toBe(0);
  });

  test.each([
    ["no JSON", "{", [], "recording.json is no JSON."],
    ["a wrong field", '{"version":3}', [], "recording.json: replay: version takes 1"],
    [
      "another player",
      JSON.stringify(recording),
      ["--user", "bob"],
      "replay: userId is not in the",
    ],
    [
      "a wrong speed",
      JSON.stringify(recording),
      ["--speed", "fast"],
      "--speed takes a number above",
    ],
  ])("fails with one line for %s", async (_, text, flags, problem) => {
    const file = await write(text);
    const { context, out, err } = fakeContext();
    expect(await runCommand(["replay", file, "--port", "0", ...flags], context)).toBe(1);
    expect([out, err]).toEqual([[], [expect.stringContaining(problem)]]);
  });

  test("fails with one line where there is no file", async () => {
    const { context, err } = fakeContext();
    expect(await runCommand(["replay", join(folder, "none.json")], context)).toBe(1);
    expect(err).toEqual([expect.stringMatching(/none\.json cannot be read \(ENOENT\)\.$/)]);
  });
});

describe("gs2-gateway push-worker", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "gs2-gateway-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** Copies a worker with this text. */
  async function copy(text: string, force = false) {
    const from = join(folder, "built.js");
    await writeFile(from, text);
    const { context, out, err } = fakeContext();
    const code = await copyPushWorker(join(folder, "site", "public"), context, { force, from });
    return { code, out, err };
  }
  const copied = () => join(folder, "site", "public", "firebase-messaging-sw.js");

  test("copies the file into a folder, and creates the folder", async () => {
    expect(await copy("new")).toMatchObject({
      code: 0,
      out: [expect.stringContaining(copied()) as string],
    });
    expect(await readFile(copied(), "utf8")).toBe("new");
  });

  test("replaces another file with --force only", async () => {
    await copy("old");
    expect(await copy("old")).toMatchObject({ code: 0, err: [] });
    expect(await copy("new")).toMatchObject({
      code: 1,
      err: [`${copied()} exists and is another file. --force replaces it.`],
    });
    expect(await readFile(copied(), "utf8")).toBe("old");
    expect(await copy("new", true)).toMatchObject({ code: 0 });
    expect(await readFile(copied(), "utf8")).toBe("new");
    expect(await readdir(join(folder, "site", "public"))).toEqual(["firebase-messaging-sw.js"]);
  });

  test.each([false, true])("writes nothing through a symbolic link, --force: %s", async (force) => {
    const target = join(folder, "precious.txt");
    await writeFile(target, "precious");
    await mkdir(join(folder, "site", "public"), { recursive: true });
    await symlink(target, copied());
    expect((await copy("new", force)).code).toBe(force ? 0 : 1);
    expect(await readFile(target, "utf8")).toBe("precious");
    if (force) expect(await readFile(copied(), "utf8")).toBe("new");
  });

  test.each([false, true])(
    "does not create what a symbolic link names, --force: %s",
    async (force) => {
      const target = join(folder, "missing.txt");
      await mkdir(join(folder, "site", "public"), { recursive: true });
      await symlink(target, copied());
      await copy("new", force);
      expect(await readdir(folder)).not.toContain("missing.txt");
    },
  );

  test("fails with one line when it cannot write", async () => {
    const file = join(folder, "file");
    await writeFile(file, "");
    const { context, err } = fakeContext();
    expect(await runCommand(["push-worker", file], context)).toBe(1);
    expect(err[0]).toMatch(/^Cannot write .*firebase-messaging-sw\.js \(E\w+\)\.$/);
  });
});

test("gs2-gateway --help lists the commands", async () => {
  const { context, out } = fakeContext();
  expect(await runCommand(["--help"], context)).toBe(0);
  for (const command of ["emulator", "exec", "notify", "replay", "push-worker"])
    expect(out.join("\n")).toContain(command);
});

describe("gs2-gateway init", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "gs2-gateway-init-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  test("writes a game that has the folder's name and depends on this version of the package", async () => {
    const { context, out } = fakeContext();
    const dir = join(folder, "My Game!");
    expect(await runCommand(["init", "phaser-vite", dir], context)).toBe(0);
    const manifest = JSON.parse(await readFile(join(dir, "package.json"), "utf8")) as object;
    expect(manifest).toMatchObject({ name: "my-game", dependencies: { "gs2-gateway": "^1.2.3" } });
    expect(await readdir(dir)).toEqual(expect.arrayContaining([".gitignore", "index.html", "src"]));
    expect(await readdir(dir)).not.toContain("gitignore");
    expect(out).toEqual([`${dir} is ready: cd ${dir} && npm install && npm run dev`]);
  });

  test("writes nothing into a folder that is not empty, nor over a file", async () => {
    await writeFile(join(folder, "work.txt"), "mine");
    await symlink(join(folder, "elsewhere"), join(folder, "link"));
    for (const [dir, problem, hint] of [
      [folder, "is not empty", ", or add --force: it replaces files of the game"],
      [join(folder, "work.txt"), "is not a folder", ""],
      [join(folder, "link"), "is a symbolic link", ""],
    ] as const) {
      const { context, err } = fakeContext();
      expect(await runCommand(["init", "phaser-vite", dir], context)).toBe(1);
      expect(err).toEqual([
        `${dir} ${problem}. Name a folder that is empty or does not exist${hint}.`,
      ]);
    }
    expect(await readdir(folder)).toEqual(["link", "work.txt"]);
  });

  test("with --force replaces files of the game, keeps others, and follows no symbolic link", async () => {
    const dir = join(folder, "game");
    await mkdir(dir);
    await writeFile(join(dir, "work.txt"), "mine");
    await writeFile(join(dir, "index.html"), "old");
    await writeFile(join(folder, "precious.txt"), "precious");
    await symlink(join(folder, "precious.txt"), join(dir, "tsconfig.json"));
    const init = () => {
      const { context, err } = fakeContext();
      return runCommand(["init", "phaser-vite", dir, "--force"], context).then((code) => ({
        code,
        err,
      }));
    };
    expect(await init()).toEqual({ code: 0, err: [] });
    expect(await readFile(join(dir, "work.txt"), "utf8")).toBe("mine");
    expect(await readFile(join(dir, "index.html"), "utf8")).toContain("<html");
    expect(await readFile(join(folder, "precious.txt"), "utf8")).toBe("precious");

    await rm(join(dir, "src"), { recursive: true });
    await mkdir(join(folder, "outside"));
    await symlink(join(folder, "outside"), join(dir, "src"));
    expect(await init()).toMatchObject({
      code: 1,
      err: [`${join(dir, "src")} is a symbolic link. Name a folder without one.`],
    });
    expect(await readdir(join(folder, "outside"))).toEqual([]);
  });

  test("lists the templates when given an unknown one", async () => {
    const { context, err } = fakeContext();
    expect(await runCommand(["init", "pixi", join(folder, "game")], context)).toBe(1);
    expect(err).toEqual(["There is no template pixi; there is: phaser-vite"]);
    expect(await readdir(folder)).toEqual([]);
  });
});
