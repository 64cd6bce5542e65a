import { STATUS_CODES, type IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer, type WebSocket } from "ws";
import { errorBody } from "../../wire/frames.js";
import type { EngineConnection, Transport } from "../engine/connections.js";
import type { EmulatorEngine } from "../engine/engine.js";
import { receiveFrame, SOCKET_PATH } from "../requests/frames.js";
import { checkOrigin, type OriginPolicy } from "./originCheck.js";

const STOP_GRACE_MS = 200;

export interface SocketServer {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Closes every socket; resolves after the last has closed. */
  stop(): Promise<void>;
}

/** What a handshake leads to, once no check and no fault refuses it. */
export type ServeUpgrade = (
  request: IncomingMessage,
  socket: Duplex,
  handshake: {
    /** Completes the handshake. */
    readonly accept: (serve: (webSocket: WebSocket) => void) => void;
    readonly refuse: (status: number, why: string) => void;
  },
) => void;

/** @param serve default: the engine handles the calls */
export function socketServer(
  engine: EmulatorEngine,
  policy: OriginPolicy,
  serve: ServeUpgrade = (_, socket, { accept }) =>
    accept((webSocket) => serveSocket(engine, webSocket, socket)),
): SocketServer {
  const { maxMessageBytes } = engine.store.settings;
  const server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    // 0 is no limit.
    maxPayload: maxMessageBytes ?? 0,
  });
  const pending = new Set<Duplex>();
  const leavePending = (socket: Duplex) => {
    pending.add(socket);
    socket.on("end", () => socket.destroy()).on("close", () => pending.delete(socket));
    // The end of an unread socket is not noticed.
    socket.resume();
  };
  return {
    upgrade(request, socket, head) {
      socket.on("error", () => socket.destroy());
      const { host, origin } = request.headers;
      const checked = checkOrigin(policy, { host, origin });
      if (!checked.allowed) {
        engine.log("refused", checked.why, { host, origin }, "warning");
        refuse(socket, 403, checked.why);
        return;
      }
      const path = request.url?.split("?")[0];
      if (path !== SOCKET_PATH) {
        refuse(socket, 404, `The emulator's socket is at ${SOCKET_PATH}.`);
        return;
      }
      if (server.clients.size + pending.size >= engine.store.settings.maxConnections) {
        refuse(socket, 503, "The emulator has as many sockets as its setting maxConnections.");
        return;
      }
      const decision = engine.decideHandshake();
      if (decision.kind === "refuse") refuse(socket, decision.status, decision.reason);
      else if (decision.kind === "hang") leavePending(socket);
      else {
        pending.add(socket);
        socket.once("close", () => pending.delete(socket));
        serve(request, socket, {
          accept: (serveOpen) => {
            pending.delete(socket);
            server.handleUpgrade(request, socket, head, serveOpen);
          },
          refuse: (status, why) => refuse(socket, status, why),
        });
      }
    },
    async stop() {
      for (const socket of pending) socket.destroy();
      const open = [...server.clients];
      const allClosed = Promise.all(
        open.map((webSocket) => new Promise((closed) => webSocket.once("close", closed))),
      );
      for (const webSocket of open) webSocket.close(1001, "the emulator stops");
      const timer = setTimeout(() => {
        for (const webSocket of server.clients) webSocket.terminate();
      }, STOP_GRACE_MS);
      await allClosed;
      clearTimeout(timer);
    },
  };
}

function refuse(socket: Duplex, status: number, why: string): void {
  const body = JSON.stringify(errorBody([{ component: "emulator", message: why }]));
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\nConnection: close\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

/** Connects an open socket with the engine, which handles its calls. */
export function serveSocket(engine: EmulatorEngine, webSocket: WebSocket, socket: Duplex): void {
  const open = openSocket(engine, webSocket, socket);
  webSocket.on("message", (data, isBinary) => {
    receiveFrame(engine, open, isBinary ? undefined : (data as Buffer).toString());
  });
}

/** Connects an open socket with the engine. The caller reads its messages. */
export function openSocket(
  engine: EmulatorEngine,
  webSocket: WebSocket,
  socket: Duplex,
): EngineConnection {
  const { maxUnsentBytes } = engine.store.settings;
  let isHalfOpen = false;
  const transport: Transport = {
    send(text) {
      if (isHalfOpen || webSocket.readyState !== webSocket.OPEN) return;
      if (webSocket.bufferedAmount > maxUnsentBytes) {
        const text = `${open.connectionId} reads too slowly and is dropped`;
        engine.log("closed", text, { connectionId: open.connectionId }, "warning");
        webSocket.terminate();
      } else {
        engine.logFrame("out", open.connectionId, text);
        webSocket.send(text);
      }
    },
    close(code, reason) {
      // The client must not notice. The socket is still read, so that its end is noticed, but no
      // longer by `ws`, which would answer pings.
      if (isHalfOpen) socket.removeAllListeners("data").resume();
      else if (code === 1006) webSocket.terminate();
      else webSocket.close(code, reason);
    },
    goHalfOpen() {
      isHalfOpen = true;
      webSocket.pause();
    },
  };
  const open = engine.open(transport);
  webSocket.on("ping", () => open.touch());
  webSocket.on("pong", () => open.touch());
  // The close code has the cause: ws closes with 1009 after a message that is too long, and with
  // 1007 after broken UTF-8.
  webSocket.on("error", () => {});
  webSocket.on("close", (code) => open.closed(code));
  return open;
}
