import { invalidArgument } from "../errors.js";

/**
 * GS2's regions (GS2 reference): Tokyo, United States, Europe, Singapore. Any other text is sent as
 * it is.
 */
export type Region =
  "ap-northeast-1" | "us-east-1" | "eu-west-1" | "ap-southeast-1" | (string & Record<never, never>);

export const DEFAULT_REGION: Region = "ap-northeast-1";

/** Addresses of the servers: templates in which `{service}` and `{region}` are replaced. */
export interface Endpoints {
  /** Base of REST calls without a slash at its end. */
  readonly rest: string;
  /** The one socket of all services. */
  readonly webSocket: string;
}

/** GS2 itself (seen in the official SDKs). */
export const gs2Endpoints: Endpoints = {
  rest: "https://{service}.{region}.gen2.gs2io.com",
  webSocket: "wss://gateway-ws.{region}.gen2.gs2io.com",
};

/** Whether this is an address of GS2 itself, not of an emulator. */
export const isGs2Endpoint = (url: string): boolean => url.includes(".gs2io.com");

/** Whether this address is on this machine. */
export const isLoopback = (url: string): boolean =>
  /^\w+:\/\/([\w-]+\.)*(localhost|127(\.\d+){3}|\[::1])(:\d+)?(\/|$)/i.test(url);

/** Whether others can read what is sent there: it is not encrypted, and leaves this machine. */
export const isReadableOnTheWay = (url: string): boolean =>
  /^(http|ws):/i.test(url) && !isLoopback(url);

/**
 * Endpoints of an emulator that runs at `url`, e.g. `http://127.0.0.1:9480`. Throws
 * `invalidArgument` for another scheme than `http:` and `https:`.
 */
export function emulatorEndpoints(url: string): Endpoints {
  // Callers may have no TypeScript.
  if (!/^https?:\/\/./.test(url)) {
    throw invalidArgument("emulatorEndpoints", "url", "must begin with http:// or https://");
  }
  const base = url.replace(/\/+$/, "");
  return { rest: base + "/{service}", webSocket: base.replace(/^http/, "ws") + "/gateway-ws" };
}

export function expandEndpoint(template: string, service: string, region: string): string {
  return template.replace("{service}", service).replace("{region}", region);
}

/** Base address of a service's REST calls, without a slash at its end. */
export const restBase = ({ rest }: Endpoints, service: string, region: string): string =>
  expandEndpoint(rest, service, region).replace(/\/+$/, "");
