import { computed, effect, signal } from "@preact/signals";
import { storage } from "./storage.js";
import { japanese } from "./texts.ja.js";
import { english, type Texts } from "./texts.js";

type Language = "en" | "ja";

const KEY = "gs2-gateway-demo:language";
const languages: Readonly<Record<Language, Texts>> = { en: english, ja: japanese };

/** The stored language, or the one of the browser. */
function firstLanguage(): Language {
  const stored = storage?.getItem(KEY);
  if (stored === "en" || stored === "ja") return stored;
  return navigator.language.toLowerCase().startsWith("ja") ? "ja" : "en";
}

export const language = signal<Language>(firstLanguage());

/** The texts in the current language. */
export const texts = computed(() => languages[language.value]);

export function setLanguage(next: Language): void {
  language.value = next;
  storage?.setItem(KEY, next);
}

effect(() => {
  document.documentElement.lang = language.value;
  document.title = texts.value.title;
});
