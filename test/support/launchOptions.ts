import type { LaunchOptions } from "playwright-core";
import { findChromium } from "./chromium.mjs";
import { findFirefox } from "./engines.mjs";

/** A host that is this machine and, unlike 127.0.0.1, no secure context. */
export const INSECURE_HOST = "game.test";

/** Processes that no test looks at: the address bar's popups of each page, and one for the next page. */
const spareProcesses = [
  "WebUIOmniboxPopup",
  "WebUIOmniboxAimPopup",
  "SpareRendererForSitePerProcess",
];

/** Playwright's own list, which a list of ours replaces: Chromium reads the last one only. */
const playwrightFeatures = [
  "AvoidUnnecessaryBeforeUnloadCheckSync",
  "DestroyProfileOnBrowserClose",
  "HttpsUpgrades",
  "HttpsFirstBalancedModeAutoEnable",
  "LensOverlay",
  "MediaRouter",
  "PaintHolding",
  "ThirdPartyStoragePartitioning",
  "AvoidCorsURLLoaderRestartOnRedirect",
  "TcpPortRandomizationWin",
  "OptimizationHints",
  "NetworkTimeServiceQuerying",
  "AimEnabled",
  "PreconnectToSearch",
];

/** Headless Chromium without its background requests. */
export function chromiumOptions(): LaunchOptions {
  const executablePath = findChromium();
  if (executablePath === undefined) {
    throw new Error("No Chrome or Chromium found: run node test/support/chromium.mjs");
  }
  return {
    executablePath,
    // Playwright disables the back-forward cache by default.
    ignoreDefaultArgs: ["--disable-back-forward-cache"],
    args: [
      // Chromium's sandbox does not start for root.
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      "--disable-quic",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
      `--disable-features=${[...playwrightFeatures, ...spareProcesses].join(",")}`,
      `--host-resolver-rules=MAP ${INSECURE_HOST} 127.0.0.1`,
    ],
  };
}

/** Headless Firefox as Mozilla ships it, which Playwright drives by WebDriver BiDi. */
export function firefoxOptions(): LaunchOptions {
  const executablePath = findFirefox();
  if (executablePath === undefined) {
    throw new Error("No Firefox found: run node test/support/engines.mjs");
  }
  return {
    executablePath,
    channel: "moz-firefox",
    firefoxUserPrefs: {
      "network.dns.localDomains": INSECURE_HOST,
      "alerts.useSystemBackend": false,
      // Without a grant a page is denied, as no prompt can be answered.
      "permissions.default.desktop-notification": 2,
      // Playwright disables the back-forward cache by default.
      "fission.bfcacheInParent": true,
      "browser.sessionhistory.max_total_viewers": -1,
    },
  };
}
