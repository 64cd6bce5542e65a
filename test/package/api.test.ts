import { expect, it } from "vitest";
import { changedApi } from "../../scripts/api-report.mjs";

it("offers what test/package/api says; after a change on purpose, `npm run api` writes it anew", () => {
  expect(changedApi()).toEqual([]);
});
