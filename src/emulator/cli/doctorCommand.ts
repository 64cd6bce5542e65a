import type { Command } from "commander";
import { printable } from "../log/eventLog.js";
import { readUpstream } from "../options.js";
import { invalid } from "../settings.js";
import type { CommandContext } from "./context.js";
import { examine, maxCalls } from "./doctor/doctor.js";
import { realClock } from "./doctor/gateway.js";
import { formatReport } from "./doctor/rows.js";
import { inSeconds } from "./doctor/seen.js";

const PING_MS = 60_000;

interface DoctorFlags {
  readonly clientId?: string;
  readonly clientSecret?: string;
  readonly origin: string;
  readonly graceMs: string;
  readonly patienceSeconds: string;
  readonly watchMinutes?: string;
  readonly yes?: true;
  readonly json?: true;
}

/**
 * `gs2-gateway doctor`: compares a gateway with what the emulator assumes. The settings that follow
 * go to standard output, the report for people to standard error.
 */
export function addDoctorCommand(
  program: Command,
  context: CommandContext,
  exit: (code: number) => void,
): void {
  program
    .command("doctor")
    .description("compare GS2 with what the emulator assumes, and print settings that follow")
    .argument("<region|url>", "the gateway: a region of GS2, or the address of an emulator")
    .option("--client-id <id>", "client ID (default: GS2_CLIENT_ID)")
    .option("--client-secret <secret>", "client secret (default: GS2_CLIENT_SECRET)")
    .option("--origin <origin>", "origin of a page, for CORS", "http://localhost:5173")
    .option("--grace-ms <n>", "how long a cut may follow its cause, in milliseconds", "1000")
    .option(
      "--patience-seconds <n>",
      "how long it waits for jobs, expiries and services' notifications; 0: not at all",
      "120",
    )
    .option(
      "--watch-minutes <n>",
      "also watch how long sockets live, for this time at most, e.g. 130",
    )
    .option("--yes", "do not ask before the first call")
    .option("--json", "print the whole report as JSON")
    .action(async (target: string, flags: DoctorFlags) => exit(await run(target, flags, context)));
}

async function run(name: string, flags: DoctorFlags, context: CommandContext): Promise<number> {
  const { env, out, err } = context;
  const clientId = flags.clientId ?? env["GS2_CLIENT_ID"];
  const clientSecret = flags.clientSecret ?? env["GS2_CLIENT_SECRET"];
  if (!clientId || !clientSecret) {
    throw invalid("doctor needs credentials: set GS2_CLIENT_ID and GS2_CLIENT_SECRET.");
  }
  const endpoints = readUpstream(name);
  const graceMs = Number(flags.graceMs);
  if (!(graceMs >= 0 && graceMs <= 60_000)) {
    throw invalid("--grace-ms takes a number from 0 to 60,000.");
  }
  const watchMs = Number(flags.watchMinutes ?? 0) * 60_000;
  if (!(watchMs >= 0 && watchMs <= 86_400_000)) {
    throw invalid("--watch-minutes takes a number from 0 to 1,440.");
  }
  const patienceMs = Number(flags.patienceSeconds) * 1000;
  if (!(patienceMs >= 0 && patienceMs <= 86_400_000)) {
    throw invalid("--patience-seconds takes a number from 0 to 86,400.");
  }
  err(
    `Examines ${name} with at most ${maxCalls} calls, which GS2 bills, in a namespace that is made for it and deleted. It waits for ${inSeconds(patienceMs)} in between, and as long again at most for jobs.`,
  );
  if (!flags.yes && !(await context.confirm?.("Go on?"))) {
    err("Nothing was called. Confirm, or add --yes.");
    return 1;
  }
  const aborting = new AbortController();
  const undo = context.onSignal(() => aborting.abort(invalid("Stopped.")));
  try {
    const report = await examine({
      name,
      endpoints,
      clientId,
      clientSecret,
      origin: flags.origin,
      graceMs,
      patienceMs,
      clock: realClock,
      signal: aborting.signal,
      progress: (line) => err(printable(line)),
      watch: watchMs > 0 ? { watchMs, pingMs: PING_MS, now: () => performance.now() } : undefined,
    });
    for (const line of formatReport(report)) err(printable(line));
    out(JSON.stringify(flags.json ? report : report.settings, undefined, 2));
    return 0;
  } catch (error) {
    if (!aborting.signal.aborted) throw error;
    err("Stopped.");
    return 130;
  } finally {
    undo();
  }
}
