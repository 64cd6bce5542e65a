import { generationOf, nextTickAt, step } from "./adapter.js";
import { timerAt } from "./events.js";
import { applyEvent, copyModel, receiveFrame, type Node } from "./model.js";
import { StepPromises } from "./promises.js";
import type { Effect, ExplorerEvent } from "./protocol.js";

/** More than the longest of the machine's limits. */
const SLEEP_MS = 400_000;

export interface Transition extends Node {
  readonly effects: readonly Effect[];
  /** The first promise that this step breaks. */
  readonly violation: string | undefined;
}

const NO_EFFECTS: readonly Effect[] = [];

/** Applies one event to machine and environment, and checks the promises of this step. */
export function transition(before: Node, event: ExplorerEvent): Transition {
  const model = copyModel(before.model);
  if (event.type === "frame" || event.type === "sleep") {
    if (event.type === "frame") receiveFrame(model);
    else model.now += SLEEP_MS;
    const dueAt = nextTickAt(before.state, model.lastFrameAt);
    return { state: before.state, model, dueAt, effects: NO_EFFECTS, violation: undefined };
  }
  let lateMs = 0;
  if (event.type === "tick") {
    const at = timerAt({ ...before, model });
    lateMs = Math.max(0, model.now - at);
    model.now = Math.max(model.now, at);
  }
  model.armedAt = model.now;
  const promises = new StepPromises(before, model, event);
  applyEvent(model, event);
  const { now, frames, lastFrameAt } = model;
  const input = { now, random: 0.5, frames, lastFrameAt };
  const { state, effects } = step(before.state, event, input, lateMs, generationOf(before.state));
  const dueAt = nextTickAt(state, lastFrameAt);
  promises.check({ state, model, dueAt }, effects, lateMs);
  return { state, model, dueAt, effects, violation: promises.violation };
}
