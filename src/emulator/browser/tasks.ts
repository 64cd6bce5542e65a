/** Runs a function in a task of its own, after those that were queued before. */
export type QueueTask = (run: () => void) => void;

/**
 * A queue of the host's event loop, as events of a network come from one. In a hidden page timers
 * wait up to a minute and messages do not.
 */
export function createTaskQueue(): QueueTask {
  // Node: a message port would keep the process alive.
  if (typeof setImmediate === "function") return (run) => void setImmediate(run);
  // jsdom has neither.
  if (typeof MessageChannel !== "function") return (run) => void setTimeout(run);
  const queued: (() => void)[] = [];
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => queued.shift()?.();
  return (run) => {
    queued.push(run);
    port2.postMessage(undefined);
  };
}
