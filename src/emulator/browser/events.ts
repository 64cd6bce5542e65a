/** A function as the value of `onopen`, `onmessage`, `onerror` or `onclose`. */
export type EventHandler = ((event: Event) => unknown) | null;

const handlers = new WeakMap<EventTarget, Map<string, EventHandler>>();

export const handlerOf = (target: EventTarget, type: string): EventHandler =>
  handlers.get(target)?.get(type) ?? null;

/** Replaces the handler; its place among the listeners is that of the first one. */
export function setHandler(target: EventTarget, type: string, handler: unknown): void {
  const ofTarget = handlers.get(target) ?? new Map<string, EventHandler>();
  handlers.set(target, ofTarget);
  if (!ofTarget.has(type)) {
    target.addEventListener(type, (event) => ofTarget.get(type)?.call(target, event));
  }
  ofTarget.set(type, typeof handler === "function" ? (handler as EventHandler) : null);
}

export const messageEvent = (data: string, origin: string): Event =>
  new MessageEvent("message", { data, origin });

/** Node has no CloseEvent before version 23. */
export function closeEvent(code: number, reason: string, wasClean: boolean): Event {
  const end = { code, reason, wasClean };
  return typeof CloseEvent === "function"
    ? new CloseEvent("close", end)
    : Object.assign(new Event("close"), end);
}
