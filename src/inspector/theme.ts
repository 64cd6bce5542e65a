import { effect, signal } from "@preact/signals";
import { remember, remembered } from "./storage.js";

type Theme = "system" | "light" | "dark";

const order: readonly Theme[] = ["system", "light", "dark"];

const chosen = remembered("theme");

export const theme = signal<Theme>(order.find((one) => one === chosen) ?? "system");

export function nextTheme(): void {
  theme.value = order[(order.indexOf(theme.value) + 1) % order.length] ?? "system";
  remember("theme", theme.value);
}

effect(() => {
  document.documentElement.dataset["theme"] = theme.value;
});
