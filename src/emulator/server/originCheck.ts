import { isIP } from "node:net";

/**
 * Which hosts and origins may call the emulator. It needs no password on the developer's machine,
 * so a hostile page must not reach it: neither from its own origin, nor with a host name of its own
 * that resolves to this machine (DNS rebinding).
 */
export interface OriginPolicy {
  /** The address listened on; undefined: loopback. */
  readonly host: string | undefined;
  readonly allowHosts: readonly string[];
  readonly allowOrigins: readonly string[];
}

export type OriginCheck =
  { readonly allowed: true } | { readonly allowed: false; readonly why: string };

export function checkOrigin(
  policy: OriginPolicy,
  { host, origin }: { host: string | undefined; origin: string | undefined },
): OriginCheck {
  const hostname = hostnameOf(`http://${host ?? ""}`);
  if (hostname === undefined || !isHostAllowed(policy, hostname)) {
    const name = hostname ?? host ?? "";
    return {
      allowed: false,
      why: `The emulator does not accept the host name "${name}". If you trust it, start the emulator with --allow-host ${name} (option allowHosts).`,
    };
  }
  if (origin !== undefined && !isOriginAllowed(policy, origin, host)) {
    return {
      allowed: false,
      why: `The emulator does not accept pages from ${origin}. If you trust them, start the emulator with --allow-origin ${origin} (option allowOrigins).`,
    };
  }
  return { allowed: true };
}

function isHostAllowed({ host, allowHosts }: OriginPolicy, hostname: string): boolean {
  if (isLoopback(hostname)) return true;
  if (allowHosts.some((allowed) => hostnameOf(`http://${allowed}`) === hostname)) return true;
  if (host === undefined) return false;
  // A numeric address cannot be rebound; a machine that listens on its network has several.
  return isIP(unbracketed(hostname)) !== 0 || hostname === hostnameOf(`http://${host}`);
}

function isOriginAllowed(
  { allowOrigins }: OriginPolicy,
  origin: string,
  host: string | undefined,
): boolean {
  if (allowOrigins.includes("*") || allowOrigins.includes(origin)) return true;
  const hostname = hostnameOf(origin);
  // The second case: a page that the emulator serves.
  return hostname !== undefined && (isLoopback(hostname) || origin === `http://${host ?? ""}`);
}

const hostnameOf = (url: string): string | undefined =>
  URL.canParse(url) ? new URL(url).hostname || undefined : undefined;

const unbracketed = (hostname: string): string => hostname.replace(/^\[|\]$/g, "");

const isLoopback = (hostname: string): boolean =>
  hostname === "localhost" ||
  hostname.endsWith(".localhost") ||
  hostname === "[::1]" ||
  (isIP(hostname) === 4 && hostname.startsWith("127."));
