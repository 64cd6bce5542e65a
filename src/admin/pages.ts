import { GatewayError } from "../errors.js";
import type { AbortOptions } from "../core/deferred.js";
import type { Values } from "../wire/frames.js";

/** Yields the items of all pages. The next page is requested when the last item was taken. */
export async function* walkPages(
  method: string,
  requestPage: (params: Values, options: AbortOptions) => Promise<Values>,
  params: Values,
  options: AbortOptions,
): AsyncGenerator<unknown, void, undefined> {
  let pageToken = params["pageToken"];
  do {
    const page = await requestPage({ ...params, pageToken }, options);
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
        message: `${method}: nextPageToken names the same page again`,
        method,
        outcome: "unknown",
      });
    }
    pageToken = next;
  } while (pageToken);
}
