import { checks as inNode } from "../../../test/package/guide/nodeChecks.mjs";
import { checks as inPage } from "../../../test/package/guide/pageChecks.mjs";

export const checks = { ...inNode, ...inPage };
