import type { Page, PageRequest } from "../../wire/requests.js";
import { ok, fieldError, failure, type CallResult } from "./result.js";

const AFTER = "after:";

/**
 * One page of a list, ordered by key. A page token names the last key of the page before, so that no entry is skipped or comes twice
 * when others come and go in between.
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
  const rest = items
    .filter((item) => keyOf(item) > after)
    .sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
  const found = rest.slice(0, limit ?? 30);
  const last = found.at(-1);
  return ok({
    items: found,
    nextPageToken: last && rest.length > found.length ? AFTER + keyOf(last) : null,
  });
}
