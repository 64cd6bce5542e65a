import { isObject, parseJson } from "../wire/json.js";

/** What the panel keeps over a reload. */
export interface SavedPanel {
  readonly isFolded?: boolean;
  /** In pixels of the viewport. */
  readonly left?: number;
  readonly top?: number;
}

const keyOf = (title: string): string => `gs2-gateway.devtools.${title}`;

/** A page may have no storage, or refuse it. */
export function readSaved(title: string): SavedPanel {
  try {
    const saved = parseJson(localStorage.getItem(keyOf(title)) ?? "");
    if (!isObject(saved)) return {};
    const { isFolded, left, top } = saved;
    return {
      ...(typeof isFolded === "boolean" && { isFolded }),
      ...(typeof left === "number" && typeof top === "number" && { left, top }),
    };
  } catch {
    return {};
  }
}

export function save(title: string, change: SavedPanel): void {
  try {
    localStorage.setItem(keyOf(title), JSON.stringify({ ...readSaved(title), ...change }));
  } catch {
    // Then the panel is where it is by default.
  }
}
