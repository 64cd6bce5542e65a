// The heap that many reconnects and notifications retain, measured by `test/sim/leaks.mjs`.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { bundle } from "../sim/bundle.mjs";

const program = fileURLToPath(new URL("../sim/leaks.mjs", import.meta.url));

/** The growth of the heap in bytes after each count, garbage collected. */
export async function retainedHeap() {
  const url = await bundle("leaks.ts", "leaks");
  const measure = (name, count) => {
    const args = ["--expose-gc", program, url, name, String(count)];
    return JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" })).heapBytes;
  };
  return [
    ["reconnects", 10_000],
    ["notifications", 1_000_000],
  ].map(([of, count]) => ({ of, count, heapBytes: measure(of, count) }));
}
