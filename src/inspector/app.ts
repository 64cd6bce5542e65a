import { effect, signal } from "@preact/signals";
import type { FrameLogEntry } from "../wire/frameLog.js";
import type { EmulatorState, OutboxEntry } from "../emulator/index.js";
import { control, type FaultState, type OpenConnection } from "./control.js";
import { LogStore } from "./log/store.js";

export type View = "log" | "send" | "players" | "outbox" | "world" | "faults";

export const log = new LogStore((draw) => void requestAnimationFrame(draw));

/** What a narrow page shows; a wide one shows the log and this beside it. */
export const view = signal<View>("log");

/** Said aloud by screen readers, and shown for a moment. */
export const notice = signal<{ text: string; isBad: boolean; lang?: string } | undefined>(
  undefined,
);

let silence: ReturnType<typeof setTimeout> | undefined;

export function tell(text: string, isBad = false, lang?: string): void {
  clearTimeout(silence);
  notice.value = { text, isBad, ...(lang === undefined ? {} : { lang }) };
  silence = setTimeout(() => (notice.value = undefined), isBad ? 8_000 : 3_000);
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
export const world = signal<Pick<EmulatorState, "namespaces" | "accessTokens">>({
  namespaces: [],
  accessTokens: [],
});

/** Asks again for what may have changed, soon but not often: a crowd that comes and goes costs no more than one player. */
function refresher(ask: () => Promise<void>): () => void {
  let isAsking = false;
  let isStale = false;
  const run = async () => {
    isAsking = true;
    isStale = false;
    const began = performance.now();
    await ask().catch(() => undefined);
    const tookMs = performance.now() - began;
    setTimeout(
      () => {
        isAsking = false;
        if (isStale) void run();
      },
      Math.max(250, 5 * tookMs),
    );
  };
  return () => {
    isStale = true;
    if (!isAsking) void run();
  };
}

export const refreshSockets = refresher(async () => {
  sockets.value = (await control.connections()).items;
});
const refreshOutbox = refresher(async () => {
  outbox.value = (await control.outbox()).items;
});
export const refreshWorld = refresher(async () => {
  const { namespaces, accessTokens } = await control.state();
  world.value = { namespaces, accessTokens };
});

/** Undefined: this emulator knows of none. */
export const faults = signal<FaultState | undefined>(undefined);

export const refreshFaults = refresher(async () => {
  faults.value = await control.faults();
});

export function refreshAll(): void {
  refreshFaults();
  refreshSockets();
  refreshOutbox();
  refreshWorld();
}

/** Keeps the panels in step with what the log tells. */
export function noteChanges(entries: readonly FrameLogEntry[]): void {
  const events = new Set(entries.flatMap((one) => (one.kind === "event" ? [one.event] : [])));
  const has = (...names: string[]) => names.some((name) => events.has(name));
  if (has("listening", "reset", "restored")) return refreshAll();
  if (has("opened", "bound", "cut", "closed", "fault")) refreshSockets();
  if (has("fault")) refreshFaults();
  if (has("mobile")) refreshOutbox();
  // Most calls may make a namespace.
  if (entries.some((one) => one.kind === "frame" && one.type === "reply")) refreshWorld();
}
