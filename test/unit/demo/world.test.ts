import { describe, expect, it } from "vitest";
import { World, type SavedWorld } from "../../../demo/server/world.js";
import type { Counts } from "../../../demo/server/missions.js";
import type { Notice } from "../../../demo/shared/api.js";
import { COUNTDOWN_MS, skyOf, type StarKind } from "../../../demo/shared/rules.js";

const ROUND_MS = 20_000;
const SEED = 7;
const NAME = "gathering-0001";
const sky = skyOf(SEED, ROUND_MS);

function createTestWorld(
  players = ["alice", "bob"],
  saved?: SavedWorld,
  startAt = Date.UTC(2026, 0, 5, 12),
) {
  let now = startAt;
  const counted: (readonly [userId: string, counts: Counts])[] = [];
  const world = new World({
    now: () => now,
    seed: () => SEED,
    online: () => players,
    isReachable: () => true,
    count: (...one) => counted.push(one),
    saved,
  });
  /** As a page does: searches, and opens a gathering where there is none. */
  function join(userId: string, size: number, roundMs: number) {
    if (!world.search(userId, size).gathering) world.openGathering(userId, { size, roundMs });
  }
  return {
    world,
    join,
    counted,
    now: () => now,
    pass: (ms: number) => (now += ms),
    begin() {
      for (const player of players) join(player, players.length, ROUND_MS);
      now += COUNTDOWN_MS;
    },
    report: (userId: string, caught: number[], isLast = false) =>
      world.report(userId, { matchName: NAME, caught, isLast }),
    scoreOf: (userId: string) =>
      world.stateOf(userId).match?.standings.find((one) => one.userId === userId)?.score,
  };
}

const firstOf = (kind: StarKind) => sky.find((star) => star.kind === kind)!;
const keysFor = (notices: readonly Notice[], userId: string) =>
  notices.filter((notice) => notice.userId === userId).map(({ key }) => key);

