import type { FrameLog } from "../log/frameLog.js";

/**
 * Entries of this time are sent together: with a thousand a second, the page wakes some twenty
 * times.
 */
const BATCH_MS = 50;

/** Browsers and proxies close a stream that is silent for long. */
const KEEP_ALIVE_MS = 15_000;

/**
 * The frame log as one stream of Server-Sent Events: first the kept entries, or those after
 * `lastEventId`, then each new one. Each line of an event is one entry. `run` identifies the
 * emulator process: the entries of an earlier one under the same address had the same ids.
 * `onEnd` is called when the reader leaves. Not
 * hono's `streamSSE`, which writes on whether or not the reader keeps up.
 */
export function logStream(
  frameLog: FrameLog,
  run: string,
  lastEventId: string | undefined,
  onEnd: () => void,
): Response {
  const seen = lastEventId?.startsWith(`${run}-`) ? Number(lastEventId.slice(run.length + 1)) : NaN;
  let cursor = Number.isInteger(seen) ? seen : 0;
  let live = Number.isInteger(seen);
  let stop = (): void => {};
  const text = new TextEncoder();
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(text.encode("retry: 1000\n\n"));
    },
    // Called only while the reader keeps up, so that a slow one costs no memory.
    async pull(controller) {
      if (cursor === frameLog.lastId && !(await waitForEntries((undo) => (stop = undo)))) {
        controller.enqueue(text.encode(":\n\n"));
        return;
      }
      const lines = frameLog.read(cursor, live);
      cursor = frameLog.lastId;
      live = true;
      const data = lines.map((line) => `data: ${line}\n`).join("");
      controller.enqueue(text.encode(`id: ${run}-${cursor}\n${data}\n`));
    },
    cancel: () => {
      stop();
      onEnd();
    },
  });

  /** True a moment after the first new entry; false when a keep-alive is due. */
  function waitForEntries(stopBy: (undo: () => void) => void): Promise<boolean> {
    return new Promise((resolve) => {
      let timer = setTimeout(() => {
        unsubscribe();
        resolve(false);
      }, KEEP_ALIVE_MS);
      const unsubscribe = frameLog.onMore(() => {
        clearTimeout(timer);
        timer = setTimeout(() => resolve(true), BATCH_MS);
      });
      stopBy(() => {
        clearTimeout(timer);
        unsubscribe();
      });
    });
  }

  return new Response(stream, {
    headers: { "content-type": "text/event-stream", "cache-control": "no-store" },
  });
}
