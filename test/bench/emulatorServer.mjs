// An emulator in a process of its own, which answers each message with its memory.
import { startEmulator } from "../../dist/emulator.js";

const emulator = await startEmulator({ port: 0 });
process.send({ url: emulator.url });

process.on("message", () => {
  // Of `node --expose-gc`.
  globalThis.gc();
  const { rss, heapUsed, external } = process.memoryUsage();
  process.send({ rss, used: heapUsed + external });
});
