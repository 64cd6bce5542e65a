import { expect, test, vi } from "vitest";
import { followFrames } from "../../../../src/emulator/browser/followFrames.js";
import { FrameLog } from "../../../../src/emulator/log/frameLog.js";

const target = { service: "gateway", component: "namespace", function: "getNamespace" };
const logCall = (log: FrameLog) =>
  log.rest({ direction: "in", target, requestId: undefined, text: "{}" });

/** Runs what was queued, and what that queues; returns what was thrown. */
function runAll(queued: (() => void)[]): unknown[] {
  const thrown: unknown[] = [];
  for (let run = queued.shift(); run; run = queued.shift()) {
    try {
      run();
    } catch (error) {
      thrown.push(error);
    }
  }
  return thrown;
}

test("a listener that throws gets the next frames all the same, and the host its error", () => {
  const log = new FrameLog(() => 0);
  const queued: (() => void)[] = [];
  logCall(log);
  const listener = vi.fn(({ id }: { id: number }) => {
    if (id === 2) throw new Error("a listener failed");
  });
  followFrames(log, (run) => void queued.push(run), listener);
  logCall(log);
  logCall(log);
  expect(listener).not.toHaveBeenCalled();
  expect(runAll(queued)).toEqual([new Error("a listener failed")]);
  logCall(log);
  expect(runAll(queued)).toEqual([]);
  // What was logged before it was registered is not for it.
  expect(listener.mock.calls.map(([{ id }]) => id)).toEqual([2, 3, 4]);
});

test("a listener gets nothing after its undo, not even what is queued", () => {
  const log = new FrameLog(() => 0);
  const queued: (() => void)[] = [];
  const listener = vi.fn(() => undo());
  const undo = followFrames(log, (run) => void queued.push(run), listener);
  logCall(log);
  logCall(log);
  runAll(queued);
  logCall(log);
  runAll(queued);
  expect(listener).toHaveBeenCalledTimes(1);
});
