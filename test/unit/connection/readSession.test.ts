import { describe, expect, test } from "vitest";
import { readSession } from "../../../src/connection/binding.js";

const item = { userId: "user-1", connectionId: "conn-1" };

describe("readSession", () => {
  test("returns the session of a bind's result", () => {
    expect(readSession({ item })).toBe(item);
  });

  test.each<[string, object]>([
    ["nothing", {}],
    ["null", { item: null }],
    ["a session without a userId", { item: { connectionId: "conn-1" } }],
    ["a session with an empty userId", { item: { userId: "" } }],
    ["a userId that is not a string", { item: { userId: ["user-1"] } }],
  ])("throws protocol when the result holds %s", (_, result) => {
    expect(() => readSession(result as Record<string, unknown>)).toThrow(
      expect.objectContaining({ kind: "protocol" }) as Error,
    );
  });
});
