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
/** The heap is measured after these, and after all. */
const FIRST = 2_000;
const ALLOWED_BYTES = 10 * 1024 * 1024;
/** Requests that are under way at a time. */
const BESIDE = 8;
/** `FUZZ_SEED=N` runs the same again. */
const SEED = Number(process.env["FUZZ_SEED"] ?? Date.now() % 1_000_000);

type Json = Record<string, unknown>;
interface Answer {
  readonly status: number;
  readonly body: unknown;
}

let child: ChildProcess;
let at: { url: string; webSocket: string };
let token: string;
const agent = new Agent({ keepAlive: true, maxSockets: BESIDE });

beforeAll(async () => {
  child = fork(inRepo("test/package/emulatorProcess.mjs"), { execArgv: ["--expose-gc"] });
  [at] = (await once(child, "message")) as [typeof at];
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
  const [said] = (await once(child, "message")) as [{ heapUsed: number }];
  return said.heapUsed;
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
const strangePath = fc
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
    filling: segment,
    strange: fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, strangePath),
    verb: fc.oneof(
      { weight: 9, arbitrary: fc.constant(undefined) },
      fc.constantFrom("GET", "POST", "PUT", "DELETE", "PATCH"),
    ),
    given: fc.oneof({ weight: 9, arbitrary: params }, fc.jsonValue({ maxDepth: 2 })),
    // Most with the token, so that more than tokens is looked at, and few headers that end it all early.
    headers: fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: headers }),
    strangeToken: fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, visible),
  })
  .map(({ method, filling, strange, verb = method.verb, given, headers, strangeToken }) => {
    const path = strange ?? `/gateway${method.path.replace(/\{\w+\}/g, filling || "x")}`;
    const hasBody = verb !== "GET" && verb !== "DELETE";
    const query = Object.entries(given ?? {}).map(([name, one]): [string, string] => [
      name,
      typeof one === "string" ? one : JSON.stringify(one),
    ]);
    return {
      verb,
      path: hasBody ? path : `${path}?${new URLSearchParams(query).toString()}`,
      headers: {
        authorization: `Bearer ${strangeToken ?? "TOKEN"}`,
        "x-gs2-access-token": "accessToken-0001",
        ...headers,
      },
      body: hasBody ? JSON.stringify(given) : undefined,
    };
  });

function send({ verb, path, headers, body }: Request): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(at.url);
    const authorization = headers["authorization"]?.replace("TOKEN", token);
    const asked = request(
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
            reject(new Error(`${verb} ${path} is answered with no JSON: ${text}`));
          }
        });
      },
    );
    asked.on("error", reject);
    asked.end(body);
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
      .record({ params, envelope, fitting: fc.boolean(), known: fc.nat(9) })
      .map(({ params, envelope, fitting, known }) => ({
        ...params,
        ...(fitting ? { namespaceName: "game", userId: "alice" } : {}),
        xGs2AccessToken: "accessToken-0001",
        ...(known > 0 ? { xGs2ProjectToken: "TOKEN" } : {}),
        x_gs2: envelope,
      })),
  },
  fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<unknown>,
);

/** The frames may bind it, and cut it. */
let webSocket: WebSocket | undefined;

async function say(frame: unknown, isFirst = true): Promise<Answer> {
  if (webSocket?.readyState !== WebSocket.OPEN) {
    webSocket = new WebSocket(at.webSocket, { perMessageDeflate: false });
    await once(webSocket, "open");
  }
  const socket = webSocket;
  const given = frame as Json | null;
  const own =
    given?.["xGs2ProjectToken"] === "TOKEN" ? { ...given, xGs2ProjectToken: token } : frame;
  return new Promise((resolve, reject) => {
    const end = (settle: () => void) => {
      socket.off("message", hear);
      socket.off("close", fail);
      settle();
    };
    const hear = (data: Buffer) => {
      const said = JSON.parse(data.toString()) as Json;
      if (said["type"] !== "notification") end(() => resolve(said as unknown as Answer));
    };
    // The frame before may have cut the socket: then nobody has read this one.
    const fail = () =>
      end(() =>
        isFirst
          ? resolve(say(frame, false))
          : reject(new Error("The socket was closed without an answer.")),
      );
    socket.on("message", hear);
    socket.on("close", fail);
    socket.send(JSON.stringify(own));
  });
}

const answered = new Map<number, number>();

/** A success, or GS2's error form. */
function isAnswer({ status, body }: Answer): void {
  answered.set(status, (answered.get(status) ?? 0) + 1);
  if (status === 200) expect(body).toBeTypeOf("object");
  else {
    expect(readErrors((body as Json)["message"] as string), JSON.stringify(body)).not.toEqual([]);
  }
}

async function fuzz(runs: number, seed: number): Promise<void> {
  const requests = fc.array(anyRequest, { minLength: BESIDE, maxLength: BESIDE });
  await fc.assert(
    fc.asyncProperty(requests, async (beside) => {
      for (const answer of await Promise.all(beside.map(send))) isAnswer(answer);
    }),
    { numRuns: runs / 2 / BESIDE, seed },
  );
  await fc.assert(
    fc.asyncProperty(anyFrame, async (frame) => isAnswer(await say(frame))),
    { numRuns: runs / 2, seed },
  );
}

test(
  `${RUNS} well-formed requests and frames each get a success or GS2's error form, and little stays of them (FUZZ_SEED=${SEED})`,
  { timeout: 300_000 },
  async () => {
    await fuzz(FIRST, SEED);
    const early = await heapUsed();
    await fuzz(RUNS - FIRST, SEED + 1);
    webSocket?.close();
    const grown = (await heapUsed()) - early;
    console.log(`The heap grew by ${grown} bytes from ${early}.`, Object.fromEntries(answered));
    expect(grown).toBeLessThan(ALLOWED_BYTES);
    expect(answered.get(200), "some got through to the rules").toBeGreaterThan(RUNS / 20);
    expect([...answered.keys()].sort(), "and none failed inside").not.toContain(500);
  },
);
