import { signal } from "@preact/signals";
import { texts } from "./language.js";
import type { Announcements } from "./texts.js";

interface Toast {
  readonly id: number;
  readonly text: string;
}

export const toasts = signal<readonly Toast[]>([]);

const SHOWN_MS = 5_000;
let lastId = 0;

/** Shows a text for 5 seconds; screen readers speak it. */
export function showToast(text: string): void {
  const id = ++lastId;
  toasts.value = [...toasts.value.slice(-1), { id, text }];
  setTimeout(() => (toasts.value = toasts.value.filter((one) => one.id !== id)), SHOWN_MS);
}

export const announce = <Key extends keyof Announcements>(
  key: Key,
  ...args: Parameters<Announcements[Key]>
): void =>
  showToast((texts.value.announcements[key] as (...given: typeof args) => string)(...args));
