// The part of a service worker that is used. TypeScript's own types of it (lib "webworker")
// conflict with those of a page.

export interface WorkerWindow {
  readonly url: string;
  readonly focused: boolean;
  readonly visibilityState: string;
  postMessage(message: unknown, transfer?: Transferable[]): void;
  focus(): Promise<unknown>;
}

export interface ShownNotification {
  readonly data: unknown;
  close(): void;
}

interface WorkerEvents {
  install: object;
  activate: object;
  push: { readonly data: { text(): string } | null };
  pushsubscriptionchange: object;
  notificationclick: { readonly notification: ShownNotification };
  message: { readonly data: unknown; readonly ports: readonly MessagePort[] };
}

export interface WorkerScope {
  readonly location: { readonly href: string; readonly search: string };
  readonly navigator: { readonly userAgent: string; readonly language: string };
  readonly caches?: CacheStorage;
  readonly registration: {
    readonly scope: string;
    showNotification(title: string, options: NotificationOptions): Promise<void>;
  };
  readonly clients: {
    matchAll(options: {
      type: "window";
      includeUncontrolled: true;
    }): Promise<readonly WorkerWindow[]>;
    openWindow(url: string): Promise<unknown>;
  };
  skipWaiting(): Promise<void>;
  addEventListener<Name extends keyof WorkerEvents>(
    name: Name,
    handler: (event: WorkerEvents[Name] & { waitUntil(work: Promise<unknown>): void }) => void,
  ): void;
}
