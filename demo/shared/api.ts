import type { NotificationMap } from "gs2-gateway";

// What calls of the game carry, and notifications.

export interface Gathering {
  readonly name: string;
  readonly size: number;
  readonly players: readonly string[];
}

export interface Standing {
  readonly userId: string;
  readonly score: number;
  readonly isRobot: boolean;
  readonly hasLeft: boolean;
}

export interface MatchState {
  readonly name: string;
  readonly seed: number;
  /** By the server's clock, Unix time in milliseconds. */
  readonly startsAt: number;
  readonly roundMs: number;
  readonly isOver: boolean;
  /** Grows with every change, so that an older state is recognized. */
  readonly version: number;
  readonly standings: readonly Standing[];
  /** The stars that this player has reported, in order. */
  readonly caught: readonly number[];
}

export const taskNames = ["catch-stars", "catch-gold", "play-rounds", "win-round"] as const;
export type TaskName = (typeof taskNames)[number];

export interface MissionState {
  readonly taskName: TaskName;
  readonly count: number;
  readonly goal: number;
}

/**
 * The state a player sees. Fetched after every bind and gap, and when a notification reports a
 * change.
 */
export interface GameState {
  /** The server's clock. */
  readonly now: number;
  readonly userId: string;
  readonly lobby: {
    /** Players in no gathering and no round. */
    readonly idle: readonly string[];
    /** Gatherings with free seats. */
    readonly gatherings: readonly Gathering[];
  };
  readonly gathering: Gathering | null;
  readonly match: MatchState | null;
}

export interface JoinRequest {
  readonly size: number;
  readonly roundMs?: number | undefined;
}

export interface CatchReport {
  readonly matchName: string;
  readonly caught: readonly number[];
  /** The round is over on the page: this is the last report. */
  readonly isLast: boolean;
}

/** The game's own notifications, sent with GS2-Gateway's SendNotification. */
interface OwnNotifications {
  /** The lobby has changed. */
  "starfall:lobby": Record<never, never>;
  "starfall:scores": { matchName: string; version: number; standings: readonly Standing[] };
  /** A rival caught a golden star. */
  "starfall:cloud": { matchName: string; byUserId: string; cells: readonly number[] };
  "starfall:over": { matchName: string };
  "starfall:mission": MissionState;
  "starfall:hello": { text: string };
}

declare module "gs2-gateway" {
  // Types `gateway.on("starfall:...")`.
  interface NotificationMap extends OwnNotifications {}
}

type GameKey =
  | keyof OwnNotifications
  | "Gs2Matchmaking:Join"
  | "Gs2Matchmaking:Leave"
  | "Gs2Matchmaking:Complete"
  | "Gs2Mission:Complete";

/** A notification to send to one player. */
export type Notice = {
  [Key in GameKey]: {
    readonly userId: string;
    readonly key: Key;
    readonly payload: NotificationMap[Key];
  };
}[GameKey];
