import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { EmulatorState } from "../../src/emulator/index.js";
import { seededRandom } from "../support/random.js";
import { inRepo } from "../support/repo.js";

/** `npm run crash-test` sets more. */
const KILLS = Number(process.env["KILLS"] ?? 20);
/** `KILLS_SEED` repeats the kill times of a run. */
const SEED = Number(process.env["KILLS_SEED"] ?? Date.now() % 1_000_000);

const WRITERS = 6;
const PER_KILL_MS = 6_000;
/** A new file after this many kills, as every write rewrites the whole file. */
const KILLS_PER_FILE = 20;

/** Starts the emulator's command, and resolves when it has printed its URL. */
async function startProcess(data: string): Promise<{ child: ChildProcess; url: string }> {
  const args = [inRepo("dist/cli.js"), "emulator", "--port", "0", "--data", data];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on("data", (chunk) => {
      const printed = /http:\/\/[^\s/]+/.exec(String(chunk))?.[0];
      if (printed) resolve(printed);
    });
    child.once("exit", () => {
      reject(new Error("The emulator exited without printing its URL."));
    });
  });
  return { child, url };
}

async function call(url: string, method: string, body: unknown, token = ""): Promise<unknown> {
  const response = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });
  if (response.status !== 200) throw new Error(`${url} replied ${response.status}.`);
  return response.json();
}

/** The acknowledged writes, which must survive every later kill. */
interface Acknowledged {
  readonly namespaces: string[];
  readonly accessTokens: string[];
  readonly projectTokens: string[];
  /** By user: the last acknowledged write, and the last one sent, which may be stored instead. */
  readonly devices: Map<string, { acknowledged: number; sent: number }>;
}

const login = async (url: string): Promise<string> => {
  const credentials = { client_id: "c", client_secret: "s" };
  const reply = await call(`${url}/identifier/projectToken/login`, "POST", credentials);
  return (reply as { access_token: string }).access_token;
};

/** Writes in sequence until the emulator is killed. */
async function write(url: string, writer: string, done: Acknowledged, onWrite: () => void) {
  const token = await login(url);
  done.projectTokens.push(token);
  const device = { acknowledged: 0, sent: 0 };
  const userId = `user-${writer}`;
  for (let count = 1; ; count++) {
    const name = `game-${writer}-${count}`;
    await call(`${url}/gateway/`, "POST", { name }, token);
    done.namespaces.push(name);
    onWrite();
    device.sent = count;
    done.devices.set(userId, device);
    const path = `/gateway/game/user/${userId}/firebase/token`;
    await call(url + path, "PUT", { token: `device-${count}` }, token);
    device.acknowledged = count;
    onWrite();
    const issued = await call(`${url}/_emulator/access-tokens`, "POST", { userId });
    done.accessTokens.push((issued as { accessToken: string }).accessToken);
    onWrite();
  }
}

/** The acknowledged writes that are missing from a state. */
function missingFrom(done: Acknowledged, state: EmulatorState): string[] {
  const namespaces = new Set(state.namespaces.map(({ name }) => name));
  const projectTokens = new Set(state.projectTokens.map(({ projectToken }) => projectToken));
  const accessTokens = new Set(state.accessTokens.map(({ accessToken }) => accessToken));
  const devices = new Map(state.firebaseTokens.map(({ userId, token }) => [userId, token]));
  return [
    ...done.namespaces.filter((name) => !namespaces.has(name)),
    ...done.projectTokens.filter((token) => !projectTokens.has(token)),
    ...done.accessTokens.filter((token) => !accessTokens.has(token)),
    ...[...done.devices].flatMap(([userId, { acknowledged, sent }]) => {
      const count = Number(devices.get(userId)?.slice("device-".length) ?? 0);
      return count >= acknowledged && count <= sent ? [] : [`${userId} has device ${count}`];
    }),
  ];
}

const noWrites = (): Acknowledged => ({
  namespaces: [],
  accessTokens: [],
  projectTokens: [],
  devices: new Map(),
});

/** Starts, checks, writes and kills repeatedly on one file. Resolves with the writes. */
async function killRepeatedly(kills: number, random: () => number): Promise<Acknowledged> {
  const folder = mkdtempSync(join(tmpdir(), "gs2-gateway-"));
  const data = join(folder, "state.json");
  const done = noWrites();
  try {
    for (let kill = 0; ; kill++) {
      const { child, url } = await startProcess(data);
      const exit = once(child, "exit");
      try {
        const state = (await (await fetch(`${url}/_emulator/state`)).json()) as EmulatorState;
        expect(missingFrom(done, state), `after ${kill} kills`).toEqual([]);
        if (kill === kills) return done;
        // The kill comes after up to 30 replies, plus up to 10 ms into the writes that follow.
        let left = Math.floor(random() * 30);
        const moreMs = random() * 10;
        const onWrite = () => {
          if (left-- === 0) setTimeout(() => child.kill("SIGKILL"), moreMs);
        };
        const all = Array.from({ length: WRITERS }, (_, writer) =>
          write(url, `${kill}-${writer}`, done, onWrite),
        );
        const results = await Promise.allSettled(all);
        const reasons = results.map((result) =>
          result.status === "rejected" ? String(result.reason) : "",
        );
        expect(
          reasons.filter((text) => text.includes("replied")),
          "every write is accepted",
        ).toEqual([]);
      } finally {
        child.kill("SIGKILL");
        await exit;
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

it(
  `the emulator keeps every acknowledged write over ${KILLS} SIGKILLs during writes (KILLS_SEED=${SEED})`,
  { timeout: 60_000 + KILLS * PER_KILL_MS },
  async () => {
    const random = seededRandom(SEED);
    const all: Acknowledged[] = [];
    for (let left = KILLS; left > 0; left -= KILLS_PER_FILE) {
      all.push(await killRepeatedly(Math.min(left, KILLS_PER_FILE), random));
    }
    for (const kind of ["namespaces", "accessTokens", "projectTokens"] as const) {
      const count = all.reduce((sum, done) => sum + done[kind].length, 0);
      expect(count, `${kind} were acknowledged`).toBeGreaterThan(KILLS / 2);
    }
  },
);
