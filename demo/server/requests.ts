import * as v from "valibot";
import { taskNames, type CatchReport, type JoinRequest } from "../shared/api.js";
import { SIZES } from "../shared/rules.js";
import { roundMsAttribute, sizeAttribute } from "../shared/services.js";

// A page is in its player's hands: a report of `[[0], ...]` or `["map"]` would count as stars.

/** A sky has fewer stars. */
const MOST_STARS = 1_000;

const starId = v.pipe(v.number(), v.integer(), v.minValue(0));

const catchReport = v.object({
  matchName: v.pipe(v.string(), v.maxLength(128)),
  caught: v.pipe(v.array(starId), v.maxLength(MOST_STARS)),
  isLast: v.boolean(),
});

/** The player of `doMatchmaking` and `createGathering`, by its attributes. */
const player = v.pipe(
  v.object({ attributes: v.array(v.object({ name: v.string(), value: v.number() })) }),
  v.transform(({ attributes }) => new Map(attributes.map(({ name, value }) => [name, value]))),
);

const search = v.pipe(
  v.object({ player }),
  v.transform((given) => ({ size: given.player.get(sizeAttribute) })),
  v.object({ size: v.picklist(SIZES) }),
);

const opening = v.pipe(
  v.object({
    player,
    capacityOfRoles: v.tuple([v.object({ capacity: v.picklist(SIZES) })]),
  }),
  v.transform((given) => ({
    size: given.capacityOfRoles[0].capacity,
    roundMs: given.player.get(roundMsAttribute),
  })),
  v.object({ size: v.picklist(SIZES), roundMs: v.undefinedable(v.pipe(v.number(), v.finite())) }),
);

/** Parameters of `increaseCounterByUserId`. */
const increase = v.object({
  userId: v.string(),
  counterName: v.picklist(taskNames),
  value: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MOST_STARS)),
});

/** Undefined: a page does not send it. */
const readerOf =
  <Output>(schema: v.GenericSchema<unknown, Output>) =>
  (value: unknown): Output | undefined => {
    const parsed = v.safeParse(schema, value);
    return parsed.success ? parsed.output : undefined;
  };

export const readCatchReport: (value: unknown) => CatchReport | undefined = readerOf(catchReport);
/** The parameters of `doMatchmaking`. */
export const readSearch: (value: unknown) => { size: number } | undefined = readerOf(search);
/** The parameters of `createGathering`. */
export const readOpening: (value: unknown) => JoinRequest | undefined = readerOf(opening);
export const readIncrease: (value: unknown) => v.InferOutput<typeof increase> | undefined =
  readerOf(increase);
