import { createRedact, SHORTEST_SECRET, type Redact } from "../core/redact.js";

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
  /** Of the secrets so far; undefined after a new one. */
  #redact: Redact | undefined;

  constructor(clientSecret: string | undefined) {
    this.#clientSecret = clientSecret ? [clientSecret] : [];
  }

  readonly addProjectToken = (token: string): void => this.#addTo(this.#projectTokens, token);
  readonly add = (secret: string): void => this.#addTo(this.#others, secret);

  redact(text: string): string {
    if (text.length < SHORTEST_SECRET) return text;
    this.#redact ??= createRedact([...this.#clientSecret, ...this.#projectTokens, ...this.#others]);
    return this.#redact(text);
  }

  #addTo(list: string[], secret: string): void {
    if (list.includes(secret)) return;
    this.#redact = undefined;
    if (list.push(secret) > LIMIT) list.shift();
  }
}
