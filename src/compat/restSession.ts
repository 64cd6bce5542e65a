import type { GatewayError } from "../errors.js";
import type { Gs2Credential } from "./credentials.js";
import { gs2Error } from "./errors.js";
import {
  logIn,
  readCredential,
  sessionFields,
  sessionToJson,
  type LoginResult,
  type SessionArguments,
  type SessionFields,
} from "./session.js";

/**
 * A session for calls over REST. It has the public fields of the official session, so that clients
 * of other services in the official package accept it.
 *
 * Where the credential holds a client secret, `Gs2GatewayRestClient` renews the session's project
 * token when it has expired, and once after a 401.
 */
export class Gs2RestSession implements SessionFields {
  declare credential: Gs2Credential;
  declare region: string;
  declare projectToken: string | null;
  declare expiresAt: number | null;

  constructor(region: string, credential: Gs2Credential);
  constructor(credential: Gs2Credential, region: string);
  constructor(...given: SessionArguments) {
    Object.assign(this, sessionFields(...given));
  }

  /**
   * Logs in with a client secret. A project token is used as it is: the method returns undefined
   * then, not a promise, as in the official SDK. Rejects with a `Gs2Error`.
   */
  connect(): Promise<LoginResult> | undefined {
    const { clientSecret, projectToken } = readCredential(this.credential);
    if (projectToken && !clientSecret) {
      this.projectToken = projectToken;
      return undefined;
    }
    return logIn(this).catch((error: unknown) => {
      throw gs2Error(error as GatewayError);
    });
  }

  /** Drops the project token. */
  disconnect(): void {
    this.projectToken = null;
  }

  /** Without the secret and the token. */
  toJSON(): object {
    return sessionToJson(this);
  }
}
