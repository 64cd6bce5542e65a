/**
 * Bugs of a kind that people make, one at a time: each must break a promise in some story. They live here and in the bundle of one run, nowhere
 * else. `find` stands in `file` exactly once.
 *
 * @type {readonly { name: string, file: string, find: string, replace: string }[]}
 */
export const mutations = [
  {
    name: "events of an earlier socket are taken for the present one's",
    file: "connection/machine.ts",
    find: "if (generation === t.generation) event(t);",
    replace: "event(t);",
  },
  {
    name: "a dead socket is forgotten, not left",
    file: "connection/connection.ts",
    find: "socket?.leave();",
    replace: "",
  },
  {
    name: "notifications are not held while a bind is under way",
    file: "notify/notify.ts",
    find: "if (!holds) deliver(one);\n      else if (held.push(one) >= MOST_HELD) giveUpHolding();",
    replace: "deliver(one);",
  },
  {
    name: "notifications are let go before the refetch is done",
    file: "notify/notify.ts",
    find: "await Promise.all([...syncs.values()].map((run) => emitter.callSafely(run, [arg])));",
    replace: "[...syncs.values()].map((run) => emitter.callSafely(run, [arg]));",
  },
  {
    name: "what was held is delivered last one first",
    file: "notify/notify.ts",
    find: "(next = held.shift())",
    replace: "(next = held.pop())",
  },
  {
    name: "what was held is delivered and kept",
    file: "notify/notify.ts",
    find: "for (let next; !holds && (next = held.shift());) deliver(next);",
    replace: "for (const next of held) deliver(next);",
  },
  {
    name: "one event answers every waiter",
    file: "notify/notify.ts",
    find: "taken = true;\n      break;",
    replace: "taken = true;",
  },
  {
    name: "an event from the look-back is not taken out of it",
    file: "notify/history.ts",
    find: "entry.one = undefined;",
    replace: "",
  },
  {
    name: "dispose forgets who waits for an event",
    file: "notify/notify.ts",
    find: 'for (const { fail } of waiters) fail({ kind: "notConnected" }, "disposed");',
    replace: "",
  },
  {
    name: "onSync is left out after a gap",
    file: "connection/binding.ts",
    find: "if (forced || first || since !== undefined)",
    replace: "if (forced || first)",
  },
  {
    name: "onSync runs at every bind",
    file: "connection/binding.ts",
    find: "if (forced || first || since !== undefined)",
    replace: "",
  },
  {
    name: "the gap begins when the loss is noticed",
    file: "connection/transitions.ts",
    find: "slot.gapSince ??= t.lastFrameAt;",
    replace: "slot.gapSince ??= t.now;",
  },
  {
    name: "a forced bind that got no answer is forced again",
    file: "connection/transitions.ts",
    find: "slot.force = slot.forced = false;",
    replace: "slot.force = slot.forced;\n    slot.forced = false;",
  },
  {
    name: "a forced bind that was refused is forced again",
    file: "connection/binding.ts",
    find: "slot.force = slot.renewNext = false;",
    replace: "slot.renewNext = false;",
  },
  {
    name: "whoever lost the place takes it back by force",
    file: "connection/binding.ts",
    find: 'return replaced(slot, "conflict");',
    replace: "slot.force = true;",
  },
  {
    name: "whoever lost the place goes on asking",
    file: "wire/failures.ts",
    find: 'return "replaced";',
    replace: 'return "retry";',
  },
  {
    name: "whoever lost the place asks again on the next socket",
    file: "connection/transitions.ts",
    find: 'if (state !== "replaced" && (',
    replace: "if ((",
  },
  {
    name: "two holders of one session ID are never found out",
    file: "connection/binding.ts",
    find: "if (slot.rapidCloses.length < CUTS) return;",
    replace: "return;",
  },
  {
    name: "a broken line counts as a cut by a twin",
    file: "connection/machine.ts",
    find: "if (clean) detectSharedSessionId(t);",
    replace: "detectSharedSessionId(t);",
  },
  {
    name: "a cloned tab takes the session ID along",
    file: "session/tabSession.ts",
    find: "  claim();\n  return",
    replace: "  return",
  },
  {
    name: "the calls of a lost socket wait for their deadline",
    file: "connection/calls.ts",
    find: "} else if (sent || call.request.generation) {",
    replace: "} else if (call.request.generation) {",
  },
  {
    name: "a call that must not be repeated is",
    file: "connection/calls.ts",
    find: '!generation && (repeat === "safe" || repeat === "safeDelete")',
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
    name: "calls of a player do not wait for the bind",
    file: "connection/connection.ts",
    find: 'return no("setUserId failed", slot.error?.kind);\n      return "wait";',
    replace: 'return no("setUserId failed", slot.error?.kind);',
  },
  {
    name: "the answer to a bind goes to whichever slot is first",
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
    name: "the player before stays bound at the server",
    file: "connection/binding.ts",
    find: "replaceSocket(t);\n    slot.session = slot.acceptedAt",
    replace: "slot.session = slot.acceptedAt",
  },
  {
    name: "a probe without an answer means nothing",
    file: "connection/machine.ts",
    find: 'return connectionLost(t, "probeFailed");',
    replace: "t.probedAt = Infinity;",
  },
  {
    name: "a bind that failed for now is never tried again",
    file: "connection/binding.ts",
    find: "slot.retryAt = nextWindow(t);",
    replace: "slot.retryAt = Infinity;",
  },
  {
    name: "a login that failed for now is never tried again",
    file: "connection/machine.ts",
    find: "else t.nextRetryAt = nextWindow(t);",
    replace: "",
  },
  {
    name: "the windows between attempts never grow",
    file: "connection/retrySchedule.ts",
    find: "const GROWTH = 1.5;",
    replace: "const GROWTH = 1;",
  },
  {
    name: "a page out of the back-forward cache stays disconnected",
    file: "connection/machine.ts",
    find: "if (t.inBackForwardCache) openSocket(t);",
    replace: "",
  },
  {
    name: "a client at rest still listens to the page",
    file: "connection/connection.ts",
    find: "else unwatch = unwatch?.() as undefined;",
    replace: "",
  },
  {
    name: "the clock goes on ticking after the end",
    file: "connection/connection.ts",
    find: "due < Infinity || state.phase === OPEN\n",
    replace: "due < Infinity || state.phase > 0\n",
  },
];
