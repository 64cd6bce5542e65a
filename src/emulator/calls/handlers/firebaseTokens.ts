import {
  deleteFirebaseToken,
  deleteFirebaseTokenByUserId,
  getFirebaseToken,
  getFirebaseTokenByUserId,
  setFirebaseToken,
  setFirebaseTokenByUserId,
} from "../../../wire/methods.js";
import type { FirebaseToken } from "../../../wire/models.js";
import { grn, nextRevision, playerKey } from "../../store/keys.js";
import { isFull } from "../../store/capacity.js";
import type { Store } from "../../store/types.js";
import { limitReached, notFound, ok, type CallResult } from "../result.js";
import { defineHandler, type Call, type MethodHandler } from "./defineHandler.js";

interface InNamespace {
  readonly namespaceName: string;
}
type Item = CallResult<{ item: FirebaseToken }>;

function set(
  store: Store,
  { namespaceName, token }: InNamespace & { readonly token: string },
  { userId, now }: Call,
): Item {
  const player = playerKey(namespaceName, userId);
  const before = store.firebaseTokens.get(player);
  if (!before && isFull(store, "maxFirebaseTokens")) return limitReached("maxFirebaseTokens");
  const item: FirebaseToken = {
    firebaseTokenId: grn(store, namespaceName, "user", userId, "firebase", "token"),
    userId,
    token,
    createdAt: before?.createdAt ?? now,
    updatedAt: now,
    revision: nextRevision(store, before),
  };
  store.firebaseTokens.set(player, item);
  return ok({ item });
}

function get(store: Store, { namespaceName }: InNamespace, { userId }: Call): Item {
  const item = store.firebaseTokens.get(playerKey(namespaceName, userId));
  return item ? ok({ item }) : notFound("firebaseToken");
}

function remove(store: Store, { namespaceName }: InNamespace, { userId }: Call): Item {
  const player = playerKey(namespaceName, userId);
  const item = store.firebaseTokens.get(player);
  if (!item) return notFound("firebaseToken");
  store.firebaseTokens.delete(player);
  return ok({ item });
}

export const firebaseTokenHandlers: readonly MethodHandler[] = [
  defineHandler(setFirebaseToken, "made", set),
  defineHandler(setFirebaseTokenByUserId, "made", set),
  defineHandler(getFirebaseToken, "read", get),
  defineHandler(getFirebaseTokenByUserId, "read", get),
  defineHandler(deleteFirebaseToken, "made", remove),
  defineHandler(deleteFirebaseTokenByUserId, "made", remove),
];
