import { GatewayAdmin as AdminClass } from "../../../src/admin/admin.js";
import type { GatewayAdminOptions } from "../../../src/admin/options.js";
import type { GatewayAdmin } from "../../../src/admin/index.js";
import { errorBody } from "../../../src/wire/frames.js";
import { manualClock, type ManualClock } from "../../support/manualClock.js";
import { flushPromises } from "../../support/promises.js";

export interface SentRequest {
  verb: string;
  url: string;
  headers: Record<string, string>;
  body: string | Blob | undefined;
  signal: AbortSignal | undefined;
  at: number;
}

/** A status with a body, an error of the network, or no response. */
export type Reply = [status: number, body?: unknown] | Error | "silence";

export const refusal = (
  status: number,
  component = "namespace",
  message = "gateway.it.error.no",
): Reply => [status, errorBody([{ component, message }], false)];

export interface FakeAdmin {
  admin: GatewayAdmin;
  clock: ManualClock;
  /** All requests except logins, oldest first. */
  requests: SentRequest[];
  logins: SentRequest[];
  logged: string[];
  /** Advances the clock until the promise settles. */
  finish: <Value>(promise: Promise<Value>, stepMs?: number) => Promise<Value>;
}

export const credential = { clientId: "client-0001", clientSecret: "secret-0001" };

/** An admin with a manual clock and a fake network. */
export function createFakeAdmin(
  answer: (request: SentRequest, nth: number) => Reply | Promise<Reply>,
  options: Partial<GatewayAdminOptions> = {},
  login: (nth: number) => Reply = (nth) => [
    200,
    { access_token: `ptok-000${nth}`, expires_in: 3600 },
  ],
): FakeAdmin {
  const clock = manualClock();
  const requests: SentRequest[] = [];
  const logins: SentRequest[] = [];
  const logged: string[] = [];
  const log = (message: string): void => void logged.push(message);
  let lastId = 0;
  const admin = new AdminClass(
    {
      namespaceName: "game-0001",
      credential,
      logger: { debug: log, info: log, warn: log, error: log },
      fetch: async (url, { method: verb, headers, body, signal }) => {
        const request = { verb, url, headers, body, signal, at: clock.now() };
        const isLogin = url.endsWith("/projectToken/login");
        const list = isLogin ? logins : requests;
        list.push(request);
        const reply = isLogin ? login(list.length) : await answer(request, list.length);
        if (reply instanceof Error) throw reply;
        if (reply === "silence") {
          return new Promise((_, reject) =>
            signal?.addEventListener("abort", () => reject(new Error("aborted"))),
          );
        }
        const [status, content = {}] = reply;
        const text = typeof content === "string" ? content : JSON.stringify(content);
        return { status, text: async () => text };
      },
      ...options,
    },
    { clock, newId: () => `id-${++lastId}`, fetch: () => undefined },
  );
  return {
    admin,
    clock,
    requests,
    logins,
    logged,
    async finish(promise, stepMs = 50) {
      let over = false;
      const end = (): void => {
        over = true;
      };
      promise.then(end, end);
      for (let steps = 0; steps < 200_000; steps++) {
        await flushPromises();
        if (over as boolean) return promise;
        clock.advance(stepMs);
      }
      throw new Error("The promise does not settle.");
    },
  };
}

/** What fetch throws in Node when the connection is refused. */
export const connectionRefused = (): Error =>
  new TypeError("fetch failed", { cause: Object.assign(new Error(), { code: "ECONNREFUSED" }) });

export const networkFailure = (): Error => new TypeError("fetch failed");

export const paths = (requests: readonly SentRequest[]): string[] =>
  requests.map(({ verb, url }) => `${verb} ${url.replace(/^https:\/\/[^/]+/, "")}`);
