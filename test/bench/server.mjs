// A server for all protocols, in a process of its own. The path of the socket selects the protocol.
import { createServer } from "node:http";
import { WebSocketServer } from "ws";
import { protocols, login } from "./protocols.mjs";

const COUNT = Number(process.argv[2]);
const BATCH_SIZE = 256;
const MAX_BUFFERED_BYTES = 1 << 20;

const http = createServer((_, response) => {
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(login));
});
const sockets = new WebSocketServer({ server: http, perMessageDeflate: false });

sockets.on("connection", (socket, request) => {
  const { notification, handle } = protocols[request.url.split(/[/?]/)[1]];
  const texts = Array.from({ length: 1000 }, (_, i) => notification(i));
  socket.on("message", (data) => {
    const { reply, isStart } = handle(String(data));
    socket.send(reply);
    if (isStart) sendNotifications(socket, texts);
  });
});

function sendNotifications(socket, texts) {
  let sent = 0;
  const sendBatch = () => {
    if (socket.readyState !== socket.OPEN) return;
    for (
      let n = 0;
      n < BATCH_SIZE && sent < COUNT && socket.bufferedAmount < MAX_BUFFERED_BYTES;
      n++
    ) {
      socket.send(texts[sent++ % texts.length]);
    }
    if (sent < COUNT) setImmediate(sendBatch);
  };
  sendBatch();
}

http.listen(0, "127.0.0.1", () => process.send(http.address().port));
process.on("disconnect", () => process.exit());
