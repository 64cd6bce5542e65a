import { signal } from "@preact/signals";
import type { FrameLogEntry } from "../../wire/frameLog.js";

/** The connection of the page to the emulator. */
export const connectionState = signal<"connecting" | "live" | "lost">("connecting");

/**
 * Reads the emulator's log; the browser reconnects by itself, and continues after the last entry.
 */
export function listen(append: (run: string, entries: readonly FrameLogEntry[]) => void): void {
  const source = new EventSource("/_emulator/log");
  source.onopen = () => {
    connectionState.value = "live";
  };
  source.onerror = () => {
    connectionState.value = "lost";
    // Another server answered at this address; the emulator may still return.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => listen(append), 2_000);
  };
  source.onmessage = ({ data, lastEventId }: MessageEvent<string>) => {
    connectionState.value = "live";
    const run = lastEventId.slice(0, lastEventId.lastIndexOf("-"));
    append(
      run,
      data.split("\n").map((line) => JSON.parse(line) as FrameLogEntry),
    );
  };
}
