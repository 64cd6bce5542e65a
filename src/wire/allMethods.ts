import * as rows from "./methods.js";
import type { AnyMethod } from "./methods.js";

/** All 28 rows of the GS2 reference, by name. Only admin, compat and emulator import this: a player's bundle holds its own rows alone. */
export const allMethods: readonly AnyMethod[] = Object.values(rows);
