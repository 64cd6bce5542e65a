import mitt from "mitt";

export interface ListenOptions {
  /** Ends the registration when aborted. */
  signal?: AbortSignal | undefined;
  /** Ends it after the first delivery. Default false. */
  once?: boolean | undefined;
}

type Args = readonly unknown[];
export type Handler = (...args: never[]) => unknown;

/** The registrations of one handler under one name. */
interface Entry {
  /** The undo of each registration, with its `once`. */
  readonly undos: Map<() => void, unknown>;
  readonly off: () => void;
}

/** @internal */
export interface Emitter {
  /**
   * The same handler registered twice under one name is called once, until both registrations are
   * undone.
   *
   * @param pick what the handler gets of an event; nothing: it is not called
   * @param type the events to listen to; `"*"`: all of them
   */
  readonly listen: (
    name: unknown,
    handler: Handler,
    options?: ListenOptions,
    pick?: (...args: never[]) => unknown,
    type?: string,
  ) => () => void;
  /** The names that have handlers. */
  readonly names: () => Iterable<unknown>;
  readonly emit: (type: string | symbol, ...args: Args) => void;
  /** Runs foreign code. The result settles when the code has, and never rejects. */
  readonly callSafely: (run: Handler, args: Args) => unknown;
  readonly forgetHandlers: () => void;
}

/**
 * mitt, with handlers that cannot affect each other: one that throws or rejects is reported, and
 * the others are still called.
 *
 * @param onError gets what a handler threw, and the same as text
 */
export function createEmitter(onError: (error: unknown, message: string) => void): Emitter {
  const bus = mitt<Record<string | symbol, Args>>();
  /** By name and handler. */
  const entries = new Map<unknown, Map<Handler, Entry>>();

  const reportError = (error: unknown): void => {
    let message = "";
    try {
      message = String(error);
    } catch {
      // Not every value that can be thrown has a text.
    }
    onError(error, message);
  };

  const callSafely: Emitter["callSafely"] = (run, args) => {
    try {
      const result = run(...(args as never[]));
      return (result as Partial<Promise<unknown>> | undefined)?.then?.(undefined, reportError);
    } catch (error) {
      reportError(error);
      return undefined;
    }
  };

  const register = (
    name: unknown,
    handler: Handler,
    pick: ((...args: never[]) => unknown) | undefined,
    type: string,
  ): Entry => {
    const handlers = entries.get(name) ?? new Map<Handler, Entry>();
    entries.set(name, handlers);
    const known = handlers.get(handler);
    if (known) return known;
    const undos = new Map<() => void, unknown>();
    const deliver = (args: Args): void => {
      // mitt calls the handlers it began with, also one that another has undone meanwhile.
      if (!undos.size) return;
      if (pick && !(args = [pick(...(args as never[]))])[0]) return;
      undos.forEach((once, undo) => once && undo());
      callSafely(handler, args);
    };
    const listener = type === "*" ? (_: unknown, args: Args): void => deliver(args) : deliver;
    bus.on(type, listener as never);
    const off = (): void => {
      bus.off(type, listener as never);
      if (!bus.all.get(type)?.length) bus.all.delete(type);
      handlers.delete(handler);
      if (!handlers.size) entries.delete(name);
    };
    const entry = { undos, off };
    handlers.set(handler, entry);
    return entry;
  };

  return {
    callSafely,
    names: () => entries.keys(),
    listen(name, handler, { signal, once } = {}, pick, type = pick ? "*" : (name as string)) {
      const { undos, off } = register(name, handler, pick, type);
      const undo = (): void => {
        signal?.removeEventListener("abort", undo);
        if (undos.delete(undo) && !undos.size) off();
      };
      undos.set(undo, once);
      signal?.addEventListener("abort", undo);
      if (signal?.aborted) undo();
      return undo;
    },
    emit: (type, ...args) =>
      // To mitt "*" is every handler, but a subject may be just that.
      bus.emit(type === "*" ? Symbol.for(type) : type, args),
    forgetHandlers() {
      for (const handlers of entries.values()) {
        for (const { undos } of handlers.values()) for (const undo of undos.keys()) undo();
      }
    },
  };
}
