import type { Emulator } from "../emulator/emulator.js";
import type { EmulatorFault, EmulatorFaultReport } from "../emulator/faults/definitions.js";
import type { DevicePush } from "../emulator/store/outbox.js";
import { GatewayError, invalidArgument, type GatewayErrorKind } from "../errors.js";
import { kindOfStatus } from "../wire/failures.js";
import { readErrors } from "../wire/frames.js";
import { emulatorEndpoints } from "../wire/endpoints.js";

/** What answers at once in the process of the emulator answers by a promise from outside. */
type Remote<Handle> = {
  readonly [Name in keyof Handle]: Handle[Name] extends (...args: infer Args) => infer Answer
    ? (...args: Args) => Promise<Awaited<Answer>>
    : Handle[Name] extends string
      ? Handle[Name]
      : Name extends "endpoints"
        ? Handle[Name]
        : Remote<Handle[Name]>;
};

/**
 * A running emulator, from another process or from a page: the handle of `startEmulator` over HTTP, with a promise for every answer. It cannot be
 * stopped from here: who started it does that. Rejections are a GatewayError: `invalidArgument` where the emulator refuses what it was given,
 * `requestTimeout` where `waitForSession` waits in vain, `notConnected` where nobody answers.
 */
export type ConnectedEmulator = Remote<Omit<Emulator, "stop">>;

/** What is undefined is left out. */
function queryOf(values: object): string {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  return given.length > 0 ? `?${String(new URLSearchParams(given as [string, string][]))}` : "";
}

/** On top of what an answer may take by itself. */
const PATIENCE_MS = 10_000;
const WAIT_MS = 5_000;

/**
 * Takes hold of an emulator that is running already: in a page, or in tests under `gs2-gateway exec`, which leaves its address in
 * `GS2_GATEWAY_EMULATOR_URL`. Pages on localhost may; others need `--allow-origin`. Rejects with one sentence when none answers there.
 *
 * @param url as the emulator prints it, e.g. `http://127.0.0.1:9480`
 */
export async function connectEmulator(url: string): Promise<ConnectedEmulator> {
  if (typeof url !== "string" || !/^https?:[/][/]./.test(url)) {
    throw invalidArgument("connectEmulator", "url", "must be like http://127.0.0.1:9480");
  }
  const base = url.replace(/[/]+$/, "");
  const ask = async <Answer>(
    method: string,
    path: string,
    body?: unknown,
    patienceMs = PATIENCE_MS,
  ): Promise<Answer> => {
    const fail = (kind: GatewayErrorKind, message: string, status?: number): GatewayError =>
      new GatewayError({ kind, message, status, retryable: kind === "notConnected" });
    let response: Response;
    let answer: unknown;
    try {
      response = await fetch(`${base}/_emulator/${path}`, {
        method,
        signal: AbortSignal.timeout(patienceMs),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      answer = await response.json().catch(() => undefined);
    } catch {
      // A page is told no more than that: a refusal by the Origin looks like nobody being there.
      throw fail(
        "notConnected",
        `No emulator answers at ${base}. Is it running (npx gs2-gateway emulator), and does it allow this page's origin (--allow-origin)?`,
      );
    }
    const { status } = response;
    if (status === 204) return undefined as Answer;
    if (response.ok && typeof answer === "object") return answer as Answer;
    const { message } = Object(answer) as { message?: unknown };
    if (typeof message !== "string") {
      throw fail("protocol", `What answers at ${base} is no emulator (status ${status}).`, status);
    }
    const [refusal] = readErrors(message);
    throw fail(
      status === 400 ? "invalidArgument" : kindOfStatus(status),
      refusal?.message ?? message,
      status,
    );
  };
  const list = async <Item>(path: string, filter: object = {}): Promise<Item[]> =>
    (await ask<{ items: Item[] }>("GET", path + queryOf(filter))).items;
  const setFaults = async (faults: readonly EmulatorFault[]): Promise<EmulatorFaultReport[]> =>
    (await ask<{ faults: EmulatorFaultReport[] }>("PUT", "faults", { faults })).faults;

  const { ready } = await ask<{ ready?: unknown }>("GET", "ready");
  if (ready !== true) {
    throw new GatewayError({
      kind: "protocol",
      message: `What answers at ${base} is no emulator.`,
    });
  }
  return {
    url: base,
    endpoints: emulatorEndpoints(base),
    issueAccessToken: async (wish) =>
      (await ask<{ accessToken: string }>("POST", "access-tokens", wish)).accessToken,
    notify: (notification) => ask("POST", "notifications", notification),
    sessions: () => list("sessions"),
    calls: (filter) => list("calls", filter),
    outbox: (filter) => list("outbox", filter),
    state: () => ask("GET", "state"),
    async setState(state) {
      await ask("PUT", "state", state);
    },
    async waitForPush({ timeoutMs = WAIT_MS, ...wish } = {}) {
      const query = queryOf({ ...wish, timeoutMs: String(timeoutMs) });
      const answer = await ask<{ item: DevicePush } | undefined>(
        "GET",
        `pushes${query}`,
        undefined,
        timeoutMs + PATIENCE_MS,
      );
      if (answer) return answer.item;
      const message = `Waited for a push that did not come within ${timeoutMs} ms; outbox() says what was sent to devices.`;
      throw new GatewayError({ kind: "requestTimeout", message });
    },
    // The emulator waits, so that what it says in vain is the same sentence.
    waitForSession: async ({ timeoutMs = WAIT_MS, ...wish }) =>
      (
        await ask<{ item: Awaited<ReturnType<Emulator["waitForSession"]>> }>(
          "POST",
          "sessions/wait",
          { ...wish, timeoutMs },
          timeoutMs + PATIENCE_MS,
        )
      ).item,
    disconnect: async (wish) =>
      (await ask<{ items: ReturnType<Emulator["disconnect"]> }>("POST", "disconnect", wish)).items,
    clock: {
      now: async () => (await ask<{ now: number }>("GET", "clock")).now,
      async advance(byMs) {
        await ask("POST", "clock", { advanceMs: byMs });
      },
    },
    faults: {
      set: setFaults,
      async clear() {
        await setFaults([]);
      },
      list: async () => (await ask<{ faults: EmulatorFaultReport[] }>("GET", "faults")).faults,
    },
    async reset() {
      await ask("POST", "reset");
    },
  };
}
