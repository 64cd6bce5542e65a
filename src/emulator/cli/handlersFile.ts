import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { watch } from "chokidar";
import type { Emulator } from "../emulator.js";
import { invalid } from "../settings.js";
import { importFresh, placeOf } from "./freshModules.js";

type Handle = Emulator["handle"];

/** What a handlers module exports: it adds handlers, and may return what ends its own work. */
type DefineHandlers = (emulator: Emulator) => unknown;

interface Print {
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
}

/**
 * The handlers of one load of the module. They are recorded first, so that a module that fails half
 * way changes nothing.
 */
class HandlerSet {
  readonly #entries = new Set<{ readonly add: () => () => void; remove?: () => void }>();
  #active = false;
  /** Ends what the module started besides its handlers. */
  end: () => unknown = () => {};

  constructor(private readonly emulator: Emulator) {}

  get size(): number {
    return this.#entries.size;
  }

  readonly handle = ((...given: Parameters<Handle>) => {
    const add = () => this.emulator.handle(...given);
    const entry: { readonly add: () => () => void; remove?: () => void } = { add };
    if (this.#active) entry.remove = add();
    this.#entries.add(entry);
    return () => {
      entry.remove?.();
      this.#entries.delete(entry);
    };
  }) as Handle;

  activate(): void {
    for (const entry of this.#entries) entry.remove = entry.add();
    this.#active = true;
  }

  deactivate(): void {
    this.#active = false;
    for (const { remove } of this.#entries) remove?.();
  }
}

/**
 * Adds the handlers of a module, and replaces them when its file changes, or one that it imports by
 * a relative path. An error in it is printed, and the handlers before stay. Rejects when the first
 * load fails.
 *
 * @returns a function that stops watching
 */
export async function addHandlersFile(
  emulator: Emulator,
  given: string,
  { out, err }: Print,
): Promise<() => Promise<void>> {
  const file = resolve(given);
  if (!existsSync(file)) throw invalid(`--handlers: there is no file ${given}.`);
  const watcher = watch(file, {
    ignoreInitial: true,
    awaitWriteFinish: { stabilityThreshold: 50, pollInterval: 10 },
  });
  const ready = new Promise<void>((done) => watcher.once("ready", done));
  const load = async (): Promise<HandlerSet> => {
    const set = new HandlerSet(emulator);
    const loaded = await importFresh(file, (imported) => watcher.add(imported));
    const define = loaded["handlers"] ?? loaded["default"];
    if (typeof define !== "function") {
      throw invalid("it exports no function handlers, and none as default");
    }
    const end: unknown = await (define as DefineHandlers)({ ...emulator, handle: set.handle });
    if (typeof end === "function") set.end = end as HandlerSet["end"];
    return set;
  };

  let current = new HandlerSet(emulator);
  const replace = async () => {
    const next = await load();
    current.deactivate();
    try {
      next.activate();
    } catch (error) {
      next.deactivate();
      current.activate();
      await next.end();
      throw error;
    }
    const before = current;
    current = next;
    out(`Handlers: ${next.size} of ${given}`);
    await before.end();
  };

  try {
    await replace();
    await ready;
  } catch (error) {
    await watcher.close();
    throw invalid(`--handlers: ${given} cannot be used: ${describe(error)}`);
  }
  let changes = 0;
  let loads = Promise.resolve();
  watcher.on("all", () => {
    const change = ++changes;
    loads = loads.then(async () => {
      // A later change is loaded for this one too.
      if (change < changes) return;
      await replace().catch((error: unknown) => {
        err(`--handlers: ${given} cannot be used, its last handlers stay: ${describe(error)}`);
      });
    });
  });
  return async () => {
    await watcher.close();
    await loads;
    await current.end();
  };
}

/** The error, and the place in the module. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return `it threw ${typeof error}`;
  const place = placeOf(error);
  return `${String(error)}${place === undefined ? "" : ` (${place})`}`;
}
