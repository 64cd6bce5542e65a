interface Task {
  readonly at: number;
  readonly run: () => void;
}

/** Tasks by time. It has no clock: the engine calls {@link TaskQueue.runDue}. */
export class TaskQueue {
  #tasks: Task[] = [];

  /** Time of the next task; Infinity: there is none. */
  get nextAt(): number {
    return this.#tasks[0]?.at ?? Infinity;
  }

  /** Tasks that are due at the same time run in the order they were added. */
  add(at: number, run: () => void): void {
    let index = this.#tasks.length;
    while (index > 0 && this.#tasks[index - 1]!.at > at) index--;
    this.#tasks.splice(index, 0, { at, run });
  }

  /** Runs the due tasks in the order of time, also those that are added meanwhile. */
  runDue(now: number): void {
    while (this.nextAt <= now) this.#tasks.shift()!.run();
  }

  clear(): void {
    this.#tasks = [];
  }
}
