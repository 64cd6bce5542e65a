import { describe, expect, it } from "vitest";
import { World } from "../../../demo/server/world.js";
import type { Saved } from "../../../demo/server/store.js";
import type { Notice } from "../../../demo/shared/api.js";
import { COUNTDOWN_MS, skyOf, type StarKind } from "../../../demo/shared/rules.js";

const ROUND_MS = 20_000;
const SEED = 7;
const NAME = "gathering-0001";
const sky = skyOf(SEED, ROUND_MS);

function createTestWorld(
  players = ["alice", "bob"],
  saved?: Saved,
  startAt = Date.UTC(2026, 0, 5, 12),
) {
  let now = startAt;
  const world = new World({
    now: () => now,
    seed: () => SEED,
    online: () => players,
    isReachable: () => true,
    saved,
  });
  return {
    world,
    now: () => now,
    pass: (ms: number) => (now += ms),
    begin() {
      for (const player of players) world.join(player, { size: players.length, roundMs: ROUND_MS });
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
    expect(keysFor(world.leave("bob"), "alice")).toContain("Gs2Matchmaking:Leave");
    world.tick();
    expect(world.stateOf("alice").match?.isOver).toBe(true);
    world.leave("alice");
    expect(world.stateOf("alice").match).toBeNull();
    expect(world.save().matches.matches).toEqual([]);
  });

  it("goes on after a restart, and then waits longer for reports", () => {
    const before = createTestWorld();
    before.begin();
    before.pass(ROUND_MS - 1_000);
    before.report("alice", [firstOf("star").id]);
    const saved = JSON.parse(JSON.stringify(before.world.save())) as Saved;
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
    const { begin, pass, world } = createTestWorld(["alice"]);
    begin();
    world.join("alice", { size: 3, roundMs: ROUND_MS });
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
  it("send a notification for each step, and one when complete", () => {
    const { begin, pass, report, world } = createTestWorld();
    begin();
    const gold = firstOf("gold");
    pass(ROUND_MS);
    const notices = report("alice", [firstOf("star").id, gold.id, firstOf("comet").id], true);
    expect(
      notices.filter(({ key }) => key === "starfall:mission").map((one) => one.payload),
    ).toEqual([
      { taskName: "catch-stars", count: 2, goal: 30 },
      { taskName: "catch-gold", count: 1, goal: 5 },
    ]);
    report("bob", [], true);
    const over = world.tick();
    expect(over).toContainEqual({
      userId: "alice",
      key: "Gs2Mission:Complete",
      payload: {
        namespaceName: "mission",
        groupName: "daily",
        userId: "alice",
        taskName: "win-round",
      },
    });
    expect(keysFor(over, "bob")).not.toContain("Gs2Mission:Complete");
    expect(world.stateOf("bob").missions.map(({ count }) => count)).toEqual([0, 0, 1, 0]);
  });

  it("start at zero the next day", () => {
    const { begin, pass, report, world } = createTestWorld();
    begin();
    pass(ROUND_MS);
    report("alice", [firstOf("star").id]);
    expect(world.stateOf("alice").missions[0]?.count).toBe(1);
    pass(24 * 3_600_000);
    expect(world.stateOf("alice").missions[0]?.count).toBe(0);
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
    world.join("alice", { size: 2 });
    expect(world.stateOf("bob").lobby).toMatchObject({
      idle: ["bob", "carol"],
      gatherings: [{ size: 2, players: ["alice"] }],
    });
  });

  it("ignores unknown sizes, and limits the length of rounds", () => {
    const { world } = createTestWorld();
    world.join("alice", { size: 1 });
    world.join("alice", { size: 99 });
    expect(world.stateOf("alice").gathering).toBeNull();
    world.join("alice", { size: 2, roundMs: 1 });
    world.join("bob", { size: 2 });
    expect(world.stateOf("bob").match?.roundMs).toBe(2_000);
  });
});
