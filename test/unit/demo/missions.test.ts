import { expect, it } from "vitest";
import { createMissions, type SavedMissions } from "../../../demo/server/missions.js";

function createTestMissions(saved?: SavedMissions) {
  let day = "2026-01-05";
  const missions = createMissions(() => day, saved);
  return { missions, setDay: (to: string) => (day = to) };
}

it("a mission notifies of each step, and of its completion once", () => {
  const { missions } = createTestMissions();
  const step = (count: number) => ({
    userId: "alice",
    key: "starfall:mission",
    payload: { taskName: "catch-gold", count, goal: 5 },
  });
  expect(missions.increase("alice", "catch-gold", 2)).toEqual([step(2)]);
  expect(missions.increase("alice", "catch-gold", 4)).toEqual([
    step(5),
    {
      userId: "alice",
      key: "Gs2Mission:Complete",
      payload: {
        namespaceName: "mission",
        groupName: "daily",
        userId: "alice",
        taskName: "catch-gold",
      },
    },
  ]);
  expect(missions.increase("alice", "catch-gold", 1)).toEqual([]);
  expect(missions.completed("alice")).toEqual(["catch-gold"]);
  expect(missions.completed("bob")).toEqual([]);
});

it("the reward of a completed mission is received once", () => {
  const { missions } = createTestMissions();
  expect(missions.receive("alice", "win-round")).toBe(false);
  missions.increase("alice", "win-round", 1);
  expect(missions.receive("alice", "win-round")).toBe(true);
  expect(missions.receive("alice", "win-round")).toBe(false);
  expect(missions.received("alice")).toEqual(["win-round"]);
});

it("missions outlive a restart, and start at zero the next day", () => {
  const before = createTestMissions();
  before.missions.increase("alice", "catch-stars", 3);
  const saved = JSON.parse(JSON.stringify(before.missions.save())) as SavedMissions;
  const { missions, setDay } = createTestMissions(saved);
  expect(missions.countOf("alice", "catch-stars")).toBe(3);
  setDay("2026-01-06");
  expect(missions.countOf("alice", "catch-stars")).toBe(0);
});
