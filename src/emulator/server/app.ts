import { Hono, type Context, type MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import { secureHeaders } from "hono/secure-headers";
import { emulatorEndpoints, type Endpoints } from "../../wire/endpoints.js";
import type { EmulatorEngine } from "../engine/engine.js";
import { addGateway, fail } from "../requests/gateway.js";
import { readBody } from "../requests/requestBody.js";
import {
  checkOrigin,
  checkSite,
  type OriginCheck,
  type OriginPolicy,
  type RequestHeaders,
} from "./originCheck.js";
import type { MountedHandler } from "../options.js";
import { relayCall } from "./relayCall.js";
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
  const { engine, policy, mount, url, data, upstream, stopping } = options;
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
  addGateway(app, {
    engine,
    url,
    stopping,
    ...(upstream && { serve: (...call) => relayCall(...call, { engine, upstream, stopping }) }),
  });
  return app;
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
