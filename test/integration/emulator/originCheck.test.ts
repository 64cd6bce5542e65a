import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { GatewayAdmin } from "../../../src/admin/index.js";
import { controlApi } from "../../../src/emulator/requests/controlApi.js";
import { checkOrigin, type OriginPolicy } from "../../../src/emulator/server/originCheck.js";
import {
  startEmulator,
  type Emulator,
  type EmulatorLogEntry,
} from "../../../src/emulator/index.js";
import { RawSocket } from "./rawSocket.js";

const loopback: OriginPolicy = { host: undefined, allowHosts: [], allowOrigins: [] };
const open: OriginPolicy = { ...loopback, host: "0.0.0.0" };

describe("checkOrigin", () => {
  test.each<[string, OriginPolicy, string | undefined, string | undefined]>([
    ["no page", loopback, "127.0.0.1:9480", undefined],
    ["a page on localhost", loopback, "localhost:9480", "http://localhost:5173"],
    ["a page under .localhost", loopback, "game.localhost:9480", "https://game.localhost"],
    ["a page by IPv6", loopback, "[::1]:9480", "http://[::1]:8080"],
    ["another loopback address", loopback, "127.0.0.2", "http://127.1.2.3"],
    ["an app in a shell", loopback, "127.0.0.1:9480", "capacitor://localhost"],
    ["a phone, by address", open, "192.168.1.5:9480", undefined],
    ["a page the emulator serves to a phone", open, "192.168.1.5:9480", "http://192.168.1.5:9480"],
    [
      "a host that is allowed",
      { ...loopback, allowHosts: ["pc.local"] },
      "pc.local:9480",
      "http://pc.local:9480",
    ],
    [
      "the host listened on",
      { ...loopback, host: "pc.local" },
      "pc.local:9480",
      "http://localhost",
    ],
    [
      "an origin that is allowed",
      { ...open, allowOrigins: ["http://192.168.1.5:5173"] },
      "192.168.1.5:9480",
      "http://192.168.1.5:5173",
    ],
    [
      "a page of the same host behind TLS",
      { ...loopback, allowHosts: ["pc.local"] },
      "pc.local:9480",
      "https://pc.local:9480",
    ],
    ["any origin", { ...loopback, allowOrigins: ["*"] }, "localhost", "https://evil.example"],
    ["a page from a file", { ...loopback, allowOrigins: ["null"] }, "localhost", "null"],
  ])("allows %s", (_, policy, host, origin) => {
    expect(checkOrigin(policy, { host, origin })).toEqual({ allowed: true });
  });

  test.each<[string, OriginPolicy, string | undefined, string | undefined, string]>([
    ["no host", loopback, undefined, undefined, "host name"],
    ["a rebound name", loopback, "evil.example:9480", undefined, "--allow-host evil.example"],
    ["a rebound name", open, "evil.example:9480", undefined, "--allow-host evil.example"],
    ["a name that only looks local", loopback, "localhost.evil.example", undefined, "host name"],
    ["127.0.0.1.evil.example", loopback, "127.0.0.1.evil.example", undefined, "host name"],
    ["an address that is not its own", loopback, "192.168.1.5:9480", undefined, "host name"],
    ["a host that cannot be parsed", loopback, "a b", undefined, "host name"],
    [
      "a hostile page",
      loopback,
      "localhost",
      "https://evil.example",
      "--allow-origin https://evil.example",
    ],
    [
      "a page whose own name is the host it asks for",
      open,
      "192.168.1.5:9480",
      "http://192.168.1.5:80",
      "--allow-origin",
    ],
    [
      "a page from a file",
      loopback,
      "localhost",
      "null",
      "every website can make itself such a page",
    ],
    [
      "a page of another host behind TLS",
      { ...loopback, allowHosts: ["pc.local"] },
      "pc.local:9480",
      "https://evil.example",
      "--allow-origin",
    ],
  ])("refuses %s and names the flag", (_, policy, host, origin, flag) => {
    const checked = checkOrigin(policy, { host, origin });
    expect(checked).toEqual({ allowed: false, why: expect.stringContaining(flag) as string });
  });
});

