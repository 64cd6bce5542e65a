import mitt from "mitt";
import { describeError } from "../core/reporter.js";
import { invalidArgument } from "../errors.js";

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
  /** What mitt calls. */
  readonly listener: (...args: never[]) => void;
  /** One of them has, or had, `once`: without it a delivery looks at none. */
  once: unknown;
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
  /** The names that have handlers and are no text. */
  readonly names: () => Iterable<unknown>;
  /** The others. */
  readonly texts: () => Iterable<unknown>;
  readonly emit: (type: string | symbol, ...args: Args) => void;
  /** Runs foreign code. The result settles when the code has, and never rejects. */
  readonly callSafely: (run: Handler, args: Args) => unknown;
  readonly forgetHandlers: () => void;
}

/** Throws `invalidArgument` for what cannot be called. Callers may have no TypeScript. */
export function requireHandler(method: string, handler: unknown): void {
  if (typeof handler !== "function") {
    throw invalidArgument(method, "handler", "must be a function");
  }
}

/**
 * mitt, with handlers that cannot affect each other: one that throws or rejects is reported, and
 * the others are still called.
 *
 * @param onError gets what a handler threw, and the same as text
 */
export function createEmitter(onError: (error: unknown, message: string) => void): Emitter {
  const bus = mitt<Record<string | symbol, Args>>();
  type Entries = Map<unknown, Map<Handler, Entry>>;
  /** By name and handler. Apart, so that the number of keys costs nothing while one is emitted. */
  const byText: Entries = new Map();
  const byObject: Entries = new Map();

  const reportError = (error: unknown): void => onError(error, describeError(error));

  const callSafely: Emitter["callSafely"] = (run, args) => {
    try {
      // For one argument a spread takes longer than everything else here.
      const result = args.length === 1 ? run(args[0] as never) : run(...(args as never[]));
      return (result as Partial<Promise<unknown>> | undefined)?.then?.(undefined, reportError);
    } catch (error) {
      reportError(error);
      return undefined;
    }
  };

  return {
    callSafely,
    names: () => byObject.keys(),
    texts: () => byText.keys(),
    listen(name, handler, { signal, once } = {}, pick, type = pick ? "*" : (name as string)) {
      requireHandler("on", handler);
      const entries = typeof name === "string" ? byText : byObject;
      const handlers = entries.get(name) ?? new Map<Handler, Entry>();
      const entry: Entry = handlers.get(handler) ?? {
        undos: new Map<() => void, unknown>(),
        once,
        // mitt gives an event alone, but to "*" its type before it.
        listener(typeOrArgs: unknown, args = typeOrArgs as Args): void {
          // mitt calls the handlers it began with, also one that another has undone meanwhile.
          if (!entry.undos.size) return;
          if (pick && !(args = [pick(...(args as never[]))])[0]) return;
          if (entry.once) entry.undos.forEach((isOnce, undo) => isOnce && undo());
          callSafely(handler, args);
        },
      };
      if (!entry.undos.size) bus.on(type, entry.listener as never);
      const undo = (): void => {
        signal?.removeEventListener("abort", undo);
        if (!entry.undos.delete(undo) || entry.undos.size) return;
        bus.off(type, entry.listener as never);
        if (!bus.all.get(type)?.length) bus.all.delete(type);
        handlers.delete(handler);
        if (!handlers.size) entries.delete(name);
      };
      entries.set(name, handlers.set(handler, entry));
      entry.undos.set(undo, once);
      entry.once ||= once;
      signal?.addEventListener("abort", undo);
      if (signal?.aborted) undo();
      return undo;
    },
    emit: (type, ...args) =>
      // To mitt "*" is every handler, but a subject may be just that.
      bus.emit(type === "*" ? Symbol.for(type) : type, args),
    forgetHandlers() {
      for (const entries of [byText, byObject])
        for (const handlers of entries.values())
          for (const { undos } of handlers.values()) for (const undo of undos.keys()) undo();
    },
  };
}
