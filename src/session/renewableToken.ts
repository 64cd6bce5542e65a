import { GatewayError, isGatewayError } from "../errors.js";

/** A token and the seconds it lives. GS2-Auth tokens live an hour (GS2 reference); where nothing senseful is said, so does any other. */
export interface Grant {
  token: unknown;
  lifeSeconds?: unknown;
}

const LIFE_SECONDS = 3_600;
const USED_SHARE = 0.9;

/**
 * One token: obtained when needed, renewed after nine tenths of its life by wall clock, in a single flight.
 * @internal
 */
export interface RenewableToken<Why> {
  /** The last one, however old. */
  readonly latest: () => string | undefined;
  /** The last one while it is young enough to be sent. */
  readonly fresh: () => string | undefined;
  /** Unix time in milliseconds. */
  readonly renewTime: () => number;
  readonly renew: (why: Why) => Promise<string>;
  readonly set: (grant: Grant) => string;
  /** It was refused. */
  readonly invalidate: () => void;
}

/** @param keepSecret told of each token, so that none is ever shown */
export function createRenewableToken<Why>(
  name: string,
  now: () => number,
  obtain: (why: Why) => Promise<Grant>,
  keepSecret: (token: string) => void,
): RenewableToken<Why> {
  let last: string | undefined;
  let renewAt = 0;
  let flight: Promise<string> | undefined;
  const set = ({ token, lifeSeconds }: Grant): string => {
    if (typeof token !== "string" || !token) {
      throw new GatewayError({ kind: "protocol", message: `${name}: no token came`, method: name });
    }
    const life = (lifeSeconds as number) > 0 ? (lifeSeconds as number) : LIFE_SECONDS;
    renewAt = now() + life * 1_000 * USED_SHARE;
    flight = undefined;
    keepSecret(token);
    return (last = token);
  };
  return {
    latest: () => last,
    fresh: () => (now() < renewAt ? last : undefined),
    renewTime: () => renewAt,
    renew(why) {
      if (!flight) {
        // A token that is set meanwhile is newer than what comes of this flight.
        const mine: Promise<string> = obtain(why).then((grant) =>
          flight === mine ? set(grant) : last!,
        );
        const landed = (): void => {
          if (flight === mine) flight = undefined;
        };
        mine.then(landed, landed);
        flight = mine;
      }
      return flight;
    },
    set,
    invalidate() {
      renewAt = 0;
    },
  };
}

/** Asks the game's own function, or takes the text it gave. `unauthorized` from it is final; any other failure is tried again. */
export async function fromProvider<Ask>(
  name: string,
  source: string | ((ask: Ask) => unknown),
  ask: Ask,
): Promise<Grant> {
  if (typeof source === "string") return { token: source, lifeSeconds: Infinity };
  try {
    const answer = await source(ask);
    if (typeof answer === "string") return { token: answer };
    const { token, expiresInSeconds } = answer as { token?: unknown; expiresInSeconds?: unknown };
    return { token, lifeSeconds: expiresInSeconds };
  } catch (cause) {
    const kind = isGatewayError(cause, "unauthorized") ? "unauthorized" : "unknown";
    throw new GatewayError({ kind, message: `${name}: its provider failed`, method: name, cause });
  }
}
