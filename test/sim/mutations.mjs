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
    find: "if (generation === t.generation) event(t);",
    replace: "event(t);",
  },
  {
    name: "a lost socket is not closed",
    file: "connection/connection.ts",
    find: "socket?.leave();",
    replace: "",
  },
  {
    name: "notifications are not held during a bind",
    file: "notify/notify.ts",
    find: "if (!holds) deliver(one);\n      else if (held.push(one) >= MOST_HELD) giveUpHolding();",
    replace: "deliver(one);",
  },
  {
    name: "held notifications are delivered before onSync ends",
    file: "notify/notify.ts",
    find: "await Promise.all([...syncs.values()].map((run) => emitter.callSafely(run, [arg])));",
    replace: "[...syncs.values()].map((run) => emitter.callSafely(run, [arg]));",
  },
  {
    name: "held notifications are delivered in reverse order",
    file: "notify/notify.ts",
    find: "(next = held.shift())",
    replace: "(next = held.pop())",
  },
  {
    name: "held notifications are delivered and not removed",
    file: "notify/notify.ts",
    find: "for (let next; !holds && (next = held.shift());) deliver(next);",
    replace: "for (const next of held) deliver(next);",
  },
  {
    name: "one notification resolves every waiter",
    file: "notify/notify.ts",
    find: "taken = true;\n      break;",
    replace: "taken = true;",
  },
  {
    name: "a notification from the history resolves a second waiter",
    file: "notify/history.ts",
    find: "entry.one = undefined;",
    replace: "",
  },
  {
    name: "dispose does not reject waitFor",
    file: "notify/notify.ts",
    find: 'for (const { fail } of waiters) fail({ kind: "notConnected" }, "disposed");',
    replace: "",
  },
  {
    name: "onSync does not run after a gap",
    file: "connection/binding.ts",
    find: "if (forced || first || since !== undefined)",
    replace: "if (forced || first)",
  },
  {
    name: "onSync runs after every bind",
    file: "connection/binding.ts",
    find: "if (forced || first || since !== undefined)",
    replace: "",
  },
  {
    name: "since is the time when the loss was noticed",
    file: "connection/transitions.ts",
    find: "slot.gapSince ??= t.lastFrameAt;",
    replace: "slot.gapSince ??= t.now;",
  },
  {
    name: "a forced bind without a reply is sent again with force",
    file: "connection/transitions.ts",
    find: "slot.force = slot.forced = false;",
    replace: "slot.force = slot.forced;\n    slot.forced = false;",
  },
  {
    name: "a forced bind that was refused is sent again with force",
    file: "connection/binding.ts",
    find: "slot.force = slot.renewNext = false;",
    replace: "slot.renewNext = false;",
  },
  {
    name: "a replaced client binds again with force",
    file: "connection/binding.ts",
    find: 'return replaced(slot, "conflict");',
    replace: "slot.force = true;",
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
    find: 'if (state !== "replaced" && (',
    replace: "if ((",
  },
  {
    name: "a shared session ID is never detected",
    file: "connection/binding.ts",
    find: "if (slot.rapidCloses.length < CUTS) return;",
    replace: "return;",
  },
  {
    name: "a lost connection counts as a sign of a shared session ID",
    file: "connection/machine.ts",
    find: "if (clean) detectSharedSessionId(t);",
    replace: "detectSharedSessionId(t);",
  },
  {
    name: "a cloned tab uses the session ID of the original",
    file: "session/tabSession.ts",
    find: "  claim();\n  return",
    replace: "  return",
  },
  {
    name: "calls sent on a lost socket wait for their deadline",
    file: "connection/calls.ts",
    find: "} else if (sent || call.request.generation) {",
    replace: "} else if (call.request.generation) {",
  },
  {
    name: "a call that must not be repeated is repeated",
    file: "connection/calls.ts",
    find: '!generation && (repeat === "safe" || repeat === "gone")',
    replace: "!generation",
  },
  {
    name: "a call is repeated after every 401",
    file: "connection/calls.ts",
    find: "reply.status === 401 && !call.renewed401 && !generation",
    replace: "reply.status === 401 && !generation",
  },
  {
    name: "a deadline outlives its call",
    file: "core/deferred.ts",
    find: "    over = true;\n    clearTimer(timer);",
    replace: "    over = true;",
  },
  {
    name: "calls of a slot do not wait for its bind",
    file: "connection/connection.ts",
    find: 'return no("setUserId failed", slot.error?.kind);\n      return "wait";',
    replace: 'return no("setUserId failed", slot.error?.kind);',
  },
  {
    name: "the reply to a bind is applied to the first slot",
    file: "connection/connection.ts",
    find: "dispatch((t) => bindSucceeded(t, slot, session), generation)",
    replace: "dispatch((t) => bindSucceeded(t, Object.keys(t.slots)[0]!, session), generation)",
  },
  {
    name: "a released slot stays bound at the server",
    file: "connection/binding.ts",
    find: 'if (slot.heldOn || slot.unconfirmedBind || slot.state === "binding") replaceSocket(t);',
    replace: "",
  },
  {
    name: "the former player stays bound at the server",
    file: "connection/binding.ts",
    find: "replaceSocket(t);\n    slot.session = slot.acceptedAt",
    replace: "slot.session = slot.acceptedAt",
  },
  {
    name: "a probe without a reply does not end the connection",
    file: "connection/machine.ts",
    find: 'return connectionLost(t, "probeFailed");',
    replace: "t.probedAt = Infinity;",
  },
  {
    name: "a bind that failed temporarily is not retried",
    file: "connection/binding.ts",
    find: "slot.retryAt = nextWindow(t);",
    replace: "slot.retryAt = Infinity;",
  },
  {
    name: "a login that failed temporarily is not retried",
    file: "connection/machine.ts",
    find: "else t.nextRetryAt = nextWindow(t);",
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
    find: "if (t.inBackForwardCache) openSocket(t);",
    replace: "",
  },
  {
    name: "a client at rest still observes the platform",
    file: "connection/connection.ts",
    find: "else unwatch = unwatch?.() as undefined;",
    replace: "",
  },
  {
    name: "the timer goes on after disconnect",
    file: "connection/connection.ts",
    find: "due < Infinity || state.phase === OPEN\n",
    replace: "due < Infinity || state.phase > 0\n",
  },
];
