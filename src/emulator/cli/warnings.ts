import { networkInterfaces } from "node:os";

/** The addresses under which a server that listens on all of them is reached. */
export function addressesOf(host: string, url: string): string[] {
  const { protocol, port } = new URL(url);
  if (host !== "0.0.0.0" && host !== "::") return [url];
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family }) => family === "IPv4" || host === "::")
    .map(({ address, family }) => {
      const name = family === "IPv6" ? `[${address}]` : address;
      return `${protocol}//${name}:${port}`;
    });
}

const isLoopback = (host: string): boolean => /^(localhost|127(\.\d+){3}|::1)$/.test(host);

/** What the flags open to others, as sentences. */
export function warningsOf(host: string | undefined, allowOrigins: readonly string[]): string[] {
  const warnings: string[] = [];
  if (host !== undefined && !isLoopback(host)) {
    warnings.push(
      "Warning: every program that reaches one of these addresses can read the emulator's state and act as any player; there is no password.",
    );
  }
  const open = allowOrigins.find((origin) => origin === "*" || origin === "null");
  if (open !== undefined) {
    warnings.push(
      `Warning: with --allow-origin ${open} every website that is open in a browser of this machine can use the emulator.`,
    );
  }
  return warnings;
}
