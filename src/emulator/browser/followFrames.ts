import type { FrameLogEntry, LoggedFrame } from "../../wire/frameLog.js";
import type { FrameLog } from "../log/frameLog.js";
import type { QueueTask } from "./tasks.js";

/** Calls back for each frame from here on. Returns a function that ends it. */
export function followFrames(
  frameLog: FrameLog,
  queueTask: QueueTask,
  listener: (frame: LoggedFrame) => void,
): () => void {
  let cursor = frameLog.lastId;
  let isOver = false;
  let cancel = (): void => {};
  const wait = () => {
    cancel = frameLog.onMore(() => queueTask(read));
  };
  const read = () => {
    if (isOver) return;
    for (const line of frameLog.read(cursor, true)) {
      const entry = JSON.parse(line) as FrameLogEntry;
      // Each in a task of its own: what a listener throws reaches the host, and ends nothing here.
      if (entry.kind === "frame") queueTask(() => deliver(entry));
    }
    cursor = frameLog.lastId;
    wait();
  };
  const deliver = (frame: LoggedFrame) => {
    if (!isOver) listener(frame);
  };
  wait();
  return () => {
    isOver = true;
    cancel();
  };
}
