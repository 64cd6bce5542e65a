import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, onTestFinished, test, vi } from "vitest";
import type { CommandContext } from "../../../src/emulator/cli/context.js";
import { addHandlersFile } from "../../../src/emulator/cli/handlersFile.js";
import { runCommand } from "../../../src/emulator/cli/program.js";
import { inRepo } from "../../support/repo.js";
import { until } from "../../support/until.js";
import { startTestEmulator } from "../client/testEmulator.js";
import { removeFreshModules } from "./nativeFreshModules.js";
import { restLogin } from "./rawSocket.js";

// Another file of this worker may have loaded the modules without the mock.
vi.hoisted(() => vi.resetModules());
vi.mock("../../../src/emulator/cli/freshModules.js", async () => {
  const { loadFreshModules } = await import("./nativeFreshModules.js");
  return loadFreshModules();
});
afterAll(removeFreshModules);

async function tempFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "gs2-gateway-handlers-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

const moduleOf = (answer: string) => `
  export function handlers(emulator) {
    emulator.handle("chat", "room", "post", () => (${answer}), {
      rest: { verb: "POST", path: "/post" },
    });
  }`;

/** A module in a file, loaded into an emulator, with what was printed. */
async function start(source: string, others: Record<string, string> = {}) {
  const folder = await tempFolder();
  const file = join(folder, "handlers.mjs");
  const write = (name: string, text: string) => writeFile(join(folder, name), text);
  for (const [name, text] of Object.entries(others)) await write(name, text);
  await write("handlers.mjs", source);
  const emulator = await startTestEmulator();
  const out: string[] = [];
  const err: string[] = [];
  const print = { out: (line: string) => out.push(line), err: (line: string) => err.push(line) };
  const stop = await addHandlersFile(emulator, file, print);
  onTestFinished(stop);
  const token = await restLogin(emulator.url);
  const call = async () => {
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`${emulator.url}/chat/post`, { method: "POST", headers });
    return response.status === 200 ? ((await response.json()) as unknown) : response.status;
  };
  const loaded = (times: number) => until("the module was loaded", () => out.length === times);
  const failed = () => until("an error was printed", () => err[0]);
  return { emulator, file, write, call, out, err, loaded, failed, stop };
}

