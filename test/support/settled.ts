/** Lets everything run that only waits for promises. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A promise whose end is in the hands of the test. */
export interface Gate<Value = void> {
  readonly promise: Promise<Value>;
  open(value: Value): void;
  fail(error: unknown): void;
}

export function gate<Value = void>(): Gate<Value> {
  let open!: Gate<Value>["open"];
  let fail!: Gate<Value>["fail"];
  const promise = new Promise<Value>((resolve, reject) => {
    open = resolve;
    fail = reject;
  });
  return { promise, open, fail };
}

/** The error a promise is rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  throw new Error(`was not rejected, but answered ${JSON.stringify(value)}`);
}
