import { describe, expect, it } from "vitest";
import { drawnRooms, drawRooms } from "../../../scripts/architecture.mjs";

describe("the picture of the rooms in CONTRIBUTING.md", () => {
  // `npm run architecture` draws it again.
  it("shows the rooms that the import linter knows", () => {
    expect(drawnRooms()).toBe(drawRooms());
  });
});
