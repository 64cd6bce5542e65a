// A game's page, from its own server, controls an emulator on another port.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startEmulator, type Emulator } from "../../src/emulator/index.js";
import type * as Player from "../../src/index.js";
import type * as Testing from "../../src/testing/index.js";
import { launchBrowser } from "../support/browser.js";
import { readInRepo } from "../support/repo.js";
import { recordPageErrors } from "./pageErrors.js";

declare global {
  var player: typeof Player;
  var testing: typeof Testing;
}

const PAGE = `<!doctype html><link rel="icon" href="data:,"><script type="module">
  import * as player from "/dist/index.js";
  import * as testing from "/dist/testing.js";
  Object.assign(globalThis, { player, testing });
</script>`;

let browser: Browser;
let emulator: Emulator;
let pages: Server;

beforeAll(async () => {
  browser = await launchBrowser();
  emulator = await startEmulator({ namespaces: ["game-0001"] });
  pages = createServer(({ url = "" }, response) => {
    const file = /^\/dist\/((?:chunks\/)?[\w-]+\.js)$/.exec(url)?.[1];
    response.setHeader("content-type", file ? "text/javascript" : "text/html");
    response.end(file ? readInRepo("dist", file) : PAGE);
  });
  await new Promise<void>((resolve) => pages.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
  await browser.close();
  await emulator.stop();
  pages.closeAllConnections();
  pages.close();
});

test("a page of another origin on this machine controls the emulator", async () => {
  const context = await browser.newContext();
  const errors = recordPageErrors(context);
  const page = await context.newPage();
  await page.goto(`http://127.0.0.1:${(pages.address() as AddressInfo).port}/`);
  const seen = await page.evaluate(async (url) => {
    const { connectEmulator, createTestGateway } = testing;
    const { GatewayClient } = player;
    const remote = await connectEmulator(url);
    const gateway = new GatewayClient({
      namespaceName: "game-0001",
      credential: { clientId: "client", clientSecret: "secret" },
      endpoints: remote.endpoints,
      logger: false,
    });
    const bound = remote.waitForSession({ userId: "alice" });
    await gateway.setUserId({ accessToken: await remote.issueAccessToken({ userId: "alice" }) });
    const received = gateway.waitFor("Gs2JobQueue:Push");
    await remote.notify({
      userId: "alice",
      key: "Gs2JobQueue:Push",
      payload: { namespaceName: "jobs", userId: "alice" },
    });
    await remote.setState(await remote.state());
    const double = createTestGateway();
    const emitted = double.waitFor("Gs2JobQueue:Push");
    double.emit("Gs2JobQueue:Push", (await received).payload);
    gateway.dispose();
    return [
      (await bound).userId,
      (await received).payload.namespaceName,
      (await emitted).payload.userId,
    ];
  }, emulator.url);
  expect(seen).toEqual(["alice", "jobs", "alice"]);
  expect(errors).toEqual([]);
  await context.close();
});
