// The sender's ceiling: how many notifications per second arrive at a receiver that only counts
// bytes. `node ceiling.mjs COUNT PORT`.
import net from "node:net";
import { FRAME_BYTES } from "./protocols.mjs";

const [count, port] = process.argv.slice(2).map(Number);
/** Each frame has a head of four bytes. */
const total = count * (FRAME_BYTES + 4);

const connection = net.connect(port, "127.0.0.1");
connection.write(
  [
    "GET /gs2 HTTP/1.1",
    "Host: 127.0.0.1",
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    // The sample key of RFC 6455.
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "\r\n",
  ].join("\r\n"),
);
await new Promise((resolve) => connection.once("data", resolve));

const request = Buffer.from(JSON.stringify({ x_gs2: { function: `go:${count}`, requestId: "1" } }));
let received = 0;
const all = new Promise((resolve) => {
  connection.on("data", ({ length }) => {
    received += length;
    if (received >= total) resolve();
  });
});
const startedAt = performance.now();
// A text frame of a client is masked; the mask may be zero.
connection.write(Buffer.concat([Buffer.from([0x81, 0x80 | request.length, 0, 0, 0, 0]), request]));
await all;
const perSecond = (count / (performance.now() - startedAt)) * 1_000;
process.send({ senderCeiling: { value: perSecond } });
process.exit();
