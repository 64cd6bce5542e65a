import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { EmulatorState } from "../../src/emulator/index.js";
import { chanceOf } from "../support/random.js";
import { inRepo } from "../support/repo.js";

/** `npm run crash-test` takes more. */
const KILLS = Number(process.env["KILLS"] ?? 20);
/** Set `KILLS_SEED` to the seed of a run to have its moments again. */
const SEED = Number(process.env["KILLS_SEED"] ?? Date.now() % 1_000_000);

const WRITERS = 6;
const perKillMs = 6_000;
/** Then a new file: every write writes all of it. */
const KILLS_PER_FILE = 20;

/** The command as a user starts it, up and answering. */
async function startProcess(data: string): Promise<{ child: ChildProcess; url: string }> {
  const args = [inRepo("dist/cli.js"), "emulator", "--port", "0", "--data", data];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on("data", (chunk) => {
      const said = /http:\/\/[^\s/]+/.exec(String(chunk))?.[0];
      if (said) resolve(said);
    });
    child.once("exit", () => {
      reject(new Error("The emulator ended without saying where it is."));
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
  if (response.status !== 200) throw new Error(`${url} answers ${response.status}.`);
  return response.json();
}

/** What was acknowledged: it has to be there whatever happens later. */
interface Acknowledged {
  readonly namespaces: string[];
  readonly accessTokens: string[];
  readonly projectTokens: string[];
  /** By user, as of the last write that was acknowledged; a later one may be there instead. */
  readonly devices: Map<string, { acknowledged: number; sent: number }>;
}

const login = async (url: string): Promise<string> => {
  const given = { client_id: "c", client_secret: "s" };
  const answer = await call(`${url}/identifier/projectToken/login`, "POST", given);
  return (answer as { access_token: string }).access_token;
};

/** One write after the other, until the emulator is gone. */
async function write(url: string, writer: string, done: Acknowledged, tell: () => void) {
  const token = await login(url);
  done.projectTokens.push(token);
  const device = { acknowledged: 0, sent: 0 };
  const userId = `user-${writer}`;
  for (let count = 1; ; count++) {
    const name = `game-${writer}-${count}`;
    await call(`${url}/gateway/`, "POST", { name }, token);
    done.namespaces.push(name);
    tell();
    device.sent = count;
    done.devices.set(userId, device);
    const path = `/gateway/game/user/${userId}/firebase/token`;
    await call(url + path, "PUT", { token: `device-${count}` }, token);
    device.acknowledged = count;
    tell();
    const issued = await call(`${url}/_emulator/access-tokens`, "POST", { userId });
    done.accessTokens.push((issued as { accessToken: string }).accessToken);
    tell();
  }
}

/** What was acknowledged and is not there. */
function lost(done: Acknowledged, state: EmulatorState): string[] {
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

const nothing = (): Acknowledged => ({
  namespaces: [],
  accessTokens: [],
  projectTokens: [],
  devices: new Map(),
});

/** Starts, looks, writes and kills, over and over on one file; answers what was acknowledged on the way. */
async function killOver(kills: number, chance: () => number): Promise<Acknowledged> {
  const folder = mkdtempSync(join(tmpdir(), "gs2-gateway-"));
  const data = join(folder, "world.json");
  const done = nothing();
  try {
    for (let kill = 0; ; kill++) {
      const { child, url } = await startProcess(data);
      const exit = once(child, "exit");
      try {
        const state = (await (await fetch(`${url}/_emulator/state`)).json()) as EmulatorState;
        expect(lost(done, state), `after ${kill} kills`).toEqual([]);
        if (kill === kills) return done;
        // Among the first answers, and from there at any moment of the next few writes.
        let left = Math.floor(chance() * 30);
        const moreMs = chance() * 10;
        const tell = () => {
          if (left-- === 0) setTimeout(() => child.kill("SIGKILL"), moreMs);
        };
        const all = Array.from({ length: WRITERS }, (_, writer) =>
          write(url, `${kill}-${writer}`, done, tell),
        );
        const ends = await Promise.allSettled(all);
        const said = ends.map((end) => (end.status === "rejected" ? String(end.reason) : ""));
        expect(
          said.filter((text) => text.includes("answers")),
          "every write is taken",
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
  `keeps every acknowledged write over ${KILLS} SIGKILLs in the middle of many (KILLS_SEED=${SEED})`,
  { timeout: 60_000 + KILLS * perKillMs },
  async () => {
    const chance = chanceOf(SEED);
    const all: Acknowledged[] = [];
    for (let left = KILLS; left > 0; left -= KILLS_PER_FILE) {
      all.push(await killOver(Math.min(left, KILLS_PER_FILE), chance));
    }
    for (const kind of ["namespaces", "accessTokens", "projectTokens"] as const) {
      const count = all.reduce((sum, done) => sum + done[kind].length, 0);
      expect(count, `${kind} were acknowledged`).toBeGreaterThan(KILLS / 2);
    }
  },
);
