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
 * The third argument of the official session since 1.4.111. `Gs2GatewayRestClient` of this package
 * sends its small bodies as they are, and `fetch` unpacks responses by itself: the options are for
 * official clients of other services that use the session.
 */
export interface Gs2RestSessionOptions {
  /** Whether such a client packs the body of a request with gzip. Default true. */
  compressRequest?: boolean;
  /** Whether such a client accepts responses packed with gzip. Default true. */
  acceptGzipResponse?: boolean;
}

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
  /** Read by official clients of other services; see {@link Gs2RestSessionOptions}. */
  declare compressRequest: boolean;
  /** Read by official clients of other services; see {@link Gs2RestSessionOptions}. */
  declare acceptGzipResponse: boolean;

  constructor(region: string, credential: Gs2Credential, options?: Gs2RestSessionOptions);
  constructor(credential: Gs2Credential, region: string, options?: Gs2RestSessionOptions);
  constructor(...given: [...SessionArguments, options?: Gs2RestSessionOptions]) {
    const [first, second, options = {}] = given;
    Object.assign(this, sessionFields(...([first, second] as SessionArguments)));
    this.compressRequest = options.compressRequest ?? true;
    this.acceptGzipResponse = options.acceptGzipResponse ?? true;
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
