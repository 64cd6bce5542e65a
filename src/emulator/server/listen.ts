import { createServer, type RequestListener, type Server as HttpServer } from "node:http";
import { createServer as createTlsServer, type Server as TlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { GatewayError } from "../../errors.js";
import type { TlsPair } from "../options.js";
import { invalid } from "../settings.js";

type Server = HttpServer | TlsServer;

export interface Listening {
  readonly servers: readonly Server[];
  readonly port: number;
  /** Base address without a trailing slash. */
  readonly url: string;
}

const ATTEMPTS = 20;

/** Listens on `host`, or without one on both loopback families under the same port. */
export async function listen(
  serve: RequestListener,
  host: string | undefined,
  port: number,
  tls?: TlsPair,
): Promise<Listening> {
  const create = () => (tls ? createWithTls(tls, serve) : createServer(serve));
  const addressOf = addressBy(tls ? "https" : "http");
  if (host !== undefined) {
    const server = await listenOn(create(), host, port);
    return { servers: [server], ...addressOf(server, host) };
  }
  for (let attempt = 1; ; attempt++) {
    const v4 = await listenOn(create(), "127.0.0.1", port);
    const address = addressOf(v4, "127.0.0.1");
    try {
      return { servers: [v4, await listenOn(create(), "::1", address.port)], ...address };
    } catch (error) {
      const { code } = causeOf(error);
      // Without IPv6, IPv4 alone is served.
      if (code === "EADDRNOTAVAIL" || code === "EAFNOSUPPORT") return { servers: [v4], ...address };
      await new Promise((closed) => v4.close(closed));
      // A port that is free in one family may be taken in the other; with port 0, try the next.
      if (code !== "EADDRINUSE" || port !== 0 || attempt === ATTEMPTS) throw error;
    }
  }
}

function createWithTls(tls: TlsPair, serve: RequestListener): Server {
  try {
    return createTlsServer({ cert: tls.cert, key: tls.key }, serve);
  } catch {
    // The library's error is not passed on: it may quote the key.
    throw invalid("startEmulator: tls takes a certificate and its own key, both in PEM.");
  }
}

function listenOn(server: Server, host: string, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause) => reject(cannotListen(cause, host, port)));
    server.listen({ host, port }, () => {
      server.removeAllListeners("error");
      resolve(server);
    });
  });
}

const addressBy =
  (protocol: "http" | "https") =>
  (server: Server, host: string): { port: number; url: string } => {
    const { port } = server.address() as AddressInfo;
    const name = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
    return { port, url: `${protocol}://${name.includes(":") ? `[${name}]` : name}:${port}` };
  };

function cannotListen(cause: Error, host: string, port: number): GatewayError {
  const { code } = causeOf({ cause });
  const message =
    code === "EADDRINUSE"
      ? `Port ${port} is in use: another emulator may be running. Stop it, or try --port N or PORT=N.`
      : code === "EACCES"
        ? `Port ${port} needs rights this process does not have: try --port N or PORT=N.`
        : `The emulator cannot listen on ${host}, port ${port} (${code ?? "unknown reason"}).`;
  return new GatewayError({ kind: "invalidArgument", message, cause });
}

const causeOf = (error: unknown): { code?: string } =>
  (error as { cause?: { code?: string } }).cause ?? {};
