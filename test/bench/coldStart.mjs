// How many round trips it takes to be bound, over a line that adds 50 ms each way: first, and again after the line was cut.
import net from "node:net";
import { WebSocket } from "ws";
import { GatewayClient } from "../../dist/node.js";
import { median } from "./figures.mjs";

const [port, count] = process.argv.slice(2).map(Number);
const EACH_WAY_MS = 50;

const lines = new Set();
const slow = net.createServer((client) => {
  const server = net.connect(port, "127.0.0.1");
  lines.add(client);
  for (const [from, to] of [
    [client, server],
    [server, client],
  ]) {
    from.setNoDelay();
    from.on("error", () => {});
    from.on("data", (data) => setTimeout(() => to.write(data), EACH_WAY_MS));
    from.on("close", () => to.destroy());
  }
});
await new Promise((resolve) => slow.listen(0, "127.0.0.1", resolve));

let begun = 0;
class Attempt extends WebSocket {
  constructor(url) {
    super(url);
    begun = performance.now();
  }
}

const times = { first: [], again: [] };
for (let n = 0; n < count; n++) {
  const gateway = new GatewayClient({
    namespaceName: "game-0001",
    credential: { clientId: "client-0001", clientSecret: "secret-0001" },
    endpoints: { rest: "http://127.0.0.1", webSocket: `ws://127.0.0.1:${slow.address().port}/gs2` },
    logger: false,
    WebSocket: Attempt,
  });
  await gateway.setUserId({ accessToken: "accessToken-0001" });
  times.first.push(performance.now() - begun);
  const again = new Promise((resolve) => {
    gateway.lifecycle.on("status", ({ status }) => status === "ready" && resolve());
  });
  for (const line of lines) line.destroy();
  lines.clear();
  await again;
  times.again.push(performance.now() - begun);
  gateway.dispose();
}
slow.close();
const roundTripMs = 2 * EACH_WAY_MS;
process.send({
  roundTripMs,
  firstMs: median(times.first),
  againMs: median(times.again),
});
process.exit();
