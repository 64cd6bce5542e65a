// The figures as text.
import { measures } from "./measures.mjs";
import { FRAME_BYTES } from "./protocols.mjs";

/** As figures are printed: what looks the same is the same. */
const printed = (value) => Number(value.toFixed(2));

/** Prints all figures, each with its target, and what lies outside the committed spread. */
export function printFigures(results, before) {
  const notes = [];
  for (const { id, description, target, moreIsBetter } of measures) {
    console.log(`\n${description}: median, ratio (lowest to highest)`);
    for (const [name, figure] of Object.entries(results.measures[id])) {
      const { median, ratio, spread } = figure;
      const range = spread.map((value) => value.toFixed(2)).join(" to ");
      console.log(
        `  ${name.padEnd(32)}${String(median).padStart(10)}${ratio.toFixed(2).padStart(9)} x (${range})`,
      );
      const [lowest, highest] = before.measures?.[id]?.[name]?.spread ?? [0, Infinity];
      if (printed(ratio) < printed(lowest) || printed(ratio) > printed(highest)) {
        notes.push(`${id}, ${name}: ${ratio} x, committed ${lowest} to ${highest} x`);
      }
    }
    const { ratio } = results.measures[id]["gs2-gateway"];
    const holds = moreIsBetter ? ratio >= target : ratio <= target;
    console.log(`  target ${moreIsBetter ? ">=" : "<="} ${target}: ${holds ? "holds" : "MISSED"}`);
  }
  console.log(`\nthe sender's ceiling: ${results.senderCeiling.median} notifications per second`);
  console.log("\nnanoseconds by size");
  for (const { id, steps } of results.growth) {
    const list = steps.map(({ size, nanoseconds }) => `${size}: ${nanoseconds}`).join(", ");
    console.log(`  ${id.padEnd(14)}${list}`);
  }
  const { roundTripMs, firstMs, againMs } = results.boundAgain;
  console.log(`\nms until bound, ${roundTripMs} ms per round trip, from the start of the attempt`);
  console.log(
    `  first ${firstMs.toFixed(0)} (target ${3 * roundTripMs + 20}), rebind ${againMs.toFixed(0)} (target ${2 * roundTripMs + 20})`,
  );
  console.log("\nbytes of a page's bundle, esbuild, gzip -9");
  for (const [name, size] of Object.entries(results.gzipBytes)) {
    console.log(`  ${name.padEnd(32)}${String(size).padStart(10)}`);
  }
  console.log("\nbytes on disk after npm install");
  for (const [name, size] of Object.entries(results.installedBytes)) {
    console.log(`  ${name.padEnd(32)}${String(size).padStart(10)}`);
  }
  for (const { sockets, readyMs, rssMegabytes, bytesPerSocket, ...load } of results.emulator ??
    []) {
    console.log(
      `\nemulator with ${sockets} players: ready after ${readyMs} ms (target 1000), ${rssMegabytes} MB (target 400), ${bytesPerSocket} bytes of heap by socket`,
    );
    console.log(
      `  a notification to each of them: ${load.sentPerSecond} per second, latency: median ${load.p50Ms} ms, p99 ${load.p99Ms} ms (target 1000)`,
    );
  }
  if (results.exec) {
    console.log(`\ngs2-gateway exec with ${results.exec.clients} clients: ${results.exec.ms} ms`);
  }
  if (results.inspector) {
    const { perSecond, longestTaskMs, longestByClockMs } = results.inspector;
    console.log(
      `\ninspector at ${perSecond} notifications per second: longest task ${longestTaskMs} ms of processor time (target 100), ${longestByClockMs} ms of wall time`,
    );
  }
  if (results.chromium) {
    const { perSecond, handPerSecond, ratio } = results.chromium;
    console.log(
      `\nnotifications per second in Chromium: ${perSecond}, bare WebSocket ${handPerSecond}: ${ratio.toFixed(2)} x`,
    );
  }
  for (const { of, count, heapBytes } of results.heap ?? []) {
    console.log(`\nheap retained after ${count} ${of}: ${heapBytes} bytes (target 2097152)`);
  }
  console.log(
    `\n${results.measuredOn}. Each notification is one text frame of ${FRAME_BYTES} bytes.`,
  );
  if (notes.length > 0) {
    console.log(`\nOutside the committed spread:\n  ${notes.join("\n  ")}`);
  }
}
