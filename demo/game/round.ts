import { skyOf, scoreOf, type Star } from "../shared/rules.js";

interface RoundPorts {
  readonly matchName: string;
  readonly seed: number;
  readonly startsAt: number;
  readonly roundMs: number;
  /** What the server knows of already, after a reload. */
  readonly caught: readonly number[];
  /** The server's clock: rounds begin and end by it, here as everywhere. */
  readonly serverNow: () => number;
  /** Tells the server. Rejects where it is out of reach. */
  readonly report: (caught: readonly number[], isLast: boolean) => Promise<unknown>;
  /** What was caught has changed. */
  readonly changed: () => void;
}

const REPORT_AFTER_MS = 150;

/**
 * A player's own round. It is played here, whatever the network does: what is caught counts at once, and waits until the server is there to be told.
 */
export function createRound({ report, changed, serverNow, ...match }: RoundPorts) {
  const sky = skyOf(match.seed, match.roundMs);
  const caught = new Set(match.caught);
  const untold = new Set<number>();
  let isReporting = false;
  let isLastTold = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const nowMs = () => serverNow() - match.startsAt;
  const isOver = () => nowMs() >= match.roundMs;

  function soon(): void {
    timer ??= setTimeout(() => void flush(), REPORT_AFTER_MS);
  }

  /** One report at a time, so that they arrive in order. What was not answered is told again: the server counts each star once. */
  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const isLast = isOver();
    if (isReporting || (untold.size === 0 && (!isLast || isLastTold))) return;
    isReporting = true;
    const told = [...untold];
    try {
      await report(told, isLast);
      for (const id of told) untold.delete(id);
      isLastTold ||= isLast;
      changed();
    } catch {
      // Out of reach. The connection comes back by itself, and then flush() is called again.
      return;
    } finally {
      isReporting = false;
    }
    if (untold.size > 0) soon();
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
    take(star: Star): void {
      if (isOver() || caught.has(star.id)) return;
      caught.add(star.id);
      untold.add(star.id);
      changed();
      soon();
    },
    /** What the server knows of besides: this player may have played in another tab meanwhile. */
    learn(ids: readonly number[]): void {
      for (const id of ids) caught.add(id);
    },
    score: () => scoreOf(sky, caught),
    untold: () => untold.size,
  };
}

export type Round = ReturnType<typeof createRound>;
