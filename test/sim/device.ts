import type { Hint } from "../../src/connection/machine.js";
import type { Clock } from "../../src/core/deferred.js";
import type { Random } from "./random.js";
import type { Happening, Place, VirtualTime } from "./virtualTime.js";

const HIDDEN_LONG_MS = 300_000;

/** The page a client lives in, and the machine the page is on. */
export class Device implements Place {
  asleep = false;
  readonly missed: Happening[] = [];
  wokeAt = 0;
  online = true;
  hiddenSince: number | undefined;
  everHidden = false;
  /** The page is in the back-forward cache. */
  cached = false;
  /** The page is gone, with its timers and sockets. */
  gone = false;
  readonly timers = new Set<Happening>();
  readonly clock: Clock;
  readonly #tells = new Set<(hint: Hint) => void>();
  readonly #untold: Hint[] = [];

  constructor(
    readonly time: VirtualTime,
    chance: Random,
  ) {
    this.clock = {
      now: () => time.now,
      random: () => chance.next(),
      setTimer: (run, ms) => {
        const timer = time.at(
          this.#timerAt(ms),
          () => {
            this.timers.delete(timer);
            run();
          },
          this,
        );
        this.timers.add(timer);
        return timer;
      },
      clearTimer: (timer) => {
        if (!timer) return;
        (timer as Happening).cancelled = true;
        this.timers.delete(timer as Happening);
      },
    };
  }

  /** How much later than asked for a timer of this page may run. */
  get latenessMs(): number {
    return this.hiddenSince === undefined ? 0 : 60_000;
  }

  /** Whether anybody still listens to what the page is told. */
  get watched(): boolean {
    return this.#tells.size > 0;
  }

  readonly watch = (tell: (hint: Hint) => void): (() => void) => {
    this.#tells.add(tell);
    tell(this.hiddenSince === undefined ? "foreground" : "background");
    tell(this.online ? "online" : "offline");
    return () => void this.#tells.delete(tell);
  };

  /** A page that sleeps hears of it when it wakes. */
  tell(hint: Hint): void {
    if (this.asleep) return void this.#untold.push(hint);
    if (hint === "background" || hint === "pagehide") {
      this.hiddenSince ??= this.time.now;
      this.everHidden = true;
    }
    if (hint === "foreground" || hint === "pageshow") this.hiddenSince = undefined;
    for (const tell of this.#tells) tell(hint);
  }

  sleep(): void {
    this.asleep = true;
  }

  wake(): void {
    this.wokeAt = this.time.now;
    this.time.wake(this);
    for (const hint of this.#untold.splice(0)) this.tell(hint);
  }

  /** The page ends without a word to its client. */
  destroy(): void {
    this.gone = true;
    for (const timer of this.timers) timer.cancelled = true;
    this.timers.clear();
    this.#tells.clear();
  }

  /** Browsers give a hidden page its timers once a second, and once a minute when it is hidden for long. */
  #timerAt(ms: number): number {
    const { now } = this.time;
    const at = now + Math.max(ms, 0);
    if (this.hiddenSince === undefined || ms === 0) return at;
    const grain = now - this.hiddenSince > HIDDEN_LONG_MS ? 60_000 : 1_000;
    return Math.ceil(at / grain) * grain;
  }
}
