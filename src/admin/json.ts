import { invalidArgument } from "../errors.js";

/** JSON text of a value; undefined for null and undefined. */
export function toJson(method: string, field: string, value: unknown): string | undefined {
  if (value == null) return undefined;
  let text: unknown;
  try {
    text = JSON.stringify(value);
  } catch {
    // Circular, or it contains a bigint.
  }
  if (typeof text !== "string") throw invalidArgument(method, field, "cannot be written as JSON");
  return text;
}
