// One server for all dialects, in a process of its own: the path of the socket is the dialect.
import { createServer } from "node:http";
import { WebSocketServer } from "ws";
import { dialects, login } from "./dialects.mjs";

const COUNT = Number(process.argv[2]);
const AT_ONCE = 256;
const FULL = 1 << 20;

const http = createServer((_, response) => {
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(login));
});
const sockets = new WebSocketServer({ server: http, perMessageDeflate: false });

sockets.on("connection", (socket, request) => {
  const { notification, answer } = dialects[request.url.split(/[/?]/)[1]];
  const texts = Array.from({ length: 1000 }, (_, i) => notification(i));
  socket.on("message", (data) => {
    const { reply, go } = answer(String(data));
    socket.send(reply);
    if (go) pour(socket, texts);
  });
});

function pour(socket, texts) {
  let sent = 0;
  const more = () => {
    if (socket.readyState !== socket.OPEN) return;
    for (let n = 0; n < AT_ONCE && sent < COUNT && socket.bufferedAmount < FULL; n++) {
      socket.send(texts[sent++ % texts.length]);
    }
    if (sent < COUNT) setImmediate(more);
  };
  more();
}

http.listen(0, "127.0.0.1", () => process.send(http.address().port));
process.on("disconnect", () => process.exit());
