/** The owner of tasks. While it is asleep its tasks are deferred until it wakes. */
export interface TaskOwner {
  asleep: boolean;
  readonly deferred: ScheduledTask[];
}

export interface ScheduledTask {
  at: number;
  order: number;
  readonly run: () => void;
  readonly owner: TaskOwner | undefined;
  cancelled: boolean;
}

const isEarlier = (a: ScheduledTask, b: ScheduledTask): boolean =>
  a.at < b.at || (a.at === b.at && a.order < b.order);

/** Resolves once the queue of microtasks is empty. */
const microtasksDone = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Clock and task queue. Time stands still during a task, then jumps to the next. */
export class VirtualTime {
  now = 1_700_000_000_000;
  /** Owner of the task that is running, its microtasks included. */
  current: TaskOwner | undefined;
  steps = 0;
  readonly #heap: ScheduledTask[] = [];
  #orders = 0;

  at(time: number, run: () => void, owner?: TaskOwner): ScheduledTask {
    const task = { at: time, order: this.#orders++, run, owner, cancelled: false };
    this.#push(task);
    return task;
  }

  after(ms: number, run: () => void, owner?: TaskOwner): ScheduledTask {
    return this.at(this.now + ms, run, owner);
  }

  /** @param isFirst tasks that run before the others; by default they run as they were due */
  wake(owner: TaskOwner, isFirst: (task: ScheduledTask) => boolean = () => true): void {
    owner.asleep = false;
    const tasks = owner.deferred.splice(0);
    const others = tasks.filter((task) => !isFirst(task));
    for (const task of [...tasks.filter(isFirst), ...others]) {
      this.#push(Object.assign(task, { at: this.now, order: this.#orders++ }));
    }
  }

  /** @param shouldStop called after each task and its microtasks */
  async runUntil(end: number, shouldStop: () => boolean): Promise<void> {
    await microtasksDone();
    for (let next; (next = this.#pop(end));) {
      if (next.cancelled) continue;
      if (next.owner?.asleep) {
        next.owner.deferred.push(next);
        continue;
      }
      this.now = next.at;
      this.current = next.owner;
      this.steps++;
      next.run();
      await microtasksDone();
      if (shouldStop()) return;
    }
    this.now = end;
  }

  #push(task: ScheduledTask): void {
    const heap = this.#heap;
    let at = heap.push(task) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isEarlier(task, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = task;
  }

  #pop(end: number): ScheduledTask | undefined {
    const heap = this.#heap;
    const first = heap[0];
    if (!first || first.at > end) return undefined;
    const last = heap.pop()!;
    if (last === first) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isEarlier(heap[child + 1]!, heap[child]!)) child++;
      if (!isEarlier(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}
