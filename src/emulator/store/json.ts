export { isObject, parseObject } from "../../wire/json.js";

const MAX_DEPTH = 100;

/** `JSON.parse` reads values nested thousands of levels deep; `JSON.stringify` fails on them. */
export const isShallow = (value: unknown, levels = MAX_DEPTH): boolean =>
  typeof value !== "object" ||
  value === null ||
  (levels > 0 && Object.values(value).every((inside) => isShallow(inside, levels - 1)));

export const isText = (value: unknown, maxLength: number): value is string =>
  typeof value === "string" && value !== "" && value.length <= maxLength;
