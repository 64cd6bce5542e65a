import mitt from "mitt";

export interface ListenOptions {
  /** Ends the listening when aborted. */
  signal?: AbortSignal | undefined;
  /** Ends it after the first delivery. Default false. */
  once?: boolean | undefined;
}

type Args = readonly unknown[];
export type Handler = (...args: never[]) => unknown;

/** Each registration's undo with its `once`, and the way out of mitt. */
interface Entry {
  readonly undos: Map<() => void, unknown>;
  readonly off: () => void;
}

/** @internal */
export interface Emitter {
  /**
   * The same handler registered twice under one name is told once, until the last of the two is undone.
   *
   * @param pick what the handler is told of an event; nothing: it is passed over
   * @param type the events to hear; `"*"`: all of them
   */
  readonly listen: (
    name: unknown,
    handler: Handler,
    options?: ListenOptions,
    pick?: (...args: never[]) => unknown,
    type?: string,
  ) => () => void;
  /** Under which somebody listens. */
  readonly names: () => Iterable<unknown>;
  readonly emit: (type: string | symbol, ...args: Args) => void;
  /** Runs foreign code. What it answers settles when it has, and never rejects. */
  readonly callSafely: (run: Handler, args: Args) => unknown;
  readonly forgetHandlers: () => void;
}

/**
 * mitt, with handlers that cannot hurt each other: one that throws or rejects is reported, and everybody else is still told.
 *
 * @param told hears what a handler threw, and the same as text
 */
export function createEmitter(told: (error: unknown, said: string) => void): Emitter {
  const bus = mitt<Record<string | symbol, Args>>();
  /** By name and handler. */
  const entries = new Map<unknown, Map<Handler, Entry>>();

  const threw = (error: unknown): void => {
    let said = "";
    try {
      said = String(error);
    } catch {
      // Not everything that can be thrown can be told.
    }
    told(error, said);
  };

  const shield: Emitter["callSafely"] = (run, args) => {
    try {
      const result = run(...(args as never[]));
      return (result as Partial<Promise<unknown>> | undefined)?.then?.(undefined, threw);
    } catch (error) {
      threw(error);
      return undefined;
    }
  };

  return {
    callSafely: shield,
    names: () => entries.keys(),
    listen(name, handler, { signal, once } = {}, pick, type = pick ? "*" : (name as string)) {
      const handlers = entries.get(name) ?? new Map<Handler, Entry>();
      entries.set(name, handlers);
      let entry = handlers.get(handler);
      if (!entry) {
        const undos = new Map<() => void, unknown>();
        const deliver = (args: Args): void => {
          // mitt tells those it began with, also one that another has undone meanwhile.
          if (!undos.size) return;
          if (pick && !(args = [pick(...(args as never[]))])[0]) return;
          undos.forEach((ends, undo) => ends && undo());
          shield(handler, args);
        };
        const tell = type === "*" ? (_: unknown, args: Args): void => deliver(args) : deliver;
        bus.on(type, tell as never);
        entry = {
          undos,
          off() {
            bus.off(type, tell as never);
            handlers.delete(handler);
            if (!handlers.size) entries.delete(name);
          },
        };
        handlers.set(handler, entry);
      }
      const { undos, off } = entry;
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
      // To mitt "*" is everybody, but a subject may be just that.
      bus.emit(type === "*" ? Symbol.for(type) : type, args),
    forgetHandlers() {
      bus.all.clear();
      entries.clear();
    },
  };
}
