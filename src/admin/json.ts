import { invalidArgument } from "../errors.js";

/** Undefined where nothing was given. */
export function toJson(method: string, field: string, value: unknown): string | undefined {
  if (value == null) return undefined;
  let text: unknown;
  try {
    text = JSON.stringify(value);
  } catch {
    // Circular, or with a bigint in it.
  }
  if (typeof text !== "string") throw invalidArgument(method, field, "cannot be written as JSON");
  return text;
}
