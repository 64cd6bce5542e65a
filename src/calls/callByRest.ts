import type { DefinedCallOptions } from "../client/types.js";
import { createDeferred } from "../core/deferred.js";
import type { CallTokens, ClientInternals } from "../core/internals.js";
import { GatewayError, invalidArgument, isGatewayError } from "../errors.js";
import { requestJson, type Fetch } from "../http/http.js";
import { fitsHeader, projectHeaders, restRequest, type RestRequest } from "../http/rest.js";
import type { CallDefinition } from "../wire/callDefinition.js";
import { restBase } from "../wire/endpoints.js";
import type { Values } from "../wire/frames.js";

/** The service's name in addresses: `job-queue` for `jobQueue` (seen in the official SDKs). */
const hostNameOf = (service: string): string =>
  service.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

interface RestCall {
  readonly internals: ClientInternals;
  readonly definition: CallDefinition;
  readonly slot: string | undefined;
  readonly buildRequest: (accessToken: string | undefined) => RestRequest;
  readonly signal: AbortSignal;
  /** Called before a request leaves. */
  readonly onSend: () => void;
}

function sendOnce(
  { internals, definition, buildRequest, signal, onSend }: RestCall,
  { clientId, projectToken, accessToken }: CallTokens,
): Promise<Values> {
  const { service, function: method, rest } = definition;
  const { settings, session } = internals;
  const { fetch = globalThis.fetch } = settings as { readonly fetch?: Fetch };
  if (!fitsHeader(projectToken!)) {
    throw invalidArgument(method, "projectToken", "must be printable ASCII, it goes into a header");
  }
  const { path, headers, body } = buildRequest(accessToken);
  onSend();
  return requestJson(
    method,
    () =>
      fetch(restBase(settings.endpoints, hostNameOf(service), settings.region) + path, {
        method: rest!.verb,
        headers: { ...projectHeaders(clientId!, projectToken!), ...headers },
        ...(body === undefined ? {} : { body }),
        signal,
        redirect: "error",
      }),
    (text) => session.redact(text),
  );
}

/** Sends it, and once more with renewed tokens where it is refused with a 401. */
async function sendWithTokens(call: RestCall): Promise<Values> {
  const { internals, slot, signal } = call;
  const { session } = internals;
  const isOver = (): boolean => signal.aborted;
  const tokens = await session.tokensFor(slot);
  // The tokens may have come after the end of the call.
  if (isOver()) return {};
  try {
    return await sendOnce(call, tokens);
  } catch (error) {
    if (!isGatewayError(error, "unauthorized")) throw error;
    try {
      await session.renewTokens(slot, tokens);
    } catch {
      throw error;
    }
    if (isOver()) throw error;
    return sendOnce(call, await session.tokensFor(slot));
  }
}

/**
 * One call over REST, with a deadline that includes getting the tokens. It needs no connection, and
 * of a slot only that it was bound once: its source of tokens.
 */
export function callByRest(
  internals: ClientInternals,
  definition: CallDefinition,
  params: Values,
  slot: string | undefined,
  { signal, timeoutMs = internals.settings.callTimeoutMs }: DefinedCallOptions,
): Promise<Values> {
  const { function: method, rest } = definition;
  const buildRequest: RestCall["buildRequest"] = (accessToken) =>
    restRequest(rest!, accessToken ? { accessToken, ...params } : params, (...field) =>
      invalidArgument(method, ...field),
    );
  // Before anything is sent: a value may not fit the path.
  buildRequest(undefined);
  if (slot !== undefined && !internals.session.desiredBinding(slot)) {
    throw new GatewayError({
      kind: "notConnected",
      method,
      message: `${method}: slot "${slot}" has no binding: call setUserId first`,
    });
  }
  const abort = new AbortController();
  const mayRepeat = rest!.verb === "GET";
  let isSent = false;
  const onEnd = (): void => {
    abort.abort();
    forget();
  };
  const { clock } = internals.settings.platform;
  const call = createDeferred<Values>(method, clock, { signal, timeoutMs }, onEnd, () =>
    isSent ? { outcome: "unknown", retryable: mayRepeat } : {},
  );
  let forget = (): void => undefined;
  forget = internals.onDispose(() => call.fail({ kind: "notConnected" }, "disposed"));
  if (abort.signal.aborted || signal?.aborted) return call.promise;
  const onSend = (): void => void (isSent = true);
  sendWithTokens({ internals, definition, slot, buildRequest, signal: abort.signal, onSend }).then(
    call.resolve,
    (error: unknown) =>
      call.reject(
        isGatewayError(error) && error.outcome === "unknown"
          ? new GatewayError({ ...error.toJSON(), cause: error.cause, retryable: mayRepeat })
          : error,
      ),
  );
  return call.promise;
}
