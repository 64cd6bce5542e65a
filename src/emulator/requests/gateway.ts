import type { Context, Hono } from "hono";
import { errorBody, loginTarget, type Target } from "../../wire/frames.js";
import { bodyOf, type CallResult } from "../calls/result.js";
import type { EmulatorEngine } from "../engine/engine.js";
import { controlApi } from "./controlApi.js";
import { readJsonBody } from "./requestBody.js";
import { readRestRequest, withoutNulls } from "./restRequest.js";
import { findAddedRoute, findRoute, targetOfPath } from "./routes.js";

type ServeCall = (
  context: Context,
  target: Target,
  pathParams: Readonly<Record<string, string>>,
) => Promise<Response>;

interface GatewayOptions {
  readonly engine: EmulatorEngine;
  /** Known once the emulator listens. */
  readonly url: () => string;
  /** Aborted when the emulator stops. */
  readonly stopping: AbortSignal;
  /** Serves the calls of all services. Default: the engine, of those that it knows. */
  readonly serve?: ServeCall;
}

/** Adds what an emulator serves over HTTP, in Node and in a page: REST calls and control plane. */
export function addGateway(app: Hono, { engine, url, stopping, serve }: GatewayOptions): void {
  const serveOne = serve ?? ((...call) => serveCall(engine, ...call));
  app.route("/_emulator", controlApi({ engine, url, stopping }));
  app.post("/identifier/projectToken/login", (context) => serveOne(context, loginTarget, {}));
  app.all("/gateway/*", (context, next) => {
    const { method: verb, url: address } = context.req;
    const route = findRoute(verb, new URL(address).pathname.slice("/gateway".length));
    return route ? serveOne(context, route.target, route.params) : next();
  });
  app.all("/:service/*", async (context, next) => {
    const { method: verb, url: address } = context.req;
    const { pathname } = new URL(address);
    const added = findAddedRoute(engine.functionCalls.functions, verb, pathname);
    if (added) return serveOne(context, added.target, added.params);
    const target = targetOfPath(verb, pathname);
    return target && (serve || isUnknownCall(context, target))
      ? serveOne(context, target, {})
      : next();
  });
  app.notFound((context) => {
    const { method, path } = context.req;
    const message =
      `The emulator has nothing at ${method} ${path}. It serves /gateway/... and /identifier/projectToken/login ` +
      "(REST), /gateway-ws (the socket) and /_emulator/... (its control plane).";
    return fail(context, 404, "emulator", message);
  });
  app.onError((error, context) => {
    const { method, path } = context.req;
    const text = `${method} ${path} failed inside the emulator: ${error.name}`;
    engine.log("refused", text, { method, path }, "warning");
    return fail(context, 500, "emulator", "The emulator failed; this is a bug in it.");
  });
}

/**
 * Whether a request is a GS2 client's for another service, which gets 501, and no page's, which gets
 * 404.
 */
const isUnknownCall = ({ req }: Context, { service }: Target): boolean =>
  service !== "gateway" &&
  (req.header("authorization") ?? req.header("x-gs2-client-id")) !== undefined;

async function serveCall(
  engine: EmulatorEngine,
  context: Context,
  target: Target,
  pathParams: Readonly<Record<string, string>>,
): Promise<Response> {
  const { req } = context;
  let params: Record<string, unknown> = withoutNulls(req.query());
  if (req.method === "POST" || req.method === "PUT") {
    const body = await readJsonBody(req.raw, engine.store.settings.maxBodyBytes);
    if (!("value" in body)) {
      const message = `${target.service}.body.error.${body.why}`;
      return fail(context, body.status, "body", message, engine);
    }
    params = body.value;
  }
  const request = readRestRequest(context, target, params, pathParams);
  const requestId = req.header("x-gs2-request-id");
  const logged = { target, requestId };
  const replyTo = engine.frameLog.rest({
    ...logged,
    direction: "in",
    text: JSON.stringify(request.params),
    tokens: [request.projectToken, request.accessToken],
  });
  const result = await new Promise<CallResult>((reply) =>
    engine.handleRequest(request, requestId, reply, () => req.raw.signal),
  );
  const { status } = result;
  const text = JSON.stringify(bodyOf(engine.store, result));
  engine.frameLog.rest({ ...logged, direction: "out", text, status, replyTo });
  return new Response(text, { status, headers: { "content-type": "application/json" } });
}

export const fail = (
  context: Context,
  status: 400 | 403 | 404 | 413 | 500,
  component: string,
  message: string,
  engine?: EmulatorEngine,
): Response => {
  const withCode = engine?.store.settings.errorEntriesHaveCode ?? true;
  return context.json(errorBody([{ component, message }], withCode), status);
};
