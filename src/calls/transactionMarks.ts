import type { Mark } from "../notify/history.js";

/** The moment before a call, by its result. */
const marks = /*#__PURE__*/ new WeakMap<object, Mark>();

export const rememberMark = (result: object, mark: Mark): void => void marks.set(result, mark);

/** Undefined for a result that came by no definition. */
export const markBefore = (result: object): Mark | undefined => marks.get(result);
