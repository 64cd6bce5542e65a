/** Waits for a fact. Ends in a sentence when it does not come true. */
export async function until<T>(
  what: string,
  look: () => T | undefined | false,
  timeoutMs = 5_000,
): Promise<T> {
  const giveUpAt = performance.now() + timeoutMs;
  for (;;) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > giveUpAt) throw new Error(`Waited ${timeoutMs} ms until ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** How a promise ends: what it was rejected with; fails where it was not. */
export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  throw new Error(`Expected a rejection, got ${JSON.stringify(value)}.`);
}
