import type { FrameLog } from "../log/frameLog.js";

/** Entries of this time go out together: a page that is sent a thousand a second is woken some twenty times. */
const BATCH_MS = 50;

/** A browser takes a stream that says nothing for long for dead, and so do proxies. */
const STILL_THERE_MS = 15_000;

/**
 * The journal as one stream of Server-Sent Events: at first what is kept, or what came after `lastEventId`, then everything as it happens. Each
 * line of an event is one entry. `run` tells this emulator from the one before under the same address, whose entries had the same numbers.
 */
export function logStream(
  journal: FrameLog,
  run: string,
  lastEventId: string | undefined,
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
      if (cursor === journal.lastId && !(await happens((undo) => (stop = undo)))) {
        controller.enqueue(text.encode(":\n\n"));
        return;
      }
      const lines = journal.read(cursor, live);
      cursor = journal.lastId;
      live = true;
      const data = lines.map((line) => `data: ${line}\n`).join("");
      controller.enqueue(text.encode(`id: ${run}-${cursor}\n${data}\n`));
    },
    cancel: () => stop(),
  });

  /** Whether there is more to tell, a moment after the first of it; false when nothing came for long. */
  function happens(stopBy: (undo: () => void) => void): Promise<boolean> {
    return new Promise((resolve) => {
      let timer = setTimeout(() => {
        forget();
        resolve(false);
      }, STILL_THERE_MS);
      const forget = journal.onMore(() => {
        clearTimeout(timer);
        timer = setTimeout(() => resolve(true), BATCH_MS);
      });
      stopBy(() => {
        clearTimeout(timer);
        forget();
      });
    });
  }

  return new Response(stream, {
    headers: { "content-type": "text/event-stream", "cache-control": "no-store" },
  });
}
