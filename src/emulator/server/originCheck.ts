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

/** Headers of a request; undefined: it has none of that name. */
export interface RequestHeaders {
  readonly host: string | undefined;
  readonly origin: string | undefined;
  /** `Sec-Fetch-Site`. */
  readonly site: string | undefined;
}

export function checkOrigin(
  policy: OriginPolicy,
  { host, origin }: Omit<RequestHeaders, "site">,
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
    return { allowed: false, why: origin === "null" ? NULL_ORIGIN : refusalOf(origin) };
  }
  return { allowed: true };
}

const refusalOf = (origin: string): string =>
  `The emulator does not accept pages from ${origin}. If you trust them, start the emulator with --allow-origin ${origin} (option allowOrigins).`;

const NULL_ORIGIN =
  "The emulator does not accept pages without an origin, e.g. opened from a file. Serve the page from http://localhost. " +
  "With --allow-origin null it accepts them, and every website can make itself such a page by a sandboxed frame.";

/**
 * A browser says which site caused a request, also where it sends no Origin: for an image, a
 * script, a link. Pages whose origin is allowed send one.
 */
export function checkSite(
  { allowOrigins }: OriginPolicy,
  { origin, site }: Omit<RequestHeaders, "host">,
): OriginCheck {
  if (site !== "cross-site" || origin !== undefined || allowOrigins.includes("*")) {
    return { allowed: true };
  }
  const why =
    "The emulator accepts no request under /_emulator/ that a page of another site caused.";
  return { allowed: false, why };
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
  if (hostname === undefined) return false;
  // A page that the emulator serves, by itself or behind TLS; or a program whose WebSocket library
  // makes an Origin of the URL.
  const own = [`http://${host ?? ""}`, `https://${host ?? ""}`];
  return isLoopback(hostname) || own.includes(origin);
}

const hostnameOf = (url: string): string | undefined =>
  URL.canParse(url) ? new URL(url).hostname || undefined : undefined;

const unbracketed = (hostname: string): string => hostname.replace(/^\[|\]$/g, "");

const isLoopback = (hostname: string): boolean =>
  hostname === "localhost" ||
  hostname.endsWith(".localhost") ||
  hostname === "[::1]" ||
  (isIP(hostname) === 4 && hostname.startsWith("127."));
