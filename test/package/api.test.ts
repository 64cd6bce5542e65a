import { expect, it } from "vitest";
import { changedApi } from "../../scripts/api-report.mjs";

it("the public types equal test/package/api (`npm run api` updates it after an intended change)", () => {
  expect(changedApi()).toEqual([]);
});
