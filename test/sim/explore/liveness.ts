import { bindingStateOf, isInBackForwardCache, isProbing, phaseOf, userOf } from "./adapter.js";
import { keyOf } from "./key.js";
import { KeySet } from "./keySet.js";
import type { Node } from "./model.js";
import type { ExplorerEvent, User } from "./protocol.js";
import { transition } from "./transition.js";

const MAX_STEPS = 40;

export interface LivenessFailure {
  readonly violation: string;
  readonly events: readonly ExplorerEvent[];
}

/**
 * Checks that a client connects and binds every wanted slot if from here on every attempt succeeds.
 * States that were passed on the way are not checked again.
 */
export class Liveness {
  readonly #live = new KeySet();

  check(from: Node): LivenessFailure | undefined {
    const events: ExplorerEvent[] = [];
    const passed: number[] = [];
    for (let node = from; !isDone(node);) {
      const key = keyOf(node);
      if (this.#live.has(key)) break;
      passed.push(key);
      if (events.length === MAX_STEPS) {
        return { violation: `not ready after ${MAX_STEPS} steps without a failure`, events };
      }
      const event = nextEvent(node);
      events.push(event);
      const next = transition(node, event);
      if (next.violation) return { violation: next.violation, events };
      node = next;
    }
    for (const key of passed) this.#live.add(key);
    return undefined;
  }
}

function isDone({ state, model }: Node): boolean {
  if (phaseOf(state) !== "open") return false;
  return model.slots.every((_, slot) => {
    const bindingState = bindingStateOf(state, slot);
    return bindingState !== "wanted" && bindingState !== "binding";
  });
}

/** What follows if nothing fails. */
function nextEvent({ state, model }: Node): ExplorerEvent {
  if (isInBackForwardCache(state) && phaseOf(state) === "waiting") {
    return { type: "hint", hint: "pageshow" };
  }
  switch (phaseOf(state)) {
    case "idle":
    case "closed":
    case "unauthorized":
      return { type: "connect" };
    case "opening":
      return { type: "socketOpened" };
    default:
  }
  if (model.isLoginPending) return { type: "loggedIn", renewInMs: 3_600_000 };
  if (isProbing(state, model.frames)) return { type: "frame" };
  const slot = model.slots.findIndex(({ bind }) => bind !== "none");
  if (slot < 0) return { type: "tick" };
  const user: User = model.slots[slot]!.unconfirmedUser || userOf(state, slot) || 1;
  return { type: "bindSucceeded", slot, user };
}
