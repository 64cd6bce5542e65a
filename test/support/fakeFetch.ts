import type { Fetch } from "../../src/http/http.js";

export interface FetchedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** The answer to a request; an Error is thrown. */
export type Answer = { readonly status: number; readonly body?: unknown } | Error | "hang";

/** A `fetch` that answers by a function and remembers what was asked. */
export function fakeFetch(answer: (request: FetchedRequest, index: number) => Answer) {
  const requests: FetchedRequest[] = [];
  const fetch: Fetch = async (url, { method, headers, body, signal }) => {
    const request: FetchedRequest = {
      method,
      url,
      headers,
      body: body === undefined ? undefined : JSON.parse(body),
    };
    requests.push(request);
    const answered = answer(request, requests.length - 1);
    if (answered instanceof Error) throw answered;
    if (answered === "hang") {
      await new Promise((_, reject) => signal?.addEventListener("abort", reject));
      throw new Error("aborted");
    }
    const { status, body: reply = {} } = answered;
    return { status, text: async () => JSON.stringify(reply) };
  };
  return { fetch, requests };
}

/** An error body as GS2 sends it. */
export const refusal = (status: number, message: string) => ({
  status,
  body: { message: JSON.stringify([{ component: "x", message }]) },
});
