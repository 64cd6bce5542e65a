import type { Hint } from "./machine.js";

type Listener = (event: { persisted?: boolean }) => void;

interface Source {
  addEventListener?(type: string, listener: Listener): void;
  removeEventListener?(type: string, listener: Listener): void;
}

interface Platform extends Source {
  readonly document?: Source & { readonly visibilityState?: string };
  readonly navigator?: { readonly onLine?: boolean; readonly connection?: Source };
}

/**
 * Emits what the browser knows about the network and the page, beginning with how they are now,
 * until the returned function is called. Hosts without these events emit little.
 */
export function observePlatform(emit: (hint: Hint) => void): () => void {
  const platform = globalThis as unknown as Platform;
  const { document, navigator } = platform;
  const emitVisibility = (): void =>
    emit(document?.visibilityState === "hidden" ? "background" : "foreground");
  const listeners: [Source | undefined, string, Listener][] = [
    [document, "visibilitychange", emitVisibility],
    [platform, "online", () => emit("online")],
    [platform, "offline", () => emit("offline")],
    [platform, "pagehide", () => emit("pagehide")],
    [platform, "pageshow", ({ persisted }) => persisted && emit("pageshow")],
    [navigator?.connection, "change", () => emit("suspicion")],
  ];
  for (const [source, type, listener] of listeners) source?.addEventListener?.(type, listener);
  emitVisibility();
  emit(navigator?.onLine === false ? "offline" : "online");
  return () => {
    for (const [source, type, listener] of listeners) source?.removeEventListener?.(type, listener);
  };
}
