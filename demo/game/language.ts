import { computed, effect, signal } from "@preact/signals";
import { remember, remembered } from "./storage.js";
import { japanese } from "./texts.ja.js";
import { english, type Texts } from "./texts.js";

type Language = "en" | "ja";

const languages: Readonly<Record<Language, Texts>> = { en: english, ja: japanese };

/** The one chosen before, else that of the browser. */
function firstLanguage(): Language {
  const chosen = remembered("language");
  if (chosen === "en" || chosen === "ja") return chosen;
  return navigator.language.toLowerCase().startsWith("ja") ? "ja" : "en";
}

export const language = signal<Language>(firstLanguage());

/** What the page says in the language of the moment. */
export const texts = computed(() => languages[language.value]);

export function choose(chosen: Language): void {
  language.value = chosen;
  remember("language", chosen);
}

effect(() => {
  document.documentElement.lang = language.value;
  document.title = texts.value.title;
});
