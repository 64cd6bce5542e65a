// The server of the bench, in a process of its own: it answers every protocol, and sends
// notifications as fast as the receiver reads them. The path of the socket selects the protocol.
// Frames are encoded before, and written in blocks, so that the sender is never the slower side.
import { createServer } from "node:http";
import { WebSocketServer } from "ws";
import { login, notificationTexts, protocols } from "./protocols.mjs";

const BLOCK_FRAMES = 1_000;

/** A text frame of a server, which is not masked (RFC 6455, 5.2). */
function frameOf(text) {
  const payload = Buffer.from(text);
  if (payload.length > 0xffff) throw new Error("The frames of the bench are shorter.");
  const short = payload.length < 126;
  const head = Buffer.from([0x81, short ? payload.length : 126]);
  const length = Buffer.alloc(short ? 0 : 2);
  if (!short) length.writeUInt16BE(payload.length);
  return Buffer.concat([head, length, payload]);
}

const blocks = Object.fromEntries(
  Object.keys(protocols).map((protocol) => [
    protocol,
    Buffer.concat(notificationTexts(protocol).map(frameOf)),
  ]),
);

/** Writes `count` frames to the connection below the WebSocket, as fast as it takes them. */
function sendNotifications(connection, block, count) {
  let left = count;
  const write = () => {
    while (left > 0 && connection.writable) {
      const frames = Math.min(left, BLOCK_FRAMES);
      left -= frames;
      const part = block.subarray(0, (block.length / BLOCK_FRAMES) * frames);
      if (!connection.write(part)) return connection.once("drain", write);
    }
  };
  write();
}

const http = createServer((_, response) => {
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(login));
});
const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });

http.on("upgrade", (request, connection, head) => {
  sockets.handleUpgrade(request, connection, head, (socket) => {
    const protocol = request.url.split(/[/?]/)[1];
    socket.on("message", (data) => {
      const { reply, count } = protocols[protocol].handle(String(data));
      socket.send(reply);
      sendNotifications(connection, blocks[protocol], count);
    });
  });
});

http.listen(0, "127.0.0.1", () => process.send(http.address().port));
process.on("disconnect", () => process.exit());
