/**
 * A copy without a prototype: a key may be any text, also `__proto__` or the name of a method of
 * objects.
 */
export const copyRecord = <Value>(record: Readonly<Record<string, Value>>): Record<string, Value> =>
  Object.assign(Object.create(null) as Record<string, Value>, record);
