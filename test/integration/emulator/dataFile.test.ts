import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { startEmulator, type Emulator, type EmulatorOptions } from "../../../src/emulator/index.js";
import * as methods from "../../../src/wire/methods.js";
import type { AnyMethod } from "../../../src/wire/methods.js";
import { inRepo } from "../../support/repo.js";
import type { Json } from "./rawSocket.js";
import { rest } from "./restCalls.js";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "gs2-gateway-"));
  file = join(folder, "state.json");
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

async function start(options: EmulatorOptions = {}): Promise<Emulator> {
  const emulator = await startEmulator({ seed: 1, ...options });
  onTestFinished(() => emulator.stop());
  return emulator;
}

/** Calls with a new project token. */
async function logIn({ url }: Emulator) {
  const response = await fetch(`${url}/identifier/projectToken/login`, {
    method: "POST",
    body: JSON.stringify({ client_id: "tool", client_secret: "s" }),
  });
  const { access_token: token } = (await response.json()) as { access_token: string };
  const ask = (method: AnyMethod, params: Json, headers: Record<string, string> = {}) =>
    rest(url, method, params, { token, headers });
  const good = async (method: AnyMethod, params: Json, headers?: Record<string, string>) => {
    const { status, body } = await ask(method, params, headers);
    expect(status, `${method.name}: ${JSON.stringify(body)}`).toBe(200);
    return body;
  };
  return { ask, good };
}

const player = { namespaceName: "game", userId: "alice" };

