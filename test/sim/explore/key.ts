import { connectionKey, slotKey, userOf } from "./adapter.js";
import { Hash } from "./keySet.js";
import { modelKey, slotModelKey } from "./model.js";
import type { Node } from "./transition.js";

const hash = new Hash();

/** States with equal keys are taken for equal. Two slots in either order are equal too. */
export function keyOf({ state, model }: Node): number {
  const { now, slots } = model;
  const input = { now, random: 0, frames: model.frames, lastFrameAt: model.lastFrameAt };
  hash.reset().add(connectionKey(state, input)).add(modelKey(model));
  const keys = slots.map(
    (slot, index) =>
      slotKey(state, index, now) * 2 ** 13 + slotModelKey(slot, userOf(state, index)),
  );
  if (keys.length > 1) keys.sort((a, b) => a - b);
  for (const key of keys) hash.add(key);
  return hash.value;
}
