// Finds Chrome or Chromium for the browser tests. As a script it also installs one if needed, and
// prints its path.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, realpathSync } from "node:fs";
import { homedir, platform } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const MINUTE = 60_000;

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

function usualPaths() {
  const fromPath = (process.env.PATH ?? "")
    .split(delimiter)
    .filter(Boolean)
    .flatMap((folder) => names.map((name) => join(folder, name)));
  switch (platform()) {
    case "darwin":
      return [
        ...["/Applications", join(homedir(), "Applications")].flatMap((folder) =>
          ["Google Chrome", "Chromium"].map((app) => `${folder}/${app}.app/Contents/MacOS/${app}`),
        ),
        ...fromPath,
      ];
    case "win32":
      return ["PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"]
        .map((variable) => process.env[variable])
        .filter((folder) => folder !== undefined)
        .flatMap((folder) =>
          ["Google\\Chrome", "Chromium"].map((app) =>
            join(folder, app, "Application", "chrome.exe"),
          ),
        );
    default:
      return [...fromPath, "/usr/bin/chromium", "/opt/google/chrome/chrome", "/snap/bin/chromium"];
  }
}

function playwrightCache() {
  const folder =
    process.env.PLAYWRIGHT_BROWSERS_PATH ??
    {
      darwin: join(homedir(), "Library", "Caches", "ms-playwright"),
      win32: join(process.env.LOCALAPPDATA ?? homedir(), "ms-playwright"),
    }[platform()] ??
    join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "ms-playwright");
  if (!existsSync(folder)) return [];
  const revision = (name) => Number(name.slice(name.indexOf("-") + 1));
  return readdirSync(folder)
    .filter((name) => /^chromium-\d+$/.test(name))
    .sort((a, b) => revision(b) - revision(a))
    .flatMap((name) =>
      [
        "chrome-linux64/chrome",
        "chrome-linux/chrome",
        "chrome-mac/Chromium.app/Contents/MacOS/Chromium",
        "chrome-mac-arm64/Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing",
        "chrome-mac-x64/Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing",
        "chrome-win64/chrome.exe",
        "chrome-win/chrome.exe",
      ].map((file) => join(folder, name, file)),
    );
}

/** @returns {string | undefined} the browser's path; CHROME_PATH, if set, is the only candidate */
export function findChromium() {
  const configured = process.env.CHROME_PATH;
  if (configured) return existsSync(configured) ? configured : undefined;
  return [...usualPaths(), ...playwrightCache()].find((file) => existsSync(file));
}

/** @param {string} command @param {string[]} args @param {number} timeout */
function run(command, args, timeout) {
  const { status } = spawnSync(command, args, {
    stdio: ["ignore", "inherit", "inherit"],
    timeout,
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
  return status === 0;
}

function install() {
  if (process.getuid?.() === 0 && existsSync("/etc/debian_version")) {
    console.log("No Chrome or Chromium found: installing Debian's chromium (about 80 s)");
    if (
      run("apt-get", ["update"], 2 * MINUTE) &&
      run("apt-get", ["install", "-y", "chromium"], 5 * MINUTE)
    ) {
      return;
    }
  }
  console.log("No Chrome or Chromium found: downloading Playwright's (3 minutes at most)");
  const cli = fileURLToPath(new URL("cli.js", import.meta.resolve("playwright-core/package.json")));
  run(process.execPath, [cli, "install", "chromium"], 3 * MINUTE);
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  if (!findChromium() && !process.env.CHROME_PATH) install();
  const found = findChromium();
  if (found) {
    console.log(`Browser tests use ${found}`);
  } else {
    console.error(
      process.env.CHROME_PATH
        ? `CHROME_PATH names ${process.env.CHROME_PATH}, which does not exist: point it at Chrome or Chromium, or unset it`
        : "The browser tests need Chrome or Chromium: install one, or set CHROME_PATH to its executable",
    );
    process.exitCode = 1;
  }
}
