import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { Agent, request } from "node:http";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import { allMethods } from "../../src/wire/allMethods.js";
import { readErrors } from "../../src/wire/frames.js";
import { inRepo } from "../support/repo.js";

/** Half of them requests, half frames. */
const RUNS = 20_000;
/** The first heap measurement comes after this many runs. */
const WARM_UP_RUNS = 2_000;
const ALLOWED_BYTES = 10 * 1024 * 1024;
/** Concurrent requests. */
const CONCURRENCY = 8;
/** `FUZZ_SEED=N` repeats a run. */
const SEED = Number(process.env["FUZZ_SEED"] ?? Date.now() % 1_000_000);

type Json = Record<string, unknown>;
interface Reply {
  readonly status: number;
  readonly body: unknown;
}

let child: ChildProcess;
let addresses: { url: string; webSocket: string };
let token: string;
const agent = new Agent({ keepAlive: true, maxSockets: CONCURRENCY });

beforeAll(async () => {
  child = fork(inRepo("test/package/emulatorProcess.mjs"), { execArgv: ["--expose-gc"] });
  [addresses] = (await once(child, "message")) as [typeof addresses];
  const login = await send({
    verb: "POST",
    path: "/identifier/projectToken/login",
    headers: {},
    body: '{"client_id":"c","client_secret":"s"}',
  });
  token = (login.body as { access_token: string }).access_token;
});
afterAll(async () => {
  agent.destroy();
  child.disconnect();
  await once(child, "exit");
});

async function heapUsed(): Promise<number> {
  child.send("heap");
  const [report] = (await once(child, "message")) as [{ heapUsed: number }];
  return report.heapUsed;
}

const value = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom<unknown>("game", "alice", "accessToken-0001", true) },
  { weight: 1, arbitrary: fc.constantFrom<unknown>("upload-0001", "null", "", "True", 1, null) },
  { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
);
const fieldNames = [...new Set(allMethods.flatMap(({ fields }) => Object.keys(fields)))];
const params = fc.dictionary(
  fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...fieldNames) }, fc.string()),
  value,
  { maxKeys: 8 },
);
const method = fc.constantFrom(...allMethods);
const visible = fc.stringMatching(/^[!-~]{0,20}$/);

interface Request {
  readonly verb: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

const segment = fc.oneof(
  fc.constantFrom("game", "alice", "me", "%00", "..%2f", "%zz", "null", "upload-0001"),
  fc.webSegment(),
);
const invalidPath = fc
  .array(segment, { maxLength: 6 })
  .map((segments) => `/gateway/${segments.join("/")}`);
const headers = fc.record(
  {
    "x-gs2-access-token": fc.oneof(fc.constant("accessToken-0001"), visible),
    "x-gs2-request-id": visible,
    "x-gs2-duplication-avoider": fc.oneof(fc.constant("once"), visible),
    "x-gs2-dry-run": fc.constantFrom("true", "false", "perhaps"),
    "x-gs2-time-offset-token": visible,
    "content-type": fc.constantFrom("application/json", "text/plain", "none"),
    "content-encoding": fc.constantFrom("identity", "gzip", "br"),
    origin: fc.constantFrom("http://localhost:5173", "https://evil.example", "null"),
    "x-anything": visible,
  },
  { requiredKeys: [] },
);
const anyRequest: fc.Arbitrary<Request> = fc
  .record({
    method,
    pathValue: segment,
    unknownPath: fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, invalidPath),
    verb: fc.oneof(
      { weight: 9, arbitrary: fc.constant(undefined) },
      fc.constantFrom("GET", "POST", "PUT", "DELETE", "PATCH"),
    ),
    given: fc.oneof({ weight: 9, arbitrary: params }, fc.jsonValue({ maxDepth: 2 })),
    // Most requests have a valid token and no odd headers, as those end most requests early.
    headers: fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: headers }),
    invalidToken: fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, visible),
  })
  .map(({ method, pathValue, unknownPath, verb = method.verb, given, headers, invalidToken }) => {
    const path = unknownPath ?? `/gateway${method.path.replace(/\{\w+\}/g, pathValue || "x")}`;
    const hasBody = verb !== "GET" && verb !== "DELETE";
    const query = Object.entries(given ?? {}).map(([name, one]): [string, string] => [
      name,
      typeof one === "string" ? one : JSON.stringify(one),
    ]);
    return {
      verb,
      path: hasBody ? path : `${path}?${new URLSearchParams(query).toString()}`,
      headers: {
        authorization: `Bearer ${invalidToken ?? "TOKEN"}`,
        "x-gs2-access-token": "accessToken-0001",
        ...headers,
      },
      body: hasBody ? JSON.stringify(given) : undefined,
    };
  });

