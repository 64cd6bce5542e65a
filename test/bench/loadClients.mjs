// Bound players on bare sockets, all in one process.
import { WebSocket } from "ws";
import { frame } from "./competitors.mjs";

const [url, count] = process.argv.slice(2);
const COUNT = Number(count);
const BATCH_SIZE = 50;

/** When the notification of each player arrived, as Unix time. */
const arrivals = [];
let received = 0;

async function player(n) {
  const socket = new WebSocket(`${url.replace("http", "ws")}/gateway-ws`, {
    perMessageDeflate: false,
  });
  await new Promise((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
  });
  const call = (name, service, component, params) =>
    new Promise((resolve, reject) => {
      socket.once("message", (data) => {
        const { status, body } = JSON.parse(String(data));
        if (status === 200) resolve(body);
        else reject(new Error(`${name} failed with ${status}`));
      });
      socket.send(frame(name, "1", params, { service, component }));
    });
  const { access_token: projectToken } = await call("login", "identifier", "projectToken", {
    client_id: "client-0001",
    client_secret: "secret-0001",
  });
  const accessToken = `accessToken-${String(n).padStart(4, "0")}`;
  await call("setUserId", "gateway", "webSocketSession", {
    namespaceName: "game-0001",
    accessToken,
    xGs2AccessToken: accessToken,
    xGs2ProjectToken: projectToken,
  });
  socket.on("message", () => {
    arrivals[n - 1] = performance.timeOrigin + performance.now();
    if (++received === COUNT) process.send(arrivals);
  });
}

for (let n = 1; n <= COUNT; n += BATCH_SIZE) {
  const batch = Array.from({ length: Math.min(BATCH_SIZE, COUNT - n + 1) }, (_, i) =>
    player(n + i),
  );
  await Promise.all(batch);
}
process.send({ bound: COUNT });
