import { computed, effect, signal } from "@preact/signals";
import { japanese } from "./texts.ja.js";
import { english, type Texts } from "./texts.js";
import { remember, remembered } from "./storage.js";

export type Language = "en" | "ja";

const languages: Readonly<Record<Language, Texts>> = { en: english, ja: japanese };

/** The saved choice, else the language of the browser. */
function firstLanguage(): Language {
  const chosen = remembered("language");
  if (chosen === "en" || chosen === "ja") return chosen;
  return navigator.language.toLowerCase().startsWith("ja") ? "ja" : "en";
}

export const language = signal<Language>(firstLanguage());

/** The texts in the current language. */
export const texts = computed(() => languages[language.value]);

export function choose(chosen: Language): void {
  language.value = chosen;
  remember("language", chosen);
}

effect(() => {
  document.documentElement.lang = language.value;
  document.title = texts.value.title;
});

const clock = (options: Intl.DateTimeFormatOptions) =>
  computed(() => new Intl.DateTimeFormat(language.value, options));
const inDay = clock({ hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const day = clock({ dateStyle: "medium" });
const withDate = clock({ dateStyle: "medium", timeStyle: "short" });

export const timeOfDay = (at: number): string => inDay.value.format(at);

/** To the millisecond: frames come within the same second. */
export const exactTime = (at: number): string =>
  `${timeOfDay(at)}.${String(at % 1_000).padStart(3, "0")}`;

export const exactDate = (at: number): string => `${day.value.format(at)} ${exactTime(at)}`;

export const dateAndTime = (at: number): string => withDate.value.format(at);
