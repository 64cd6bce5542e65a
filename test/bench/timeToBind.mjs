// The time until the player is bound over a connection with 50 ms each way: first, and again after
// the connection was dropped.
import net from "node:net";
import { WebSocket } from "ws";
import { GatewayClient } from "../../dist/node.js";
import { median } from "./statistics.mjs";

const [port, count] = process.argv.slice(2).map(Number);
const EACH_WAY_MS = 50;

const connections = new Set();
const proxy = net.createServer((client) => {
  const server = net.connect(port, "127.0.0.1");
  connections.add(client);
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
await new Promise((resolve) => proxy.listen(0, "127.0.0.1", resolve));

let startedAt = 0;
class TimedWebSocket extends WebSocket {
  constructor(url) {
    super(url);
    startedAt = performance.now();
  }
}

const times = { first: [], again: [] };
for (let n = 0; n < count; n++) {
  const gateway = new GatewayClient({
    namespaceName: "game-0001",
    credential: { clientId: "client-0001", clientSecret: "secret-0001" },
    endpoints: {
      rest: "http://127.0.0.1",
      webSocket: `ws://127.0.0.1:${proxy.address().port}/gs2`,
    },
    logger: false,
    WebSocket: TimedWebSocket,
  });
  await gateway.setUserId({ accessToken: "accessToken-0001" });
  times.first.push(performance.now() - startedAt);
  const rebound = new Promise((resolve) => {
    gateway.lifecycle.on("status", ({ status }) => status === "ready" && resolve());
  });
  for (const connection of connections) connection.destroy();
  connections.clear();
  await rebound;
  times.again.push(performance.now() - startedAt);
  gateway.dispose();
}
proxy.close();
const roundTripMs = 2 * EACH_WAY_MS;
process.send({
  roundTripMs,
  firstMs: median(times.first),
  againMs: median(times.again),
});
process.exit();
