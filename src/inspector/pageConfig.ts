import type { InspectorConfig } from "../wire/frameLog.js";

/** The emulator's addresses and options, which it writes into the page. */
export const pageConfig = JSON.parse(
  document.getElementById("config")?.textContent ?? "{}",
) as InspectorConfig;
