import { fileURLToPath } from "node:url";
import { serveStatic } from "@hono/node-server/serve-static";
import { startEmulator, type Emulator } from "gs2-gateway/emulator";
import { Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";
import { gatewayNamespace } from "../shared/services.js";
import { handlers } from "./handlers.js";

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

/** Starts an emulator with the handlers of the demo, which serves its page at `/demo/`. */
export async function startDemo({ port = 0, file, now }: DemoOptions = {}): Promise<Demo> {
  const page = demoPage();
  const emulator = await startEmulator({
    port,
    namespaces: [gatewayNamespace],
    // Tokens outlive a restart, as they outlive an outage of GS2.
    data: file && `${file}.gateway`,
    mount: { "/demo": (request) => page.fetch(request) },
  });
  const end = await handlers(emulator, { file, now });
  return {
    url: `${emulator.url}/demo/`,
    emulator,
    async stop() {
      end();
      await emulator.stop();
    },
  };
}

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

function demoPage() {
  const app = new Hono();
  app.use(secured);
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
