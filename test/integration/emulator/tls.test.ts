import { X509Certificate } from "node:crypto";
import { mkdtemp, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { WebSocket } from "ws";
import { trustCommand, findTls } from "../../../src/emulator/cli/tlsFiles.js";
import { startEmulator, type TlsPair } from "../../../src/emulator/index.js";
import { covers, makeCertificate, namesOf } from "../../../src/emulator/server/tls.js";
import type { GatewayClientOptions } from "../../../src/node.js";
import { connectEmulator } from "../../../src/testing/index.js";
import { createTestClient, namespaceName, startTestEmulator } from "../client/testEmulator.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "gs2-gateway-tls-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** A fetch that trusts one certificate more, as NODE_EXTRA_CA_CERTS does for a process. */
const fetchTrusting =
  (ca: string) =>
  (url: string, init: RequestInit = {}): Promise<Response> =>
    new Promise((resolve, reject) => {
      const headers = init.headers as Record<string, string> | undefined;
      const sent = request(url, { ca, method: init.method ?? "GET", headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () =>
          resolve(new Response(Buffer.concat(chunks), { status: response.statusCode ?? 0 })),
        );
      });
      sent.on("error", reject);
      sent.end(init.body as string | undefined);
    });

const socketTrusting = (ca: string) =>
  class extends WebSocket {
    constructor(url: string) {
      super(url, { ca });
    }
  };

describe("an emulator with tls", () => {
  test("binds a player and delivers a notification over https and wss, on both loopback families", async () => {
    const emulator = await startTestEmulator({ tls: true });
    const ca = emulator.certificate!;
    expect(emulator.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    expect(emulator.endpoints.webSocket).toMatch(/^wss:\/\//);
    const { gateway } = createTestClient(emulator, {
      WebSocket: socketTrusting(ca) as unknown as NonNullable<GatewayClientOptions["WebSocket"]>,
    });
    await gateway.setUserId({ accessToken: "accessToken-0001" });
    const received = gateway.waitFor("Gs2JobQueue:Push", { timeoutMs: 5_000 });

    vi.stubGlobal("fetch", fetchTrusting(ca));
    onTestFinished(() => void vi.unstubAllGlobals());
    const connected = await connectEmulator(emulator.url.replace("127.0.0.1", "[::1]"));
    expect(connected.endpoints.webSocket).toMatch(/^wss:\/\/\[::1\]/);
    const payload = { namespaceName, userId: "user-0001" };
    await connected.notify({ userId: "user-0001", key: "Gs2JobQueue:Push", payload });
    expect((await received).payload).toEqual(payload);
  });

  test("is refused by a client that does not trust its certificate", async () => {
    const emulator = await startTestEmulator({ tls: true });
    await expect(connectEmulator(emulator.url)).rejects.toThrow("is its certificate trusted here");
  });

  test("serves the certificate that it is given", async () => {
    const pair = await makeCertificate(["localhost", "127.0.0.1"]);
    const emulator = await startTestEmulator({ tls: pair });
    expect(emulator.certificate).toBe(pair.cert);
    const response = await fetchTrusting(pair.cert)(`${emulator.url}/_emulator/ready`);
    expect(await response.json()).toEqual({ ready: true, url: emulator.url });
  });

  test.each<[string, unknown]>([
    ["tls takes a certificate and its own key", { cert: "none", key: "s3cret-key" }],
    ["tls takes true, or a cert and a key in PEM", { cert: "none" }],
  ])("says %s, and quotes no key", async (problem, tls) => {
    const error: unknown = await startEmulator({ tls: tls as TlsPair }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ kind: "invalidArgument" });
    expect((error as Error).message).toContain(problem);
    expect(JSON.stringify(error)).not.toContain("s3cret-key");
  });
});

describe("a certificate made on the spot", () => {
  test("names this machine and no authority, and expires within the time that browsers accept", async () => {
    const names = namesOf("192.168.1.5", ["game.test:9480"]);
    expect(names).toEqual(["localhost", "127.0.0.1", "::1", "192.168.1.5", "game.test"]);
    const { cert } = await makeCertificate(names);
    const read = new X509Certificate(cert);
    expect(read.ca).toBe(false);
    expect(covers(cert, names)).toBe(true);
    expect(covers(cert, ["other.test"])).toBe(false);
    const days = (Date.parse(read.validTo) - Date.parse(read.validFrom)) / 86_400_000;
    expect(days).toBeLessThan(398);
  });

  test("is kept and used again, and made again for a name that it does not have", async () => {
    const first = await findTls({ tls: folder });
    const again = await findTls({ tls: folder });
    expect(again).toEqual(first);
    const forHost = await findTls({ tls: folder, host: "192.168.1.5" });
    expect(forHost!.pair.cert).not.toBe(first!.pair.cert);
    expect(await readFile(first!.made!, "utf8")).toBe(forHost!.pair.cert);
  });

  test.skipIf(process.platform === "win32")(
    "has a key that only its owner can read, never written through a link",
    async () => {
      const target = join(folder, "target");
      await writeFile(target, "before");
      await symlink(target, join(folder, "key.pem"));
      await findTls({ tls: folder });
      expect(await readFile(target, "utf8")).toBe("before");
      expect((await stat(join(folder, "key.pem"))).mode & 0o777).toBe(0o600);
    },
  );

  test.each([
    ["win32", "certutil"],
    ["darwin", "security add-trusted-cert"],
    ["linux", "update-ca-certificates"],
  ] as const)("is trusted on %s by one command with %s", (platform, part) => {
    const command = trustCommand("/home/me/cert.pem", platform);
    expect(command).toContain(part);
    expect(command).toContain('"/home/me/cert.pem"');
  });

  test.each([
    [{ tlsCert: "cert.pem" }, "--tls-cert and --tls-key belong together"],
    [{ tlsCert: "a", tlsKey: "b", tls: true as const }, "--tls makes a certificate"],
    [
      { tlsCert: "/none/cert.pem", tlsKey: "b" },
      "--tls-cert: /none/cert.pem cannot be read (ENOENT)",
    ],
  ])("is refused where flags contradict: %o", async (flags, problem) => {
    await expect(findTls(flags)).rejects.toThrow(problem);
  });
});
