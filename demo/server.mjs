import { fileURLToPath } from "node:url";
import { serveStatic } from "@hono/node-server/serve-static";
import { Hono } from "hono";
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
  const app = demoApp(emulator);
  return { url: `${emulator.url}/demo/`, emulator, stop: () => emulator.stop() };
}

function demoApp(emulator) {
  const app = new Hono();
  const matchmaking = createMatchmaking();
  const players = new Map();

  /** What a GS2 service does when something happens to a player. */
  const tell = (notices) =>
    Promise.all(notices.map((notice) => emulator.notify({ ...notice, namespaceName: NAMESPACE })));
  const isPlaying = (userId) => emulator.sessions().some((session) => session.userId === userId);

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

  const files = (folder, prefix) =>
    serveStatic({
      root: fileURLToPath(new URL(folder, import.meta.url)),
      rewriteRequestPath: (path) => path.slice(prefix.length),
      onFound: (_path, context) => context.header("cache-control", "no-cache"),
    });
  app.get("/demo", (context) => context.redirect("/demo/"));
  app.get("/demo/lib/*", files("../dist", "/demo/lib"));
  app.get("/demo/*", files("page", "/demo"));
  return app;
}
