// The processes in which a browser runs its pages.
import { readdirSync, readFileSync } from "node:fs";
import { inject } from "vitest";

const names = {
  chromium: /--type=renderer/,
  firefox: /-contentproc .* tab/,
  webkit: /WebKitWebProcess/,
};

/** Undefined: the process has ended meanwhile. */
function readProcess(pid: string): { parent: string; command: string } | undefined {
  try {
    // The name in parentheses may hold spaces.
    const [, parent] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)!.split(" ");
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
    return { parent: parent!, command };
  } catch {
    return undefined;
  }
}

/** Of this run alone, whose first process started the browser, or the worker that did. Linux only. */
function findPageProcesses(): number[] {
  const running = new Map(
    readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .flatMap((pid) => {
        const found = readProcess(pid);
        return found ? [[pid, found] as const] : [];
      }),
  );
  const isOfThisRun = (pid: string): boolean => {
    const parent = running.get(pid)?.parent;
    return parent === String(process.ppid) || (parent !== undefined && isOfThisRun(parent));
  };
  return [...running]
    .filter(([pid, { command }]) => names[inject("engine")!].test(command) && isOfThisRun(pid))
    .map(([pid]) => Number(pid));
}

/**
 * Stops the scripts and timers of every page, as a phone does to an app in the background, while
 * the browser's network goes on.
 *
 * @returns lets them go on
 */
export function suspendPages(): () => void {
  const pids = findPageProcesses();
  if (pids.length === 0) throw new Error("No process of a page is found");
  for (const pid of pids) process.kill(pid, "SIGSTOP");
  return () => {
    for (const pid of pids.splice(0)) process.kill(pid, "SIGCONT");
  };
}
