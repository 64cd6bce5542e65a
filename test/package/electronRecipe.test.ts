// The programs for Electron of docs/hosts.md, with Electron's modules played by the test.
import { EventEmitter } from "node:events";
import { runInNewContext } from "node:vm";
import { expect, onTestFinished, test } from "vitest";
import { startEmulator } from "../../src/emulator/index.js";
import { GatewayClient } from "../../src/node.js";
import { blocksOf } from "./guide/blocks.js";

const [main, preload] = blocksOf("docs/hosts.md")
  .filter(({ language }) => language === "js")
  .map(({ code }) => code) as [string, string];

/** Runs both programs. Resolves with the machine's power, and with what the window's page gets. */
function startElectron() {
  const powerMonitor = new EventEmitter();
  const ipcRenderer = new EventEmitter();
  const page: { power?: { onHint(listener: (hint: "offline" | "online") => void): void } } = {};
  const webContents = {
    send: (channel: string, ...values: unknown[]) => ipcRenderer.emit(channel, {}, ...values),
  };
  const electron = {
    powerMonitor,
    ipcRenderer,
    BrowserWindow: { getAllWindows: () => [{ webContents }] },
    contextBridge: {
      exposeInMainWorld: (name: string, value: object) => Object.assign(page, { [name]: value }),
    },
  };
  for (const program of [main, preload]) {
    runInNewContext(program, { require: () => electron });
  }
  return { powerMonitor, power: page.power! };
}

test("a window in Electron probes its connection when the machine wakes, and leaves a dead one", async () => {
  const emulator = await startEmulator({ namespaces: ["game-0001"] });
  const gateway = new GatewayClient({
    namespaceName: "game-0001",
    credential: { clientId: "client", clientSecret: "secret" },
    endpoints: emulator.endpoints,
    keepAlive: { idleMs: 86_400_000, timeoutMs: 200 },
    logger: false,
  });
  onTestFinished(async () => {
    gateway.dispose();
    await emulator.stop();
  });
  const { powerMonitor, power } = startElectron();
  power.onHint((hint) => gateway.hint(hint));
  const returned = new Promise<void>((resolve) =>
    gateway.onSync(({ reason }) => {
      if (reason === "gap") resolve();
    }),
  );
  await gateway.setUserId({ accessToken: "accessToken-0001", allowConcurrentAccess: false });
  powerMonitor.emit("suspend");
  emulator.faults.set([{ fault: "halfOpen" }]);
  powerMonitor.emit("resume");
  await returned;
  expect(gateway.connection.status).toBe("ready");
  expect(emulator.sessions()).toHaveLength(1);
});
