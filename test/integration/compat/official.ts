import { createRequire } from "node:module";
import { inRepo } from "../../support/repo.js";

/**
 * The part of the official package that these tests use. It is no dependency: its types are missing
 * at compile time.
 */
interface OfficialCore {
  Gs2Constant: { ENDPOINT_HOST: string; WS_ENDPOINT_HOST: string };
  BasicGs2Credential: new (clientId: string, clientSecret: string) => object;
  Gs2RestSession: new (credential: object, region: string) => OfficialSession;
  Gs2WebSocketSession: new (credential: object, region: string) => OfficialSession;
}
export interface OfficialSession {
  credential: object;
  region: string;
  projectToken: string | null;
  expiresAt: number | null;
  connect(): Promise<unknown>;
  disconnect(): unknown;
}
type Made = Record<string, (...values: unknown[]) => unknown>;
export interface AnyClass {
  new (): Made;
  fromDict(data: unknown): Made;
}
type OfficialClient = new (session: object) => Record<string, (request: unknown) => Promise<Made>>;
interface OfficialService {
  request: Record<string, AnyClass>;
  result: Record<string, AnyClass>;
  model: Record<string, AnyClass>;
}

const load = createRequire(inRepo("test", "integration", "official", "package.json"));

export const core = load("gs2/core/model") as OfficialCore;
export const gateway = load("gs2/gateway") as OfficialService & {
  Gs2GatewayRestClient: OfficialClient;
  Gs2GatewayWebSocketClient: OfficialClient;
};
export const matchmaking = load("gs2/matchmaking") as OfficialService & {
  Gs2MatchmakingRestClient: OfficialClient;
};

/** Calls `with...` for each value, in the official style. */
export function fill(made: object, values: Readonly<Record<string, unknown>>): object {
  for (const [field, value] of Object.entries(values)) {
    (made as Made)[`with${field[0]!.toUpperCase()}${field.slice(1)}`]!(value);
  }
  return made;
}