describe("a match", () => {
  it("counts each star once, and not before it falls", () => {
    const { begin, pass, report, scoreOf } = createTestWorld();
    begin();
    const last = sky.at(-1)!;
    report("alice", [last.id]);
    expect(scoreOf("alice")).toBe(0);
    const star = firstOf("star");
    pass(star.fromMs);
    report("alice", [star.id, star.id]);
    report("alice", [star.id, 9_999]);
    expect(scoreOf("alice")).toBe(1);
    expect(scoreOf("bob")).toBe(0);
  });

  it("ignores reports of other players, and reports after its end", () => {
    const { begin, pass, report, scoreOf, world } = createTestWorld();
    begin();
    pass(ROUND_MS);
    report("carol", [firstOf("star").id]);
    report("alice", [], true);
    report("bob", [], true);
    world.tick();
    report("alice", [firstOf("star").id]);
    expect(scoreOf("alice")).toBe(0);
    expect(world.stateOf("alice").match?.isOver).toBe(true);
    expect(world.stateOf("carol").match).toBeNull();
  });

  it("clouds the skies of the rivals when a player catches a golden star", () => {
    const { begin, pass, report } = createTestWorld();
    begin();
    const gold = firstOf("gold");
    pass(gold.fromMs);
    const notices = report("alice", [gold.id]);
    expect(keysFor(notices, "bob")).toEqual(["starfall:cloud"]);
    expect(keysFor(notices, "alice")).not.toContain("starfall:cloud");
    const cloud = notices.find(({ key }) => key === "starfall:cloud")!;
    expect(new Set((cloud.payload as { cells: number[] }).cells).size).toBe(3);
  });

  it("sends changed scores, once for many changes", () => {
    const { begin, pass, report, world } = createTestWorld();
    begin();
    world.tick();
    expect(world.tick()).toEqual([]);
    pass(ROUND_MS / 2);
    const stars = sky.filter(({ kind }) => kind === "star");
    for (const { id } of stars.slice(0, 4)) report("alice", [id]);
    expect(keysFor(world.tick(), "bob")).toEqual(["starfall:scores"]);
    expect(world.tick()).toEqual([]);
  });

  it("sends scores once a second at most, and those of the end at once", () => {
    const { begin, pass, report, world } = createTestWorld();
    begin();
    pass(ROUND_MS - 1_000);
    world.tick();
    const [first, second] = sky.filter(({ kind }) => kind === "star");
    report("alice", [first!.id]);
    pass(999);
    expect(keysFor(world.tick(), "bob")).toEqual([]);
    pass(1);
    expect(keysFor(world.tick(), "bob")).toEqual(["starfall:scores"]);
    report("alice", [second!.id], true);
    report("bob", [], true);
    expect(keysFor(world.tick(), "bob")).toEqual(["starfall:scores", "starfall:over"]);
  });

  it("ends when all players have sent their last report, otherwise 3 seconds after its time", () => {
    const { begin, pass, report, world } = createTestWorld();
    begin();
    report("alice", [], true);
    report("bob", [], true);
    expect(keysFor(world.tick(), "alice")).not.toContain("starfall:over");
    pass(ROUND_MS);
    report("alice", [], true);
    expect(keysFor(world.tick(), "alice")).not.toContain("starfall:over");
    pass(3_000);
    expect(keysFor(world.tick(), "alice")).toContain("starfall:over");
    expect(keysFor(world.tick(), "alice")).toEqual([]);
  });

  it("ends when one player is left, and is removed when that player leaves", () => {
    const { begin, world } = createTestWorld();
    begin();
    expect(keysFor(world.leaveMatch("bob"), "alice")).toContain("Gs2Matchmaking:Leave");
    world.tick();
    expect(world.stateOf("alice").match?.isOver).toBe(true);
    world.leaveMatch("alice");
    expect(world.stateOf("alice").match).toBeNull();
    expect(world.save().matches.matches).toEqual([]);
  });

  it("goes on after a restart, and then waits longer for reports", () => {
    const before = createTestWorld();
    before.begin();
    before.pass(ROUND_MS - 1_000);
    before.report("alice", [firstOf("star").id]);
    const saved = JSON.parse(JSON.stringify(before.world.save())) as SavedWorld;
    const after = createTestWorld(["alice", "bob"], saved, before.now() + 2_000);
    expect(after.scoreOf("alice")).toBe(1);
    after.pass(5_000);
    after.world.tick();
    expect(after.world.stateOf("bob").match?.isOver).toBe(false);
    after.pass(5_000);
    after.world.tick();
    expect(after.world.stateOf("bob").match?.isOver).toBe(true);
  });

  it("gives robots scores that follow from the seed and grow with time", () => {
    const { join, pass, world } = createTestWorld(["alice"]);
    join("alice", 3, ROUND_MS);
    world.fillWithRobots("alice");
    pass(COUNTDOWN_MS);
    const scores = () => world.stateOf("alice").match!.standings.map(({ score }) => score);
    expect(scores()).toEqual([0, 0, 0]);
    pass(ROUND_MS);
    expect(scores()[0]).toBe(0);
    expect(Math.min(...scores().slice(1))).toBeGreaterThan(3);
  });
});

describe("missions", () => {
  it("count the stars of a report, and the round for each player at its end", () => {
    const { begin, counted, pass, report, world } = createTestWorld();
    begin();
    const gold = firstOf("gold");
    pass(ROUND_MS);
    report("alice", [firstOf("star").id, gold.id, firstOf("comet").id], true);
    expect(counted.splice(0)).toEqual([["alice", { "catch-stars": 2, "catch-gold": 1 }]]);
    report("bob", [], true);
    counted.splice(0);
    world.tick();
    expect(counted).toEqual([
      ["alice", { "play-rounds": 1, "win-round": 1 }],
      ["bob", { "play-rounds": 1, "win-round": 0 }],
    ]);
  });
});

describe("the lobby", () => {
  it("is sent to all players outside of a round when it changes, and not otherwise", () => {
    const players = ["alice", "bob"];
    const { world } = createTestWorld(players);
    world.tick();
    expect(world.tick()).toEqual([]);
    players.push("carol");
    expect(world.tick().map(({ userId, key }) => `${userId} ${key}`)).toEqual([
      "alice starfall:lobby",
      "bob starfall:lobby",
      "carol starfall:lobby",
    ]);
    world.openGathering("alice", { size: 2 });
    expect(world.stateOf("bob").lobby).toMatchObject({
      idle: ["bob", "carol"],
      gatherings: [{ size: 2, players: ["alice"] }],
    });
  });

  it("limits the length of rounds", () => {
    const { join, world } = createTestWorld();
    join("alice", 2, 1);
    join("bob", 2, ROUND_MS);
    expect(world.stateOf("bob").match?.roundMs).toBe(2_000);
  });
});
