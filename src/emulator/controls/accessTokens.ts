import * as v from "valibot";
import { anyNumber, nameText, objectOf, readWith } from "../schema/schema.js";
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

const schema = objectOf({
  userId: nameText,
  expiresInMs: v.optional(anyNumber),
} satisfies { readonly [Name in keyof Required<IssueTokenOptions>]: v.GenericSchema });

/** Issues a player's access token, as GS2-Auth does after a login of the game's own. */
export function issueAccessToken(
  store: Store,
  options: Readonly<IssueTokenOptions>,
  now: number,
): { result: IssuedAccessToken; effects: [] } {
  const { userId, expiresInMs = store.settings.accessTokenExpiresInMs } = readWith(
    "issueAccessToken",
    schema,
    options,
  );
  const accessToken = store.ids.next("playerToken");
  const expiresAt = now + expiresInMs;
  store.accessTokens.set(accessToken, { userId, expiresAt });
  return { result: { accessToken, userId, expiresAt }, effects: [] };
}
