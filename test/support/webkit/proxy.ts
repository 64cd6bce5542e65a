// The HTTP proxy between WebKit and the test servers. WebDriver has no init scripts, no routes and
// no console events, so the proxy inserts scripts into pages and takes their reports.
import { createServer, request as sendRequest, type IncomingMessage } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";

/** What a page sends to the proxy instead of a server. */
export interface PageReport {
  readonly type: string;
  readonly value: unknown;
}

export interface RoutedRequest {
  readonly url: string;
  readonly method: string;
  readonly body: string;
}

/** `undefined` lets the request pass; `"abort"` closes its connection. */
export type RoutedResponse =
  { status: number; headers: Record<string, string>; body: string } | "abort" | undefined;

export interface PageProxy {
  readonly port: number;
  close(): void;
}

export interface PageProxyHandlers {
  /** Scripts that every HTML document runs before its own. */
  readonly initScripts: readonly string[];
  onReport(report: PageReport): unknown;
  onRequest(request: RoutedRequest): Promise<RoutedResponse>;
}

/** Pages reach the proxy itself at these paths of their own origin. */
export const REPORT_PATH = "/.test-report";
/** An empty page. */
export const CLEAR_PATH = "/.test-clear";

async function readBody(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Every host of a test is this machine. */
const upstreamOf = (url: URL) => ({ host: "127.0.0.1", port: Number(url.port || 80) });

/** As a file of the page's own origin, which a content security policy allows. */
const INIT_PATH = "/.test-init.js";

function insertScripts(html: string): string {
  const doctype = /^\s*<!doctype[^>]*>/i.exec(html)?.[0] ?? "";
  return `${doctype}<script src="${INIT_PATH}"></script>${html.slice(doctype.length)}`;
}

/**
 * @param handlersNow the handlers of the context that is open now
 * @param origins gets the origin of every page
 */
export async function startPageProxy(
  handlersNow: () => PageProxyHandlers,
  origins: Set<string>,
): Promise<PageProxy> {
  const sockets = new Set<Socket>();
  const track = (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.once("close", () => sockets.delete(socket));
  };
  const server = createServer((request, response) => {
    const forward = async () => {
      const url = new URL(request.url ?? "");
      const handlers = handlersNow();
      const body = await readBody(request);
      if (url.pathname === CLEAR_PATH) {
        response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html>");
        return;
      }
      if (url.pathname === REPORT_PATH) {
        const value = await handlers.onReport(JSON.parse(body.toString()) as PageReport);
        response.end(JSON.stringify({ value }));
        return;
      }
      if (url.pathname === INIT_PATH) {
        response.writeHead(200, { "content-type": "text/javascript", "cache-control": "no-store" });
        response.end(handlers.initScripts.map((script) => `{${script}}`).join("\n"));
        return;
      }
      const method = request.method ?? "GET";
      const routed = await handlers.onRequest({ url: url.href, method, body: body.toString() });
      if (routed === "abort") return request.socket.destroy();
      if (routed) {
        origins.add(url.origin);
        response.writeHead(routed.status, routed.headers).end(routed.body);
        return;
      }
      const upstream = sendRequest({
        ...upstreamOf(url),
        method,
        path: url.pathname + url.search,
        headers: { ...request.headers, host: url.host, "accept-encoding": "identity" },
      });
      upstream.on("error", () => request.socket.destroy());
      response.once("close", () => upstream.destroy());
      upstream.on("response", (answer) => {
        answer.on("error", () => request.socket.destroy());
        const isPage = answer.headers["content-type"]?.startsWith("text/html");
        if (!isPage) {
          response.writeHead(answer.statusCode ?? 502, answer.headers);
          response.flushHeaders();
          answer.pipe(response);
          return;
        }
        origins.add(url.origin);
        void readBody(answer).then((html) => {
          const headers = { ...answer.headers };
          delete headers["content-length"];
          delete headers["transfer-encoding"];
          response.writeHead(answer.statusCode ?? 502, headers);
          response.end(insertScripts(html.toString()));
        });
      });
      upstream.end(body);
    };
    forward().catch(() => request.socket.destroy());
  });
  server.on("connection", track);
  server.on("upgrade", (request: IncomingMessage, client: Socket, head: Buffer) => {
    const url = new URL(request.url ?? "");
    const upstream = connect(upstreamOf(url));
    track(upstream);
    upstream.on("connect", () => {
      const lines = [`${request.method} ${url.pathname}${url.search} HTTP/1.1`];
      for (let i = 0; i < request.rawHeaders.length; i += 2) {
        lines.push(`${request.rawHeaders[i]}: ${request.rawHeaders[i + 1]}`);
      }
      upstream.write(`${lines.join("\r\n")}\r\n\r\n`);
      upstream.write(head);
      upstream.pipe(client);
      client.pipe(upstream);
    });
    upstream.on("close", () => client.destroy());
    client.on("close", () => upstream.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
