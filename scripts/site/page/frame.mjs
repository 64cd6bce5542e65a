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

/** A line of the console. `%c` is followed by a style, which is left out. */
function lineOf([first, ...rest]) {
  if (typeof first !== "string") return [first, ...rest].map(textOf).join(" ");
  const text = first.replaceAll(/%[csdifoO]/g, (place) => {
    const value = rest.shift();
    return place === "%c" ? "" : textOf(value);
  });
  return [text, ...rest.map(textOf)].join(" ");
}

for (const level of ["debug", "info", "log", "warn", "error"]) {
  const print = console[level].bind(console);
  console[level] = (...values) => {
    print(...values);
    report("line", { level, text: lineOf(values) });
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
  // A variable: the bundler knows the programs by other names.
  const program = new URL(`${location.hash.slice(1)}.js`, location.href).href;
  const { play } = await import(program);
  await play();
  report("finished", {});
} catch (error) {
  fail(error);
}
