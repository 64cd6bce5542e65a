import { describe, expect, it } from "vitest";
import { Matchmaking } from "../../../demo/server/matchmaking.js";

const about = { namespaceName: "matchmaking", gatheringName: "gathering-0001" };
const ROUND_MS = 40_000;

/** As a page does: searches, and opens a gathering where there is none. */
function join(
  matchmaking: Matchmaking,
  userId: string,
  size: number,
  roundMs: number,
  isPlaying?: (userId: string) => boolean,
) {
  const found = matchmaking.search(userId, size, isPlaying);
  return found.gathering ? found : matchmaking.create(userId, size, roundMs);
}

describe("matchmaking", () => {
  it("notifies waiting players of a join, and all players of a full gathering", () => {
    const matchmaking = new Matchmaking();
    expect(join(matchmaking, "a", 2, ROUND_MS).notices).toEqual([]);
    expect(join(matchmaking, "a", 2, ROUND_MS).notices).toEqual([]);
    const { notices, full } = join(matchmaking, "b", 2, 5_000);
    expect(notices).toEqual([
      { userId: "a", key: "Gs2Matchmaking:Join", payload: { ...about, joinUserId: "b" } },
      { userId: "a", key: "Gs2Matchmaking:Complete", payload: about },
      { userId: "b", key: "Gs2Matchmaking:Complete", payload: about },
    ]);
    expect(full).toMatchObject({ players: ["a", "b"], roundMs: ROUND_MS });
    expect(matchmaking.gatheringOf("a")).toBeNull();
    expect(matchmaking.open()).toEqual([]);
  });

  it("matches players who ask for the same size", () => {
    const matchmaking = new Matchmaking();
    join(matchmaking, "a", 2, ROUND_MS);
    join(matchmaking, "b", 3, ROUND_MS);
    join(matchmaking, "c", 3, ROUND_MS);
    expect(matchmaking.gatheringOf("a")?.players).toEqual(["a"]);
    expect(matchmaking.gatheringOf("c")?.players).toEqual(["b", "c"]);
    expect(join(matchmaking, "d", 3, ROUND_MS).full?.players).toEqual(["b", "c", "d"]);
  });

  it("fills the seat of a player who left, and removes an empty gathering", () => {
    const matchmaking = new Matchmaking();
    join(matchmaking, "a", 3, ROUND_MS);
    join(matchmaking, "b", 3, ROUND_MS);
    expect(matchmaking.leave("a").notices).toEqual([
      { userId: "b", key: "Gs2Matchmaking:Leave", payload: { ...about, leaveUserId: "a" } },
    ]);
    expect(matchmaking.leave("a").notices).toEqual([]);
    join(matchmaking, "c", 3, ROUND_MS);
    expect(matchmaking.gatheringOf("b")?.players).toEqual(["b", "c"]);
    matchmaking.leave("b");
    matchmaking.leave("c");
    join(matchmaking, "d", 3, ROUND_MS);
    expect(matchmaking.gatheringOf("d")?.name).toBe("gathering-0002");
    expect(matchmaking.gatheringOf("b")).toBeNull();
  });

  it("removes waiting players who are no longer reachable", () => {
    const matchmaking = new Matchmaking();
    join(matchmaking, "gone", 2, ROUND_MS);
    expect(join(matchmaking, "a", 2, ROUND_MS, (userId) => userId !== "gone").notices).toEqual([]);
    expect(matchmaking.gatheringOf("gone")).toBeNull();
    expect(matchmaking.gatheringOf("a")?.players).toEqual(["a"]);
  });

  it("fills the free seats with robots, and adds no more", () => {
    const matchmaking = new Matchmaking();
    join(matchmaking, "a", 3, ROUND_MS);
    const robots = ["r1", "r2", "r3"];
    expect(matchmaking.fill("b", robots).notices).toEqual([]);
    expect(matchmaking.fill("a", robots).full?.players).toEqual(["a", "r1", "r2"]);
  });

  it("restores open gatherings after a restart", () => {
    const before = new Matchmaking();
    join(before, "a", 2, ROUND_MS);
    const after = new Matchmaking(before.save());
    expect(join(after, "b", 2, ROUND_MS).full?.players).toEqual(["a", "b"]);
    join(after, "c", 2, ROUND_MS);
    expect(after.gatheringOf("c")?.name).toBe("gathering-0002");
  });
});
