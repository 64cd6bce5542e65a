import type { GatewayError } from "../errors.js";
import type { Gs2Credential } from "./credentials.js";
import { gs2Error } from "./errors.js";
import {
  logIn,
  secretsOf,
  sessionFields,
  withoutSecrets,
  type LoginResult,
  type SessionArguments,
  type SessionFields,
} from "./session.js";

/**
 * A session for calls over REST. It has the public fields of the official one, so clients of other services in the official package take it.
 *
 * A `Gs2GatewayRestClient` renews the project token in it by itself where the credential holds a client secret: when it has expired, and
 * once after a 401.
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
   * Logs in with a client secret; a project token is taken as it is, at once and without a promise, as the official SDK does. Rejects with a
   * `Gs2Error`.
   */
  connect(): Promise<LoginResult> | undefined {
    const { clientSecret, projectToken } = secretsOf(this.credential);
    if (projectToken && !clientSecret) {
      this.projectToken = projectToken;
      return undefined;
    }
    return logIn(this).catch((error: unknown) => {
      throw gs2Error(error as GatewayError);
    });
  }

  /** Forgets the project token. */
  disconnect(): void {
    this.projectToken = null;
  }

  /** Without the secret and the token. */
  toJSON(): object {
    return withoutSecrets(this);
  }
}
