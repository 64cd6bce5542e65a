import { invalid } from "../settings.js";
import type { Store } from "../store/types.js";

export interface IssueTokenOptions {
  userId: string;
  /** Default: the setting `accessTokenExpiresInMs`. */
  expiresInMs?: number | undefined;
}

export interface IssuedAccessToken {
  readonly accessToken: string;
  readonly userId: string;
  /** Unix time in milliseconds. */
  readonly expiresAt: number;
}

/** Issues a player's access token, as GS2-Auth does after a login of the game's own. */
export function issueAccessToken(
  store: Store,
  { userId, expiresInMs = store.settings.accessTokenExpiresInMs }: Readonly<IssueTokenOptions>,
  now: number,
): { result: IssuedAccessToken; effects: [] } {
  if (typeof userId !== "string" || userId === "" || userId.length > 128) {
    throw invalid("An access token needs the userId it is for, of at most 128 characters.");
  }
  if (!Number.isFinite(expiresInMs)) {
    throw invalid("An access token's expiresInMs is a number of milliseconds.");
  }
  const accessToken = store.ids.next("playerToken");
  const expiresAt = now + expiresInMs;
  store.accessTokens.set(accessToken, { userId, expiresAt });
  return { result: { accessToken, userId, expiresAt }, effects: [] };
}
