import { existsSync } from "node:fs";
import { inRepo } from "./repo.js";

/** The folder of the guide's site, which `npm test` builds before its tests. */
export function builtSite(): string {
  const folder = inRepo("artifacts", "site");
  if (!existsSync(folder)) throw new Error("There is no artifacts/site: npm run build:site");
  return folder;
}
