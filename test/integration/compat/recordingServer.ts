import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

export interface Recorded {
  method: string;
  /** As received, without the query. */
  path: string;
  query: Record<string, string>;
  headers: IncomingHttpHeaders;
  body: unknown;
}

export interface RecordingServer {
  url: string;
  /** Returns the recorded requests and clears the list. */
  take(): Recorded[];
  /** The response to every request. */
  answer: { status: number; body: unknown };
  stop(): Promise<void>;
}

/** Records every request as it was received. */
export async function startRecordingServer(): Promise<RecordingServer> {
  let recorded: Recorded[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const [path = "", query] = request.url!.split("?");
      const text = Buffer.concat(chunks).toString();
      recorded.push({
        method: request.method!,
        path,
        query: Object.fromEntries(new URLSearchParams(query)),
        headers: request.headers,
        body: text === "" ? undefined : JSON.parse(text),
      });
      const { status, body } = recording.answer;
      response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const recording: RecordingServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    take() {
      const taken = recorded;
      recorded = [];
      return taken;
    },
    answer: { status: 200, body: {} },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return recording;
}
