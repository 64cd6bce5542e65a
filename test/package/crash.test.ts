import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { inRepo } from "../support/repo.js";

const KILLS = 5;

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

it(
  "keeps every acknowledged write over a SIGKILL in the middle of many",
  { timeout: 60_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "gs2-gateway-"));
    const data = join(folder, "world.json");
    const acknowledged: string[] = [];
    try {
      for (let kill = 0; kill <= KILLS; kill++) {
        const { child, url } = await startProcess(data);
        const exit = once(child, "exit");
        const post = (path: string, body: unknown, token = "") =>
          fetch(url + path, {
            method: "POST",
            headers: { authorization: `Bearer ${token}` },
            body: JSON.stringify(body),
          });
        const login = await post("/identifier/projectToken/login", {
          client_id: "c",
          client_secret: "s",
        });
        const { access_token: token } = (await login.json()) as { access_token: string };
        for (const name of acknowledged) {
          const found = await fetch(`${url}/gateway/${name}`, {
            headers: { authorization: `Bearer ${token}` },
          });
          expect(found.status, `${name} is there after ${kill} kills`).toBe(200);
        }
        // The last round only looks.
        const writes = kill === KILLS ? 0 : 40;
        const killAfter = Math.floor(Math.random() * writes);
        const all = Array.from({ length: writes }, async (_, index) => {
          const name = `ns-${kill}-${index}`;
          const { status } = await post("/gateway/", { name }, token);
          if (status === 200) acknowledged.push(name);
          if (index === killAfter) child.kill("SIGKILL");
        });
        await Promise.allSettled(all);
        child.kill("SIGKILL");
        await exit;
      }
      expect(acknowledged.length, "some writes were acknowledged at all").toBeGreaterThan(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
