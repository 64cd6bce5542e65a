/**
 * Polls until `read` returns a value other than undefined or false, and resolves with it.
 *
 * @param condition a clause for the error at the timeout, e.g. "the emulator has a session"
 */
export async function until<T>(
  condition: string,
  read: () => T | undefined | false,
  timeoutMs = 5_000,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const value = read();
    if (value !== undefined && value !== false) return value;
    if (performance.now() > deadline) throw new Error(`Waited ${timeoutMs} ms until ${condition}.`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
