import type { BrowserContext } from "playwright-core";

/** Google's two hosts as Firebase's own code knows them, answered here. */
export interface FirebaseServers {
  /** What was asked, e.g. `POST registrations`, oldest first. */
  readonly asked: string[];
  /** Answers every registration with this error from here on; undefined: with a token. */
  refuse: string | undefined;
  /** How tokens begin. */
  prefix: string;
  /** The token given last. */
  token(): string;
}

const cors = {
  "access-control-allow-origin": "*",
  "access-control-allow-headers": "*",
  "access-control-allow-methods": "*",
};

/** Answers for Firebase, and puts a push service into every page: that of a headless browser refuses. */
export async function serveFirebase(context: BrowserContext): Promise<FirebaseServers> {
  let made = 0;
  const servers: FirebaseServers = {
    asked: [],
    refuse: undefined,
    prefix: "fcm-token-",
    token: () => `${servers.prefix}${made}`,
  };
  await context.route(
    /^https:\/\/(firebaseinstallations|fcmregistrations)\.googleapis\.com\//,
    (route) => {
      const request = route.request();
      const { pathname } = new URL(request.url());
      const method = request.method();
      const json = (body: unknown, status = 200) =>
        route.fulfill({
          status,
          headers: cors,
          contentType: "application/json",
          body: JSON.stringify(body),
        });
      if (method === "OPTIONS") return route.fulfill({ status: 204, headers: cors });
      if (pathname.endsWith("authTokens:generate")) {
        return json({ token: "auth", expiresIn: "604800s" });
      }
      const isRegistration = pathname.includes("/registrations");
      servers.asked.push(`${method} ${isRegistration ? "registrations" : "installations"}`);
      if (!isRegistration) {
        const { fid } = request.postDataJSON() as { fid: string };
        const authToken = { token: "auth", expiresIn: "604800s" };
        return json({ fid, refreshToken: "refresh", authToken });
      }
      if (servers.refuse !== undefined) {
        return json({ error: { code: 400, message: servers.refuse } }, 400);
      }
      if (method === "DELETE") return json({});
      made++;
      return json({ token: servers.token() });
    },
  );
  await context.addInitScript(fakePushManager);
  return servers;
}

/** Runs in the page. A subscription outlives a reload; `localStorage.subscribeFails` names the error it fails with. */
function fakePushManager(): void {
  if (!("PushManager" in globalThis)) return;
  const bytes = (text: string) => new TextEncoder().encode(text).buffer;
  const read = (): PushSubscription | null => {
    const kept = localStorage.getItem("subscription");
    if (kept === null) return null;
    const { endpoint, key } = JSON.parse(kept) as { endpoint: string; key: number[] };
    return {
      endpoint,
      expirationTime: null,
      options: { applicationServerKey: Uint8Array.from(key).buffer, userVisibleOnly: true },
      getKey: (name: string) => bytes(name === "auth" ? "0123456789abcdef" : "p".repeat(65)),
      unsubscribe: async () => {
        localStorage.removeItem("subscription");
        return true;
      },
    } as unknown as PushSubscription;
  };
  PushManager.prototype.getSubscription = async () => read();
  PushManager.prototype.subscribe = async (options) => {
    const fails = localStorage.getItem("subscribeFails");
    if (fails !== null) throw new DOMException("Registration failed - push service error", fails);
    const key = [...(options!.applicationServerKey as Uint8Array)];
    const endpoint = `https://push.test/${Math.random()}`;
    localStorage.setItem("subscription", JSON.stringify({ endpoint, key }));
    return read()!;
  };
}
