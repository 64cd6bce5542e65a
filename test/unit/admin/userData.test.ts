import { describe, expect, test } from "vitest";
import type { JobProgress } from "../../../src/admin/index.js";
import { rejectionOf, flushPromises } from "../../support/promises.js";
import {
  createFakeAdmin,
  networkFailure,
  paths,
  refusal,
  type SentRequest,
  type Reply,
} from "./fakes.js";

const user = { userId: "user-0001" };
const running = (status: number): Reply => refusal(status, "dump", "gateway.dump.error.running");

/** A job that is done after this many checks; `later` is the reply before. */
const jobOf =
  (later: Reply[], done: Reply) =>
  ({ verb, url }: SentRequest): Reply => {
    if (url.endsWith("/prepare"))
      return [200, { uploadToken: "up-1", uploadUrl: "https://files/put?sig=s" }];
    return verb === "GET" ? (later.shift() ?? done) : [200, {}];
  };
const URL_OF_IT: Reply = [200, { url: "https://files/it" }];

describe("exportUserData", () => {
  test.each([
    ["404", running(404)],
    ["409", running(409)],
    ["a url of null", [200, { url: null }]],
    ["no url", [200, {}]],
    ["a fault of the server", refusal(500)],
  ] as [string, Reply][])("requests until it is done, where %s means not yet", async (_, later) => {
    const { admin, requests, finish, clock } = createFakeAdmin(
      jobOf([later, later, later], URL_OF_IT),
    );
    expect(await finish(admin.exportUserData(user))).toEqual({ url: "https://files/it" });
    expect(new Set(paths(requests))).toEqual(
      new Set(["POST /system/dump/user/user-0001", "GET /system/dump/user/user-0001"]),
    );
    expect(requests).toHaveLength(5);
    expect(clock.pendingTimers).toBe(0);
  });

  test("checks less and less often", async () => {
    const { admin, requests, finish } = createFakeAdmin(
      jobOf(Array<Reply>(12).fill(running(404)), URL_OF_IT),
    );
    await finish(admin.exportUserData(user));
    const waits = requests.slice(2).map(({ at }, nth) => at - requests[nth + 1]!.at);
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
    expect(waits[0]).toBeGreaterThan(300);
    expect(waits.at(-1)).toBeLessThanOrEqual(10_050);
  });

  test("calls onProgress, and continues when that throws", async () => {
    const { admin, logged, finish } = createFakeAdmin(jobOf([running(404)], URL_OF_IT));
    const progresses: JobProgress[] = [];
    await finish(
      admin.exportUserData(user, {
        onProgress(progress) {
          progresses.push(progress);
          throw new Error("no");
        },
      }),
    );
    expect(progresses.map(({ step, checks }) => `${step} ${checks}`)).toEqual([
      "starting 0",
      "checking 0",
      "checking 1",
    ]);
    expect(progresses.at(-1)!.elapsedMs).toBeGreaterThan(0);
    expect(logged).toHaveLength(3);
  });

  test("rejects when the job has failed", async () => {
    for (const end of [refusal(400), refusal(409, "dump", "gateway.dump.error.failed")]) {
      const { admin, requests, finish } = createFakeAdmin(jobOf([running(404)], end));
      expect(await rejectionOf(finish(admin.exportUserData(user)))).toMatchObject({
        method: "checkDumpUserDataByUserId",
        outcome: "refused",
      });
      expect(requests).toHaveLength(3);
    }
  });

  test("does not check a job that did not start", async () => {
    const { admin, requests, finish } = createFakeAdmin(() => networkFailure());
    expect(await rejectionOf(finish(admin.exportUserData(user)))).toMatchObject({
      method: "dumpUserDataByUserId",
      outcome: "unknown",
    });
    expect(requests).toHaveLength(1);
  });

  test("rejects at its deadline", async () => {
    const { admin, clock, finish } = createFakeAdmin(jobOf([], running(404)));
    const began = clock.now();
    const error = await rejectionOf(finish(admin.exportUserData(user, { timeoutMs: 20_000 })));
    expect(error).toMatchObject({
      kind: "requestTimeout",
      method: "exportUserData",
      outcome: "unknown",
      retryable: false,
    });
    expect(clock.now() - began).toBeLessThanOrEqual(20_050);
    expect(clock.pendingTimers).toBe(0);
  });

  test("rejects at once when the signal aborts", async () => {
    const { admin, requests, clock } = createFakeAdmin(jobOf([], running(404)));
    const leave = new AbortController();
    const end = rejectionOf(admin.exportUserData(user, { signal: leave.signal }));
    await flushPromises();
    leave.abort();
    expect(await end).toMatchObject({
      kind: "aborted",
      method: "exportUserData",
      outcome: "unknown",
    });
    await flushPromises();
    expect(clock.pendingTimers).toBe(0);
    expect(requests).toHaveLength(2);
    expect(await rejectionOf(admin.exportUserData(user, { signal: leave.signal }))).toMatchObject({
      kind: "aborted",
      outcome: "notSent",
    });
  });

  test("requires a user", async () => {
    const { admin, requests } = createFakeAdmin(() => URL_OF_IT);
    expect(await rejectionOf(admin.exportUserData({ userId: "" }))).toMatchObject({
      kind: "invalidArgument",
      outcome: "notSent",
    });
    expect(requests).toEqual([]);
  });
});

