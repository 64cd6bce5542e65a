import type { AnyMethod } from "../../../src/wire/methods.js";
import type { Json } from "./rawSocket.js";

export interface RestReply {
  status: number;
  body: Json;
}

export interface RestOptions {
  token?: string | undefined;
  headers?: Record<string, string>;
  /** Default: `fetch`. */
  send?: (url: string, init: RequestInit) => Promise<Response>;
}

/** Calls a method over REST, independently of the client's code. */
export async function rest(
  url: string,
  { verb, path, fields }: AnyMethod,
  params: Json,
  { token, headers = {}, send = fetch }: RestOptions = {},
): Promise<RestReply> {
  const given = { ...params };
  const take = (name: string): string => {
    const value = given[name];
    delete given[name];
    return String(value);
  };
  const accessToken = "accessToken" in given ? take("accessToken") : undefined;
  const timeOffsetToken = "timeOffsetToken" in given ? given["timeOffsetToken"] : undefined;
  delete given["timeOffsetToken"];
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) =>
    name in fields ? encodeURIComponent(take(name)) : "",
  );
  const hasBody = verb === "POST" || verb === "PUT";
  const query = hasBody
    ? ""
    : `?${new URLSearchParams(given as Record<string, string>).toString()}`;
  const response = await send(`${url}/gateway${filled}${query}`, {
    method: verb,
    headers: {
      ...(hasBody ? { "content-type": "application/json" } : {}),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(accessToken === undefined ? {} : { "x-gs2-access-token": accessToken }),
      ...(typeof timeOffsetToken === "string"
        ? { "x-gs2-time-offset-token": timeOffsetToken }
        : {}),
      ...headers,
    },
    ...(hasBody ? { body: JSON.stringify(given) } : {}),
  });
  return { status: response.status, body: (await response.json()) as Json };
}

/** GS2's error list, each entry without its empty code. */
export const errorsOf = (body: Json): unknown =>
  (JSON.parse(body["message"] as string) as Json[]).map(({ code, ...error }) => {
    if (code !== "") throw new Error(`An entry has the code ${JSON.stringify(code)}.`);
    return error;
  });
