// npm start: serves the emulator and the demo until Ctrl-C, on the port PORT.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const built = new URL("../build/demo/server.js", import.meta.url);
if (!existsSync(built)) {
  console.error("The demo runs what was built: run npm run build first, or npm start, which does.");
  process.exit(1);
}
const { startDemo } = await import(built.href);

try {
  const port = Number(process.env.PORT || 9480);
  // A round goes on after a restart.
  const file =
    port > 0
      ? fileURLToPath(new URL(`../build/demo/starfall-${port}.json`, import.meta.url))
      : undefined;
  const demo = await startDemo({ port, file });
  console.log(`Demo:      ${demo.url}`);
  console.log(`Inspector: ${new URL("/", demo.url).href}`);
  const stop = () => void demo.stop();
  process.once("SIGINT", stop).once("SIGTERM", stop);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