describe("the emulator", () => {
  let emulator: Emulator;
  const log: EmulatorLogEntry[] = [];
  beforeAll(async () => {
    emulator = await startEmulator({
      settings: { maxBodyBytes: 10_000 },
      log: (entry) => log.push(entry),
      mount: {
        "/demo/": async (request) =>
          new Response((await request.text()) || `mounted ${new URL(request.url).pathname}`),
        "/away": () => Response.redirect("http://127.0.0.1/elsewhere"),
      },
    });
  });
  afterAll(() => emulator.stop());

  /** `fetch` cannot set the Host. */
  const get = (headers: Record<string, string>, method = "GET", path = "/_emulator/ready") =>
    new Promise<{ status: number; body: string; headers: Record<string, unknown> }>(
      (resolve, reject) => {
        request(emulator.url + path, { method, headers }, (response) => {
          let body = "";
          response.setEncoding("utf8");
          response.on("data", (chunk: string) => (body += chunk));
          response.on("end", () =>
            resolve({ status: response.statusCode!, body, headers: response.headers }),
          );
        })
          .on("error", reject)
          .end();
      },
    );

  test("refuses a foreign host and a foreign page on every path, and logs it", async () => {
    for (const path of ["/", "/_emulator/calls", "/gateway/", "/demo/x"]) {
      const rebound = await get({ host: "evil.example" }, "GET", path);
      expect([rebound.status, rebound.body]).toEqual([
        403,
        expect.stringContaining("--allow-host evil.example") as string,
      ]);
      const page = await get({ origin: "https://evil.example" }, "GET", path);
      expect([page.status, page.body]).toEqual([
        403,
        expect.stringContaining("--allow-origin https://evil.example") as string,
      ]);
      expect(page.headers["access-control-allow-origin"]).toBeUndefined();
    }
    expect(log.filter(({ event }) => event === "refused").map(({ level }) => level)).toContain(
      "warning",
    );
  });

  test("refuses a foreign page's preflight", async () => {
    const answer = await get({ origin: "https://evil.example" }, "OPTIONS", "/gateway/");
    expect(answer.status).toBe(403);
  });

  test("allows the headers that a local page's preflight asks for", async () => {
    const answer = await get(
      {
        origin: "http://localhost:5173",
        "access-control-request-method": "PUT",
        "access-control-request-headers": "authorization,x-gs2-client-id",
        "access-control-request-private-network": "true",
      },
      "OPTIONS",
      "/gateway/game-0001",
    );
    expect(answer.status).toBe(204);
    expect(answer.headers).toMatchObject({
      "access-control-allow-origin": "http://localhost:5173",
      "access-control-allow-methods": expect.stringContaining("PUT") as string,
      "access-control-allow-headers": "authorization,x-gs2-client-id",
      "access-control-allow-private-network": "true",
      vary: "Origin, Access-Control-Request-Headers",
    });
  });

  test.each(["/_emulator/ready", "/gateway/", "/nothing", "/demo/x", "/away"])(
    "lets a local page read %s, an error or not",
    async (path) => {
      const answer = await get({ origin: "http://localhost:5173" }, "GET", path);
      expect(answer.headers["access-control-allow-origin"]).toBe("http://localhost:5173");
    },
  );

  test("refuses a socket of a foreign host and a foreign page", async () => {
    const { webSocket } = emulator.endpoints;
    await expect(RawSocket.open(webSocket, { origin: "https://evil.example" })).rejects.toThrow(
      "refused with 403",
    );
    await expect(RawSocket.open(webSocket, { host: "evil.example" })).rejects.toThrow(
      "--allow-host evil.example",
    );
    const local = await RawSocket.open(webSocket, { origin: "http://localhost:5173" });
    await local.close();
  });

  test("answers a socket on another path with the right one", async () => {
    const elsewhere = emulator.url.replace("http", "ws");
    await expect(RawSocket.open(`${elsewhere}/ws`)).rejects.toThrow(/404.*\/gateway-ws/);
  });

  test("serves what is mounted, with and without the last slash", async () => {
    for (const path of ["/demo", "/demo/", "/demo/api/x"]) {
      expect((await get({}, "GET", path)).body).toBe(`mounted ${path}`);
    }
    expect((await get({}, "GET", "/demos")).status).toBe(404);
  });

  describe("refuses a request that another site caused,", () => {
    const foreign = { "sec-fetch-site": "cross-site" };

    test.each([
      ["an image", { ...foreign, "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image" }],
      ["a link", { ...foreign, "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" }],
    ])("by %s, under /_emulator/", async (_, headers) => {
      for (const method of ["GET", "HEAD", "POST"]) {
        const { status } = await get(headers, method, "/_emulator/state");
        expect([method, status]).toEqual([method, 403]);
      }
      const { status, body } = await get(headers, "GET", "/_emulator/page/inspector.js");
      expect([status, body]).toEqual([403, expect.stringContaining("another site") as string]);
      // A link may open the inspector.
      expect((await get(headers, "GET", "/")).status).toBe(200);
    });

    test("but not a local page's fetch, nor a request of the same site or of no page", async () => {
      const allowed: Record<string, string>[] = [
        { ...foreign, origin: "http://localhost:5173" },
        { "sec-fetch-site": "same-origin" },
        { "sec-fetch-site": "same-site" },
        { "sec-fetch-site": "none" },
        {},
      ];
      for (const headers of allowed) {
        const { status } = await get(headers, "GET", "/_emulator/state");
        expect([headers, status]).toEqual([headers, 200]);
      }
    });
  });

  test("GET and HEAD change nothing, on every path of the control plane", async () => {
    const stopping = new AbortController().signal;
    const { routes } = controlApi({ engine: undefined as never, url: () => "", stopping });
    const paths = routes.filter(({ method }) => method === "GET").map(({ path }) => path);
    expect(paths).toContain("/outbox");
    await waitingPush(emulator);
    const before = [emulator.state(), emulator.outbox(), emulator.calls(), emulator.sessions()];
    for (const path of [...paths, "/pushes", "/pushes/take"]) {
      // The log is a stream without an end.
      for (const method of path === "/log" ? ["HEAD"] : ["GET", "HEAD"]) {
        await get({}, method, `/_emulator${path.replace(/:\w+/, "x")}`);
      }
    }
    expect([emulator.state(), emulator.outbox(), emulator.calls(), emulator.sessions()]).toEqual(
      before,
    );
    expect(await emulator.waitForPush()).toMatchObject({ userId: "alice" });
  });

  test.each(["/", "/_emulator/state", "/_emulator/log", "/gateway/", "/nothing"])(
    "answers %s so that no other page can embed, sniff or store it",
    async (path) => {
      const { headers } = await get({}, path === "/_emulator/log" ? "HEAD" : "GET", path);
      expect(headers).toMatchObject({
        "x-content-type-options": "nosniff",
        "cross-origin-resource-policy": "same-origin",
        "cache-control": "no-store",
      });
    },
  );

  test.each([
    ["with its length", {}],
    ["in chunks", { "transfer-encoding": "chunked" }],
  ])("answers 413 to a body over maxBodyBytes %s, before what is mounted", async (_, headers) => {
    const send = (length: number) =>
      new Promise<{ status: number; body: string }>((resolve, reject) => {
        const sent = request(
          `${emulator.url}/demo/echo`,
          { method: "POST", headers },
          (response) => {
            let body = "";
            response.setEncoding("utf8");
            response.on("data", (chunk: string) => (body += chunk));
            response.on("end", () => resolve({ status: response.statusCode!, body }));
          },
        ).on("error", reject);
        if (!("transfer-encoding" in headers)) sent.setHeader("content-length", length);
        sent.end("x".repeat(length));
      });
    expect(await send(10_000)).toEqual({ status: 200, body: "x".repeat(10_000) });
    expect((await send(10_001)).status).toBe(413);
  });
});

/** A push to alice's device that is not taken yet. */
async function waitingPush(emulator: Emulator): Promise<void> {
  const credential = { clientId: "client", clientSecret: "secret" };
  const { endpoints } = emulator;
  const admin = new GatewayAdmin({ namespaceName: "game-0001", credential, endpoints });
  await admin.createNamespace({ name: "game-0001", firebaseSecret: "secret" });
  await admin.setFirebaseTokenByUserId({ userId: "alice", token: "device" });
  await admin.sendMobileNotificationByUserId({ userId: "alice", subject: "raid", payload: "1" });
}
