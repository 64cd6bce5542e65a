import { GatewayAdmin as AdminClass } from "../../../src/admin/admin.js";
import type { GatewayAdminOptions } from "../../../src/admin/options.js";
import type { GatewayAdmin } from "../../../src/admin/types.js";
import { errorBody } from "../../../src/wire/frames.js";
import { manualClock, type ManualClock } from "../../support/manualClock.js";
import { settled } from "../../support/settled.js";

export interface Ask {
  verb: string;
  url: string;
  headers: Record<string, string>;
  body: string | Blob | undefined;
  signal: AbortSignal | undefined;
  at: number;
}

/** A status with a body; or an error of the network; or nothing, for ever. */
export type Reply = [status: number, body?: unknown] | Error | "silence";

export const refusal = (
  status: number,
  component = "namespace",
  message = "gateway.it.error.no",
): Reply => [status, errorBody([{ component, message }])];

export interface FakeWorld {
  admin: GatewayAdmin;
  clock: ManualClock;
  /** Every request but logins, oldest first. */
  asks: Ask[];
  logins: Ask[];
  said: string[];
  /** Lets time pass until the promise has an end. */
  finish: <Value>(promise: Promise<Value>, stepMs?: number) => Promise<Value>;
}

export const credential = { clientId: "client-0001", clientSecret: "secret-0001" };

/** An admin on a clock of ours, with a network in the hands of the test. */
export function fakeWorld(
  answer: (ask: Ask, nth: number) => Reply | Promise<Reply>,
  options: Partial<GatewayAdminOptions> = {},
  login: (nth: number) => Reply = (nth) => [
    200,
    { access_token: `ptok-000${nth}`, expires_in: 3600 },
  ],
): FakeWorld {
  const clock = manualClock();
  const asks: Ask[] = [];
  const logins: Ask[] = [];
  const said: string[] = [];
  const hear = (message: string): void => void said.push(message);
  let lastId = 0;
  const admin = new AdminClass(
    {
      namespaceName: "game-0001",
      credential,
      logger: { debug: hear, info: hear, warn: hear, error: hear },
      fetch: async (url, { method: verb, headers, body, signal }) => {
        const ask = { verb, url, headers, body, signal, at: clock.now() };
        const isLogin = url.endsWith("/projectToken/login");
        const list = isLogin ? logins : asks;
        list.push(ask);
        const reply = isLogin ? login(list.length) : await answer(ask, list.length);
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
    asks,
    logins,
    said,
    async finish(promise, stepMs = 50) {
      let over = false;
      const end = (): void => {
        over = true;
      };
      promise.then(end, end);
      for (let steps = 0; steps < 200_000; steps++) {
        await settled();
        if (over as boolean) return promise;
        clock.advance(stepMs);
      }
      throw new Error("It has no end.");
    },
  };
}

/** What fetch throws when nothing listens there. */
export const connectionRefused = (): Error =>
  new TypeError("fetch failed", { cause: Object.assign(new Error(), { code: "ECONNREFUSED" }) });

export const networkFailure = (): Error => new TypeError("fetch failed");

export const paths = (asks: readonly Ask[]): string[] =>
  asks.map(({ verb, url }) => `${verb} ${url.replace(/^https:\/\/[^/]+/, "")}`);
