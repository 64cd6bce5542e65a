#!/usr/bin/env node
import { runCommand } from "./commands/run.js";

process.exitCode = await runCommand(process.argv.slice(2), {
  env: process.env,
  interactive: process.stdin.isTTY,
  out: (line) => process.stdout.write(`${line}\n`),
  err: (line) => process.stderr.write(`${line}\n`),
  onSignal(callback) {
    const interrupt = () => callback("SIGINT");
    const terminate = () => callback("SIGTERM");
    process.on("SIGINT", interrupt);
    process.on("SIGTERM", terminate);
    return () => {
      process.off("SIGINT", interrupt);
      process.off("SIGTERM", terminate);
    };
  },
});
