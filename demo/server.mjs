import { fileURLToPath } from "node:url";
import { serveStatic } from "@hono/node-server/serve-static";
import { Hono } from "hono";
import { GatewayAdmin } from "../dist/admin.js";
import { startEmulator } from "../dist/emulator.js";
import { createMatchmaking } from "./matchmaking.mjs";

const NAMESPACE = "game-0001";
const LONGEST_NAME = 24;

/** Starts an emulator that serves the demo's page at `/demo/` and the demo's own server at `/demo/api/`. */
export async function startDemo({ port = 0 } = {}) {
  const emulator = await startEmulator({
    port,
    namespaces: [NAMESPACE],
    mount: { "/demo": (request) => app.fetch(request) },
  });
  const admin = new GatewayAdmin({
    namespaceName: NAMESPACE,
    credential: { clientId: "demo-server", clientSecret: "demo-secret" },
    endpoints: emulator.endpoints,
    logger: false,
  });
  // Without it GS2 sends nothing to a device. On GS2 it is your Firebase project's.
  await admin.updateNamespace({ firebaseSecret: "demo-secret" });
  const app = demoApp(emulator, admin);
  return { url: `${emulator.url}/demo/`, emulator, stop: () => emulator.stop() };
}

function demoApp(emulator, admin) {
  const app = new Hono();
  const matchmaking = createMatchmaking();
  const players = new Map();

  /** What a GS2 service does when something happens to a player. */
  const tell = (notices) =>
    Promise.all(
      notices.map((notice) =>
        emulator.notify({
          ...notice,
          namespaceName: NAMESPACE,
          enableTransferMobileNotification: true,
        }),
      ),
    );
  // Whoever is away with a bell can be called back.
  const isPlaying = (userId) =>
    [...emulator.sessions(), ...emulator.state().firebaseTokens].some(
      (one) => one.userId === userId,
    );

  // Your login server: it knows who asks (here it believes any name) and gets the player's token from GS2-Auth.
  app.post("/demo/api/login", async (context) => {
    const { name } = await context.req.json().catch(() => ({}));
    const userId = [...String(name ?? "").trim()].slice(0, LONGEST_NAME).join("");
    if (!userId) return context.json({ message: "A player needs a name." }, 400);
    const accessToken = await emulator.issueAccessToken({ userId });
    players.set(accessToken, userId);
    return context.json({ userId, accessToken });
  });

  app.use("/demo/api/*", async (context, next) => {
    const token = context.req.header("authorization")?.replace("Bearer ", "");
    const userId = players.get(token);
    if (!userId) return context.json({ message: "You are signed out." }, 401);
    context.set("userId", userId);
    await next();
  });

  // In the place of GS2-Matchmaking.
  app.on(["GET", "POST", "DELETE"], "/demo/api/gathering", async (context) => {
    const userId = context.get("userId");
    if (context.req.method === "POST") await tell(matchmaking.join(userId, isPlaying));
    if (context.req.method === "DELETE") await tell(matchmaking.leave(userId));
    return context.json({ gathering: matchmaking.gatheringOf(userId) });
  });

  // In the place of GS2-Mission.
  app.post("/demo/api/mission", async (context) => {
    const userId = context.get("userId");
    const payload = {
      namespaceName: "mission",
      groupName: "daily",
      userId,
      taskName: "first-steps",
    };
    await tell([{ userId, key: "Gs2Mission:Complete", payload }]);
    return context.json({});
  });

  // What a live-ops tool would do.
  app.post("/demo/api/push", async (context) => {
    const userId = context.get("userId");
    const payload = JSON.stringify({ text: `A test push for ${userId}.` });
    await admin.sendMobileNotificationByUserId({ userId, subject: "demo:hello", payload });
    return context.json({});
  });

  const files = (folder, prefix) =>
    serveStatic({
      root: fileURLToPath(new URL(folder, import.meta.url)),
      rewriteRequestPath: (path) => path.slice(prefix.length),
      onFound: (_path, context) => context.header("cache-control", "no-cache"),
    });
  app.get("/demo", (context) => context.redirect("/demo/"));
  app.get("/demo/lib/*", files("../dist", "/demo/lib"));
  // In a site of your own: npx gs2-gateway push-worker public
  app.get("/demo/firebase-messaging-sw.js", files("../dist", "/demo"));
  app.get("/demo/*", files("page", "/demo"));
  return app;
}
