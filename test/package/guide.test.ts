// Each block of the guide runs as it stands, against an emulator: here those for Node, in test/browser/guide.test.ts those for a page.
import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { startEmulator } from "../../src/emulator/index.js";
import { inRepo } from "../support/repo.js";
import { nodeBlocks } from "./guide/programs.js";
import { bundleBlock } from "./guide/bundle.js";
import { checks } from "./guide/nodeChecks.mjs";

/** A block that never settles. */
const LONGEST_MS = 15_000;
const folder = inRepo("artifacts", "guide");

describe("the blocks for Node", () => {
  test.concurrent.each(nodeBlocks)("$id", { timeout: 2 * LONGEST_MS }, async (block) => {
    mkdirSync(folder, { recursive: true });
    const file = `${folder}/${block.id.replaceAll(/[^\p{L}\d]+/gu, "-")}.mjs`;
    writeFileSync(file, await bundleBlock(block, block.id, "node"));
    const emulator = await startEmulator({ namespaces: ["game-0001", "namespace-0001"] });
    try {
      await promisify(execFile)(process.execPath, ["--enable-source-maps", file], {
        timeout: LONGEST_MS,
        env: {
          ...process.env,
          GUIDE_EMULATOR: emulator.url,
          PLAYERS_CLIENT_ID: "client",
          PLAYERS_CLIENT_SECRET: "secret",
          SERVER_CLIENT_ID: "server",
          SERVER_CLIENT_SECRET: "secret",
        },
      });
    } finally {
      await emulator.stop();
    }
  });

  test("exist for each check", () => {
    const ids = nodeBlocks.map(({ id }) => id);
    expect(Object.keys(checks).filter((id) => !ids.includes(id))).toEqual([]);
  });
});
