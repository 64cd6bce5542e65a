import { checkArguments } from "../api/check.js";
import type { GatewayError } from "../errors.js";
import { allMethods } from "../wire/allMethods.js";
import type { AnyMethod } from "../wire/methods.js";
import { capitalized, type Dict, type MethodName } from "./classes.js";
import { gs2Error } from "./errors.js";
import type * as requests from "./request.js";
import { callOverRest } from "./rest.js";
import * as results from "./result.js";
import type { Gs2RestSession } from "./restSession.js";
import { besideOf, valuesOf } from "./values.js";
import type { SocketSession } from "./webSocketSession.js";

type Request<Name extends MethodName> = InstanceType<
  (typeof requests)[`${Capitalize<Name>}Request`]
>;
type Result<Name extends MethodName> = InstanceType<(typeof results)[`${Capitalize<Name>}Result`]>;

/** All 28 methods by name. */
export type Methods = {
  readonly [Name in MethodName]: (request: Request<Name>) => Promise<Result<Name>>;
};

interface ClientClass<Session> {
  new (session: Session): Methods & {
    session: Session;
  };
}

/** @param send answers the result object of a request */
function clientClass<Session>(
  send: (session: Session, row: AnyMethod, request: unknown) => Promise<object>,
): ClientClass<Session> {
  class Client {
    session: Session;

    constructor(session: Session) {
      this.session = session;
    }
  }
  for (const row of allMethods) {
    const result = `${capitalized(row.name)}Result` as keyof typeof results;
    Object.defineProperty(Client.prototype, row.name, {
      configurable: true,
      writable: true,
      async value(this: Client, request: unknown) {
        return results[result].fromDict(await send(this.session, row, request));
      },
    });
  }
  return Client as unknown as ClientClass<Session>;
}

async function callOverSocket(
  session: SocketSession,
  row: AnyMethod,
  request: unknown,
): Promise<object> {
  const { name, component, fields } = row;
  let values: Dict;
  try {
    values = checkArguments(name, fields, valuesOf(row, request), () => undefined);
  } catch (error) {
    throw gs2Error(error as GatewayError);
  }
  const { accessToken, ...rest } = values;
  const { dryRun, contextStack } = besideOf(request);
  const payload: Dict = { ...rest, contextStack };
  // Where the official SDKs have them on the socket.
  if (accessToken !== undefined) payload["xGs2AccessToken"] = accessToken;
  if (dryRun) payload["xGs2DryRun"] = "true";
  return session.send("gateway", component, name, payload);
}

/**
 * GS2-Gateway over REST: all 28 methods. Arguments are checked before anything is sent; rejections are always a `Gs2Error`. Calls that
 * only read are repeated for up to 10 seconds where that may help, all others are sent once.
 */
export class Gs2GatewayRestClient extends clientClass<Gs2RestSession>(callOverRest) {}

/**
 * GS2-Gateway over the socket: all 28 methods, where the official SDK has one or two. Rejections are always a `Gs2Error`. As there, a
 * `duplicationAvoider` is not sent on the socket.
 */
export class Gs2GatewayWebSocketClient extends clientClass<SocketSession>(callOverSocket) {}
