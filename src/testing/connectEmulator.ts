import { timeoutSignal } from "../core/clock.js";
import type { Emulator } from "../emulator/emulator.js";
import type { EmulatorFault, EmulatorFaultReport } from "../emulator/faults/definitions.js";
import type { DevicePush } from "../emulator/store/outbox.js";
import { GatewayError, invalidArgument, type GatewayErrorKind } from "../errors.js";
import { kindOfStatus } from "../wire/failures.js";
import { readErrors } from "../wire/frames.js";
import { emulatorEndpoints } from "../wire/endpoints.js";

/** A handle whose methods return promises, since they are calls over HTTP. */
type Remote<Handle> = {
  readonly [Name in keyof Handle]: Handle[Name] extends (...args: infer Args) => infer Result
    ? (...args: Args) => Promise<Awaited<Result>>
    : Handle[Name] extends string
      ? Handle[Name]
      : Name extends "endpoints"
        ? Handle[Name]
        : Remote<Handle[Name]>;
};

/**
 * A running emulator, from another process or from a page: the handle of `startEmulator` over HTTP.
 * All its methods return promises. It has no `stop`, no `certificate` and no `handle`: these are for the
 * process that started the emulator. Rejections are a GatewayError: `invalidArgument` when the emulator
 * refuses an argument, `requestTimeout` when `waitForSession` or `waitForPush` times out,
 * `notConnected` when no emulator replies.
 */
export type ConnectedEmulator = Remote<Omit<Emulator, "stop" | "certificate" | "handle">>;

/** Query of the defined values. */
function queryOf(values: object): string {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  return given.length > 0 ? `?${String(new URLSearchParams(given as [string, string][]))}` : "";
}

/** Added to the time that the emulator waits itself. */
const REPLY_TIMEOUT_MS = 10_000;
const WAIT_MS = 5_000;

/** Sends requests to the control plane of the emulator at `base`. */
function createRequest(base: string) {
  return async <Reply>(
    method: string,
    path: string,
    body?: unknown,
    timeoutMs = REPLY_TIMEOUT_MS,
  ): Promise<Reply> => {
    const fail = (kind: GatewayErrorKind, message: string, status?: number): GatewayError =>
      new GatewayError({ kind, message, status, retryable: kind === "notConnected" });
    let response: Response;
    let reply: unknown;
    try {
      response = await fetch(`${base}/_emulator/${path}`, {
        method,
        // A state holds tokens.
        redirect: "error",
        signal: timeoutSignal(timeoutMs),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      reply = await response.json().catch(() => undefined);
    } catch {
      // In a page, a refused origin looks the same as a missing server.
      throw fail(
        "notConnected",
        `No emulator answers at ${base}. Is it running (npx gs2-gateway emulator), and does it allow this page's origin (--allow-origin)${base.startsWith("https") ? ", and is its certificate trusted here" : ""}?`,
      );
    }
    const { status } = response;
    if (status === 204) return undefined as Reply;
    if (response.ok && typeof reply === "object") return reply as Reply;
    const { message } = Object(reply) as { message?: unknown };
    if (typeof message !== "string") {
      throw fail(
        "protocol",
        `The server at ${base} is not an emulator (status ${status}).`,
        status,
      );
    }
    const [detail] = readErrors(message);
    throw fail(
      status === 400 ? "invalidArgument" : kindOfStatus(status),
      detail?.message ?? message,
      status,
    );
  };
}

/**
 * Connects to a running emulator: from a page, or from tests under `gs2-gateway exec`, which sets
 * `GS2_GATEWAY_EMULATOR_URL` to its address. Pages on localhost are allowed; other origins need
 * `--allow-origin`. Rejects with kind `notConnected` when no emulator replies.
 *
 * @param url as the emulator prints it, e.g. `http://127.0.0.1:9480`
 */
export async function connectEmulator(url: string): Promise<ConnectedEmulator> {
  if (typeof url !== "string" || !/^https?:[/][/]./.test(url)) {
    throw invalidArgument("connectEmulator", "url", "must be like http://127.0.0.1:9480");
  }
  const base = url.replace(/[/]+$/, "");
  const request = createRequest(base);
  const list = async <Item>(path: string, filter: object = {}): Promise<Item[]> =>
    (await request<{ items: Item[] }>("GET", path + queryOf(filter))).items;
  const setFaults = async (faults: readonly EmulatorFault[]): Promise<EmulatorFaultReport[]> =>
    (await request<{ faults: EmulatorFaultReport[] }>("PUT", "faults", { faults })).faults;

  const { ready } = await request<{ ready?: unknown }>("GET", "ready");
  if (ready !== true) {
    throw new GatewayError({
      kind: "protocol",
      message: `The server at ${base} is not an emulator.`,
    });
  }
  return {
    url: base,
    endpoints: emulatorEndpoints(base),
    issueAccessToken: async (options) =>
      (await request<{ accessToken: string }>("POST", "access-tokens", options)).accessToken,
    notify: (notification) => request("POST", "notifications", notification),
    sessions: () => list("sessions"),
    calls: (filter) => list("calls", filter),
    outbox: (filter) => list("outbox", filter),
    state: () => request("GET", "state"),
    async setState(state) {
      await request("PUT", "state", state);
    },
    async waitForPush({ timeoutMs = WAIT_MS, ...filter } = {}) {
      const reply = await request<{ item: DevicePush } | undefined>(
        "POST",
        "pushes/take",
        { ...filter, timeoutMs },
        timeoutMs + REPLY_TIMEOUT_MS,
      );
      if (reply) return reply.item;
      const message = `No such push came within ${timeoutMs} ms; outbox() lists what was sent to devices.`;
      throw new GatewayError({ kind: "requestTimeout", message });
    },
    // The emulator waits, so that its error message is the same as in its own process.
    waitForSession: async ({ timeoutMs = WAIT_MS, ...filter }) =>
      (
        await request<{ item: Awaited<ReturnType<Emulator["waitForSession"]>> }>(
          "POST",
          "sessions/wait",
          { ...filter, timeoutMs },
          timeoutMs + REPLY_TIMEOUT_MS,
        )
      ).item,
    disconnect: async (options) =>
      (await request<{ items: ReturnType<Emulator["disconnect"]> }>("POST", "disconnect", options))
        .items,
    replay: (recording, options) => request("POST", "replay", { recording, options }),
    clock: {
      now: async () => (await request<{ now: number }>("GET", "clock")).now,
      async advance(byMs) {
        await request("POST", "clock", { advanceMs: byMs });
      },
    },
    faults: {
      set: setFaults,
      async clear() {
        await setFaults([]);
      },
      list: async () => (await request<{ faults: EmulatorFaultReport[] }>("GET", "faults")).faults,
    },
    async reset() {
      await request("POST", "reset");
    },
  };
}
