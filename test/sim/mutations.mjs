/**
 * Defects of a kind that people make, injected one at a time at bundle time: the simulation must
 * detect each. `find` occurs in `file` exactly once.
 *
 * @type {readonly { name: string, file: string, find: string, replace: string }[]}
 */
export const mutations = [
  {
    name: "events of an earlier socket change the present one's state",
    file: "connection/machine.ts",
    find: "if (!isOutdated) applyEvent(draft, event);",
    replace: "applyEvent(draft, event);",
  },
  {
    name: "a lost socket is not closed",
    file: "connection/connection.ts",
    find: "this.#socket?.leave();",
    replace: "",
  },
  {
    name: "notifications are not held during a bind",
    file: "notify/holdQueue.ts",
    find: "if (!this.#holds.size) return this.#deliver(notification, false);",
    replace: "return this.#deliver(notification, false);",
  },
  {
    name: "held notifications are delivered before onSync ends",
    file: "notify/notify.ts",
    find: "await Promise.all(handlers.map((run) => this.#emitter.callSafely(run, [event])));",
    replace: "handlers.map((run) => this.#emitter.callSafely(run, [event]));",
  },
  {
    name: "held notifications are delivered in reverse order",
    file: "notify/holdQueue.ts",
    find: "this.#held.shift()!",
    replace: "this.#held.pop()!",
  },
  {
    name: "held notifications are delivered and not removed",
    file: "notify/holdQueue.ts",
    find: "      this.#deliverWhile(() => !this.#holds.size);",
    replace:
      "      for (const { notification, isTaken } of this.#held) this.#deliver(notification, isTaken);",
  },
  {
    name: "one notification resolves every waiter",
    file: "notify/notify.ts",
    find: "waiter.resolve(matched);\n      return true;",
    replace: "waiter.resolve(matched);",
  },
  {
    name: "a notification from the history resolves a second waiter",
    file: "notify/history.ts",
    find: "entry.notification = undefined;",
    replace: "",
  },
  {
    name: "dispose does not reject waitFor",
    file: "notify/notify.ts",
    find: 'for (const { fail } of this.#waiters) fail({ kind: "notConnected" }, "disposed");',
    replace: "",
  },
  {
    name: "onSync does not run after a gap",
    file: "connection/binding.ts",
    find: "if (slot.forced || isFirst || since !== undefined) {",
    replace: "if (slot.forced || isFirst) {",
  },
  {
    name: "onSync runs after every bind",
    file: "connection/binding.ts",
    find: "if (slot.forced || isFirst || since !== undefined) {",
    replace: "{",
  },
  {
    name: "since is the time when the loss was noticed",
    file: "connection/transitions.ts",
    find: "slots[name] = slotWithoutSocket(slot, input.lastFrameAt);",
    replace: "slots[name] = slotWithoutSocket(slot, input.now);",
  },
  {
    name: "a forced bind without a reply is sent again with force",
    file: "connection/transitions.ts",
    find: 'const { renewed, conflictSince } = slot;\n      return { history, state: "wanted", renewed, conflictSince };',
    replace:
      'const { renewed, conflictSince, forced } = slot;\n      return { history, state: "wanted", renewed, conflictSince, force: forced };',
  },
  {
    name: "a forced bind that was refused is sent again with force",
    file: "connection/binding.ts",
    find: 'draft.slots[name] = { history, state: "wanted", renewNext, renewed, conflictSince, retryAt };',
    replace:
      'draft.slots[name] = { history, state: "wanted", renewNext, renewed, conflictSince, retryAt, force: slot.forced };',
  },
  {
    name: "a replaced client binds again with force",
    file: "connection/binding.ts",
    find: 'draft.slots[name] = { history, state: "replaced", replacedBy: "conflict" };',
    replace: 'draft.slots[name] = { history, state: "wanted", force: true };',
  },
  {
    name: "a replaced client goes on binding",
    file: "wire/failures.ts",
    find: 'return "replaced";',
    replace: 'return "retry";',
  },
  {
    name: "a replaced client binds again on the next socket",
    file: "connection/transitions.ts",
    find: 'case "replaced":\n      return { ...slot, history };',
    replace: 'case "replaced":\n      return { history, state: "wanted" };',
  },
  {
    name: "a shared session ID is never detected",
    file: "connection/binding.ts",
    find: "closes.length >= RAPID_CLOSES_LIMIT",
    replace: "closes.length >= Infinity",
  },
  {
    name: "a lost connection counts as a sign of a shared session ID",
    file: "connection/machine.ts",
    find: "if (clean) detectSharedSessionId(draft);",
    replace: "detectSharedSessionId(draft);",
  },
  {
    name: "a cloned tab uses the session ID of the original",
    file: "session/tabSession.ts",
    find: "page.onLeave = () => this.restore();\n    this.#remove();",
    replace: "page.onLeave = () => this.restore();",
  },
  {
    name: "calls sent on a lost socket wait for their deadline",
    file: "connection/calls.ts",
    find: "} else if (isSent || call.request.generation) {",
    replace: "} else if (call.request.generation) {",
  },
  {
    name: "a call that must not be repeated is repeated",
    file: "connection/calls.ts",
    find: "!generation && isSafeToRepeat(repeat)",
    replace: "!generation",
  },
  {
    name: "a call is repeated after every 401",
    file: "connection/calls.ts",
    find: "reply.status === 401 && !call.renewedAfter401 && !generation",
    replace: "reply.status === 401 && !generation",
  },
  {
    name: "a deadline outlives its call",
    file: "core/deferred.ts",
    find: "    isOver = true;\n    cancelDeadline?.();",
    replace: "    isOver = true;",
  },
  {
    name: "calls of a slot do not wait for its bind",
    file: "connection/calls.ts",
    find: 'if (slot.state !== "held") return "wait";',
    replace: "",
  },
  {
    name: "the reply to a bind is applied to the first slot",
    file: "connection/connection.ts",
    find: "        generation,\n        slot,\n        session: readSession(result),",
    replace:
      "        generation,\n        slot: Object.keys(this.#state.slots)[0],\n        session: readSession(result),",
  },
  {
    name: "a released slot stays bound at the server",
    file: "connection/binding.ts",
    find: 'if (isHeldByServer || unconfirmedBind || slot.state === "binding") endFormerSession(draft);',
    replace: "",
  },
  {
    name: "the former player stays bound at the server",
    file: "connection/binding.ts",
    find: "endFormerSession(draft);\n    draft.slots[name] = {",
    replace: "draft.slots[name] = {",
  },
  {
    name: "a probe without a reply does not end the connection",
    file: "connection/machine.ts",
    find: 'return connectionLost(draft, "probeFailed");',
    replace: "draft.suspectedAt = Infinity;",
  },
  {
    name: "a bind that failed temporarily is not retried",
    file: "connection/binding.ts",
    find: "const retryAt = nextWindow(draft);",
    replace: "const retryAt = Infinity;",
  },
  {
    name: "a login that failed temporarily is not retried",
    file: "connection/machine.ts",
    find: "else draft.nextRetryAt = nextWindow(draft);",
    replace: "",
  },
  {
    name: "the retry interval does not grow",
    file: "connection/retrySchedule.ts",
    find: "const GROWTH = 1.5;",
    replace: "const GROWTH = 1;",
  },
  {
    name: "a page restored from the back-forward cache stays disconnected",
    file: "connection/machine.ts",
    find: "if (draft.inBackForwardCache) openSocket(draft);",
    replace: "",
  },
  {
    name: "a client at rest still observes the platform",
    file: "connection/connection.ts",
    find: "this.#stopObserving?.();",
    replace: "",
  },
  {
    name: "the timer goes on after disconnect",
    file: "connection/connection.ts",
    find: "due < Infinity || isOpen ? ",
    replace: 'due < Infinity || this.#state.phase !== "idle" ? ',
  },
];
