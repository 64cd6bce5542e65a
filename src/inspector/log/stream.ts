import { signal } from "@preact/signals";
import type { FrameLogEntry } from "../../wire/frameLog.js";

/** Whether the emulator can be heard. */
export const hearing = signal<"connecting" | "live" | "lost">("connecting");

/** Listens to the emulator's log; the browser comes back by itself, and goes on where it was. */
export function listen(take: (run: string, entries: readonly FrameLogEntry[]) => void): void {
  const source = new EventSource("/_emulator/log");
  source.onopen = () => {
    hearing.value = "live";
  };
  source.onerror = () => {
    hearing.value = "lost";
    // Something else answered at this address; an emulator may yet come back to it.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => listen(take), 2_000);
  };
  source.onmessage = ({ data, lastEventId }: MessageEvent<string>) => {
    hearing.value = "live";
    const run = lastEventId.slice(0, lastEventId.lastIndexOf("-"));
    take(
      run,
      data.split("\n").map((line) => JSON.parse(line) as FrameLogEntry),
    );
  };
}
