import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { networkInterfaces } from "node:os";
import type { TlsPair } from "../options.js";

const DAY_MS = 86_400_000;

/** Browsers and macOS refuse certificates with a longer life. */
const LIFE_DAYS = 397;

/** The names and addresses under which an emulator is called. */
export function namesOf(host: string | undefined, allowHosts: readonly string[] = []): string[] {
  const isEverywhere = host === "0.0.0.0" || host === "::";
  const here = isEverywhere
    ? Object.values(networkInterfaces()).flatMap((found = []) =>
        found.filter(({ scopeid }) => !scopeid).map(({ address }) => address),
      )
    : host === undefined
      ? []
      : [host];
  const local = ["localhost", "127.0.0.1", "::1"];
  return [...new Set([...local, ...here, ...allowHosts.map((name) => name.replace(/:\d+$/, ""))])];
}

/**
 * Makes a certificate for these names, signed with its own key. It is no authority: a machine that
 * trusts it trusts these names alone.
 */
export async function makeCertificate(names: readonly string[]): Promise<TlsPair> {
  // Loaded here, since few emulators need it.
  const { generate } = await import("selfsigned");
  const now = Date.now();
  const { cert, private: key } = await generate([{ name: "commonName", value: "gs2-gateway" }], {
    keyType: "ec",
    algorithm: "sha256",
    notBeforeDate: new Date(now - DAY_MS),
    notAfterDate: new Date(now + (LIFE_DAYS - 1) * DAY_MS),
    extensions: [
      { name: "basicConstraints", cA: false, critical: true },
      { name: "keyUsage", digitalSignature: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: names.map((name) =>
          isIP(name) ? { type: 7 as const, ip: name } : { type: 2 as const, value: name },
        ),
      },
    ],
  });
  return { cert, key };
}

/** Whether a certificate is good for these names for another day. */
export function covers(cert: string, names: readonly string[]): boolean {
  try {
    const read = new X509Certificate(cert);
    return (
      Date.parse(read.validTo) > Date.now() + DAY_MS &&
      names.every((name) => (isIP(name) ? read.checkIP(name) : read.checkHost(name)) !== undefined)
    );
  } catch {
    return false;
  }
}
