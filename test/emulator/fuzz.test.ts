import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startEmulator, type Emulator } from "../../src/emulator/index.js";
import { allMethods } from "../../src/wire/allMethods.js";
import { readErrors } from "../../src/wire/frames.js";
import { RawSocket, type Json } from "./rawSocket.js";

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ namespaces: ["game"], seed: 1 });
});
afterAll(() => emulator.stop());

const value = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom("game", "alice", "accessToken-0001", "upload-0001", "null", "", "True"),
);
const fields = [...new Set(allMethods.flatMap((method) => Object.keys(method.fields)))];
const params = fc.dictionary(fc.oneof(fc.constantFrom(...fields), fc.string()), value, {
  maxKeys: 8,
});
const method = fc.constantFrom(...allMethods);
/** The others may cut the socket they came over; over REST they are asked as well. */
const sparing = method.filter(({ name }) => !/^(disconnect|deleteNamespace)/.test(name));

/** A success, or GS2's error form. */
function isAnswer(status: number, body: unknown): void {
  if (status === 200) expect(body).toBeTypeOf("object");
  else
    expect(readErrors((body as Json)["message"] as string), JSON.stringify(body)).not.toEqual([]);
}

test("any well-formed frame gets a success or GS2's error form", { timeout: 60_000 }, async () => {
  const socket = await RawSocket.open(emulator.endpoints.webSocket);
  const login = await socket.ask({
    client_id: "c",
    client_secret: "s",
    x_gs2: { service: "identifier", component: "projectToken", function: "login", requestId: "0" },
  });
  const xGs2ProjectToken = login.body["access_token"];
  let asked = 0;
  let done = 0;
  await fc.assert(
    fc.asyncProperty(sparing, params, fc.boolean(), async ({ component, name }, given, fitting) => {
      const requestId = String(++asked);
      const x_gs2 = { service: "gateway", component, function: name, requestId };
      const values = fitting ? { ...given, namespaceName: "game", userId: "alice" } : given;
      const xGs2AccessToken = "accessToken-0001";
      const reply = await socket.ask({ ...values, xGs2ProjectToken, xGs2AccessToken, x_gs2 });
      isAnswer(reply.status, reply.body);
      if (reply.status === 200) done++;
    }),
    { numRuns: 1_000 },
  );
  expect(done, "some got through to the rules").toBeGreaterThan(100);
  await socket.close();
});

test(
  "any well-formed request gets a success or GS2's error form",
  { timeout: 60_000 },
  async () => {
    const login = await fetch(`${emulator.url}/identifier/projectToken/login`, {
      method: "POST",
      body: JSON.stringify({ client_id: "c", client_secret: "s" }),
    });
    const { access_token: token } = (await login.json()) as { access_token: string };
    const segment = fc.oneof(
      fc.constantFrom("game", "alice", "%00", "..%2f", "null"),
      fc.webSegment(),
    );
    await fc.assert(
      fc.asyncProperty(method, params, segment, async ({ verb, path }, given, filling) => {
        const filled = path.replace(/\{\w+\}/g, filling || "x");
        const hasBody = verb === "POST" || verb === "PUT";
        const query = new URLSearchParams(
          Object.entries(given).map(([name, one]): [string, string] => [name, JSON.stringify(one)]),
        );
        const response = await fetch(
          `${emulator.url}/gateway${filled}${hasBody ? "" : `?${query.toString()}`}`,
          {
            method: verb,
            headers: { authorization: `Bearer ${token}`, "x-gs2-access-token": "accessToken-0001" },
            ...(hasBody ? { body: JSON.stringify(given) } : {}),
          },
        );
        isAnswer(response.status, await response.json());
      }),
      { numRuns: 1_000 },
    );
  },
);
