import { STATUS_CODES, type IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer, type WebSocket } from "ws";
import { encodeReply, errorBody } from "../../wire/frames.js";
import { isObject, isShallow } from "../store/json.js";
import type { EngineConnection, Transport } from "../engine/connections.js";
import type { EmulatorEngine } from "../engine/engine.js";
import { checkOrigin, type OriginPolicy } from "./originCheck.js";

const SOCKET_PATH = "/gateway-ws";

const STOP_GRACE_MS = 200;

const BUG = { component: "emulator", message: "The emulator failed; this is a bug in it." };

export interface SocketServer {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Closes every socket; resolves when the last is gone. */
  stop(): Promise<void>;
}

export function socketServer(gateway: EmulatorEngine, policy: OriginPolicy): SocketServer {
  const { maxMessageBytes } = gateway.store.settings;
  const server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    // 0 is no limit.
    maxPayload: maxMessageBytes ?? 0,
  });
  const unanswered = new Set<Duplex>();
  const hold = (socket: Duplex) => {
    unanswered.add(socket);
    socket.on("end", () => socket.destroy()).on("close", () => unanswered.delete(socket));
    // Unread, its end would not be seen.
    socket.resume();
  };
  return {
    upgrade(request, socket, head) {
      socket.on("error", () => socket.destroy());
      const { host, origin } = request.headers;
      const verdict = checkOrigin(policy, { host, origin });
      if (!verdict.allowed) {
        gateway.log("refused", verdict.why, { host, origin }, "warning");
        refuse(socket, 403, verdict.why);
        return;
      }
      const path = request.url?.split("?")[0];
      if (path !== SOCKET_PATH) {
        refuse(socket, 404, `The emulator's socket is at ${SOCKET_PATH}.`);
        return;
      }
      const reception = gateway.decideHandshake();
      if (reception.kind === "refuse") refuse(socket, reception.status, reception.reason);
      else if (reception.kind === "hang") hold(socket);
      else {
        server.handleUpgrade(request, socket, head, (webSocket) =>
          serveSocket(gateway, webSocket, socket),
        );
      }
    },
    async stop() {
      for (const socket of unanswered) socket.destroy();
      const open = [...server.clients];
      const allGone = Promise.all(
        open.map((webSocket) => new Promise((gone) => webSocket.once("close", gone))),
      );
      for (const webSocket of open) webSocket.close(1001, "the emulator stops");
      const timer = setTimeout(() => {
        for (const webSocket of server.clients) webSocket.terminate();
      }, STOP_GRACE_MS);
      await allGone;
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

/** Answers what comes over an open socket. */
export function serveSocket(gateway: EmulatorEngine, webSocket: WebSocket, socket: Duplex): void {
  const { maxUnsentBytes } = gateway.store.settings;
  let silent = false;
  const line: Transport = {
    send(text) {
      if (silent || webSocket.readyState !== webSocket.OPEN) return;
      if (webSocket.bufferedAmount > maxUnsentBytes) {
        const text = `${open.connectionId} reads too slowly and is dropped`;
        gateway.log("closed", text, { connectionId: open.connectionId }, "warning");
        webSocket.terminate();
      } else {
        gateway.logFrame("out", open.connectionId, text);
        webSocket.send(text);
      }
    },
    close(code, why) {
      // The client must not hear of it. Read on, so that its leaving is seen, but no longer by `ws`, which would answer pings.
      if (silent) socket.removeAllListeners("data").resume();
      else if (code === 1006) webSocket.terminate();
      else webSocket.close(code, why);
    },
    goHalfOpen() {
      silent = true;
      webSocket.pause();
    },
  };
  const open = gateway.open(line);
  webSocket.on("message", (data, isBinary) => {
    open.receive(() => {
      open.touch();
      gateway.logFrame("in", open.connectionId, isBinary ? "" : (data as Buffer).toString());
      try {
        readFrame(gateway, open, isBinary ? undefined : (data as Buffer).toString());
      } catch (error) {
        // A bug of ours must not end the others' sockets.
        const why = error instanceof Error ? error.name : "unknown reason";
        gateway.log("refused", `a frame failed inside the emulator: ${why}`, {}, "warning");
        open.send(encodeReply("", 500, errorBody([BUG])));
      }
    });
  });
  webSocket.on("ping", () => open.touch());
  webSocket.on("pong", () => open.touch());
  // What went wrong is in the close code: ws answers a message that is too long with 1009, broken UTF-8 with 1007.
  webSocket.on("error", () => {});
  webSocket.on("close", (code) => open.closed(code));
}

/** @param data text of the frame; undefined: it was a binary one */
export function readFrame(
  gateway: EmulatorEngine,
  open: EngineConnection,
  data: string | undefined,
): void {
  const frame = data === undefined ? undefined : parse(data);
  const envelope = frame?.["x_gs2"];
  if (!frame || !isObject(envelope)) {
    const why =
      data === undefined
        ? "a binary frame"
        : frame
          ? "a frame without x_gs2"
          : "a frame that is no JSON object, or nested too deeply";
    const { connectionId } = open;
    gateway.log("unreadable", `${connectionId} sent ${why}`, { connectionId, why }, "warning");
    // There is no requestId to answer to. An empty one keeps clients from taking this for an answer to something else.
    const error = { component: "frame", message: "gateway.frame.error.invalid" };
    return open.send(encodeReply("", 400, errorBody([error])));
  }
  const {
    x_gs2: _,
    xGs2ClientId: __,
    xGs2ProjectToken,
    xGs2AccessToken,
    xGs2DuplicationAvoider,
    xGs2DryRun,
    ...params
  } = frame;
  const requestId = text(envelope["requestId"]) ?? "";
  open.handleRequest(
    {
      target: {
        service: text(envelope["service"]) ?? "",
        component: text(envelope["component"]) ?? "",
        function: text(envelope["function"]) ?? "",
      },
      params,
      projectToken: text(xGs2ProjectToken),
      accessToken: text(xGs2AccessToken) ?? text(params["accessToken"]),
      duplicationAvoider: text(xGs2DuplicationAvoider),
      dryRun: String(xGs2DryRun).toLowerCase() === "true",
    },
    requestId,
  );
}

function parse(data: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(data);
    return isObject(value) && isShallow(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Some client may number its requests; an empty text is as good as none. */
const text = (value: unknown): string | undefined =>
  typeof value === "number"
    ? String(value)
    : typeof value === "string" && value
      ? value
      : undefined;
