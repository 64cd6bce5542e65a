import { isIP } from "node:net";

/**
 * Who may talk to the emulator. It answers without a password on the developer's own machine, so a hostile page must not reach it:
 * neither by asking for it from its own origin, nor by a host name of its own that it lets point here (DNS rebinding).
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
      why: `The emulator does not answer to the host name "${name}". If you trust it, start the emulator with --allow-host ${name} (option allowHosts).`,
    };
  }
  if (origin !== undefined && !isOriginAllowed(policy, origin, host)) {
    return {
      allowed: false,
      why: `The emulator does not answer pages from ${origin}. If you trust them, start the emulator with --allow-origin ${origin} (option allowOrigins).`,
    };
  }
  return { allowed: true };
}

function isHostAllowed({ host, allowHosts }: OriginPolicy, hostname: string): boolean {
  if (isLoopback(hostname)) return true;
  if (allowHosts.some((allowed) => hostnameOf(`http://${allowed}`) === hostname)) return true;
  if (host === undefined) return false;
  // An address in figures cannot be rebound; a machine open to its network is called by one of several.
  return isIP(unbracketed(hostname)) !== 0 || hostname === hostnameOf(`http://${host}`);
}

function isOriginAllowed(
  { allowOrigins }: OriginPolicy,
  origin: string,
  host: string | undefined,
): boolean {
  if (allowOrigins.includes("*") || allowOrigins.includes(origin)) return true;
  const hostname = hostnameOf(origin);
  // The second: a page the emulator itself serves.
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
