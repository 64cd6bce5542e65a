#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import { runCommand } from "./program.js";

// This file is dist/cli.js of the package.
const { version, repository } = JSON.parse(
  readFileSync(new URL("../package.json", import.meta.url), "utf8"),
) as { version: string; repository?: unknown };

/** On standard error, since standard output is the command's result. */
async function confirm(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answered = await new Promise<string>((resolve) => {
    terminal.once("close", () => resolve(""));
    void terminal.question(`${question} [y/N] `).then(resolve);
  });
  terminal.close();
  return /^y(es)?$/i.test(answered.trim());
}

process.exitCode = await runCommand(process.argv.slice(2), {
  env: process.env,
  interactive: process.stdin.isTTY,
  version,
  isPublished: repository !== undefined,
  templates: new URL("templates/", import.meta.url),
  out: (line) => process.stdout.write(`${line}\n`),
  err: (line) => process.stderr.write(`${line}\n`),
  confirm: process.stdin.isTTY ? confirm : undefined,
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
