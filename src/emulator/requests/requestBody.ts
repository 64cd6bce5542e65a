import { isObject, isShallow } from "../store/json.js";

export interface UnreadBody {
  readonly status: 400 | 413;
  readonly why: "notGzip" | "notJson" | "notText" | "tooLong" | "tooDeep" | "encoding";
}

/**
 * Reads a JSON object, gzipped or not, of at most `maxBytes` in either form. An empty body counts
 * as an empty object.
 */
export async function readJsonBody(
  request: Request,
  maxBytes: number,
): Promise<{ readonly value: Record<string, unknown> } | UnreadBody> {
  const read = await readTextBody(request, maxBytes);
  if (!("text" in read)) return read.why === "notText" ? { ...read, why: "notJson" } : read;
  if (read.text === "") return { value: {} };
  try {
    const value: unknown = JSON.parse(read.text);
    if (!isShallow(value)) return { status: 400, why: "tooDeep" };
    if (isObject(value)) return { value };
  } catch {
    // The parser's error quotes the body, which may hold a secret.
  }
  return { status: 400, why: "notJson" };
}

/** The same for a text. */
export async function readTextBody(
  request: Request,
  maxBytes: number,
): Promise<{ readonly text: string } | UnreadBody> {
  const raw = await readBody(request, maxBytes);
  if (raw === undefined) return { status: 413, why: "tooLong" };
  const encoding = request.headers.get("content-encoding")?.trim().toLowerCase() || "identity";
  if (encoding !== "gzip" && encoding !== "identity") return { status: 400, why: "encoding" };
  let plain: Uint8Array<ArrayBuffer> | undefined = raw;
  if (encoding === "gzip") {
    const unpacked = new Blob([raw]).stream().pipeThrough(new DecompressionStream("gzip"));
    try {
      plain = await readAll(unpacked, maxBytes);
    } catch {
      return { status: 400, why: "notGzip" };
    }
    if (plain === undefined) return { status: 413, why: "tooLong" };
  }
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(plain) };
  } catch {
    return { status: 400, why: "notText" };
  }
}

/**
 * The bytes of a body; undefined: there are more than `maxBytes`.
 *
 * hono/body-limit replaces a chunked request by `new Request()`, which fails for the requests of
 * @hono/node-server.
 */
export async function readBody(
  request: Request,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (request.body) return readAll(request.body, maxBytes);
  // Without a body, and in Firefox, whose requests have no stream.
  const bytes = new Uint8Array(await request.arrayBuffer());
  return bytes.length > maxBytes ? undefined : bytes;
}

async function readAll(
  stream: ReadableStream<Uint8Array>,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.byteLength;
    if (length > maxBytes) {
      await reader.cancel();
      return undefined;
    }
    chunks.push(value);
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.byteLength;
  }
  return all;
}
