import { checkArguments } from "../api/check.js";
import type { GatewayError } from "../errors.js";
import { allMethods } from "../wire/allMethods.js";
import type { AnyMethod } from "../wire/methods.js";
import { capitalized, type Dict, type MethodName } from "./classes.js";
import { gs2Error } from "./errors.js";
import type * as requests from "./request.js";
import { callOverRest, commonFieldsOf, valuesOf } from "./rest.js";
import * as results from "./result.js";
import type { Gs2RestSession } from "./restSession.js";
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

/** @param send sends a request and resolves with its result object */
function clientClass<Session>(
  send: (session: Session, method: AnyMethod, request: unknown) => Promise<object>,
): ClientClass<Session> {
  class Client {
    session: Session;

    constructor(session: Session) {
      this.session = session;
    }
  }
  for (const method of allMethods) {
    const result = `${capitalized(method.name)}Result` as keyof typeof results;
    Object.defineProperty(Client.prototype, method.name, {
      configurable: true,
      writable: true,
      async value(this: Client, request: unknown) {
        return results[result].fromDict(await send(this.session, method, request));
      },
    });
  }
  return Client as unknown as ClientClass<Session>;
}

async function callOverSocket(
  session: SocketSession,
  method: AnyMethod,
  request: unknown,
): Promise<object> {
  const { name, component, fields } = method;
  let values: Dict;
  try {
    values = checkArguments(name, fields, valuesOf(method, request), () => undefined);
  } catch (error) {
    throw gs2Error(error as GatewayError);
  }
  const { accessToken, ...rest } = values;
  const { dryRun, contextStack } = commonFieldsOf(request);
  const payload: Dict = { ...rest, contextStack };
  // The names that the official SDKs use on the socket.
  if (accessToken !== undefined) payload["xGs2AccessToken"] = accessToken;
  if (dryRun) payload["xGs2DryRun"] = "true";
  return session.send("gateway", component, name, payload);
}

/**
 * GS2-Gateway over REST: all 28 methods. Arguments are checked before anything is sent; rejections
 * are always a `Gs2Error`. Calls that are safe to repeat are repeated for up to 10 seconds where
 * that may help; all others are sent once.
 */
export class Gs2GatewayRestClient extends clientClass<Gs2RestSession>(callOverRest) {}

/**
 * GS2-Gateway over the socket: all 28 methods, where the official SDK has one or two. Rejections
 * are always a `Gs2Error`. As in the official SDK, a `duplicationAvoider` is not sent on the
 * socket.
 */
export class Gs2GatewayWebSocketClient extends clientClass<SocketSession>(callOverSocket) {}
