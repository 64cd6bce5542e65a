import type { Recording } from "../wire/recording.js";

/** Saves it as a file of the browser's downloads. */
export function saveRecording(recording: Recording): void {
  const file = new Blob([JSON.stringify(recording, null, 2)], { type: "application/json" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  const time = new Date().toISOString().replace(/:/g, "-").slice(0, 19);
  link.download = `gs2-gateway-recording-${time}.json`;
  link.click();
  // Some browsers read the file after the click.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
