import type { Hint } from "./machine.js";

type Listener = (event: { persisted?: boolean }) => void;

interface Source {
  addEventListener?(type: string, listener: Listener): void;
  removeEventListener?(type: string, listener: Listener): void;
}

interface Host extends Source {
  readonly document?: Source & { readonly visibilityState?: string };
  readonly navigator?: { readonly onLine?: boolean; readonly connection?: Source };
}

/** Tells what the browser knows about the network and the page, until the returned function is called. Elsewhere it tells little. */
export function observePlatform(tell: (hint: Hint) => void): () => void {
  const host = globalThis as unknown as Host;
  const { document, navigator } = host;
  const visibility = (): void =>
    tell(document?.visibilityState === "hidden" ? "background" : "foreground");
  const listeners: [Source | undefined, string, Listener][] = [
    [document, "visibilitychange", visibility],
    [host, "online", () => tell("online")],
    [host, "offline", () => tell("offline")],
    [host, "pagehide", () => tell("pagehide")],
    [host, "pageshow", ({ persisted }) => persisted && tell("pageshow")],
    [navigator?.connection, "change", () => tell("suspicion")],
  ];
  for (const [source, type, listener] of listeners) source?.addEventListener?.(type, listener);
  visibility();
  tell(navigator?.onLine === false ? "offline" : "online");
  return () => {
    for (const [source, type, listener] of listeners) source?.removeEventListener?.(type, listener);
  };
}
