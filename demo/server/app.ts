import { randomInt } from "node:crypto";
import { fileURLToPath } from "node:url";
import { serveStatic } from "@hono/node-server/serve-static";
import { GatewayAdmin } from "gs2-gateway/admin";
import { startEmulator, type Emulator } from "gs2-gateway/emulator";
import { Hono, type Context } from "hono";
import { secureHeaders } from "hono/secure-headers";
import type { Notice } from "../shared/api.js";
import { userIdOf } from "../shared/players.js";
import { readCatchReport, readJoinRequest } from "./requests.js";
import { createStore } from "./store.js";
import { World } from "./world.js";

const NAMESPACE = "game-0001";
const TICK_MS = 250;

export interface Demo {
  /** The address of the page. */
  readonly url: string;
  readonly emulator: Emulator;
  stop(): Promise<void>;
}

export interface DemoOptions {
  /** Default 0: any free port. */
  port?: number | undefined;
  /** Keeps matches and missions across a restart. Default: they are lost. */
  file?: string | undefined;
  /** The clock by which rounds begin and end, in milliseconds. Default: `Date.now`. */
  now?: (() => number) | undefined;
}

/**
 * Starts an emulator that serves the demo's page at `/demo/` and the demo's own server at
 * `/demo/api/`.
 */
export async function startDemo({
  port = 0,
  file,
  now = Date.now,
}: DemoOptions = {}): Promise<Demo> {
  // The emulator listens before the app exists, and pages retry while the server restarts: their
  // requests wait.
  let resolveApp: (app: Hono<Env>) => void = () => undefined;
  const appReady = new Promise<Hono<Env>>((resolve) => (resolveApp = resolve));
  const emulator = await startEmulator({
    port,
    namespaces: [NAMESPACE],
    mount: { "/demo": async (request) => (await appReady).fetch(request) },
  });
  const admin = new GatewayAdmin({
    namespaceName: NAMESPACE,
    credential: { clientId: "demo-server", clientSecret: "demo-secret" },
    endpoints: emulator.endpoints,
    logger: false,
  });
  // GS2 forwards to devices only with a firebaseSecret; on GS2, the one of your Firebase project.
  await admin.updateNamespace({ firebaseSecret: "demo-secret" });

  const store = createStore(file);
  const hasPushToken = (userId: string) =>
    emulator.state().firebaseTokens.some((one) => one.userId === userId);
  const online = () => emulator.sessions().map(({ userId }) => userId);
  const world = new World({
    now,
    seed: () => randomInt(2 ** 31),
    online,
    isReachable: (userId) => online().includes(userId) || hasPushToken(userId),
    saved: store.read(),
  });
  const deliver = async (notices: readonly Notice[]) => {
    store.write(world.save());
    // A client that misses a notification fetches the state after the gap.
    await Promise.allSettled(notices.map((notice) => send(emulator, admin, notice)));
  };
  const ticker = setInterval(() => void deliver(world.tick()), TICK_MS);
  resolveApp(demoApp({ emulator, admin, world, deliver }));
  return {
    url: `${emulator.url}/demo/`,
    emulator,
    async stop() {
      clearInterval(ticker);
      store.write(world.save());
      await emulator.stop();
    },
  };
}

function send(emulator: Emulator, admin: GatewayAdmin, { userId, key, payload }: Notice) {
  // GS2-Matchmaking and GS2-Mission send theirs themselves; here the emulator sends them.
  if (key.startsWith("Gs2")) {
    return emulator.notify({
      ...{ userId, key, payload },
      namespaceName: NAMESPACE,
      enableTransferMobileNotification: true,
    });
  }
  return admin.sendNotification({ userId, subject: key, payload: JSON.stringify(payload) });
}

interface Env {
  Variables: { userId: string };
}

interface AppParts {
  readonly emulator: Emulator;
  readonly admin: GatewayAdmin;
  readonly world: World;
  readonly deliver: (notices: readonly Notice[]) => Promise<void>;
}

/** Undefined: the body is no JSON. */
const jsonOf = (context: Context): Promise<unknown> =>
  context.req.json<unknown>().catch(() => undefined);

const secured = secureHeaders({
  strictTransportSecurity: false,
  contentSecurityPolicy: {
    defaultSrc: ["'self'"],
    // Phaser makes images of canvases.
    imgSrc: ["'self'", "data:", "blob:"],
    styleSrc: ["'self'", "'unsafe-inline'"],
    objectSrc: ["'none'"],
    frameAncestors: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
  },
});

function demoApp({ emulator, admin, world, deliver }: AppParts) {
  const app = new Hono<Env>();
  app.use(secured);
  // Its responses hold a player's token and state.
  app.use("/demo/api/*", async (context, next) => {
    await next();
    context.header("cache-control", "no-store");
  });
  const players = new Map<string, string>();

  // A login server identifies the player (here any name is accepted) and gets the token from
  // GS2-Auth.
  app.post("/demo/api/login", async (context) => {
    const { name } = Object(await jsonOf(context)) as { name?: unknown };
    const userId = userIdOf(typeof name === "string" ? name : "");
    if (!userId) return context.json({ message: "A player needs a name." }, 400);
    const accessToken = await emulator.issueAccessToken({ userId });
    players.set(accessToken, userId);
    return context.json({ userId, accessToken });
  });

  app.use("/demo/api/*", async (context, next) => {
    const token = context.req.header("authorization")?.replace("Bearer ", "") ?? "";
    const userId = players.get(token);
    if (userId === undefined) return context.json({ message: "You are signed out." }, 401);
    context.set("userId", userId);
    await next();
    return undefined;
  });

  app.get("/demo/api/state", (context) => context.json(world.stateOf(context.get("userId"))));

  app.post("/demo/api/gathering", async (context) => {
    const userId = context.get("userId");
    const join = readJoinRequest(await jsonOf(context));
    if (!join) return context.json({ message: "A page does not join so." }, 400);
    await deliver(world.join(userId, join));
    return context.json(world.stateOf(userId));
  });

  app.post("/demo/api/robots", async (context) => {
    const userId = context.get("userId");
    await deliver(world.fillWithRobots(userId));
    return context.json(world.stateOf(userId));
  });

  app.delete("/demo/api/gathering", async (context) => {
    const userId = context.get("userId");
    await deliver(world.leave(userId));
    return context.json(world.stateOf(userId));
  });

  app.post("/demo/api/catches", async (context) => {
    const report = readCatchReport(await jsonOf(context));
    if (!report) return context.json({ message: "A page does not report so." }, 400);
    await deliver(world.report(context.get("userId"), report));
    return context.json({});
  });

  // As a live-ops tool would send it.
  app.post("/demo/api/push", async (context) => {
    const userId = context.get("userId");
    const payload = JSON.stringify({ text: `A test push for ${userId}.` });
    await admin.sendMobileNotificationByUserId({ userId, subject: "starfall:hello", payload });
    return context.json({});
  });

  // The same relative path from the source and from the built server.
  const files = (folder: string) =>
    serveStatic({
      root: fileURLToPath(new URL(folder, import.meta.url)),
      rewriteRequestPath: (path) => path.slice("/demo".length),
      onFound: (_path, context) => context.header("cache-control", "no-cache"),
    });
  app.get("/demo", (context) => context.redirect("/demo/"));
  // In a site of your own: npx gs2-gateway push-worker public
  app.get("/demo/firebase-messaging-sw.js", files("../../dist"));
  app.get("/demo/*", files("../../build/demo/page"));
  return app;
}
