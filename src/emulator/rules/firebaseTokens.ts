import { deleteFirebaseToken, getFirebaseToken, setFirebaseToken } from "../../wire/methods.js";
import type { FirebaseToken } from "../../wire/models.js";
import { answered, notFound } from "../outcome.js";
import { grn, playerKey } from "../world.js";
import { rule, type Rule } from "./rule.js";

const set = rule(setFirebaseToken, "made", (world, { namespaceName, token }, { userId, now }) => {
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
});

const get = rule(getFirebaseToken, "made", (world, { namespaceName }, { userId }) => {
  const item = world.firebaseTokens.get(playerKey(namespaceName, userId));
  return item ? answered({ item }) : notFound("firebaseToken");
});

const remove = rule(deleteFirebaseToken, "made", (world, { namespaceName }, { userId }) => {
  const player = playerKey(namespaceName, userId);
  const item = world.firebaseTokens.get(player);
  if (!item) return notFound("firebaseToken");
  world.firebaseTokens.delete(player);
  return answered({ item });
});

export const firebaseTokenRules: readonly Rule[] = [set, get, remove];
