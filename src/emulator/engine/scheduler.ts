interface Item {
  readonly at: number;
  readonly run: () => void;
}

/** What is to be done later. It has no clock: whoever has one calls {@link TaskQueue.runDue}. */
export class TaskQueue {
  #items: Item[] = [];

  /** When the next is due; Infinity: never. */
  get nextAt(): number {
    return this.#items[0]?.at ?? Infinity;
  }

  /** Behind all that is due at the same time. */
  add(at: number, run: () => void): void {
    let place = this.#items.length;
    while (place > 0 && this.#items[place - 1]!.at > at) place--;
    this.#items.splice(place, 0, { at, run });
  }

  /** Does what is due, in the order of time; what is added meanwhile and is due, too. */
  runDue(now: number): void {
    while (this.nextAt <= now) this.#items.shift()!.run();
  }

  clear(): void {
    this.#items = [];
  }
}