describe("eraseUserData", () => {
  test("resolves when the check succeeds", async () => {
    const { admin, requests, finish } = createFakeAdmin(
      jobOf([running(404), running(409)], [200, {}]),
    );
    await finish(admin.eraseUserData({ ...user, timeOffsetToken: "shift-1" }));
    expect(paths(requests)).toEqual([
      "POST /system/clean/user/user-0001",
      ...Array<string>(3).fill("GET /system/clean/user/user-0001"),
    ]);
    for (const { headers } of requests) expect(headers["X-GS2-TIME-OFFSET-TOKEN"]).toBe("shift-1");
  });

  const noToken = refusal(404, "firebaseToken", "gateway.firebaseToken.error.notFound");
  const tokenOf = (createdAt: number): Reply => [200, { item: { token: "t", createdAt } }];
  /** Every check gets the same 200; a token is read in each of two namespaces, page by page. */
  const withTokens =
    (tokens: Record<string, Reply[]>) =>
    ({ verb, url }: SentRequest): Reply => {
      const { pathname, searchParams } = new URL(url);
      if (verb === "POST" || pathname.startsWith("/system/")) return [200, {}];
      if (pathname === "/") {
        return searchParams.get("pageToken") === "2"
          ? [200, { items: [{ name: "b" }] }]
          : [200, { items: [{ name: "a" }], nextPageToken: "2" }];
      }
      return tokens[pathname.split("/")[1]!]!.shift() ?? noToken;
    };

  test("is not done with the first 200 while a Firebase token is left in a namespace", async () => {
    const { admin, requests, finish } = createFakeAdmin(
      withTokens({ a: [noToken], b: [tokenOf(1), tokenOf(1), noToken] }),
    );
    await finish(admin.eraseUserData(user));
    const reads = paths(requests).filter((path) => path.includes("firebase"));
    expect(reads).toEqual([
      "GET /a/user/user-0001/firebase/token",
      ...Array<string>(3).fill("GET /b/user/user-0001/firebase/token"),
    ]);
  });

  test("ends when the token was set anew, and where the credential may not read tokens", async () => {
    for (const second of [tokenOf(2), refusal(401)]) {
      const { admin, finish } = createFakeAdmin(withTokens({ a: [], b: [tokenOf(1), second] }));
      await finish(admin.eraseUserData(user));
    }
  });
});

