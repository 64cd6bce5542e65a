import {
  deleteFirebaseToken,
  deleteFirebaseTokenByUserId,
  getFirebaseToken,
  getFirebaseTokenByUserId,
  setFirebaseToken,
  setFirebaseTokenByUserId,
} from "../../../wire/methods.js";
import type { FirebaseToken } from "../../../wire/models.js";
import { ok, notFound, type CallResult } from "../result.js";
import { grn, playerKey, type Store } from "../../store/store.js";
import { defineHandler, type Call, type MethodHandler } from "./defineHandler.js";

interface InNamespace {
  readonly namespaceName: string;
}
type Item = CallResult<{ item: FirebaseToken }>;

function set(
  world: Store,
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
  return ok({ item });
}

function get(world: Store, { namespaceName }: InNamespace, { userId }: Call): Item {
  const item = world.firebaseTokens.get(playerKey(namespaceName, userId));
  return item ? ok({ item }) : notFound("firebaseToken");
}

function remove(world: Store, { namespaceName }: InNamespace, { userId }: Call): Item {
  const player = playerKey(namespaceName, userId);
  const item = world.firebaseTokens.get(player);
  if (!item) return notFound("firebaseToken");
  world.firebaseTokens.delete(player);
  return ok({ item });
}

/** The call knows the player, by access token or by userId. */
export const firebaseTokenRules: readonly MethodHandler[] = [
  defineHandler(setFirebaseToken, "made", set),
  defineHandler(setFirebaseTokenByUserId, "made", set),
  defineHandler(getFirebaseToken, "made", get),
  defineHandler(getFirebaseTokenByUserId, "made", get),
  defineHandler(deleteFirebaseToken, "made", remove),
  defineHandler(deleteFirebaseTokenByUserId, "made", remove),
];
