import type { AnyMethod } from "../wire/methods.js";
import { COMMON_FIELDS, dictOf, type Dict } from "./classes.js";

/** What a request of ours, or an official one, says to the fields of its method. */
export function valuesOf({ fields }: AnyMethod, request: unknown): Dict {
  const said = Object(request) as Dict;
  return Object.fromEntries(Object.keys(fields).map((field) => [field, dictOf(said[field])]));
}

/** What it carries beside them; the official SDK takes the empty text for nothing here. */
export function besideOf(request: unknown): Dict & { duplicationAvoider?: string } {
  const said = Object(request) as Dict;
  return Object.fromEntries(
    [...COMMON_FIELDS, "duplicationAvoider"].flatMap((name) =>
      said[name] ? [[name, said[name]]] : [],
    ),
  );
}
