import { GatewayError } from "../errors.js";
import type { AbortOptions } from "../core/deferred.js";
import type { Values } from "../wire/frames.js";

/** Walks a paged method, one page ahead of nobody: the next is asked for when the last item has been taken. */
export async function* walkPages(
  method: string,
  ask: (params: Values, options: AbortOptions) => Promise<Values>,
  params: Values,
  options: AbortOptions,
): AsyncGenerator<unknown, void, undefined> {
  let pageToken = params["pageToken"];
  do {
    const page = await ask({ ...params, pageToken }, options);
    for (const item of (page["items"] as unknown[] | null | undefined) ?? []) {
      if (options.signal?.aborted) {
        throw new GatewayError({
          kind: "aborted",
          message: `${method}: aborted`,
          method,
          retryable: true,
        });
      }
      yield item;
    }
    const next = page["nextPageToken"];
    if (next && next === pageToken) {
      throw new GatewayError({
        kind: "protocol",
        message: `${method}: the next page is the page before`,
        method,
        outcome: "unknown",
      });
    }
    pageToken = next;
  } while (pageToken);
}
