// What the checks of the guide use of `node:assert/strict`.

function assertThat(condition, message) {
  if (!condition) throw new Error(message);
}

export const equal = (actual, expected) =>
  assertThat(Object.is(actual, expected), `${String(actual)} is not ${String(expected)}`);

export function deepEqual(actual, expected) {
  const [is, should] = [JSON.stringify(actual), JSON.stringify(expected)];
  assertThat(is === should, `${is} is not ${should}`);
}

export const match = (text, pattern) =>
  assertThat(pattern.test(text), `${text} does not match ${String(pattern)}`);

export const fail = (message) => assertThat(false, message);

const assert = { equal, deepEqual, match, fail };
// The checks import it as Node exports it.
export { assert as default };
