import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocket } from "ws";
import { decodeFrame } from "../../wire/frames.js";
import type { RelayedReply } from "../calls/relayed.js";
import type { EmulatorEngine } from "../engine/engine.js";
import { cutConnection } from "../store/sessions.js";
import { readCallFrame } from "../requests/frames.js";
import { openSocket, type ServeUpgrade } from "./webSocket.js";

const OPEN_TIMEOUT_MS = 10_000;

/** Calls that the upstream never answers are forgotten, oldest first. */
const MAX_PENDING = 2_000;

/**
 * Opens a socket of the upstream for each client's, before the client's is accepted. A refusal of
 * the upstream is passed on.
 */
export const relayTo =
  (engine: EmulatorEngine, url: string): ServeUpgrade =>
  (_, socket, { accept, refuse }) => {
    const upstream = new WebSocket(url, {
      perMessageDeflate: false,
      handshakeTimeout: OPEN_TIMEOUT_MS,
    });
    const fail = (status: number, why: string) => {
      const text = `the upstream's socket cannot be opened (${why})`;
      engine.log("refused", text, { why }, "warning");
      refuse(status, `The emulator's upstream cannot be reached: ${why}.`);
    };
    socket.once("close", () => upstream.terminate());
    const failToOpen = (error: Error & { code?: string }) => {
      if (!socket.destroyed) fail(502, error.code ?? error.name);
    };
    upstream.once("unexpected-response", (__: unknown, { statusCode = 502 }: IncomingMessage) => {
      upstream.off("error", failToOpen);
      fail(statusCode, `status ${statusCode}`);
      upstream.terminate();
    });
    // Later errors are followed by a close.
    upstream.once("error", failToOpen).on("error", () => {});
    upstream.once("open", () => {
      upstream.off("error", failToOpen);
      accept((webSocket) => relay(engine, webSocket, socket, upstream));
    });
  };

function relay(
  engine: EmulatorEngine,
  webSocket: WebSocket,
  socket: Duplex,
  upstream: WebSocket,
): void {
  const open = openSocket(engine, webSocket, socket);
  const { connectionId } = open;
  const pending = new Map<string, (reply: RelayedReply) => void>();
  const send = (data: Buffer, binary: boolean) => {
    if (upstream.readyState !== upstream.OPEN) return;
    if (upstream.bufferedAmount > engine.store.settings.maxUnsentBytes) upstream.terminate();
    else upstream.send(data, { binary });
  };

  webSocket.on("message", (data: Buffer, isBinary) => {
    open.receive(() => {
      open.touch();
      const text = isBinary ? "" : data.toString();
      engine.logFrame("in", connectionId, text);
      const call = isBinary ? undefined : readCallFrame(text);
      if (!call?.requestId) return send(data, isBinary);
      open.relayRequest(call.request, call.requestId, (reply) => {
        pending.set(call.requestId, reply);
        if (pending.size > MAX_PENDING) pending.delete([...pending.keys()][0]!);
        send(data, isBinary);
      });
    });
  });
  webSocket.on("ping", (data) => upstream.readyState === upstream.OPEN && upstream.ping(data));
  webSocket.on("close", () => upstream.close());

  upstream.on("message", (data: Buffer) => {
    const text = data.toString();
    const frame = decodeFrame(text);
    if (frame.kind === "notification") {
      const { issuer, subject } = frame;
      engine.log("notified", `${subject || issuer} to ${connectionId}`, {
        connectionIds: [connectionId],
        issuer,
        subject,
      });
      return open.deliver(text);
    }
    const reply = frame.kind === "reply" ? pending.get(frame.requestId) : undefined;
    if (frame.kind !== "reply" || !reply) return open.send(text);
    pending.delete(frame.requestId);
    const { status, body, message } = frame;
    reply({ status, body: body ?? { message }, text });
  });
  upstream.on("close", (code) => {
    // 1005 is a close frame without a code.
    const passed = code === 1005 ? 1000 : code;
    engine.transact((store) => ({
      result: undefined,
      effects: cutConnection(store, connectionId, "closed by the upstream", passed),
    }));
  });
}
