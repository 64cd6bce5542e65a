// Skips what an engine leaves out; test/support/engineReporter.ts checks that nothing else is.
import { beforeEach, inject } from "vitest";
import { findLeftOut, nameOf } from "../browser/leftOut.js";

beforeEach(({ task, skip }) => {
  const entry = findLeftOut(inject("engine")!, task.file.filepath, nameOf(task));
  if (entry) skip(entry);
});
