import { describe, expect, test } from "vitest";
import { rejectionOf } from "../../support/promises.js";
import { fakeWorld, paths, refusal, type Ask, type Reply } from "./fakes.js";

/** Pages of two, named by number; `many` in all. */
const pagesOf =
  (many: number) =>
  ({ url }: Ask): Reply => {
    const nth = Number(new URL(url).searchParams.get("pageToken") ?? 0);
    const items = [1, 2].map((n) => ({ name: `n-${nth * 2 + n}` }));
    return [200, nth + 1 < many ? { items, nextPageToken: `${nth + 1}` } : { items }];
  };

const collect = async <Item>(list: AsyncIterable<Item>): Promise<Item[]> => {
  const all: Item[] = [];
  for await (const item of list) all.push(item);
  return all;
};

describe("all items", () => {
  test("come page after page", async () => {
    const { admin, asks } = fakeWorld(pagesOf(3));
    const items = await collect(admin.describeNamespaces.all({ namePrefix: "n", limit: 2 }));
    expect(items.map(({ name }) => name)).toEqual(["n-1", "n-2", "n-3", "n-4", "n-5", "n-6"]);
    expect(paths(asks)).toEqual([
      "GET /?namePrefix=n&limit=2",
      "GET /?namePrefix=n&pageToken=1&limit=2",
      "GET /?namePrefix=n&pageToken=2&limit=2",
    ]);
  });

  test("are not asked for before they are wanted, nor after the loop is left", async () => {
    const { admin, asks } = fakeWorld(pagesOf(3));
    const list = admin.describeNamespaces.all();
    expect(asks).toHaveLength(0);
    for await (const { name } of list) if (name === "n-2") break;
    expect(asks).toHaveLength(1);
    expect(await list.next()).toEqual({ done: true, value: undefined });
    expect(asks).toHaveLength(1);
  });

  test("can be had of sessions, by player and by user", async () => {
    const { admin, asks } = fakeWorld(pagesOf(2));
    const mine = await collect(admin.describeWebSocketSessions.all({ accessToken: "atok-1" }));
    const theirs = await collect(
      admin.describeWebSocketSessionsByUserId.all({ userId: "user-0001", pageToken: "1" }),
    );
    expect([mine.length, theirs.length]).toEqual([4, 2]);
    expect(paths(asks)).toEqual([
      "GET /game-0001/session/user/me",
      "GET /game-0001/session/user/me?pageToken=1",
      "GET /game-0001/session/user/user-0001?pageToken=1",
    ]);
  });

  test("end with the error of a page that was refused", async () => {
    const { admin } = fakeWorld((ask, nth) => (nth === 2 ? refusal(404) : pagesOf(3)(ask)));
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

  test("end when the signal aborts", async () => {
    const { admin, asks } = fakeWorld(pagesOf(3));
    const leave = new AbortController();
    const walk = async () => {
      for await (const _ of admin.describeNamespaces.all({}, { signal: leave.signal }))
        leave.abort();
    };
    expect(await rejectionOf(walk())).toMatchObject({ kind: "aborted" });
    expect(asks).toHaveLength(1);
  });

  test("have no end that never comes: a page that names itself is an error", async () => {
    const { admin } = fakeWorld(() => [200, { items: [], nextPageToken: "again" }]);
    expect(await rejectionOf(collect(admin.describeNamespaces.all()))).toMatchObject({
      kind: "protocol",
    });
  });

  test("go over empty pages, and answers without items", async () => {
    const { admin } = fakeWorld((_, nth) =>
      nth === 3
        ? [200, { items: [{ name: "n" }] }]
        : [200, { items: nth === 1 ? [] : null, nextPageToken: `${nth}` }],
    );
    expect(await collect(admin.describeNamespaces.all())).toEqual([{ name: "n" }]);
  });
});
