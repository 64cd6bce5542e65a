import { userOf } from "./adapter.js";
import { Hash } from "./keySet.js";
import { modelKey, slotModelKey, type Node } from "./model.js";
import { connectionKey, slotKey } from "./stateKey.js";

const hash = new Hash();

/** States with equal keys are taken for equal. Two slots in either order are equal too. */
export function keyOf({ state, model, dueAt }: Node): number {
  const { now, slots } = model;
  const input = { now, random: 0, frames: model.frames, lastFrameAt: model.lastFrameAt };
  hash
    .reset()
    .add(connectionKey(state, input, dueAt))
    .add(modelKey(model));
  const ofSlot = (index: number): number =>
    slotKey(state, index, now) * 2 ** 13 + slotModelKey(slots[index]!, userOf(state, index));
  const first = ofSlot(0);
  if (slots.length === 1) return hash.add(first).value;
  const second = ofSlot(1);
  return hash.add(Math.min(first, second)).add(Math.max(first, second)).value;
}
