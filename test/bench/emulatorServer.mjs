import { startEmulator } from "../../dist/emulator.js";

const emulator = await startEmulator({ port: 0 });
process.send({ url: emulator.url });

process.on("message", async ({ notify }) => {
  const sentAt = performance.timeOrigin + performance.now();
  const payload = JSON.stringify({ sentAt });
  for (let n = 1; n <= notify; n++) {
    const userId = `user-${String(n).padStart(4, "0")}`;
    await emulator.notify({ userId, subject: "load", payload });
  }
  process.send({ rssMegabytes: Math.round(process.memoryUsage().rss / 1e6) });
});