/** Starts a process that tries to lock the data file, and lives on. */
async function tryLockElsewhere(path: string) {
  const script = `
    const { LockFile } = require("@rushstack/node-core-library/lib/LockFile");
    const lock = LockFile.tryAcquire(${JSON.stringify(`${path}.lock`)}, "emulator");
    console.log(lock ? "locked" : "refused");
    setInterval(() => lock, 1000);
  `;
  const child = spawn(process.execPath, ["-e", script], {
    cwd: inRepo(),
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  return { child, line: line.toString().trim() };
}

async function lockElsewhere(path: string) {
  const { child, line } = await tryLockElsewhere(path);
  expect(line).toBe("locked");
  return child;
}

describe("a data file", () => {
  test("keeps namespaces and tokens across a restart, and its lock is deleted", async () => {
    const first = await start({ data: file });
    const { good } = await logIn(first);
    await good(methods.createNamespace, { name: "game", description: "d", firebaseSecret: "fs" });
    await good(methods.setFirebaseTokenByUserId, { ...player, token: "device-1" });
    const accessToken = await first.issueAccessToken({ userId: "alice" });
    const before = first.state();
    await first.stop();
    expect(readdirSync(folder)).toEqual(["state.json"]);

    const second = await start({ data: file });
    expect(second.state().namespaces).toEqual(before.namespaces);
    const again = await logIn(second);
    const { item } = await again.good(methods.getFirebaseToken, {
      namespaceName: "game",
      accessToken,
    });
    expect(item).toMatchObject({ userId: "alice", token: "device-1" });
  });

  test("is written before the reply", async () => {
    const { good } = await logIn(await start({ data: file }));
    for (const name of ["a", "b", "c"]) {
      await good(methods.createNamespace, { name });
      expect(readFileSync(file, "utf8")).toContain(`"name":"${name}"`);
    }
    await good(methods.deleteNamespace, { namespaceName: "b" });
    expect(readFileSync(file, "utf8")).not.toContain('"name":"b"');
  });

  test.each([
    ["not JSON", "{"],
    ["of another version", '{"version":2}'],
    ["incomplete", '{"version":1,"namespaces":[{}]}'],
  ])("that is %s rejects startEmulator and is not changed", async (_, text) => {
    writeFileSync(file, text);
    await expect(startEmulator({ data: file })).rejects.toThrow(/data file .* is invalid/);
    expect(readFileSync(file, "utf8")).toBe(text);
  });

  test("is locked until the emulator stops", async () => {
    const first = await start({ data: file });
    const inUse = new RegExp(`state.json is in use by another emulator, process ${process.pid}`);
    await expect(startEmulator({ data: file })).rejects.toThrow(inUse);
    symlinkSync(file, join(folder, "link.json"));
    await expect(startEmulator({ data: join(folder, "link.json") })).rejects.toThrow(/in use/);
    await first.stop();
    await start({ data: file });
  });

  test("leaves the error to the port where a second emulator finds both taken", async () => {
    const emulator = await startEmulator({ data: file });
    const port = Number(new URL(emulator.url).port);
    await expect(startEmulator({ data: file, port })).rejects.toThrow(
      new RegExp(`^Port ${port} is in use: .*--port N`),
    );
    await expect(startEmulator({ data: file })).rejects.toThrow(/state.json is in use/);
    await emulator.stop();
  });

  test("is locked by another process until that is dead", async () => {
    const other = await lockElsewhere(file);
    await expect(startEmulator({ data: file })).rejects.toThrow(`process ${other.pid}`);
    expect(readdirSync(folder)).toEqual(["state.json.lock"]);
    other.kill("SIGKILL");
    await once(other, "exit");
    await start({ data: file });
    expect(readdirSync(`${file}.lock`)).toEqual([`emulator#${process.pid}.lock`]);
  });

  test("is opened by one of many emulators that start at once after a kill", async () => {
    for (let round = 0; round < 2; round++) {
      const dead = await lockElsewhere(file);
      dead.kill("SIGKILL");
      await once(dead, "exit");
      const starts = await Promise.all(Array.from({ length: 4 }, () => tryLockElsewhere(file)));
      expect(starts.filter(({ line }) => line === "locked").length).toBeLessThanOrEqual(1);
      await Promise.all(
        starts.map(async ({ child }) => {
          const exit = once(child, "exit");
          child.kill("SIGKILL");
          await exit;
        }),
      );
    }
  });

  test.each([
    ["by an earlier process with the same id", process.pid],
    ["by a process that is dead", 999_999],
  ])("that was left locked %s can be used", async (_, owner) => {
    mkdirSync(`${file}.lock`);
    writeFileSync(join(`${file}.lock`, `emulator#${owner}.lock`), "Mon Jan  1 00:00:00 2024");
    await start({ data: file });
  });

  test.each([
    ["the temporary file", (target: string) => symlinkSync(target, `${file}.tmp`)],
    ["the lock", (target: string) => symlinkSync(target, `${file}.lock`)],
  ])("is written through no symbolic link in the place of %s", async (_, plant) => {
    const target = join(folder, "precious.txt");
    writeFileSync(target, "precious");
    plant(target);
    const emulator = await startEmulator({ data: file }).catch(() => undefined);
    await emulator?.stop();
    expect(readFileSync(target, "utf8")).toBe("precious");
  });

  test("deletes temporary files of an emulator that was killed", async () => {
    const left = `${file}.0b0b0b0b-0b0b-4b0b-8b0b-0b0b0b0b0b0b.tmp`;
    writeFileSync(left, "{");
    writeFileSync(`${file}.mine.tmp`, "{");
    await (await start({ data: file })).stop();
    expect(readdirSync(folder).sort()).toEqual(["state.json", "state.json.mine.tmp"]);
  });

  test("is unlocked when the emulator fails to start", async () => {
    const busy = await start();
    const port = Number(new URL(busy.url).port);
    await expect(startEmulator({ data: file, port })).rejects.toThrow(/in use: another emulator/);
    expect(readdirSync(folder)).toEqual(["state.json"]);
    await start({ data: file });
  });

  test("that cannot be written fails the call with 500, and the next change saves all", async () => {
    const { ask, good } = await logIn(await start({ data: file }));
    rmSync(folder, { recursive: true });
    const refused = await ask(methods.createNamespace, { name: "a" });
    expect(refused.status).toBe(500);
    expect(refused.body["message"]).toContain("emulator.data.error.notWritten");
    mkdirSync(folder);
    await good(methods.createNamespace, { name: "b" });
    expect(readFileSync(file, "utf8")).toMatch(/"name":"a".*"name":"b"/);
  });
});

test("PUT state replaces the state, and an invalid one changes nothing", async () => {
  const first = await start({ namespaces: ["game"] });
  await (
    await logIn(first)
  ).good(methods.setFirebaseTokenByUserId, { ...player, token: "device-1" });
  const state = (await (await fetch(`${first.url}/_emulator/state`)).json()) as object;

  const second = await start();
  const put = (body: unknown) =>
    fetch(`${second.url}/_emulator/state`, { method: "PUT", body: JSON.stringify(body) });
  expect((await put(state)).status).toBe(200);
  expect(second.state().firebaseTokens).toMatchObject([{ userId: "alice", token: "device-1" }]);
  const refused = await put({ version: 1, namespaces: [{ name: "" }] });
  expect(refused.status).toBe(400);
  expect(await refused.text()).toContain("namespaces[0].name");
  expect(second.state().namespaces).toMatchObject([{ name: "game" }]);
});

describe("user data", () => {
  test("is dumped, cleaned and imported", async () => {
    const { good, ask } = await logIn(await start({ namespaces: ["game"] }));
    const { userId } = player;
    await good(methods.setFirebaseTokenByUserId, { ...player, token: "device-1" });
    await good(methods.dumpUserDataByUserId, { userId });
    const { url } = await good(methods.checkDumpUserDataByUserId, { userId });
    const dump = await (await fetch(url as string)).text();
    expect(JSON.parse(dump)).toMatchObject({ userId, firebaseTokens: [{ token: "device-1" }] });

    await good(methods.cleanUserDataByUserId, { userId });
    await good(methods.checkCleanUserDataByUserId, { userId });
    expect((await ask(methods.getFirebaseTokenByUserId, player)).status).toBe(404);

    const { uploadToken, uploadUrl } = await good(methods.prepareImportUserDataByUserId, {
      userId,
    });
    expect((await fetch(uploadUrl as string, { method: "PUT", body: dump })).ok).toBe(true);
    await good(methods.importUserDataByUserId, { userId, uploadToken });
    const log = await good(methods.checkImportUserDataByUserId, { userId, uploadToken });
    expect(await (await fetch(log["url"] as string)).json()).toMatchObject({
      status: "succeeded",
      imported: 1,
    });
    expect((await good(methods.getFirebaseTokenByUserId, player))["item"]).toMatchObject({
      token: "device-1",
    });
  });

  test("is not changed by an invalid upload, and the import log has the errors", async () => {
    const { good } = await logIn(await start({ namespaces: ["game"] }));
    const { userId } = player;
    await good(methods.setFirebaseTokenByUserId, { ...player, token: "device-1" });
    const { uploadToken, uploadUrl } = await good(methods.prepareImportUserDataByUserId, {
      userId,
    });
    const half = { firebaseTokens: [{ namespaceName: "game", token: "device-2" }, { token: 3 }] };
    await fetch(uploadUrl as string, { method: "PUT", body: JSON.stringify(half) });
    await good(methods.importUserDataByUserId, { userId, uploadToken });
    const { url } = await good(methods.checkImportUserDataByUserId, { userId, uploadToken });
    const log = (await (await fetch(url as string)).json()) as { errors: string[] };
    expect(log).toMatchObject({ status: "failed", imported: 0 });
    expect(log.errors[0]).toContain("firebaseTokens[1]");
    expect((await good(methods.getFirebaseTokenByUserId, player))["item"]).toMatchObject({
      token: "device-1",
    });
  });

  test.each([
    [404, 404],
    [409, 409],
    ["nullUrl", 200],
  ] as const)(
    "check calls reply while a job is running (%s)",
    async (checkWhileRunning, status) => {
      const emulator = await start({ settings: { jobDurationMs: 60_000, checkWhileRunning } });
      const { good, ask } = await logIn(emulator);
      const { userId } = player;
      await good(methods.dumpUserDataByUserId, { userId });
      const running = await ask(methods.checkDumpUserDataByUserId, { userId });
      expect(running.status).toBe(status);
      if (status === 200) expect(running.body["url"]).toBeNull();
      emulator.clock.advance(60_000);
      expect((await good(methods.checkDumpUserDataByUserId, { userId }))["url"]).toContain(
        "/_emulator/files/",
      );
    },
  );
});

describe("the outbox", () => {
  const notification = {
    ...player,
    subject: "s",
    payload: "p",
    enableTransferMobileNotification: true,
  };

  test("has a sent entry when the player is away, with token, secret and transfer", async () => {
    const emulator = await start();
    const { good } = await logIn(emulator);
    await good(methods.createNamespace, { name: "game", firebaseSecret: "fs" });
    await good(methods.setFirebaseTokenByUserId, { ...player, token: "device-token-0001" });
    expect(await good(methods.sendNotification, { ...notification, sound: "bell" })).toMatchObject({
      protocol: "Firebase",
    });
    expect(await good(methods.sendNotification, { ...notification, userId: "bob" })).toMatchObject({
      protocol: null,
    });
    await good(methods.sendNotification, {
      ...notification,
      enableTransferMobileNotification: false,
    });
    const [sent, tokenless] = emulator.outbox();
    expect(sent).toMatchObject({
      userId: "alice",
      sent: true,
      sound: "bell",
      subject: "s",
      payload: "p",
    });
    expect(JSON.stringify(sent)).not.toContain("device-token-0001");
    expect(tokenless).toMatchObject({
      userId: "bob",
      sent: false,
      conditions: { away: true, token: false },
    });
    const overHttp = (await (
      await fetch(`${emulator.url}/_emulator/outbox?userId=bob`)
    ).json()) as { items: unknown[] };
    expect(overHttp.items).toEqual([tokenless]);
  });

  test("has an unsent entry when the namespace has no secret", async () => {
    const emulator = await start({ namespaces: ["game"] });
    const { good } = await logIn(emulator);
    await good(methods.setFirebaseTokenByUserId, { ...player, token: "device-token-0001" });
    expect(await good(methods.sendNotification, notification)).toMatchObject({ protocol: null });
    expect(emulator.outbox()).toMatchObject([
      { sent: false, conditions: { token: true, secret: false } },
    ]);
  });
});

test("a repeated duplicationAvoider has no second effect, unless the setting ignores it", async () => {
  for (const duplicationAvoider of ["honour", "ignore"] as const) {
    const emulator = await start({ settings: { duplicationAvoider } });
    const { good } = await logIn(emulator);
    await good(methods.createNamespace, { name: "game", firebaseSecret: "fs" });
    await good(methods.setFirebaseTokenByUserId, { ...player, token: "device" });
    const send = () =>
      good(
        methods.sendMobileNotificationByUserId,
        { ...player, subject: "s", payload: "p" },
        { "x-gs2-duplication-avoider": "once" },
      );
    await send();
    await send();
    expect(emulator.outbox()).toHaveLength(duplicationAvoider === "honour" ? 1 : 2);
  }
});

test("a dry run validates the call and changes nothing", async () => {
  const emulator = await start({ namespaces: ["game"] });
  const { good, ask } = await logIn(emulator);
  const dry = { "x-gs2-dry-run": "true" };
  const before = emulator.state().namespaces;
  await good(methods.createNamespace, { name: "other" }, dry);
  await good(methods.deleteNamespace, { namespaceName: "game" }, dry);
  expect(emulator.state().namespaces).toEqual(before);
  expect((await ask(methods.createNamespace, { name: "game" }, dry)).status).toBe(409);
});
