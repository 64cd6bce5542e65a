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
import { quoted } from "../../../src/emulator/cli/initCommand.js";
import { runCommand } from "../../../src/emulator/cli/program.js";
import { warningsOf } from "../../../src/emulator/cli/warnings.js";
import { startEmulator, type Emulator } from "../../../src/emulator/index.js";
import { emulatorEndpoints } from "../../../src/index.js";
import { inRepo } from "../../support/repo.js";
import { createTestClient } from "../client/testEmulator.js";
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
    isPublished: true,
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

  test("prints who has its port, and the flag that chooses another", async () => {
    const other = await startEmulator();
    const { port } = new URL(other.url);
    const { context, out, err, listeners } = fakeContext({ PORT: port });
    expect(await runCommand(["emulator"], context)).toBe(1);
    expect([out, err, listeners.size]).toEqual([
      [],
      [
        `Port ${port} is in use: an emulator runs there already, at ${other.url}. Use that one, stop it, or take another port with --port N.`,
      ],
      0,
    ]);
    await other.stop();

    const stranger = createServer((_, answer) => answer.end("hello"));
    await new Promise<void>((listening) => stranger.listen(Number(port), "127.0.0.1", listening));
    const second = fakeContext({ PATH: process.env["PATH"] });
    const command = ["exec", "--port", port, "--", process.execPath, "-e", "0"];
    expect(await runCommand(command, second.context)).toBe(1);
    expect(second.err).toEqual([
      `Port ${port} is in use by another program. Stop it, or take another port with --port N.`,
    ]);
    stranger.closeAllConnections();
    await new Promise((closed) => stranger.close(closed));
  });

  describe("--strict", () => {
    const start = async (args: string[], env: Record<string, string> = {}) => {
      const fake = fakeContext(env);
      const done = runCommand(["emulator", "--port", "0", "--strict", ...args], fake.context);
      await fake.listening();
      onTestFinished(async () => {
        fake.signal("SIGINT");
        await done;
      });
      const url = fake.out[0]!.split(": ")[1]!;
      const login = (clientId: string, clientSecret: string) =>
        fetch(`${url}/identifier/projectToken/login`, {
          method: "POST",
          body: JSON.stringify({ client_id: clientId, client_secret: clientSecret }),
        }).then(({ status }) => status);
      return { ...fake, login };
    };

    test("lets the credentials of --credential log in, and prints none of them", async () => {
      const { login, out, err } = await start(["--credential", "one:sec:ret", "two:other-secret"]);
      expect(await login("one", "sec:ret")).toBe(200);
      expect(await login("two", "other-secret")).toBe(200);
      expect(await login("one", "other-secret")).toBe(401);
      expect(out.concat(err).join("\n")).not.toMatch(/sec:ret|other-secret/);
      expect(err).toEqual([]);
    });

    test("takes the credential of the environment", async () => {
      const env = { GS2_CLIENT_ID: "mine", GS2_CLIENT_SECRET: "hush-hush" };
      const { login, err } = await start([], env);
      expect(await login("mine", "hush-hush")).toBe(200);
      expect(err).toEqual([]);
    });

    test("warns when every login is refused", async () => {
      const { err } = await start([]);
      expect(err).toEqual([expect.stringContaining("Add --credential CLIENT_ID:SECRET")]);
    });

    test.each([
      [["--strict", "--credential", "idHUSH"], "--credential takes a client ID and its secret"],
      [["--strict", "--credential", ":HUSH"], "--credential takes a client ID and its secret"],
      [["--credential", "id:HUSH"], "--credential needs --strict"],
      [["--strict", "--credentail=id:HUSH'HUSH"], "unknown option '--credentail'"],
    ])("refuses %j without repeating the secret", async (args, message) => {
      const { context, out, err } = fakeContext();
      expect(await runCommand(["emulator", ...args], context)).toBe(1);
      expect(err[0]).toContain(message);
      expect(out.concat(err).join("\n")).not.toContain("HUSH");
    });
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

  test("with --upstream passes login, bind and notification of a client on, both ways", async () => {
    const upstream = await startEmulator({ namespaces: ["game-0001"] });
    onTestFinished(() => upstream.stop());
    const { context, out, listening, signal } = fakeContext();
    const flags = ["--port", "0", "--upstream", upstream.url];
    const done = runCommand(["emulator", ...flags], context);
    await listening();
    const { gateway } = createTestClient({
      endpoints: emulatorEndpoints(out[0]!.split(": ")[1]!),
    });
    await gateway.setUserId({ accessToken: "accessToken-0001" });
    const received = gateway.waitFor("Gs2JobQueue:Push", { timeoutMs: 5_000 });
    const payload = { namespaceName: "game-0001", userId: "user-0001" };
    await upstream.notify({ userId: "user-0001", key: "Gs2JobQueue:Push", payload });
    expect((await received).payload).toEqual(payload);
    await gateway.disconnect();
    signal("SIGINT");
    expect(await done).toBe(0);
  });

  test("with --settings FILE takes what doctor prints, and refuses what is no setting", async () => {
    const folder = await mkdtemp(join(tmpdir(), "gs2-gateway-settings-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, "settings.json");
    const run = async (text: string) => {
      await writeFile(file, text);
      const fake = fakeContext();
      const done = runCommand(["emulator", "--port", "0", "--settings", file], fake.context);
      return { ...fake, done };
    };
    const other = await startEmulator({ settings: { namespaceStatus: "READY" } });
    onTestFinished(() => other.stop());
    const doctor = fakeContext({ GS2_CLIENT_ID: "c", GS2_CLIENT_SECRET: "secret-0001" });
    const flags = ["--yes", "--grace-ms", "0", "--patience-seconds", "0"];
    expect(await runCommand(["doctor", other.url, ...flags], doctor.context)).toBe(0);

    const { out, listening, signal, done } = await run(doctor.out.join("\n"));
    await listening();
    const url = out[0]!.split(": ")[1]!;
    const authorization = `Bearer ${await restLogin(url)}`;
    await fetch(`${url}/gateway/`, {
      method: "POST",
      headers: { authorization },
      body: '{"name":"n"}',
    });
    const status = await fetch(`${url}/gateway/n/status`, { headers: { authorization } });
    expect(await status.json()).toEqual({ status: "READY" });
    signal("SIGINT");
    await done;

    for (const [text, problem] of [
      ["[]", `--settings: ${file} is not a JSON object.`],
      ["{", `--settings: ${file} is not a JSON object.`],
      ['{"unknown":1}', "startEmulator: settings.unknown is unknown"],
    ] as const) {
      const { err, done: refused } = await run(text);
      expect([await refused, err]).toEqual([1, [expect.stringContaining(problem)]]);
    }
    const none = fakeContext();
    const missing = join(folder, "none.json");
    expect(await runCommand(["emulator", "--settings", missing], none.context)).toBe(1);
    expect(none.err).toEqual([`--settings: ${missing} cannot be read (ENOENT).`]);
  });

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

test("a --host that only begins like loopback gets the warning", () => {
  expect(warningsOf("127.evil.example", [])).toHaveLength(1);
  for (const host of ["127.0.0.1", "127.1.2.3", "::1", "localhost"]) {
    expect(warningsOf(host, [])).toEqual([]);
  }
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
    expect(err.at(-1)).toBe(
      "Cannot run no-such-command-here: there is no such command. Check its name, or run it by npx: gs2-gateway exec -- npx no-such-command-here",
    );
  });

  test("listens on the port of --port, and prints its address", async () => {
    const free = await startEmulator();
    const { port } = new URL(free.url);
    await free.stop();
    const { context, out, err } = fakeContext({ PATH: process.env["PATH"] });
    const script = `process.exit(process.env.GS2_GATEWAY_EMULATOR_URL.endsWith(":${port}") ? 5 : 1)`;
    expect(await runCommand(["exec", "--port", port, "--", ...node(script)], context)).toBe(5);
    expect([out, err]).toEqual([[], [`GS2-Gateway emulator: http://127.0.0.1:${port}`]]);
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

  test("names the key that was probably meant, and a payload that is not JSON", async () => {
    socket = await RawSocket.open(emulator.endpoints.webSocket);
    const params = { namespaceName: "game-0001", accessToken: "accessToken-0001" };
    await socket.ask(frame("setUserId", params, await restLogin(emulator.url)));
    const send = async (key: string, payload: string) => {
      const { code, err } = await notify("--user", "user-0001", "--key", key, "--payload", payload);
      return { code, err };
    };
    expect(await send("Gs2Matchmaking:Jion", "{}")).toEqual({
      code: 0,
      err: [
        "No service of GS2 is known to send Gs2Matchmaking:Jion (did you mean Gs2Matchmaking:Join?).",
      ],
    });
    expect(await send("raid:start", "{bad")).toEqual({
      code: 0,
      err: ["The payload is not JSON: the game gets it as a text. Check your shell's quotes."],
    });
    expect(await send("raid:start", "7")).toEqual({ code: 0, err: [] });
  });

  test("names a mistyped option before one that is missing", async () => {
    const { code, err } = await notify("--usr", "u", "--key", "k");
    expect([code, err]).toEqual([
      1,
      ["error: unknown option '--usr' (Did you mean --user?) See: gs2-gateway notify --help"],
    ]);
  });

  test("says how an address begins", async () => {
    const args = ["--user", "u", "--key", "k", "--payload", "p", "--url", "127.0.0.1:9480"];
    expect((await notify(...args)).err).toEqual([
      "127.0.0.1:9480 is no address: it begins with http://, e.g. http://127.0.0.1:9480 (--url URL).",
    ]);
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
    const withoutPayload = await notify("--user", "u", "--key", "k");
    expect([...withoutUser.err, ...withoutPayload.err]).toEqual([
      "error: option '--user <id>' is required See: gs2-gateway notify --help",
      "error: option '--payload <text>' is required See: gs2-gateway notify --help",
    ]);
  });

  test("prints the address when no emulator answers there", async () => {
    const other = createServer((_, answer) => answer.end("hello"));
    await new Promise<void>((listening) => other.listen(0, "127.0.0.1", listening));
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    const args = ["--user", "u", "--key", "k", "--payload", "p", "--url", url];
    const wrongServer = await notify(...args);
    expect([wrongServer.code, wrongServer.err]).toEqual([
      1,
      [`The server at ${url} is not the emulator. Name the emulator's address: --url URL.`],
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
    await mkdir(join(folder, "site", "public"), { recursive: true });
    const { context, out, err } = fakeContext();
    const code = await copyPushWorker(join(folder, "site", "public"), context, { force, from });
    return { code, out, err };
  }
  const copied = () => join(folder, "site", "public", "firebase-messaging-sw.js");

  test("creates no folder, and names the one that was probably meant", async () => {
    await mkdir(join(folder, "public"));
    const tried = async (dir: string) => {
      const { context, err } = fakeContext();
      expect(await runCommand(["push-worker", dir], context)).toBe(1);
      return err;
    };
    const mistyped = join(folder, "pubilc");
    expect(await tried(mistyped)).toEqual([
      `There is no folder ${mistyped}. Did you mean ${join(folder, "public")}? Name the folder that your site is served from, or create it first.`,
    ]);
    const missing = join(folder, "nosuchdir", "deep");
    expect(await tried(missing)).toEqual([
      `There is no folder ${missing}. Name the folder that your site is served from, or create it first.`,
    ]);
    expect(await readdir(folder)).toEqual(["public"]);
  });

  test("copies the file into a folder", async () => {
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
    expect(err).toEqual([
      `${file} is not a folder. Name the folder that your site is served from, e.g. public.`,
    ]);
  });
});

test.each(["--version", "-v"])("gs2-gateway %s prints the version", async (flag) => {
  const { context, out, err } = fakeContext();
  expect(await runCommand([flag], context)).toBe(0);
  expect([out, err]).toEqual([["1.2.3"], []]);
});

test("an error of a command's flags is one line that names its help", async () => {
  const { context, err } = fakeContext();
  await runCommand(["emulator", "--strcit"], context);
  await runCommand(["notfiy"], context);
  expect(err).toEqual([
    "error: unknown option '--strcit' (Did you mean --strict?) See: gs2-gateway emulator --help",
    "error: unknown command 'notfiy' (Did you mean notify?) See: gs2-gateway --help",
  ]);
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
    expect(out).toEqual([`${dir} is ready: cd '${dir}' && npm install && npm run dev`]);
  });

  test("says how to install the packed package until it is published", async () => {
    const { context, out } = fakeContext();
    const dir = join(folder, "game");
    const unpublished = { ...context, isPublished: false };
    expect(await runCommand(["init", "phaser-vite", dir], unpublished)).toBe(0);
    expect(out).toEqual([
      `${dir} is ready: cd ${dir} && npm install PATH/gs2-gateway-1.2.3.tgz && npm run dev`,
      expect.stringContaining("npm pack in its folder makes gs2-gateway-1.2.3.tgz") as string,
    ]);
  });

  test.each([
    ["game", "linux", "game"],
    ["My Game", "linux", "'My Game'"],
    ["it's $HOME", "linux", "'it'\\''s $HOME'"],
    ["a\\b", "linux", "'a\\b'"],
    ["C:\\games\\one", "win32", "C:\\games\\one"],
    ["C:\\My Games", "win32", '"C:\\My Games"'],
  ] as const)("quotes %j for the shell of %s", (dir, platform, word) => {
    expect(quoted(dir, platform)).toBe(word);
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
