// Finds the three browser engines of the tests. As a script it also installs Firefox and WebKitGTK
// on Debian as root, and says which engine is left out elsewhere.
import { spawnSync } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { platform } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { findChromium } from "./chromium.mjs";

const MINUTE = 60_000;

export const engines = ["chromium", "firefox", "webkit"];

/** A file for each engine that a run has covered, with its version. */
export const coveredEngines = fileURLToPath(new URL("../../artifacts/engines/", import.meta.url));

const onPath = (name) =>
  [...(process.env.PATH ?? "").split(delimiter), "/usr/bin", "/usr/local/bin"]
    .filter(Boolean)
    .map((folder) => join(folder, name))
    .find((file) => existsSync(file));

export function findFirefox() {
  const configured = process.env.FIREFOX_PATH;
  if (configured) return existsSync(configured) ? configured : undefined;
  const usual = {
    darwin: ["/Applications/Firefox.app/Contents/MacOS/firefox"],
    win32: [join(process.env.PROGRAMFILES ?? "C:\\Program Files", "Mozilla Firefox\\firefox.exe")],
  }[platform()];
  return onPath("firefox-esr") ?? onPath("firefox") ?? usual?.find((file) => existsSync(file));
}

export function findWebKit() {
  if (platform() !== "linux" || !onPath("Xvfb") || !onPath("openbox")) return undefined;
  return onPath("WebKitWebDriver");
}

export const findEngine = (engine) =>
  ({ chromium: findChromium, firefox: findFirefox, webkit: findWebKit })[engine]();

/** Without a browser Chromium's tests fail; in CI those of the others do too, and do not disappear. */
export const isInRun = (engine) =>
  engine === "chromium" || Boolean(process.env.CI) || findEngine(engine) !== undefined;

const advice = {
  chromium: "Chrome or Chromium is missing: install one, or set CHROME_PATH",
  firefox: "Firefox is missing: install Firefox ESR, or set FIREFOX_PATH",
  webkit: "WebKitGTK is missing: install Debian's webkit2gtk-driver, xvfb and openbox (Linux only)",
};

/** Prints the versions of the engines that ran, and the engines that are missing. */
export function printEngines(versions) {
  console.log(`\nBrowser engines covered: ${versions.join(", ") || "none"}`);
  for (const engine of engines) {
    if (!findEngine(engine)) console.log(`Left out: ${advice[engine]}`);
  }
}

const packages = {
  firefox: ["firefox-esr"],
  webkit: ["webkit2gtk-driver", "xvfb", "openbox"],
};

function installFromDebian(names) {
  const run = (args) =>
    spawnSync("apt-get", args, {
      stdio: ["ignore", "ignore", "inherit"],
      timeout: 5 * MINUTE,
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    }).status === 0;
  console.log(`Installing from Debian (about a minute): ${names.join(" ")}`);
  return run(["update", "-qq"]) && run(["install", "-y", "-qq", ...names]);
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const lacking = () => Object.keys(packages).filter((engine) => !findEngine(engine));
  if (lacking().length > 0 && process.getuid?.() === 0 && existsSync("/etc/debian_version")) {
    installFromDebian(lacking().flatMap((engine) => packages[engine]));
  }
  for (const engine of Object.keys(packages)) {
    const found = findEngine(engine);
    if (found) console.log(`Browser tests use ${found}`);
    else {
      console.error(`${advice[engine]}. The tests leave this engine out.`);
      // A run that decides about a release covers every engine.
      if (process.env.CI) process.exitCode = 1;
    }
  }
}
