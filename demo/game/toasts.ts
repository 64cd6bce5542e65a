import { signal } from "@preact/signals";
import { texts } from "./language.js";
import type { Told } from "./texts.js";

interface Toast {
  readonly id: number;
  readonly text: string;
}

export const toasts = signal<readonly Toast[]>([]);

const SHOWN_MS = 5_000;
let made = 0;

/** Shown for a moment, and said aloud by screen readers. */
export function say(text: string): void {
  const id = ++made;
  toasts.value = [...toasts.value.slice(-1), { id, text }];
  setTimeout(() => (toasts.value = toasts.value.filter((one) => one.id !== id)), SHOWN_MS);
}

export const tell = <Key extends keyof Told>(key: Key, ...args: Parameters<Told[Key]>): void =>
  say((texts.value.told[key] as (...given: typeof args) => string)(...args));
