// What many reconnects and notifications leave on the heap, by the tests' own stories.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { bundle } from "../sim/bundle.mjs";

const program = fileURLToPath(new URL("../sim/leaks.mjs", import.meta.url));

/** Bytes of heap that are left after so many, garbage collected. */
export async function heapLeft() {
  const url = await bundle("leaks.ts", "leaks");
  const left = (name, count) => {
    const args = ["--expose-gc", program, url, name, String(count)];
    return JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" })).heapBytes;
  };
  return [
    ["reconnects", 10_000],
    ["notifications", 1_000_000],
  ].map(([of, count]) => ({ of, count, heapBytes: left(of, count) }));
}