describe("importUserData", () => {
  test("uploads, imports, and resolves with the address of the log", async () => {
    const { admin, requests, finish } = createFakeAdmin(jobOf([running(404)], URL_OF_IT));
    const steps: string[] = [];
    const onProgress = ({ step }: JobProgress): void => void steps.push(step);
    expect(await finish(admin.importUserData({ ...user, data: { a: 1 } }, { onProgress }))).toEqual(
      {
        url: "https://files/it",
      },
    );
    expect(steps).toEqual(["preparing", "uploading", "starting", "checking", "checking"]);
    expect(paths(requests)).toEqual([
      "POST /system/import/user/user-0001/prepare",
      "PUT /put?sig=s",
      "POST /system/import/user/user-0001",
      "GET /system/import/user/user-0001/up-1",
      "GET /system/import/user/user-0001/up-1",
    ]);
    expect(requests[1]).toMatchObject({
      headers: { "Content-Type": "application/json" },
      body: '{"a":1}',
    });
    expect(Object.keys(requests[1]!.headers)).toEqual(["Content-Type"]);
    expect(requests[2]!.body).toBe('{"uploadToken":"up-1"}');
  });

  const bytes = new TextEncoder().encode("[2]");
  test.each([
    ["text", '{"b":2}', '{"b":2}'],
    ["a blob", new Blob(["[2]"], { type: "application/x-it" }), "[2]"],
    ["bytes", bytes, "[2]"],
    ["a buffer", bytes.buffer, "[2]"],
    ["a buffer of Node", Buffer.from("[2]"), "[2]"],
    ["a list", [1], "[1]"],
  ])("accepts %s", async (_, data, text) => {
    const { admin, requests, finish } = createFakeAdmin(jobOf([], URL_OF_IT));
    await finish(admin.importUserData({ ...user, data }));
    const { body, headers } = requests[1]!;
    expect(await new Response(body).text()).toBe(text);
    expect(headers["Content-Type"]).toMatch(/^application\/(json|x-it)$/);
  });

  test.each([undefined, null, () => 1, { a: 1n }])("rejects other data (%#)", async (data) => {
    const { admin, requests } = createFakeAdmin(() => URL_OF_IT);
    expect(await rejectionOf(admin.importUserData({ ...user, data } as never))).toMatchObject({
      kind: "invalidArgument",
      errors: [{ component: "data" }],
    });
    expect(requests).toEqual([]);
  });

  test("repeats a failed upload, and quotes no address", async () => {
    let puts = 0;
    const answer = jobOf([], URL_OF_IT);
    const { admin, finish } = createFakeAdmin((request) => {
      if (request.verb !== "PUT") return answer(request);
      return ++puts === 1 ? networkFailure() : puts === 2 ? [503, ""] : [204, ""];
    });
    await finish(admin.importUserData({ ...user, data: "{}" }));
    expect(puts).toBe(3);
  });

  test("rejects when the upload is refused", async () => {
    const answer = jobOf([], URL_OF_IT);
    const { admin, requests, finish } = createFakeAdmin((request) =>
      request.verb === "PUT" ? [403, "<Error/>"] : answer(request),
    );
    const error = await rejectionOf(finish(admin.importUserData({ ...user, data: "{}" })));
    expect(error).toMatchObject({
      kind: "unknown",
      status: 403,
      method: "importUserData",
      outcome: "refused",
    });
    expect(String(error) + JSON.stringify(error)).not.toContain("sig=");
    expect(requests).toHaveLength(2);
  });

  test.each([undefined, "", "nowhere", "javascript:alert(1)"])(
    "ends when there is no place to upload to (%j)",
    async (uploadUrl) => {
      const { admin, requests, finish } = createFakeAdmin(() => [
        200,
        { uploadToken: "up-1", uploadUrl },
      ]);
      const error = await rejectionOf(finish(admin.importUserData({ ...user, data: "{}" })));
      expect(error).toMatchObject({ kind: "protocol", method: "importUserData" });
      expect(requests).toHaveLength(1);
    },
  );
});
