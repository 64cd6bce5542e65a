#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { runCommand } from "./program.js";

// This file is dist/cli.js of the package.
const { version } = JSON.parse(
  readFileSync(new URL("../package.json", import.meta.url), "utf8"),
) as { version: string };

process.exitCode = await runCommand(process.argv.slice(2), {
  env: process.env,
  interactive: process.stdin.isTTY,
  version,
  templates: new URL("templates/", import.meta.url),
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
