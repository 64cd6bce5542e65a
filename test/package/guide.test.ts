// Runs each Node block of the guide, unmodified, against an emulator. test/browser/guide.test.ts
// runs those for a page.
import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { startEmulator } from "../../src/emulator/index.js";
import { inRepo } from "../support/repo.js";
import { nodeBlocks } from "./guide/cast.js";
import { staged } from "./guide/build.js";
import { drives } from "./guide/nodeDrives.mjs";

/** The timeout of a block. */
const BLOCK_TIMEOUT_MS = 15_000;
const folder = inRepo("artifacts", "guide");

describe("the blocks for Node", () => {
  test.concurrent.each(nodeBlocks)("$id", { timeout: 2 * BLOCK_TIMEOUT_MS }, async (block) => {
    mkdirSync(folder, { recursive: true });
    const file = `${folder}/${block.id.replaceAll(/[^\p{L}\d]+/gu, "-")}.mjs`;
    writeFileSync(file, await staged(block, block.id, "node"));
    const emulator = await startEmulator({ namespaces: ["game-0001", "namespace-0001"] });
    try {
      await promisify(execFile)(process.execPath, ["--enable-source-maps", file], {
        timeout: BLOCK_TIMEOUT_MS,
        env: {
          ...process.env,
          GUIDE_EMULATOR: emulator.url,
          PLAYERS_CLIENT_ID: "client",
          PLAYERS_CLIENT_SECRET: "secret",
        },
      });
    } finally {
      await emulator.stop();
    }
  });

  test("exist for each drive", () => {
    const ids = nodeBlocks.map(({ id }) => id);
    expect(Object.keys(drives).filter((id) => !ids.includes(id))).toEqual([]);
  });
});
