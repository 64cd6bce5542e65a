import { engines } from "./engines.mjs";

/** The projects of `npm run test:run`: `together` beside `engines`, and `alone` after both. */
export const testRuns = {
  together: ["unit", "package", "integration", "sim", "browser", "types"],
  engines: engines.filter((engine) => engine !== "chromium"),
  alone: ["alone"],
};
