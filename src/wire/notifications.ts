/**
 * The known notifications of GS2's services with the fields of their payloads, as GS2 spells them
 * (seen in the official SDKs).
 */
export const serviceNotifications = {
  "Gs2AdReward:ChangePointNotification": { namespaceName: "string", userId: "string" },
  "Gs2Chat:Post": {
    namespaceName: "string",
    roomName: "string",
    userId: "string",
    category: "int",
    createdAt: "long",
  },
  "Gs2Distributor:AutoRunStampSheetNotification": {
    namespaceName: "string",
    userId: "string",
    transactionId: "string",
  },
  "Gs2Distributor:AutoRunTransactionNotification": {
    namespaceName: "string",
    userId: "string",
    transactionId: "string",
  },
  "Gs2Friend:FollowNotification": {
    namespaceName: "string",
    userId: "string",
    fromUserId: "string",
  },
  "Gs2Friend:AcceptRequestNotification": {
    namespaceName: "string",
    userId: "string",
    targetUserId: "string",
  },
  "Gs2Friend:RejectRequestNotification": {
    namespaceName: "string",
    userId: "string",
    targetUserId: "string",
  },
  "Gs2Friend:ReceiveRequestNotification": {
    namespaceName: "string",
    userId: "string",
    fromUserId: "string",
  },
  "Gs2Friend:DeleteFriendNotification": {
    namespaceName: "string",
    userId: "string",
    fromUserId: "string",
  },
  "Gs2Friend:CancelRequestNotification": {
    namespaceName: "string",
    userId: "string",
    fromUserId: "string",
  },
  "Gs2Guild:ReceiveRequestNotification": {
    namespaceName: "string",
    guildModelName: "string",
    guildName: "string",
    fromUserId: "string",
  },
  "Gs2Guild:RemoveRequestNotification": {
    namespaceName: "string",
    guildModelName: "string",
    guildName: "string",
    fromUserId: "string",
  },
  "Gs2Guild:ChangeNotification": {
    namespaceName: "string",
    guildModelName: "string",
    guildName: "string",
  },
  "Gs2Guild:JoinNotification": {
    namespaceName: "string",
    guildModelName: "string",
    guildName: "string",
    joinedUserId: "string",
  },
  "Gs2Guild:LeaveNotification": {
    namespaceName: "string",
    guildModelName: "string",
    guildName: "string",
    leavedUserId: "string",
  },
  "Gs2Guild:ChangeMemberNotification": {
    namespaceName: "string",
    guildModelName: "string",
    guildName: "string",
    changedUserId: "string",
  },
  "Gs2Inbox:ReceiveNotification": {
    namespaceName: "string",
    userId: "string",
    messageName: "string",
  },
  "Gs2JobQueue:Push": { namespaceName: "string", userId: "string" },
  "Gs2JobQueue:RunNotification": {
    namespaceName: "string",
    userId: "string",
    jobName: "string",
  },
  "Gs2Matchmaking:Join": {
    namespaceName: "string",
    gatheringName: "string",
    joinUserId: "string",
  },
  "Gs2Matchmaking:Leave": {
    namespaceName: "string",
    gatheringName: "string",
    leaveUserId: "string",
  },
  "Gs2Matchmaking:Complete": { namespaceName: "string", gatheringName: "string" },
  "Gs2Matchmaking:ChangeRatingNotification": {
    namespaceName: "string",
    ratingName: "string",
    userId: "string",
    rateValue: "float",
  },
  "Gs2Mission:Complete": {
    namespaceName: "string",
    groupName: "string",
    userId: "string",
    taskName: "string",
  },
  "Gs2Money2:ChangeSubscriptionStatus": {
    namespaceName: "string",
    userId: "string",
    contentName: "string",
  },
  "Gs2Realtime:Create": { namespaceName: "string", roomName: "string" },
} as const;

type Table = typeof serviceNotifications;

/** Payload types of GS2's own notifications, by key. */
export type ServiceNotifications = {
  [K in keyof Table]: { [F in keyof Table[K]]: Table[K][F] extends "string" ? string : number };
};

/**
 * Payload type of each notification key. Add your own by declaration merging:
 *
 * ```ts
 * declare module "gs2-gateway" {
 *   interface NotificationMap { "raid-start": { raidId: string } }
 * }
 * ```
 */
export interface NotificationMap extends ServiceNotifications {}

export type NotificationKey = keyof NotificationMap & string;

const KEY = /^Gs2[A-Za-z0-9]+:[A-Za-z0-9]+$/;

/**
 * The key of a notification. It is the subject where that has the form `Gs2Service:Action`; else
 * the issuer where that has this form and does not begin with `Gs2Gateway:`; else the subject.
 * GS2's SDKs read the key from the subject since 2022, its samples from the issuer until 2024.
 */
export function notificationKey(issuer: string, subject: string): string {
  return issuer !== subject &&
    !KEY.test(subject) &&
    KEY.test(issuer) &&
    !issuer.startsWith("Gs2Gateway:")
    ? issuer
    : subject;
}
