import { defineCall } from "../defineCall.js";
import type { AcquireAction, AsPlayer, OnceOnly } from "./common.js";
import type { Page, PageRequest } from "../../wire/requests.js";

/** A present or a message in a player's inbox. */
export interface InboxMessage {
  messageId: string;
  name: string;
  userId: string;
  metadata?: string | null;
  isRead: boolean;
  readAcquireActions?: AcquireAction[] | null;
  /** Unix time in milliseconds. */
  receivedAt: number;
  /** Unix time in milliseconds. */
  readAt?: number | null;
  /** Unix time in milliseconds. */
  expiresAt?: number | null;
  revision?: number | null;
}

export interface DescribeMessagesParams extends AsPlayer, PageRequest {
  /** Only those that are, or are not, opened. Default: all. */
  isRead?: boolean | null;
}

/** Lists the player's messages. */
export const describeMessages = /*#__PURE__*/ defineCall<
  DescribeMessagesParams,
  Page<InboxMessage>
>({
  service: "inbox",
  component: "message",
  function: "describeMessages",
  rest: { verb: "GET", path: "/{namespaceName}/user/me/message" },
  socket: "unknown",
  required: ["namespaceName", "accessToken"],
});

export interface OpenMessageParams extends AsPlayer, OnceOnly {
  messageName: string;
}

/** Marks a message as opened. */
export const openMessage = /*#__PURE__*/ defineCall<OpenMessageParams, { item: InboxMessage }>({
  service: "inbox",
  component: "message",
  function: "openMessage",
  rest: { verb: "POST", path: "/{namespaceName}/user/me/{messageName}" },
  socket: "unknown",
  required: ["namespaceName", "accessToken", "messageName"],
});
