import type { GatewayClient } from "../client/client.js";
import type { AbortOptions } from "../core/deferred.js";
import { internalsOf } from "../core/internals.js";
import { trackSecrets } from "./secrets.js";
import { createAccount } from "./definitions/account.js";

/** Keeps the device's account: localStorage, or another store of the game's. */
export interface AccountStorage {
  getItem(key: string): string | null | Promise<string | null>;
  setItem(key: string, value: string): unknown;
  removeItem(key: string): unknown;
}

/** Where the account of this device is kept. */
export interface AccountPlace {
  /** The GS2-Account namespace of the game. */
  accountNamespaceName: string;
  /**
   * Default: `localStorage` where there is one. Null: nowhere, so that each start is a new player.
   * What is kept is the player's only proof: who reads it can play as this player.
   */
  storage?: AccountStorage | null | undefined;
  /** Default `gs2-gateway.account:` and the namespace. */
  storageKey?: string | undefined;
}

/** What is kept of an account. */
export interface KeptAccount {
  readonly userId: string;
  readonly password: string;
}

const keyOf = ({ storageKey, accountNamespaceName }: AccountPlace): string =>
  storageKey ?? `gs2-gateway.account:${accountNamespaceName}`;

/** Undefined where there is none, or where it is forbidden: reading the property may throw. */
function storageOf({ storage }: AccountPlace): AccountStorage | null | undefined {
  if (storage !== undefined) return storage;
  try {
    return (globalThis as { readonly localStorage?: AccountStorage }).localStorage;
  } catch {
    return undefined;
  }
}

export async function loadAccount(place: AccountPlace): Promise<KeptAccount | undefined> {
  const text = await storageOf(place)?.getItem(keyOf(place));
  if (!text) return undefined;
  try {
    const { userId, password } = JSON.parse(text) as Partial<KeptAccount>;
    if (typeof userId === "string" && typeof password === "string") return { userId, password };
  } catch {
    // Something else lies under the key: the player would be locked out with it.
  }
  return undefined;
}

/** Rejects with what the storage throws: an account that is not kept is lost. */
export async function keepAccount(place: AccountPlace, account: KeptAccount): Promise<void> {
  const { userId, password } = account;
  await storageOf(place)?.setItem(keyOf(place), JSON.stringify({ userId, password }));
}

/**
 * Forgets the account of this device: the next `signIn` creates one. The account itself stays, and
 * can be played again only by its take-over settings.
 */
export async function forgetAccount(place: AccountPlace): Promise<void> {
  await storageOf(place)?.removeItem(keyOf(place));
}

/** Accounts being created, by where they will be kept. */
const creations = /*#__PURE__*/ new WeakMap<object, Map<string, Promise<KeptAccount>>>();

async function createAndKeep(
  gateway: GatewayClient,
  place: AccountPlace,
  options: AbortOptions,
): Promise<KeptAccount> {
  const { accountNamespaceName: namespaceName } = place;
  const { item } = await gateway.call(
    createAccount,
    { namespaceName },
    { ...options, via: "rest" },
  );
  // Another tab may have been faster: both must be the same player.
  const kept = await loadAccount(place);
  if (kept) return kept;
  await keepAccount(place, item);
  return item;
}

/** The account of this device; creates and keeps one where there is none. */
export async function loadOrCreateAccount(
  gateway: GatewayClient,
  place: AccountPlace,
  options: AbortOptions,
): Promise<KeptAccount> {
  let account = await loadAccount(place);
  if (!account) {
    const owner = storageOf(place) ?? gateway;
    const ofOwner = creations.get(owner) ?? new Map<string, Promise<KeptAccount>>();
    creations.set(owner, ofOwner);
    const key = keyOf(place);
    const creation =
      ofOwner.get(key) ??
      createAndKeep(gateway, place, options).finally(() => void ofOwner.delete(key));
    ofOwner.set(key, creation);
    account = await creation;
  }
  trackSecrets(internalsOf(gateway)!.session, account);
  return account;
}
