import * as v from "valibot";
import type { CatchReport, JoinRequest } from "../shared/api.js";
import { SIZES } from "../shared/rules.js";

// A page is in its player's hands: a report of `[[0], ...]` or `["map"]` would count as stars.

/** A sky has fewer stars. */
const MOST_STARS = 1_000;

const starId = v.pipe(v.number(), v.integer(), v.minValue(0));

const catchReport = v.object({
  matchName: v.pipe(v.string(), v.maxLength(128)),
  caught: v.pipe(v.array(starId), v.maxLength(MOST_STARS)),
  isLast: v.boolean(),
});

const joinRequest = v.object({
  size: v.picklist(SIZES),
  roundMs: v.optional(v.pipe(v.number(), v.finite())),
});

/** Undefined: a page does not send it. */
const readerOf =
  <Output>(schema: v.GenericSchema<unknown, Output>) =>
  (value: unknown): Output | undefined => {
    const parsed = v.safeParse(schema, value);
    return parsed.success ? parsed.output : undefined;
  };

export const readCatchReport: (value: unknown) => CatchReport | undefined = readerOf(catchReport);
export const readJoinRequest: (value: unknown) => JoinRequest | undefined = readerOf(joinRequest);
