/**
 * The one queue of a client. Steps (events of the machine) run one at a time; once none is left,
 * the queue settles, and announcements (what handlers of the game see) run one after another, each
 * with nothing half done. A step that an announcement causes runs at once; its announcements come
 * after those that are waiting.
 */
export class EventQueue {
  readonly #onSettle: () => void;
  readonly #onError: (error: unknown) => void;
  readonly #steps: (() => void)[] = [];
  /** Announced by steps: they follow what settling announces, which is the changed status. */
  readonly #announcementsOfSteps: (() => void)[] = [];
  readonly #announcements: (() => void)[] = [];
  #isStepping = false;
  #isSettling = false;
  #isAnnouncing = false;

  /**
   * @param onSettle runs after the last step that was queued
   * @param onError gets whatever a step or an announcement throws; the rest goes on
   */
  constructor(onSettle: () => void, onError: (error: unknown) => void) {
    this.#onSettle = onSettle;
    this.#onError = onError;
  }

  /** Runs a step now, or after the one under way. */
  readonly runStep = (run: () => void): void => {
    this.#steps.push(run);
    if (this.#isStepping) return;
    this.#isStepping = true;
    while (this.#steps.length) {
      for (let next; (next = this.#steps.shift());) this.guard(next);
      this.#isSettling = true;
      this.guard(this.#onSettle);
      this.#isSettling = false;
    }
    this.#isStepping = false;
    this.#announcements.push(...this.#announcementsOfSteps.splice(0));
    this.#runAnnouncements();
  };

  /** Runs an announcement after the present step and the announcements before it. */
  readonly announce = (run: () => void): void => {
    const isOfStep = this.#isStepping && !this.#isSettling;
    (isOfStep ? this.#announcementsOfSteps : this.#announcements).push(run);
    this.#runAnnouncements();
  };

  /** Runs code that may be the game's or the host's. */
  readonly guard = (run: () => void): void => {
    try {
      run();
    } catch (error) {
      this.#onError(error);
    }
  };

  #runAnnouncements(): void {
    if (this.#isAnnouncing || this.#isStepping) return;
    this.#isAnnouncing = true;
    for (let next; (next = this.#announcements.shift());) this.guard(next);
    this.#isAnnouncing = false;
  }
}
