/** A `fetch` whose requests go to `serve`. It fails as a network does: with a TypeError. */
export const createFetch =
  (
    url: string,
    serve: (request: Request) => Response | Promise<Response>,
    stopped: AbortSignal,
  ): typeof globalThis.fetch =>
  async (input, init) => {
    const request = new Request(input, init);
    if (new URL(request.url).origin !== url) {
      throw new TypeError(
        `The browser emulator's fetch serves ${url}, and nothing at ${new URL(request.url).origin}.`,
      );
    }
    if (stopped.aborted) throw new TypeError("The browser emulator was stopped.");
    return untilAborted(Promise.resolve(serve(request)), request.signal);
  };

function untilAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason as Error);
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort);
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
