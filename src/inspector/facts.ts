import type { InspectorFacts } from "../wire/frameLog.js";

/** What the emulator wrote into the page about itself. */
export const facts = JSON.parse(
  document.getElementById("facts")?.textContent ?? "{}",
) as InspectorFacts;
