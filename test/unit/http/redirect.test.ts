// fetch follows a redirect with the body and with headers of its own making: a credential would
// reach whatever server a proxy or a hijacked host names.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { GatewayAdmin } from "../../../src/admin/index.js";
import { loginByRest } from "../../../src/http/login.js";
import { upload } from "../../../src/http/upload.js";
import { connectEmulator } from "../../../src/testing/index.js";
import { rejectionOf } from "../../support/promises.js";

const servers: Server[] = [];
let stolen: string[];
let from: string;

const listen = (serve: Parameters<typeof createServer>[1]): Promise<string> =>
  new Promise((resolve) => {
    const server = createServer(serve).listen(0, "127.0.0.1", () =>
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    );
    servers.push(server);
  });

beforeAll(async () => {
  const thief = await listen((request, response) => {
    stolen.push(`${request.method} ${request.url}`);
    response.setHeader("content-type", "application/json").end("{}");
  });
  from = await listen((request, response) => {
    response.writeHead(307, { location: thief + request.url! }).end();
  });
});
beforeEach(() => {
  stolen = [];
});
afterAll(() => {
  for (const server of servers) server.close().closeAllConnections();
});

const endpoints = () => ({ rest: `${from}/{service}`, webSocket: "" });

test.each<[string, () => Promise<unknown>]>([
  [
    "a login",
    () =>
      loginByRest(
        { client_id: "cid-1", client_secret: "secret-0001" },
        { fetch, endpoints: endpoints(), region: "", redact: (text) => text },
      ),
  ],
  [
    "a call of an admin",
    () =>
      new GatewayAdmin({
        credential: { clientId: "cid-1", projectToken: "project-0001" },
        endpoints: endpoints(),
        logger: false,
        callTimeoutMs: 5_000,
      }).createNamespace({ name: "n", firebaseSecret: "secret-0001" }),
  ],
  // It may set a state with tokens.
  ["a request to an emulator", () => connectEmulator(from)],
  [
    "an upload",
    () => upload(fetch, "importUserData", `${from}/signed`, "{}", AbortSignal.timeout(5_000)),
  ],
])("%s follows no redirect", async (_, send) => {
  expect(await rejectionOf(send())).toMatchObject({ name: "GatewayError" });
  expect(stolen).toEqual([]);
});
