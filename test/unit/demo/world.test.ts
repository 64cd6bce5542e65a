import { describe, expect, it } from "vitest";
import { createWorld } from "../../../demo/server/world.js";
import type { Saved } from "../../../demo/server/store.js";
import type { Notice } from "../../../demo/shared/api.js";
import { COUNTDOWN_MS, skyOf, type StarKind } from "../../../demo/shared/rules.js";

const ROUND_MS = 20_000;
const SEED = 7;
const NAME = "gathering-0001";
const sky = skyOf(SEED, ROUND_MS);

function aWorld(players = ["alice", "bob"], saved?: Saved, startAt = Date.UTC(2026, 0, 5, 12)) {
  let now = startAt;
  const world = createWorld({
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
  it("counts each star once, and none that has not fallen yet", () => {
    const { begin, pass, report, scoreOf } = aWorld();
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

  it("takes no report from whoever is not in it, nor after its end", () => {
    const { begin, pass, report, scoreOf, world } = aWorld();
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

  it("clouds the sky of the rivals when a golden star is caught, and not one's own", () => {
    const { begin, pass, report } = aWorld();
    begin();
    const gold = firstOf("gold");
    pass(gold.fromMs);
    const notices = report("alice", [gold.id]);
    expect(keysFor(notices, "bob")).toEqual(["starfall:cloud"]);
    expect(keysFor(notices, "alice")).not.toContain("starfall:cloud");
    const cloud = notices.find(({ key }) => key === "starfall:cloud")!;
    expect(new Set((cloud.payload as { cells: number[] }).cells).size).toBe(3);
  });

  it("tells scores when they have changed, and once for many changes", () => {
    const { begin, pass, report, world } = aWorld();
    begin();
    world.tick();
    expect(world.tick()).toEqual([]);
    pass(ROUND_MS / 2);
    const stars = sky.filter(({ kind }) => kind === "star");
    for (const { id } of stars.slice(0, 4)) report("alice", [id]);
    expect(keysFor(world.tick(), "bob")).toEqual(["starfall:scores"]);
    expect(world.tick()).toEqual([]);
  });

  it("ends when all have told what they caught, and else a little later, by the clock", () => {
    const { begin, pass, report, world } = aWorld();
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

  it("ends when only one is left, and is gone when that one leaves too", () => {
    const { begin, world } = aWorld();
    begin();
    expect(keysFor(world.leave("bob"), "alice")).toContain("Gs2Matchmaking:Leave");
    world.tick();
    expect(world.stateOf("alice").match?.isOver).toBe(true);
    world.leave("alice");
    expect(world.stateOf("alice").match).toBeNull();
    expect(world.save().matches.matches).toEqual([]);
  });

  it("goes on after a restart, and waits longer then for those who have to find back", () => {
    const before = aWorld();
    before.begin();
    before.pass(ROUND_MS - 1_000);
    before.report("alice", [firstOf("star").id]);
    const saved = JSON.parse(JSON.stringify(before.world.save())) as Saved;
    const after = aWorld(["alice", "bob"], saved, before.now() + 2_000);
    expect(after.scoreOf("alice")).toBe(1);
    after.pass(5_000);
    after.world.tick();
    expect(after.world.stateOf("bob").match?.isOver).toBe(false);
    after.pass(5_000);
    after.world.tick();
    expect(after.world.stateOf("bob").match?.isOver).toBe(true);
  });

  it("is played by robots as the seed says, better as time goes by", () => {
    const { begin, pass, world } = aWorld(["alice"]);
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
  it("tell each step, and once that they are complete", () => {
    const { begin, pass, report, world } = aWorld();
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

  it("begin anew the next day", () => {
    const { begin, pass, report, world } = aWorld();
    begin();
    pass(ROUND_MS);
    report("alice", [firstOf("star").id]);
    expect(world.stateOf("alice").missions[0]?.count).toBe(1);
    pass(24 * 3_600_000);
    expect(world.stateOf("alice").missions[0]?.count).toBe(0);
  });
});

describe("the lobby", () => {
  it("is told to everybody outside of a round when it changes, and to nobody when not", () => {
    const players = ["alice", "bob"];
    const { world } = aWorld(players);
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

  it("takes no size there is not, and keeps rounds within bounds", () => {
    const { world } = aWorld();
    world.join("alice", { size: 1 });
    world.join("alice", { size: 99 });
    expect(world.stateOf("alice").gathering).toBeNull();
    world.join("alice", { size: 2, roundMs: 1 });
    world.join("bob", { size: 2 });
    expect(world.stateOf("bob").match?.roundMs).toBe(2_000);
  });
});
