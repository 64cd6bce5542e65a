import { basename } from "node:path";
import type { Engine } from "../support/engines.mjs";

interface Named {
  readonly name: string;
  readonly suite?: Named | undefined;
}

/** The name of a test with its groups, without the file. */
export function nameOf(test: Named): string {
  return test.suite?.name ? `${nameOf(test.suite)} > ${test.name}` : test.name;
}

/** The files that all engines run; of a file with a list, Firefox and WebKit run only these tests. */
export const sharedFiles: Record<string, readonly string[] | "all"> = {
  "contexts.test.ts": "all",
  "client.test.ts": "all",
  "browserEmulator.test.ts": "all",
  "faults.test.ts": "all",
  "hidden.test.ts": "all",
  "hosts.test.ts": "all",
  "suspended.test.ts": "all",
  "pushFailures.test.ts": "all",
  "phaser.test.ts": "all",
  "looks.test.ts": "all",
  "site.test.ts": "all",
  "demoFaults.test.ts": "all",
  "devtools.test.ts": [
    "the panel > shows status, binding, round trip, frames, and the payload of a notification",
    "the panel > drops the line, and shows the reconnect",
    "the panel > shows and records no secret and no token",
    "the panel > can be moved, folded and opened with the keyboard, and is there after a reload",
    "the panel > goes with its undo and with the client, and a second one takes the place of the first",
    "has nothing too wide, cut or out of reach > at 360, 'ja', 'dark'",
  ],
  "demoRound.test.ts": ["2 players > play a round through a restart of the server and a takeover"],
  "demoLayout.test.ts": [
    "every view fits a phone, a desk and a wall, and can be reached and read: en-US",
  ],
  "inspector.test.ts": [
    "the form > sends a notification that a game receives, and the log has its frames",
    "the log > can be read and opened with the keyboard alone",
    "the panels > cut the socket of one player, and show its frames",
    "the page > has nothing too wide, cut or out of reach, and no serious axe violation: desk,wall, ja-JP",
  ],
};

/** A test that an engine, or its driver, cannot run. docs/browsers.md shows the list. */
export interface LeftOut {
  readonly engine: Exclude<Engine, "chromium">;
  readonly file: string;
  /** The name of a test, or of a group of tests. */
  readonly test: string;
  readonly reason: string;
}

const noPushApi = "WebKitGTK has no Push API, so every later state is noPush.";
const devToolsOnly = "Only Chromium's DevTools protocol can freeze a tab.";

const group = (
  engine: LeftOut["engine"],
  file: string,
  reason: string,
  tests: readonly string[],
): LeftOut[] => tests.map((test) => ({ engine, file, test, reason }));

export const leftOut: readonly LeftOut[] = [
  ...group("firefox", "faults.test.ts", devToolsOnly, ["a frozen tab"]),
  ...group(
    "firefox",
    "faults.test.ts",
    "Firefox restores no page from its cache while WebDriver BiDi drives it.",
    ["a page in the back-forward cache"],
  ),
  ...group(
    "firefox",
    "client.test.ts",
    "Playwright's offline state leaves open sockets of Firefox alive.",
    ["a page that was offline receives without a new bind if its socket is still open"],
  ),
  ...group("webkit", "faults.test.ts", devToolsOnly, ["a frozen tab"]),
  ...group("webkit", "faults.test.ts", "WebDriver cannot take a page offline.", [
    "a page that loses its network",
  ]),
  ...group("webkit", "client.test.ts", "WebDriver cannot take a page offline.", [
    "a page that was offline receives without a new bind if its socket is still open",
    "a page whose socket was closed while offline reconnects",
  ]),
  ...group(
    "webkit",
    "pushFailures.test.ts",
    noPushApi,
    [
      "unsupported: noStorage",
      "prompt: notAsked",
      "prompt: dismissed",
      "denied: blocked",
      "granted: notEnabled",
      "granted: pending",
      "granted: offline",
      "granted: workerNotFound",
      "granted: workerNotScript",
      "granted: workerScope",
      "granted: workerFailed",
      "granted: workerForeign",
      "granted: badVapidKey",
      "granted: pushServiceUnavailable",
      "granted: firebaseMissing",
      "granted: firebaseRefused",
      "granted: gs2NotFound",
      "granted: gs2Unauthorized",
      "granted: gs2Refused",
      "registered: current",
      "registered: workerOutdated",
    ]
      .map((row) => `is correct for ${row}`)
      .concat(
        ["noStorage", "badVapidKey"].map(
          (row) => `and enable() asks for no permission where ${row} is known`,
        ),
      )
      .map((test) => `the table in docs/push.md > ${test}`),
  ),
  ...group("webkit", "phaser.test.ts", "WebDriver has no events of the console.", [
    "the template > restarts when a file is saved, and leaves no second game or connection",
  ]),
  ...group("webkit", "pushFailures.test.ts", "The driver runs no scripts in a frame.", [
    "the table in docs/push.md > is correct for a frame of another site",
  ]),
];

/** Why the test does not run in this engine; undefined if it does. */
export function findLeftOut(engine: Engine, path: string, test: string): string | undefined {
  if (engine === "chromium") return undefined;
  const file = basename(path);
  const chosen = sharedFiles[file];
  if (Array.isArray(chosen) && !chosen.includes(test)) return "It runs in Chromium.";
  return leftOut.find(
    (one) =>
      one.engine === engine &&
      one.file === file &&
      (test === one.test || test.startsWith(`${one.test} > `)),
  )?.reason;
}