function send({ verb, path, headers, body }: Request): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(addresses.url);
    const authorization = headers["authorization"]?.replace("TOKEN", token);
    const outgoing = request(
      {
        hostname,
        port,
        agent,
        method: verb,
        path,
        headers: { ...headers, ...(authorization === undefined ? {} : { authorization }) },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          const text = Buffer.concat(chunks).toString();
          try {
            resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) as unknown });
          } catch {
            reject(new Error(`${verb} ${path} has a reply that is no JSON: ${text}`));
          }
        });
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

const envelope = fc.oneof(
  {
    weight: 9,
    arbitrary: method.map(({ component, name }) => ({
      service: "gateway",
      component,
      function: name,
      requestId: "1",
    })),
  },
  fc.record(
    { service: value, component: value, function: value, requestId: value },
    { requiredKeys: [] },
  ),
  fc.jsonValue({ maxDepth: 1 }),
);
const anyFrame: fc.Arbitrary<unknown> = fc.oneof(
  {
    weight: 9,
    arbitrary: fc
      .record({ params, envelope, withUser: fc.boolean(), withToken: fc.nat(9) })
      .map(({ params, envelope, withUser, withToken }) => ({
        ...params,
        ...(withUser ? { namespaceName: "game", userId: "alice" } : {}),
        xGs2AccessToken: "accessToken-0001",
        ...(withToken > 0 ? { xGs2ProjectToken: "TOKEN" } : {}),
        x_gs2: envelope,
      })),
  },
  fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<unknown>,
);

/** Frames may bind it, and make the emulator close it. */
let webSocket: WebSocket | undefined;

async function sendFrame(frame: unknown, isFirst = true): Promise<Reply> {
  if (webSocket?.readyState !== WebSocket.OPEN) {
    webSocket = new WebSocket(addresses.webSocket, { perMessageDeflate: false });
    await once(webSocket, "open");
  }
  const socket = webSocket;
  const given = frame as Json | null;
  const own =
    given?.["xGs2ProjectToken"] === "TOKEN" ? { ...given, xGs2ProjectToken: token } : frame;
  return new Promise((resolve, reject) => {
    const end = (settle: () => void) => {
      socket.off("message", onMessage);
      socket.off("close", onClose);
      settle();
    };
    const onMessage = (data: Buffer) => {
      const message = JSON.parse(data.toString()) as Json;
      if (message["type"] !== "notification") end(() => resolve(message as unknown as Reply));
    };
    // The frame before may have made the emulator close the socket: then this one was not read.
    const onClose = () =>
      end(() =>
        isFirst
          ? resolve(sendFrame(frame, false))
          : reject(new Error("The socket was closed without a reply.")),
      );
    socket.on("message", onMessage);
    socket.on("close", onClose);
    socket.send(JSON.stringify(own));
  });
}

const replyCounts = new Map<number, number>();

/** Expects a success, or an error in GS2's form. */
function expectValidReply({ status, body }: Reply): void {
  replyCounts.set(status, (replyCounts.get(status) ?? 0) + 1);
  if (status === 200) expect(body).toBeTypeOf("object");
  else {
    expect(readErrors((body as Json)["message"] as string), JSON.stringify(body)).not.toEqual([]);
  }
}

async function fuzz(runs: number, seed: number): Promise<void> {
  const requests = fc.array(anyRequest, { minLength: CONCURRENCY, maxLength: CONCURRENCY });
  await fc.assert(
    fc.asyncProperty(requests, async (batch) => {
      for (const reply of await Promise.all(batch.map(send))) expectValidReply(reply);
    }),
    { numRuns: runs / 2 / CONCURRENCY, seed },
  );
  await fc.assert(
    fc.asyncProperty(anyFrame, async (frame) => expectValidReply(await sendFrame(frame))),
    { numRuns: runs / 2, seed },
  );
}

test(
  `${RUNS} well-formed requests and frames each get a success or GS2's error form, and the heap hardly grows (FUZZ_SEED=${SEED})`,
  { timeout: 300_000 },
  async () => {
    await fuzz(WARM_UP_RUNS, SEED);
    const early = await heapUsed();
    await fuzz(RUNS - WARM_UP_RUNS, SEED + 1);
    webSocket?.close();
    const grown = (await heapUsed()) - early;
    console.log(`The heap grew by ${grown} bytes from ${early}.`, Object.fromEntries(replyCounts));
    expect(grown).toBeLessThan(ALLOWED_BYTES);
    expect(replyCounts.get(200), "some requests pass all checks").toBeGreaterThan(RUNS / 20);
    expect([...replyCounts.keys()].sort(), "no request fails with 500").not.toContain(500);
  },
);