describe("--handlers", () => {
  test("adds the handlers of a module, and replaces them when its file changes", async () => {
    const { write, call, loaded, out, err, file } = await start(moduleOf("{ n: 1 }"));
    expect(out).toEqual([`Handlers: 1 of ${file}`]);
    expect(await call()).toEqual({ n: 1 });
    await write("handlers.mjs", moduleOf("{ n: 2 }"));
    await loaded(2);
    expect(await call()).toEqual({ n: 2 });
    await write("handlers.mjs", "export function handlers() {}");
    await loaded(3);
    expect([await call(), err]).toEqual([501, []]);
  });

  test("takes a default export, and loads again when what it imports changes", async () => {
    const source = `import { n } from "./n.mjs";
      export default (emulator) => {
        emulator.handle("chat", "room", "post", () => ({ n }), { rest: { verb: "POST", path: "/post" } });
      };`;
    const { write, call, loaded } = await start(source, { "n.mjs": "export const n = 1;" });
    expect(await call()).toEqual({ n: 1 });
    await write("n.mjs", "export const n = 2;");
    await loaded(2);
    expect(await call()).toEqual({ n: 2 });
  });

  test.each([
    ["does not parse", "export function handlers( {", /: SyntaxError: /],
    [
      "throws",
      'export function handlers() {\n throw new Error("broken");\n}',
      /Error: broken \(.*handlers\.mjs:2:8\)/,
    ],
    ["exports no function", "export const handlers = 1;", /exports no function handlers/],
    [
      "handles one of the emulator's own methods",
      `export function handlers(emulator) {
        emulator.handle("chat", "room", "post", () => ({ n: 2 }));
        emulator.handle("gateway", "webSocketSession", "setUserId", () => ({}));
      }`,
      /gateway\.webSocketSession\.setUserId/,
    ],
  ])("keeps the last handlers when the module %s", async (_, broken, problem) => {
    const { write, call, loaded, failed } = await start(moduleOf("{ n: 1 }"));
    await write("handlers.mjs", broken);
    expect(await failed()).toMatch(problem);
    expect(await call()).toEqual({ n: 1 });
    await write("handlers.mjs", moduleOf("{ n: 3 }"));
    await loaded(2);
    expect(await call()).toEqual({ n: 3 });
  });

  test("calls what the module returned once it is replaced, and when it ends", async () => {
    const ended: unknown[] = [];
    Object.assign(globalThis, { handlersEnded: (n: unknown) => ended.push(n) });
    onTestFinished(() => void Reflect.deleteProperty(globalThis, "handlersEnded"));
    const source = (n: number) => `export const handlers = async () => () => handlersEnded(${n});`;
    const { write, loaded, stop } = await start(source(1));
    await write("handlers.mjs", source(2));
    await loaded(2);
    expect(ended).toEqual([1]);
    await stop();
    expect(ended).toEqual([1, 2]);
  });

  test("adds handlers that the module adds or removes later", async () => {
    const { call, write, loaded } = await start(`export function handlers(emulator) {
      const rest = { verb: "POST", path: "/post" };
      const remove = emulator.handle("chat", "room", "post", () => {
        remove();
        emulator.handle("chat", "room", "later", () => ({ later: true }), { rest });
        return {};
      }, { rest });
    }`);
    expect([await call(), await call()]).toEqual([{}, { later: true }]);
    await write("handlers.mjs", "export function handlers() {}");
    await loaded(2);
    expect(await call()).toBe(501);
  });
});

/** A process whose command ends by a signal of the test. */
function fakeContext() {
  const printed: string[] = [];
  let interrupt: (() => void) | undefined;
  const context: CommandContext = {
    env: process.env,
    interactive: false,
    version: "1.2.3",
    isPublished: true,
    templates: pathToFileURL(inRepo("src/emulator/cli/templates/")),
    out: (line) => printed.push(line),
    err: (line) => printed.push(line),
    onSignal: (callback) => {
      interrupt = () => callback("SIGINT");
      return () => (interrupt = undefined);
    },
  };
  return { context, printed, interrupted: () => until("it runs", () => interrupt) };
}

describe("the commands", () => {
  test("emulator and exec take --handlers", async () => {
    const file = join(await tempFolder(), "handlers.mjs");
    await writeFile(file, moduleOf("{ n: 1 }"));
    const { context, printed, interrupted } = fakeContext();
    const running = runCommand(["emulator", "--port", "0", "--handlers", file], context);
    (await interrupted())();
    expect(await running).toBe(0);
    expect(printed).toContain(`Handlers: 1 of ${file}`);

    const other = fakeContext();
    const script = `fetch(process.env.GS2_GATEWAY_EMULATOR_URL + "/chat/post", { method: "POST", headers: { authorization: "Bearer x" } })
      .then(({ status }) => process.exit(status === 401 ? 7 : 1))`;
    const args = ["exec", "--handlers", file, "--", process.execPath, "-e", script];
    expect(await runCommand(args, other.context)).toBe(7);
  });

  test.each([
    ["missing.mjs", "--handlers: there is no file"],
    ["broken.mjs", "--handlers: .*broken.mjs cannot be used: SyntaxError"],
  ])("end with an error for %s", async (name, problem) => {
    const folder = await tempFolder();
    await writeFile(join(folder, "broken.mjs"), "export {");
    const { context, printed } = fakeContext();
    const args = ["emulator", "--port", "0", "--handlers", join(folder, name)];
    expect(await runCommand(args, context)).toBe(1);
    expect(printed.join("\n")).toMatch(new RegExp(problem));
  });
});
