import { batch, computed, signal } from "@preact/signals";
import type { FrameLogEntry } from "../../wire/frameLog.js";
import { noFilter, filtered, rowOf, type Filter, type Row } from "./rows.js";

const KEPT = 1_000;

/** The rows of the log. Entries that come within one animation frame are drawn together. */
export class LogStore {
  /** The rows that match the filter. */
  readonly shown = signal<readonly Row[]>([]);
  /** How many rows there are, matching or not. */
  readonly total = signal(0);
  readonly filter = signal<Filter>(noFilter);
  readonly isPaused = signal(false);
  /** How many entries came since the pause. */
  readonly held = signal(0);
  readonly selected = signal<Row | undefined>(undefined);
  /** Whether the details of the selected row are shown. */
  readonly isOpen = signal(false);
  readonly userIds = signal<readonly string[]>([]);
  readonly isFiltered = computed(() => this.filter.value !== noFilter);

  #rows: Row[] = [];
  /** The rows shown while paused. */
  #frozen: readonly Row[] | undefined;
  #fresh: Row[] = [];
  #lastUid = 0;
  #run = "";
  #isDrawing = false;
  readonly #connections = new Map<string, Set<string>>();

  constructor(private readonly nextFrame: (draw: () => void) => void) {}

  /** `run` identifies the emulator process that sent the entries. */
  append(run: string, entries: readonly FrameLogEntry[]): void {
    if (this.#run !== "" && run !== this.#run) this.#add(run, undefined);
    this.#run = run;
    for (const entry of entries) {
      // The log has the frames themselves, one for each socket.
      if (entry.kind === "event" && entry.event === "notified") continue;
      this.#add(run, entry);
    }
    // A hidden page draws nothing, so the waiting entries are limited too.
    if (this.#fresh.length > 2 * KEPT) this.#fresh.splice(0, this.#fresh.length - KEPT);
    if (this.#isDrawing) return;
    this.#isDrawing = true;
    this.nextFrame(() => {
      this.#isDrawing = false;
      this.#draw();
    });
  }

  setFilter(change: Partial<Filter>): void {
    const next = { ...this.filter.value, ...change };
    const isEverything = Object.entries(noFilter).every(
      ([name, value]) => next[name as keyof Filter] === value,
    );
    this.filter.value = isEverything ? noFilter : next;
    this.#show();
  }

  pause(): void {
    this.#frozen = this.#rows;
    this.isPaused.value = true;
  }

  resume(): void {
    this.#frozen = undefined;
    batch(() => {
      this.isPaused.value = false;
      this.held.value = 0;
      this.#show();
    });
  }

  clear(): void {
    this.#rows = [];
    this.#fresh = [];
    this.#connections.clear();
    batch(() => {
      this.selected.value = undefined;
      this.isOpen.value = false;
      this.userIds.value = [];
      if (this.isPaused.value) this.resume();
      else this.#show();
    });
  }

  /** The reply of a call, or the call of a reply. */
  counterpart({ entry, run }: Row): Row | undefined {
    if (entry.kind !== "frame") return undefined;
    return this.#rows.find(
      (other) =>
        other.run === run &&
        other.entry.kind === "frame" &&
        (entry.type === "reply"
          ? other.entry.id === entry.replyTo
          : other.entry.replyTo === entry.id),
    );
  }

  #add(run: string, entry: FrameLogEntry | undefined): void {
    const uid = ++this.#lastUid;
    if (entry === undefined) {
      const restart: FrameLogEntry = { kind: "gap", id: 0, at: Date.now(), missed: 0 };
      this.#fresh.push({ ...rowOf(uid, run, restart), kind: "restart", isProblem: false });
      return;
    }
    const row = rowOf(uid, run, entry);
    this.#fresh.push(row);
    if (entry.kind !== "frame" || entry.connectionId === null) return;
    for (const { userId } of entry.players) {
      const known = this.#connections.get(userId);
      if (known) known.add(entry.connectionId);
      else this.#connections.set(userId, new Set([entry.connectionId]));
    }
  }

  #draw(): void {
    const fresh = this.#fresh;
    this.#fresh = [];
    this.#rows = [...this.#rows, ...fresh].slice(-KEPT);
    batch(() => {
      if (this.userIds.value.length !== this.#connections.size) {
        this.userIds.value = [...this.#connections.keys()].sort();
      }
      if (this.isPaused.value) this.held.value += fresh.length;
      else this.#show();
    });
  }

  #show(): void {
    const rows = this.#frozen ?? this.#rows;
    batch(() => {
      this.total.value = rows.length;
      this.shown.value = filtered(rows, this.filter.value, (userId) =>
        this.#connections.get(userId),
      );
    });
  }
}
