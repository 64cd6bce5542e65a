import { Hono, type Context, type MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import { secureHeaders } from "hono/secure-headers";
import { errorBody, loginTarget, type Target } from "../../wire/frames.js";
import type { AnyMethod } from "../../wire/methods.js";
import { emulatorEndpoints, type Endpoints } from "../../wire/endpoints.js";
import { readBody, readJsonBody } from "./requestBody.js";
import { controlApi } from "./controlApi.js";
import type { EmulatorEngine } from "../engine/engine.js";
import {
  checkOrigin,
  checkSite,
  type OriginCheck,
  type OriginPolicy,
  type RequestHeaders,
} from "./originCheck.js";
import type { MountedHandler } from "../options.js";
import { bodyOf, type CallResult } from "../calls/result.js";
import { relayCall, targetOfPath } from "./relayCall.js";
import { readRestRequest, withoutNulls } from "./restRequest.js";
import { findRoute } from "./routes.js";
import { inspectorFile } from "./inspectorPage.js";

export interface AppOptions {
  readonly engine: EmulatorEngine;
  readonly policy: OriginPolicy;
  readonly mount: ReadonlyMap<string, MountedHandler>;
  /** Known once the emulator listens. */
  readonly url: () => string;
  /** The data file, if any. */
  readonly data?: string | undefined;
  /** Where calls are passed on to; undefined: the emulator handles them. */
  readonly upstream?: Endpoints | undefined;
  /** Aborted when the emulator stops. */
  readonly stopping: AbortSignal;
}

export function createApp(options: AppOptions): Hono {
  const { engine, policy, mount, url, data, stopping } = options;
  const app = new Hono();
  app.use(
    guard(engine, (headers) => checkOrigin(policy, headers)),
    privateNetwork,
    allowOrigin,
  );

  for (const [prefix, handler] of mount) {
    const serve = (context: Context) => serveMounted(context, engine, handler);
    app.all(prefix.slice(0, -1), serve).all(`${prefix}*`, serve);
  }

  app.use(secured, noStore).use(
    "/_emulator/*",
    guard(engine, (headers) => checkSite(policy, headers)),
  );

  const config = () => ({
    url: url(),
    ...emulatorEndpoints(url()),
    strict: engine.store.strict,
    data: data ?? null,
  });
  const serveFile = async (context: Context, name: string) =>
    (await inspectorFile(name, config)) ?? context.notFound();
  app.get("/", (context) => serveFile(context, "index.html"));
  app.get("/_emulator/page/:name", (context) => serveFile(context, context.req.param("name")));
  app.route("/_emulator", controlApi({ engine, url, stopping }));
  addCalls(app, options);

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
  return app;
}

function addCalls(app: Hono, { engine, upstream, stopping }: AppOptions): void {
  const serve = (
    context: Context,
    target: Target,
    pathParams: Readonly<Record<string, string>> = {},
  ): Promise<Response> =>
    upstream
      ? relayCall(context, { engine, upstream, stopping }, target, pathParams)
      : serveCall(context, engine, target, pathParams);
  app.post("/identifier/projectToken/login", (context) => serve(context, loginTarget));
  app.all("/gateway/*", (context, next) => {
    const { method: verb, url: address } = context.req;
    const route = findRoute(verb, new URL(address).pathname.slice("/gateway".length));
    return route ? serve(context, targetOf(route.method), route.params) : next();
  });
  if (!upstream) return;
  app.all("/:service/*", async (context, next) => {
    const target = targetOfPath(context);
    return target ? serve(context, target) : next();
  });
}

/** Refuses, and logs, what `check` does not allow. */
const guard =
  (engine: EmulatorEngine, check: (headers: RequestHeaders) => OriginCheck): MiddlewareHandler =>
  async (context, next) => {
    const { req } = context;
    const host = req.header("host");
    const origin = req.header("origin");
    const checked = check({ host, origin, site: req.header("sec-fetch-site") });
    if (checked.allowed) return next();
    engine.log("refused", checked.why, { host, origin, path: req.path }, "warning");
    return fail(context, 403, "emulator", checked.why);
  };

/** Responses hold tokens: no other page may embed them, no browser may guess their type. */
const secured = secureHeaders({ strictTransportSecurity: false });

const noStore: MiddlewareHandler = async (context, next) => {
  await next();
  context.header("cache-control", "no-store");
};

/** The body is read before, so that a mounted handler gets none of any length. */
async function serveMounted(
  context: Context,
  engine: EmulatorEngine,
  handler: MountedHandler,
): Promise<Response> {
  const { raw } = context.req;
  if (raw.body === null) return handler(raw);
  const { method, url, headers, signal } = raw;
  const body = await readBody(raw, engine.store.settings.maxBodyBytes);
  if (body === undefined) return fail(context, 413, "body", "The body is too long.");
  return handler(new Request(url, { method, headers, body, signal }));
}

/**
 * Browsers ask for it in the preflight before a page from the network may reach this machine;
 * hono/cors does not know it.
 */
const privateNetwork: MiddlewareHandler = async (context, next) => {
  if (context.req.header("access-control-request-private-network") === "true") {
    context.header("access-control-allow-private-network", "true");
  }
  await next();
};

/** Every origin that gets here has passed the origin check. */
const allowOrigin = cors({
  origin: (origin) => origin,
  allowMethods: ["GET", "POST", "PUT", "DELETE"],
  maxAge: 600,
});

const targetOf = ({ component, name }: AnyMethod): Target => ({
  service: "gateway",
  component,
  function: name,
});

async function serveCall(
  context: Context,
  engine: EmulatorEngine,
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
    engine.handleRequest(request, requestId, reply),
  );
  const { status } = result;
  const text = JSON.stringify(bodyOf(engine.store, result));
  engine.frameLog.rest({ ...logged, direction: "out", text, status, replyTo });
  return new Response(text, { status, headers: { "content-type": "application/json" } });
}

const fail = (
  context: Context,
  status: 400 | 403 | 404 | 413 | 500,
  component: string,
  message: string,
  engine?: EmulatorEngine,
): Response => {
  const withCode = engine?.store.settings.errorEntriesHaveCode ?? true;
  return context.json(errorBody([{ component, message }], withCode), status);
};
