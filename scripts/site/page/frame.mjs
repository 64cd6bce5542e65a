// Runs one program of the guide in this frame, whose global `fetch` and `WebSocket` are those of an
// emulator in the frame, and reports to the page around it.
import { createBrowserEmulator } from "gs2-gateway/emulator/browser";

const report = (type, detail) => parent.postMessage({ type, ...detail }, location.origin);

function textOf(value) {
  if (typeof value === "string") return value;
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  try {
    return JSON.stringify(value, undefined, 2) ?? String(value);
  } catch {
    return String(value);
  }
}

for (const level of ["debug", "info", "log", "warn", "error"]) {
  const print = console[level].bind(console);
  console[level] = (...values) => {
    print(...values);
    report("line", { level, text: values.map(textOf).join(" ") });
  };
}

const fail = (error) => report("failed", { text: textOf(error) });
addEventListener("error", ({ error, message }) => fail(error ?? message));
addEventListener("unhandledrejection", ({ reason }) => fail(reason));

const emulator = createBrowserEmulator({ namespaces: ["game-0001", "namespace-0001"] });
emulator.onFrame((frame) => report("frame", { frame }));
globalThis.fetch = emulator.fetch;
globalThis.WebSocket = emulator.WebSocket;
globalThis.guideEmulator = emulator.url;

try {
  await import("../../../test/package/guide/environment.mjs");
  const { play } = await import(`./${location.hash.slice(1)}.js`);
  await play();
  report("finished", {});
} catch (error) {
  fail(error);
}
