/** localStorage; undefined where the browser blocks it. */
export const storage = open();

function open(): Storage | undefined {
  try {
    return localStorage;
  } catch {
    return undefined;
  }
}
