import { redact } from "../core/redact.js";

const LIMIT = 99;

/**
 * What no text of the client may show: the client secret, the latest project tokens, and the latest
 * tokens and secrets of players and calls, of which each call may bring a new one.
 * @internal
 */
export class TrackedSecrets {
  readonly #clientSecret: readonly string[];
  readonly #projectTokens: string[] = [];
  readonly #others: string[] = [];

  constructor(clientSecret: string | undefined) {
    this.#clientSecret = clientSecret ? [clientSecret] : [];
  }

  readonly addProjectToken = (token: string): void => addLatest(this.#projectTokens, token);
  readonly add = (secret: string): void => addLatest(this.#others, secret);

  redact(text: string): string {
    return redact(text, [...this.#clientSecret, ...this.#projectTokens, ...this.#others]);
  }
}

function addLatest(list: string[], secret: string): void {
  if (!list.includes(secret) && list.push(secret) > LIMIT) list.shift();
}
