import type { Page, PageRequest } from "../../wire/requests.js";
import { failure, fieldError, ok, type CallResult } from "./result.js";

const AFTER = "after:";

/**
 * One page of a list, ordered by key. A page token holds the last key of the page before, so that
 * no entry is skipped or repeated when others are added or removed in between.
 */
export function page<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  component: string,
  { pageToken, limit }: PageRequest,
): CallResult<Page<Item>> {
  if (pageToken && !pageToken.startsWith(AFTER)) {
    return failure(400, [fieldError(component, "pageToken", "invalid")]);
  }
  const after = pageToken ? pageToken.slice(AFTER.length) : "";
  const remaining = items
    .filter((item) => keyOf(item) > after)
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const found = remaining.slice(0, limit ?? 30);
  const last = found.at(-1);
  return ok({
    items: found,
    nextPageToken: last && remaining.length > found.length ? AFTER + keyOf(last) : null,
  });
}
