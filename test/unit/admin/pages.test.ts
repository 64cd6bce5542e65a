import { describe, expect, test } from "vitest";
import { rejectionOf } from "../../support/promises.js";
import { createFakeAdmin, paths, refusal, type SentRequest, type Reply } from "./fakes.js";

/** Pages of two items; `many` items in all. */
const pagesOf =
  (many: number) =>
  ({ url }: SentRequest): Reply => {
    const nth = Number(new URL(url).searchParams.get("pageToken") ?? 0);
    const items = [1, 2].map((n) => ({ name: `n-${nth * 2 + n}` }));
    return [200, nth + 1 < many ? { items, nextPageToken: `${nth + 1}` } : { items }];
  };

const collect = async <Item>(list: AsyncIterable<Item>): Promise<Item[]> => {
  const all: Item[] = [];
  for await (const item of list) all.push(item);
  return all;
};

describe("all()", () => {
  test("yields the items page by page", async () => {
    const { admin, requests } = createFakeAdmin(pagesOf(3));
    const items = await collect(admin.describeNamespaces.all({ namePrefix: "n", limit: 2 }));
    expect(items.map(({ name }) => name)).toEqual(["n-1", "n-2", "n-3", "n-4", "n-5", "n-6"]);
    expect(paths(requests)).toEqual([
      "GET /?namePrefix=n&limit=2",
      "GET /?namePrefix=n&pageToken=1&limit=2",
      "GET /?namePrefix=n&pageToken=2&limit=2",
    ]);
  });

  test("requests no page before it is needed, and none after the loop was left", async () => {
    const { admin, requests } = createFakeAdmin(pagesOf(3));
    const list = admin.describeNamespaces.all();
    expect(requests).toHaveLength(0);
    for await (const { name } of list) if (name === "n-2") break;
    expect(requests).toHaveLength(1);
    expect(await list.next()).toEqual({ done: true, value: undefined });
    expect(requests).toHaveLength(1);
  });

  test("yields sessions of a player and of a user", async () => {
    const { admin, requests } = createFakeAdmin(pagesOf(2));
    const mine = await collect(admin.describeWebSocketSessions.all({ accessToken: "atok-1" }));
    const theirs = await collect(
      admin.describeWebSocketSessionsByUserId.all({ userId: "user-0001", pageToken: "1" }),
    );
    expect([mine.length, theirs.length]).toEqual([4, 2]);
    expect(paths(requests)).toEqual([
      "GET /game-0001/session/user/me",
      "GET /game-0001/session/user/me?pageToken=1",
      "GET /game-0001/session/user/user-0001?pageToken=1",
    ]);
  });

  test("throws the error of a page", async () => {
    const { admin } = createFakeAdmin((request, nth) =>
      nth === 2 ? refusal(404) : pagesOf(3)(request),
    );
    const seen: string[] = [];
    const walk = async () => {
      for await (const { name } of admin.describeNamespaces.all()) seen.push(name);
    };
    expect(await rejectionOf(walk())).toMatchObject({
      kind: "notFound",
      method: "describeNamespaces",
    });
    expect(seen).toEqual(["n-1", "n-2"]);
  });

  test("throws when the signal aborts", async () => {
    const { admin, requests } = createFakeAdmin(pagesOf(3));
    const leave = new AbortController();
    const walk = async () => {
      for await (const _ of admin.describeNamespaces.all({}, { signal: leave.signal }))
        leave.abort();
    };
    expect(await rejectionOf(walk())).toMatchObject({ kind: "aborted" });
    expect(requests).toHaveLength(1);
  });

  test("throws for a page whose nextPageToken is its own", async () => {
    const { admin } = createFakeAdmin(() => [200, { items: [], nextPageToken: "again" }]);
    expect(await rejectionOf(collect(admin.describeNamespaces.all()))).toMatchObject({
      kind: "protocol",
    });
  });

  test("skips empty pages and results without items", async () => {
    const { admin } = createFakeAdmin((_, nth) =>
      nth === 3
        ? [200, { items: [{ name: "n" }] }]
        : [200, { items: nth === 1 ? [] : null, nextPageToken: `${nth}` }],
    );
    expect(await collect(admin.describeNamespaces.all())).toEqual([{ name: "n" }]);
  });
});
