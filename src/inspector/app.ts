import { effect, signal } from "@preact/signals";
import type { FrameLogEntry } from "../wire/frameLog.js";
import type { EmulatorState, OutboxEntry } from "../emulator/index.js";
import { api, type FaultState, type OpenConnection } from "./api.js";
import { LogStore } from "./log/store.js";

export type View = "log" | "send" | "players" | "outbox" | "state" | "faults";

export const log = new LogStore((draw) => void requestAnimationFrame(draw));

/** The view of a narrow page; a wide one shows the log and this beside it. */
export const view = signal<View>("log");

/** A message that is shown for a moment, and read out by screen readers. */
export const shownToast = signal<{ text: string; isBad: boolean; lang?: string } | undefined>(
  undefined,
);

let hideTimer: ReturnType<typeof setTimeout> | undefined;

export function toast(text: string, isBad = false, lang?: string): void {
  clearTimeout(hideTimer);
  shownToast.value = { text, isBad, ...(lang === undefined ? {} : { lang }) };
  hideTimer = setTimeout(() => (shownToast.value = undefined), isBad ? 8_000 : 3_000);
}

const wide = matchMedia("(min-width: 60rem)");

/** Whether log and panels stand side by side. */
export const isWide = signal(wide.matches);
wide.addEventListener("change", ({ matches }) => (isWide.value = matches));

effect(() => {
  if (isWide.value && view.value === "log") view.value = "send";
});

export const sockets = signal<readonly OpenConnection[]>([]);
export const outbox = signal<readonly OutboxEntry[]>([]);
export const state = signal<Pick<EmulatorState, "namespaces" | "accessTokens">>({
  namespaces: [],
  accessTokens: [],
});

/** Loads again soon, but not often: many changes cost no more than one. */
function refresher(load: () => Promise<void>): () => void {
  let isLoading = false;
  let isStale = false;
  const run = async () => {
    isLoading = true;
    isStale = false;
    const began = performance.now();
    await load().catch(() => undefined);
    const tookMs = performance.now() - began;
    setTimeout(
      () => {
        isLoading = false;
        if (isStale) void run();
      },
      Math.max(250, 5 * tookMs),
    );
  };
  return () => {
    isStale = true;
    if (!isLoading) void run();
  };
}

export const refreshSockets = refresher(async () => {
  sockets.value = (await api.connections()).items;
});
const refreshOutbox = refresher(async () => {
  outbox.value = (await api.outbox()).items;
});
export const refreshState = refresher(async () => {
  const { namespaces, accessTokens } = await api.state();
  state.value = { namespaces, accessTokens };
});

/** Undefined: this emulator has no faults. */
export const faults = signal<FaultState | undefined>(undefined);

export const refreshFaults = refresher(async () => {
  faults.value = await api.faults();
});

export function refreshAll(): void {
  refreshFaults();
  refreshSockets();
  refreshOutbox();
  refreshState();
}

/** Refreshes the panels that these log entries may have changed. */
export function refreshFor(entries: readonly FrameLogEntry[]): void {
  const events = new Set(entries.flatMap((one) => (one.kind === "event" ? [one.event] : [])));
  const has = (...names: string[]) => names.some((name) => events.has(name));
  if (has("listening", "reset", "restored")) return refreshAll();
  if (has("opened", "bound", "cut", "closed", "fault")) refreshSockets();
  if (has("fault")) refreshFaults();
  if (has("mobile")) refreshOutbox();
  // Most calls may create a namespace.
  if (entries.some((one) => one.kind === "frame" && one.type === "reply")) refreshState();
}
