// npm start: the emulator with the demo in it, until Ctrl-C. PORT says where.
import { existsSync } from "node:fs";

if (!existsSync(new URL("../dist/emulator.js", import.meta.url))) {
  console.error("The demo runs what was built: run npm run build first, or npm start, which does.");
  process.exit(1);
}
const { startDemo } = await import("./server.mjs");

try {
  const demo = await startDemo({ port: Number(process.env.PORT || 9480) });
  console.log(demo.url);
  const stop = () => void demo.stop();
  process.once("SIGINT", stop).once("SIGTERM", stop);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
