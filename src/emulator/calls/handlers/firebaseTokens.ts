import {
  deleteFirebaseToken,
  deleteFirebaseTokenByUserId,
  getFirebaseToken,
  getFirebaseTokenByUserId,
  setFirebaseToken,
  setFirebaseTokenByUserId,
} from "../../../wire/methods.js";
import type { FirebaseToken } from "../../../wire/models.js";
import { answered, notFound, type Outcome } from "../result.js";
import { grn, playerKey, type World } from "../../store/store.js";
import { rule, type Call, type Rule } from "./defineHandler.js";

interface InNamespace {
  readonly namespaceName: string;
}
type Item = Outcome<{ item: FirebaseToken }>;

function set(
  world: World,
  { namespaceName, token }: InNamespace & { readonly token: string },
  { userId, now }: Call,
): Item {
  const player = playerKey(namespaceName, userId);
  const before = world.firebaseTokens.get(player);
  const item: FirebaseToken = {
    firebaseTokenId: grn(world, namespaceName, "user", userId, "firebase", "token"),
    userId,
    token,
    createdAt: before?.createdAt ?? now,
    updatedAt: now,
    revision: (before?.revision ?? 0) + 1,
  };
  world.firebaseTokens.set(player, item);
  return answered({ item });
}

function get(world: World, { namespaceName }: InNamespace, { userId }: Call): Item {
  const item = world.firebaseTokens.get(playerKey(namespaceName, userId));
  return item ? answered({ item }) : notFound("firebaseToken");
}

function remove(world: World, { namespaceName }: InNamespace, { userId }: Call): Item {
  const player = playerKey(namespaceName, userId);
  const item = world.firebaseTokens.get(player);
  if (!item) return notFound("firebaseToken");
  world.firebaseTokens.delete(player);
  return answered({ item });
}

/** The call knows the player, by access token or by userId. */
export const firebaseTokenRules: readonly Rule[] = [
  rule(setFirebaseToken, "made", set),
  rule(setFirebaseTokenByUserId, "made", set),
  rule(getFirebaseToken, "made", get),
  rule(getFirebaseTokenByUserId, "made", get),
  rule(deleteFirebaseToken, "made", remove),
  rule(deleteFirebaseTokenByUserId, "made", remove),
];
