import { Hono, type Context } from "hono";
import { isGatewayError } from "../errors.js";
import { readJsonBody } from "./body.js";
import type { Gateway } from "./gateway.js";
import { notify, type EmulatorNotification } from "./notify.js";
import { invalid } from "./settings.js";
import { issueAccessToken, type AccessTokenWish } from "./tokens.js";

/** The handle over HTTP, under `/_emulator`. A fault of the caller is 400 with `{ message }`, a sentence. */
export function controlPlane(gateway: Gateway, url: () => string): Hono {
  const app = new Hono();
  const body = async (context: Context): Promise<Record<string, unknown>> => {
    const read = await readJsonBody(context.req.raw, gateway.world.settings.maxBodyBytes);
    if ("value" in read) return read.value;
    throw invalid("The body is a JSON object, and not too long.");
  };

  app.get("/ready", (context) => context.json({ ready: true, url: url() }));
  app.get("/sessions", (context) => context.json({ items: gateway.sessions() }));
  app.get("/calls", (context) => {
    const { method, userId } = context.req.query();
    return context.json({ items: gateway.calls.list({ method, userId }) });
  });
  app.post("/access-tokens", async (context) => {
    const wish = (await body(context)) as unknown as AccessTokenWish;
    return context.json(gateway.perform((world, now) => issueAccessToken(world, wish, now)));
  });
  app.post("/notifications", async (context) => {
    const given = (await body(context)) as unknown as EmulatorNotification;
    return context.json(gateway.perform((world) => notify(world, given)));
  });
  app.post("/reset", (context) => {
    gateway.reset();
    return context.json({});
  });
  app.onError((error, context) => {
    if (isGatewayError(error, "invalidArgument")) {
      return context.json({ message: error.message }, 400);
    }
    throw error;
  });
  return app;
}
