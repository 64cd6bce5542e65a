import { defineCall } from "../defineCall.js";
import type { AsPlayer, InServiceNamespace, OnceOnly } from "./common.js";
import type { Page, PageRequest, TimeShifted } from "../../wire/requests.js";

/** A GS2-Account account: an anonymous player. */
export interface Account {
  accountId: string;
  userId: string;
  /** Made by the server. A client that has it can sign in as this player. */
  password: string;
  timeOffset?: number | null;
  banStatuses?: BanStatus[] | null;
  banned?: boolean | null;
  /** Unix time in milliseconds. */
  lastAuthenticatedAt?: number | null;
  /** Unix time in milliseconds. */
  createdAt: number;
  revision?: number | null;
}

export interface BanStatus {
  name: string;
  reason: string;
  /** Unix time in milliseconds. */
  releaseTimestamp: number;
}

/** What an account can be taken over with on another device: an ID and a password. */
export interface TakeOver {
  takeOverId: string;
  userId: string;
  /** Slot of the setting, 0 to 1,024; what it stands for is the game's choice. */
  type: number;
  userIdentifier: string;
  /** Unix time in milliseconds. */
  createdAt: number;
  revision?: number | null;
}

interface OfTakeOverType {
  /** 0 to 1,024. */
  type: number;
}

/** Creates an anonymous account. Its password is in the result, and in no later one. */
export const createAccount = /*#__PURE__*/ defineCall<InServiceNamespace, { item: Account }>({
  service: "account",
  component: "account",
  function: "createAccount",
  rest: { verb: "POST", path: "/{namespaceName}/account" },
  socket: "seen",
  required: ["namespaceName"],
});

export interface AuthenticationParams extends InServiceNamespace, OnceOnly, TimeShifted {
  userId: string;
  /** GRN of the GS2-Key key that signs the result; the same as in {@link loginBySignature}. */
  keyId?: string | null;
  password: string;
}

export interface AuthenticationResult {
  item: Account;
  /** Bans in force; then `body` and `signature` are absent. */
  banStatuses?: BanStatus[] | null;
  /** For {@link loginBySignature}. */
  body?: string | null;
  signature?: string | null;
}

/** Proves with ID and password that the player is the account's. */
export const authentication = /*#__PURE__*/ defineCall<AuthenticationParams, AuthenticationResult>({
  service: "account",
  component: "account",
  function: "authentication",
  rest: { verb: "PUT", path: "/{namespaceName}/account/{userId}" },
  socket: "unknown",
  required: ["namespaceName", "userId", "password"],
});

/** Lists the take-over settings of the player. */
export const describeTakeOvers = /*#__PURE__*/ defineCall<AsPlayer & PageRequest, Page<TakeOver>>({
  service: "account",
  component: "takeOver",
  function: "describeTakeOvers",
  rest: { verb: "GET", path: "/{namespaceName}/account/me/takeover" },
  socket: "unknown",
  required: ["namespaceName", "accessToken"],
});

export interface CreateTakeOverParams extends AsPlayer, OfTakeOverType, OnceOnly {
  /** For example a mail address. At most 1,024 characters. */
  userIdentifier: string;
  /** At most 1,024 characters. */
  password: string;
}

/** Adds a setting: from now on another device can take this account over. */
export const createTakeOver = /*#__PURE__*/ defineCall<CreateTakeOverParams, { item: TakeOver }>({
  service: "account",
  component: "takeOver",
  function: "createTakeOver",
  rest: { verb: "POST", path: "/{namespaceName}/account/me/takeover" },
  socket: "seen",
  required: ["namespaceName", "accessToken", "type", "userIdentifier", "password"],
});

/** Reads a setting of the player. */
export const getTakeOver = /*#__PURE__*/ defineCall<AsPlayer & OfTakeOverType, { item: TakeOver }>({
  service: "account",
  component: "takeOver",
  function: "getTakeOver",
  rest: { verb: "GET", path: "/{namespaceName}/account/me/takeover/type/{type}" },
  socket: "seen",
  required: ["namespaceName", "accessToken", "type"],
});

export interface UpdateTakeOverParams extends AsPlayer, OfTakeOverType, OnceOnly {
  oldPassword: string;
  password: string;
}

/** Changes the password of a setting. */
export const updateTakeOver = /*#__PURE__*/ defineCall<UpdateTakeOverParams, { item: TakeOver }>({
  service: "account",
  component: "takeOver",
  function: "updateTakeOver",
  rest: { verb: "PUT", path: "/{namespaceName}/account/me/takeover/type/{type}" },
  socket: "seen",
  required: ["namespaceName", "accessToken", "type", "oldPassword", "password"],
});

/** Removes a setting. */
export const deleteTakeOver = /*#__PURE__*/ defineCall<
  AsPlayer & OfTakeOverType & OnceOnly,
  { item: TakeOver }
>({
  service: "account",
  component: "takeOver",
  function: "deleteTakeOver",
  rest: { verb: "DELETE", path: "/{namespaceName}/account/me/takeover/type/{type}" },
  socket: "seen",
  required: ["namespaceName", "accessToken", "type"],
});

export interface DoTakeOverParams extends InServiceNamespace, OfTakeOverType {
  userIdentifier: string;
  password: string;
}

/** Gives the account, with its password, to who knows ID and password of a setting. */
export const doTakeOver = /*#__PURE__*/ defineCall<DoTakeOverParams, { item: Account }>({
  service: "account",
  component: "takeOver",
  function: "doTakeOver",
  rest: { verb: "POST", path: "/{namespaceName}/takeover/type/{type}" },
  socket: "seen",
  required: ["namespaceName", "type", "userIdentifier", "password"],
});
