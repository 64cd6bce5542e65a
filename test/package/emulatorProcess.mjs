// An emulator in a process of its own, which reports its heap size for each message.
import { startEmulator } from "../../dist/emulator.js";

const emulator = await startEmulator({ namespaces: ["game"], seed: 1 });
process.on("message", () => {
  globalThis.gc();
  process.send({ heapUsed: process.memoryUsage().heapUsed });
});
process.on("disconnect", () => process.exit());
process.send({ url: emulator.url, webSocket: emulator.endpoints.webSocket });
