/** One of the two classes below, or one of the official package. */
export interface Gs2Credential {
  clientId?: string;
}

/** Logs in with the client secret. `JSON.stringify` of it leaves the secret out. */
export class BasicGs2Credential implements Gs2Credential {
  clientId: string;
  clientSecret: string;

  constructor(clientId: string, clientSecret: string) {
    this.clientId = clientId;
    this.clientSecret = clientSecret;
  }

  toJSON(): Gs2Credential {
    return { clientId: this.clientId };
  }
}

/** Uses a project token that your server obtained. `JSON.stringify` of it leaves the token out. */
export class ProjectTokenGs2Credential implements Gs2Credential {
  clientId: string;
  projectToken: string;

  constructor(clientId: string, projectToken: string) {
    this.clientId = clientId;
    this.projectToken = projectToken;
  }

  toJSON(): Gs2Credential {
    return { clientId: this.clientId };
  }
}
