import { skyOf, scoreOf, type Star } from "../shared/rules.js";

interface RoundPorts {
  readonly matchName: string;
  readonly seed: number;
  readonly startsAt: number;
  readonly roundMs: number;
  /** The stars that the server has recorded, after a reload. */
  readonly caught: readonly number[];
  /** The server's clock, by which rounds begin and end. */
  readonly serverNow: () => number;
  /** Reports stars to the server. Rejects while it is out of reach. */
  readonly report: (caught: readonly number[], isLast: boolean) => Promise<unknown>;
  /** Called when the caught stars or their reports change. */
  readonly changed: () => void;
}

const REPORT_AFTER_MS = 150;
/** GS2 bills each call. */
const REPORT_EVERY_MS = 1_000;

/**
 * A player's round, played without the network: a caught star counts at once and is reported when
 * the server is reachable.
 */
export function createRound({ report, changed, serverNow, ...match }: RoundPorts) {
  const sky = skyOf(match.seed, match.roundMs);
  const caught = new Set(match.caught);
  const unreported = new Set<number>();
  let isReporting = false;
  let isLastReported = false;
  let reportedAt = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const nowMs = () => serverNow() - match.startsAt;
  const isOver = () => nowMs() >= match.roundMs;

  function scheduleFlush(): void {
    const waitMs = Math.max(REPORT_AFTER_MS, reportedAt + REPORT_EVERY_MS - Date.now());
    timer ??= setTimeout(() => void flush(), waitMs);
  }

  /**
   * One report at a time, so that they arrive in order. A failed one is repeated: the server counts
   * each star once.
   */
  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const isLast = isOver();
    if (isReporting || (unreported.size === 0 && (!isLast || isLastReported))) return;
    isReporting = true;
    reportedAt = Date.now();
    const sent = [...unreported];
    try {
      await report(sent, isLast);
      for (const id of sent) unreported.delete(id);
      isLastReported ||= isLast;
      changed();
    } catch {
      // Out of reach: flush() is called again after the reconnect.
      return;
    } finally {
      isReporting = false;
    }
    if (unreported.size > 0) scheduleFlush();
  }

  return {
    matchName: match.matchName,
    roundMs: match.roundMs,
    nowMs,
    isOver,
    flush,
    live: (): Star[] => {
      const atMs = nowMs();
      return sky.filter(
        ({ id, fromMs, untilMs }) => fromMs <= atMs && atMs < untilMs && !caught.has(id),
      );
    },
    catchStar(star: Star): void {
      if (isOver() || caught.has(star.id)) return;
      caught.add(star.id);
      unreported.add(star.id);
      changed();
      scheduleFlush();
    },
    /** Adds stars that this player caught in another tab. */
    addCaught(ids: readonly number[]): void {
      for (const id of ids) caught.add(id);
    },
    score: () => scoreOf(sky, caught),
    unreportedCount: () => unreported.size,
  };
}

export type Round = ReturnType<typeof createRound>;
