/** Reads a list of users that may be slow, may fail, and may not allow two reads at a time. */
export interface UserSource {
  /** The next user; undefined when the list has ended, failed, or the signal has aborted. */
  readonly next: () => Promise<{ readonly userId: unknown } | undefined>;
  /** Whether the list has ended or failed. */
  readonly hasEnded: () => boolean;
  /** Closes a list that has not ended. */
  readonly close: () => Promise<void>;
}

type Source = Iterator<unknown> | AsyncIterator<unknown>;

/** Undefined for what is not a list. */
export function openUserSource(
  userIds: unknown,
  signal: AbortSignal,
  onFailure: (cause: unknown) => void,
): UserSource | undefined {
  const list = Object(userIds) as Partial<Iterable<unknown> & AsyncIterable<unknown>>;
  // A string is an iterable of its characters, and never meant as one.
  const open =
    typeof userIds === "string" ? undefined : (list[Symbol.asyncIterator] ?? list[Symbol.iterator]);
  if (!open) return undefined;
  const source = (open as () => Source).call(list);
  let ended = false;
  let reading = false;

  const read = async (): Promise<{ userId: unknown } | undefined> => {
    if (ended || signal.aborted) return undefined;
    reading = true;
    try {
      const next = await unlessAborted(source.next(), signal);
      // A run that ends does not wait for a list that is still reading.
      if (!next) return undefined;
      reading = false;
      if (!next.done) return { userId: next.value };
    } catch (cause) {
      reading = false;
      onFailure(cause);
    }
    ended = true;
    return undefined;
  };

  let last: Promise<unknown> = Promise.resolve();
  return {
    next() {
      const mine = last.then(read);
      last = mine;
      return mine;
    },
    hasEnded: () => ended,
    async close() {
      if (ended) return;
      const closed = closeSource(source);
      if (!reading) await closed;
    },
  };
}

/** The value, or undefined as soon as the signal aborts. */
function unlessAborted<Value>(
  pending: Value | PromiseLike<Value>,
  signal: AbortSignal,
): Promise<Value | undefined> {
  return new Promise((resolve, reject) => {
    const abort = (): void => resolve(undefined);
    const cleanUp = (): void => signal.removeEventListener("abort", abort);
    signal.addEventListener("abort", abort);
    Promise.resolve(pending).finally(cleanUp).then(resolve, reject);
  });
}

const closeSource = async (source: Source): Promise<void> => {
  try {
    await source.return?.();
  } catch {
    // The run has its result: an error on closing changes nothing.
  }
};
