import { gunzipSync } from "node:zlib";
import type { Context } from "hono";
import { restBase, type Endpoints } from "../../wire/endpoints.js";
import { errorBody, type Target } from "../../wire/frames.js";
import type { RelayedReply } from "../calls/relayed.js";
import { bodyOf, failure, type CallResult } from "../calls/result.js";
import type { EmulatorEngine } from "../engine/engine.js";
import { isObject, isShallow } from "../store/json.js";
import { readBody } from "../requests/requestBody.js";
import { readRestRequest, withoutNulls } from "../requests/restRequest.js";

const TIMEOUT_MS = 60_000;

/** What GS2's clients send; nothing that belongs to a page or a connection. */
const SENT_HEADERS = /^(accept|authorization|content-encoding|content-type|user-agent|x-gs2-.+)$/;

const RETURNED_HEADERS = /^(content-type|retry-after|x-gs2-.+)$/;

const chosen = (headers: Headers, names: RegExp): Record<string, string> =>
  Object.fromEntries([...headers].filter(([name]) => names.test(name)));

interface Relay {
  readonly engine: EmulatorEngine;
  readonly upstream: Endpoints;
  readonly stopping: AbortSignal;
}

/** Passes a REST call on to the upstream, and its response back. */
export async function relayCall(
  context: Context,
  target: Target,
  pathParams: Readonly<Record<string, string>>,
  { engine, upstream, stopping }: Relay,
): Promise<Response> {
  const { req } = context;
  const maxBytes = engine.store.settings.maxBodyBytes;
  const body = await readBody(req.raw, maxBytes);
  if (body === undefined) {
    const message = `${target.service}.body.error.tooLong`;
    return context.json(errorBody([{ component: "body", message }]), 413);
  }
  const encoding = req.header("content-encoding");
  const values =
    body.byteLength > 0 ? readValues(body, encoding, maxBytes) : withoutNulls(req.query());
  const request = readRestRequest(context, target, values, pathParams);
  const requestId = req.header("x-gs2-request-id");
  const logged = { target, requestId };
  const text = JSON.stringify(request.params);
  const replyTo = engine.frameLog.rest({
    ...logged,
    direction: "in",
    text,
    tokens: [request.projectToken, request.accessToken],
  });

  const signal = AbortSignal.any([stopping, req.raw.signal, AbortSignal.timeout(TIMEOUT_MS)]);
  let headers: Record<string, string> = { "content-type": "application/json" };
  const forward = async (): Promise<RelayedReply> => {
    const { pathname, search } = new URL(req.url);
    const path = pathname.slice(1 + target.service.length);
    const response = await fetch(restBase(upstream, target.service, "") + path + search, {
      method: req.method,
      headers: chosen(req.raw.headers, SENT_HEADERS),
      // A redirect would carry the credentials elsewhere.
      redirect: "error",
      signal,
      ...(body.byteLength > 0 ? { body } : {}),
    });
    headers = chosen(response.headers, RETURNED_HEADERS);
    const text = await response.text();
    return { status: response.status, body: parse(text), text };
  };
  const answer = await new Promise<{ status: number; text: string }>((resolve) => {
    engine.relayRequest(
      request,
      requestId,
      (reply) =>
        void forward().then(reply, (error: unknown) => reply(unreachable(engine, target, error))),
      (result, _, text) =>
        resolve({
          status: result.status,
          text: text ?? JSON.stringify(bodyOf(engine.store, result)),
        }),
    );
  });
  const { status } = answer;
  engine.frameLog.rest({ ...logged, direction: "out", text: answer.text, status, replyTo });
  const empty = [204, 205, 304].includes(status);
  return new Response(empty ? null : answer.text, { status, headers });
}

/** The upstream's error may quote the request, so only its code is shown. */
function unreachable(engine: EmulatorEngine, { service }: Target, error: unknown): RelayedReply {
  const { name, cause } = error as Error;
  const code = (cause as { code?: string } | undefined)?.code ?? name;
  const text = `the upstream's ${service} cannot be reached (${code})`;
  engine.log("refused", text, { service, code }, "warning");
  const result: CallResult = failure(502, [
    { component: "emulator", message: "emulator.upstream.error.unreachable" },
  ]);
  const body = bodyOf(engine.store, result);
  return { status: 502, body, text: JSON.stringify(body) };
}

/** For the log only: what cannot be read is passed on all the same. */
function readValues(
  body: Uint8Array,
  encoding: string | undefined,
  maxOutputLength: number,
): Record<string, unknown> {
  try {
    const plain = encoding === "gzip" ? gunzipSync(body, { maxOutputLength }) : body;
    const value = parse(new TextDecoder().decode(plain));
    return isObject(value) && isShallow(value) ? value : {};
  } catch {
    return {};
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
