import * as v from "valibot";
import { invalidArgument } from "../../errors.js";
import type { WebSocketSession } from "../../wire/models.js";
import type { Recording } from "../../wire/recording.js";
import { sendToSessions } from "../calls/handlers/notifications.js";
import type { EmulatorEngine } from "../engine/engine.js";
import { filledText, objectOf, positive, readWith } from "../schema/schema.js";
import { sessionsOf } from "../store/sessions.js";
import { readRecording } from "./recording.js";
import { tracksOf, type Track } from "./tracks.js";

export interface ReplayOptions {
  /** 2 is twice as fast. Above 0; default 1. */
  speed?: number | undefined;
  /**
   * The player of the recording whose notifications every player gets. Default: the player of the
   * same user ID; where the recording has one player only, that one.
   */
  userId?: string | undefined;
}

/** What a replay sends to a player, from the player's bind on. */
export interface EmulatorReplay {
  /** The players of the recording, in the order of their binds. */
  readonly players: readonly {
    readonly userId: string;
    readonly notifications: number;
    /** From the bind to the last notification, in milliseconds of the emulator's clock. */
    readonly durationMs: number;
  }[];
}

const schema = objectOf({
  speed: v.optional(positive, 1),
  userId: v.optional(filledText),
} satisfies { readonly [Name in keyof Required<ReplayOptions>]: v.GenericSchema });

/** Starts a replay in place of the one before. Players that are bound already begin at once. */
export function replay(
  engine: EmulatorEngine,
  recording: Recording,
  options: ReplayOptions = {},
): EmulatorReplay {
  const { speed, userId } = readWith("replay", schema, options);
  const tracks = tracksOf(readRecording(recording));
  const known = tracks.map((track) => track.userId).join(", ");
  if (userId !== undefined && !tracks.some((track) => track.userId === userId)) {
    throw invalidArgument(
      "replay",
      "userId",
      `is not in the recording, which has ${known || "no player"}`,
    );
  }
  if (tracks.every(({ notifications }) => notifications.length === 0)) {
    throw invalidArgument("replay", "frames", "has no notification of a bound player");
  }
  const trackFor = (bound: string): Track | undefined =>
    tracks.find((track) => track.userId === (userId ?? bound)) ??
    (tracks.length === 1 ? tracks[0] : undefined);
  engine.replay?.end();
  engine.replay = new Replay(engine, trackFor, known, speed);
  return {
    players: tracks.map((track) => ({
      userId: track.userId,
      notifications: track.notifications.length,
      durationMs: Math.max(0, ...track.notifications.map(({ afterMs }) => afterMs / speed)),
    })),
  };
}

/** Sends each player the notifications of a track, once, from the player's first bind on. */
class Replay {
  readonly #engine: EmulatorEngine;
  readonly #trackFor: (userId: string) => Track | undefined;
  readonly #known: string;
  readonly #speed: number;
  readonly #begun = new Set<string>();
  readonly #stopWatching: () => void;
  #isOver = false;

  constructor(
    engine: EmulatorEngine,
    trackFor: (userId: string) => Track | undefined,
    known: string,
    speed: number,
  ) {
    this.#engine = engine;
    this.#trackFor = trackFor;
    this.#known = known;
    this.#speed = speed;
    this.#stopWatching = engine.waiters.watch(() => this.#beginAll());
    this.#beginAll();
  }

  end(): void {
    this.#isOver = true;
    this.#stopWatching();
  }

  #beginAll(): void {
    for (const session of this.#engine.sessions()) {
      if (this.#begun.has(session.userId)) continue;
      this.#begun.add(session.userId);
      this.#begin(session);
    }
  }

  #begin({ userId, namespaceName }: WebSocketSession): void {
    const { log, clock } = this.#engine;
    const track = this.#trackFor(userId);
    if (!track) {
      const text = `${userId} is not in the recording, which has ${this.#known}: nothing is replayed`;
      return log("replay", text, { userId }, "warning");
    }
    const { notifications } = track;
    log("replay", `${notifications.length} notifications of ${track.userId} begin for ${userId}`, {
      userId,
      recordedUserId: track.userId,
    });
    const boundAt = clock.now();
    for (const { afterMs, ...notification } of notifications) {
      this.#engine.schedule(boundAt + afterMs / this.#speed, () => {
        if (!this.#isOver) this.#send(namespaceName, userId, notification);
      });
    }
  }

  #send(
    namespaceName: string,
    userId: string,
    notification: Parameters<typeof sendToSessions>[2],
  ): void {
    const wasSent = this.#engine.transact((store) => {
      const sessions = sessionsOf(store, namespaceName, userId);
      const { effects } = sendToSessions(store, sessions, notification);
      return { result: sessions.length > 0, effects };
    });
    if (wasSent) return;
    const { issuer, subject } = notification;
    const text = `${subject || issuer} is lost: ${userId} has no session in ${namespaceName}`;
    this.#engine.log("replay", text, { userId, issuer, subject }, "warning");
  }
}
