/** Where things happen: while it sleeps nothing does, and what was due happens when it wakes. */
export interface Place {
  asleep: boolean;
  readonly missed: Happening[];
}

export interface Happening {
  at: number;
  order: number;
  readonly run: () => void;
  readonly place: Place | undefined;
  cancelled: boolean;
}

const earlier = (a: Happening, b: Happening): boolean =>
  a.at < b.at || (a.at === b.at && a.order < b.order);

/** Everything that waits for microtasks only has run when this resolves. */
const drained = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** The one time of a simulation. It stands still while something happens, and then jumps to what is next. */
export class VirtualTime {
  now = 1_700_000_000_000;
  /** Whose happening is being worked on, its microtasks included. */
  current: Place | undefined;
  steps = 0;
  readonly #heap: Happening[] = [];
  #orders = 0;

  at(time: number, run: () => void, place?: Place): Happening {
    const happening = { at: time, order: this.#orders++, run, place, cancelled: false };
    this.#push(happening);
    return happening;
  }

  after(ms: number, run: () => void, place?: Place): Happening {
    return this.at(this.now + ms, run, place);
  }

  wake(place: Place): void {
    place.asleep = false;
    for (const happening of place.missed.splice(0)) {
      this.#push(Object.assign(happening, { at: this.now, order: this.#orders++ }));
    }
  }

  /** @param look called after each happening, once nothing moves any more; true ends it */
  async runUntil(end: number, look: () => boolean): Promise<void> {
    await drained();
    for (let next; (next = this.#take(end));) {
      if (next.cancelled) continue;
      if (next.place?.asleep) {
        next.place.missed.push(next);
        continue;
      }
      this.now = next.at;
      this.current = next.place;
      this.steps++;
      next.run();
      await drained();
      if (look()) return;
    }
    this.now = end;
  }

  #push(happening: Happening): void {
    const heap = this.#heap;
    let at = heap.push(happening) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!earlier(happening, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = happening;
  }

  #take(end: number): Happening | undefined {
    const heap = this.#heap;
    const first = heap[0];
    if (!first || first.at > end) return undefined;
    const last = heap.pop()!;
    if (last === first) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && earlier(heap[child + 1]!, heap[child]!)) child++;
      if (!earlier(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}
