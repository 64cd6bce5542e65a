import { Hono, type Context } from "hono";
import { allMethods } from "../../wire/allMethods.js";
import { errorBody, loginTarget, type Target } from "../../wire/frames.js";
import type { AnyMethod } from "../../wire/methods.js";
import { emulatorEndpoints } from "../../wire/endpoints.js";
import type { ApiRequest } from "../calls/request.js";
import { readJsonBody } from "./requestBody.js";
import { controlApi } from "./controlApi.js";
import type { EmulatorEngine } from "../engine/engine.js";
import { checkOrigin, type OriginPolicy } from "./originCheck.js";
import type { MountedHandler } from "../options.js";
import type { CallResult } from "../calls/result.js";
import { inspectorFile } from "./inspectorPage.js";

export interface AppOptions {
  readonly engine: EmulatorEngine;
  readonly policy: OriginPolicy;
  readonly mount: ReadonlyMap<string, MountedHandler>;
  /** Known once the emulator listens. */
  readonly url: () => string;
  /** The file everything is kept in, if any. */
  readonly data?: string | undefined;
  /** Aborted when the emulator stops. */
  readonly stopping: AbortSignal;
}

export function createApp({ engine, policy, mount, url, data, stopping }: AppOptions): Hono {
  const app = new Hono();

  app.use(async (context, next) => {
    const host = context.req.header("host");
    const origin = context.req.header("origin");
    const verdict = checkOrigin(policy, { host, origin });
    if (!verdict.allowed) {
      engine.log("refused", verdict.why, { host, origin }, "warning");
      return fail(context, 403, "emulator", verdict.why);
    }
    if (origin !== undefined && context.req.method === "OPTIONS") {
      const asked = context.req.header("access-control-request-headers");
      return new Response(null, {
        status: 204,
        headers: {
          ...corsHeaders(origin),
          "access-control-allow-methods": "GET, POST, PUT, DELETE",
          ...(asked === undefined ? {} : { "access-control-allow-headers": asked }),
          // Browsers ask for it before a page from the network may reach this machine.
          ...(context.req.header("access-control-request-private-network") === "true"
            ? { "access-control-allow-private-network": "true" }
            : {}),
          "access-control-max-age": "600",
        },
      });
    }
    await next();
    if (origin !== undefined) {
      for (const [name, value] of Object.entries(corsHeaders(origin))) context.header(name, value);
    }
  });

  for (const [prefix, handler] of mount) {
    const serve = (context: Context) => handler(context.req.raw);
    app.all(prefix.slice(0, -1), serve).all(`${prefix}*`, serve);
  }

  const facts = () => ({
    url: url(),
    ...emulatorEndpoints(url()),
    strict: engine.store.strict,
    data: data ?? null,
  });
  app.get("/", async (context) => (await inspectorFile("index.html", facts)) ?? context.notFound());
  app.get(
    "/_emulator/page/:name",
    async (context) =>
      (await inspectorFile(context.req.param("name"), facts)) ?? context.notFound(),
  );
  app.route("/_emulator", controlApi(engine, url, stopping));
  app.post("/identifier/projectToken/login", (context) => serveCall(context, engine, loginTarget));
  for (const method of inRouteOrder(allMethods)) {
    const path = method.path.replace(/\{(\w+)\}/g, ":$1").replace(/\/$/, "");
    for (const end of path === "" ? ["", "/"] : [""]) {
      app.on(method.verb, `/gateway${path}${end}`, (context) =>
        serveCall(context, engine, targetOf(method)),
      );
    }
  }

  app.notFound((context) => {
    const { method, path } = context.req;
    const message =
      `The emulator has nothing at ${method} ${path}. It serves /gateway/... and /identifier/projectToken/login ` +
      "(REST), /gateway-ws (the socket) and /_emulator/... (its own controls).";
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

const corsHeaders = (origin: string): Record<string, string> => ({
  "access-control-allow-origin": origin,
  vary: "Origin",
});

const targetOf = ({ component, name }: AnyMethod): Target => ({
  service: "gateway",
  component,
  function: name,
});

/** Words before values: `/system/version` is not the status of a namespace called system. */
function inRouteOrder(methods: readonly AnyMethod[]): AnyMethod[] {
  const shape = ({ path }: AnyMethod) => path.replace(/\{\w+\}/g, "\uffff");
  return [...methods].sort((one, other) => (shape(one) < shape(other) ? -1 : 1));
}

async function serveCall(
  context: Context,
  gateway: EmulatorEngine,
  target: Target,
): Promise<Response> {
  const { req } = context;
  let given: Record<string, unknown> = withoutNulls(req.query());
  if (req.method === "POST" || req.method === "PUT") {
    const body = await readJsonBody(req.raw, gateway.store.settings.maxBodyBytes);
    if (!("value" in body)) {
      return fail(context, body.status, "body", `${target.service}.body.error.${body.why}`);
    }
    given = body.value;
  }
  // Spread rather than assigned: a body may have a field `__proto__`.
  given = { ...given, ...withoutNulls(req.param()) };
  const timeOffsetToken = req.header("x-gs2-time-offset-token");
  if (timeOffsetToken !== undefined) given["timeOffsetToken"] = timeOffsetToken;

  const ask: ApiRequest = {
    transport: "rest",
    target,
    params: given,
    projectToken: /^Bearer (.+)$/i.exec(req.header("authorization") ?? "")?.[1],
    accessToken: req.header("x-gs2-access-token") || undefined,
    connectionId: undefined,
    duplicationAvoider: req.header("x-gs2-duplication-avoider") || undefined,
    dryRun: req.header("x-gs2-dry-run")?.toLowerCase() === "true",
  };
  const requestId = req.header("x-gs2-request-id");
  const half = { target, requestId };
  const answers = gateway.frameLog.rest({ ...half, direction: "in", text: JSON.stringify(given) });
  const { body, status } = await new Promise<CallResult>((answered) =>
    gateway.handleRequest(ask, requestId, answered),
  );
  const text = JSON.stringify(body);
  gateway.frameLog.rest({ ...half, direction: "out", text, status, replyTo: answers });
  return new Response(text, { status, headers: { "content-type": "application/json" } });
}

/** The official SDKs write a value that was not set as the text "null". */
const withoutNulls = (values: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== "null" && value !== ""),
  );

const fail = (
  context: Context,
  status: 400 | 403 | 404 | 413 | 500,
  component: string,
  message: string,
): Response => context.json(errorBody([{ component, message }]), status);
