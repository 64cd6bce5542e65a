import type { BrowserContext } from "playwright-core";

/** Stands in for Google's two hosts that the Firebase SDK calls. */
export interface FirebaseServers {
  /** The requests so far, e.g. `POST registrations`, oldest first. */
  readonly requests: string[];
  /** The error of every further registration. Undefined: registrations succeed. */
  registrationError: string | undefined;
  /** The prefix of further tokens. */
  tokenPrefix: string;
  /** The token issued last. */
  lastToken(): string;
}

const cors = {
  "access-control-allow-origin": "*",
  "access-control-allow-headers": "*",
  "access-control-allow-methods": "*",
};

/** Routes Firebase's requests, and fakes the push service, which fails in a headless browser. */
export async function serveFirebase(context: BrowserContext): Promise<FirebaseServers> {
  let issued = 0;
  const servers: FirebaseServers = {
    requests: [],
    registrationError: undefined,
    tokenPrefix: "fcm-token-",
    lastToken: () => `${servers.tokenPrefix}${issued}`,
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
      servers.requests.push(`${method} ${isRegistration ? "registrations" : "installations"}`);
      if (!isRegistration) {
        // Playwright has no bodies in Firefox, and Firebase then keeps the fid it sent.
        const { fid } = (request.postDataJSON() ?? {}) as { fid?: string };
        const authToken = { token: "auth", expiresIn: "604800s" };
        return json({ fid, refreshToken: "refresh", authToken });
      }
      if (servers.registrationError !== undefined) {
        return json({ error: { code: 400, message: servers.registrationError } }, 400);
      }
      if (method === "DELETE") return json({});
      issued++;
      return json({ token: servers.lastToken() });
    },
  );
  await context.addInitScript(fakePushManager);
  return servers;
}

/**
 * Runs in the page. A subscription survives a reload; `localStorage.subscribeFails` names the error
 * of `subscribe`.
 */
function fakePushManager(): void {
  if (!("PushManager" in globalThis)) return;
  const bytes = (text: string) => new TextEncoder().encode(text).buffer;
  const read = (): PushSubscription | null => {
    const stored = localStorage.getItem("subscription");
    if (stored === null) return null;
    const { endpoint, key } = JSON.parse(stored) as { endpoint: string; key: number[] };
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
