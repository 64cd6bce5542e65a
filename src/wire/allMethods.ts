import * as methods from "./methods.js";
import type { AnyMethod } from "./methods.js";

/**
 * All 28 methods of the GS2 reference. The player's client must not import this file: its bundle
 * holds only the methods it calls.
 */
export const allMethods: readonly AnyMethod[] = Object.values(methods);
