import { describe, expect, test, vi } from "vitest";
import { EventQueue } from "../../../src/client/eventQueue.js";

function setUp() {
  const log: string[] = [];
  const onError = vi.fn<(error: unknown) => void>();
  let onSettle = (): void => void log.push("settled");
  const queue = new EventQueue(() => onSettle(), onError);
  return { log, onError, queue, setOnSettle: (run: () => void) => (onSettle = run) };
}

describe("the event queue", () => {
  test("runs a nested step after the outer step, and settles once for both", () => {
    const { log, queue } = setUp();
    queue.runStep(() => {
      queue.runStep(() => log.push("second"));
      log.push("first");
    });
    expect(log).toEqual(["first", "second", "settled"]);
  });

  test("runs the announcements of settling before those of the steps", () => {
    const { log, queue, setOnSettle } = setUp();
    setOnSettle(() => queue.announce(() => log.push("status")));
    queue.runStep(() => {
      queue.announce(() => log.push("sync"));
      log.push("step");
    });
    expect(log).toEqual(["step", "status", "sync"]);
  });

  test("runs announcements in order, including those added by an announcement", () => {
    const { log, queue } = setUp();
    queue.announce(() => {
      queue.announce(() => log.push("second"));
      log.push("first");
    });
    expect(log).toEqual(["first", "second"]);
  });

  test("runs a step dispatched by an announcement at once, and its announcements after those queued", () => {
    const { log, queue } = setUp();
    queue.runStep(() => {
      queue.announce(() => {
        queue.runStep(() => {
          log.push("step");
          queue.announce(() => log.push("third"));
        });
        log.push("first");
      });
      queue.announce(() => log.push("second"));
    });
    expect(log).toEqual(["settled", "step", "settled", "first", "second", "third"]);
  });

  test("settles again after a step dispatched while settling", () => {
    const { log, queue, setOnSettle } = setUp();
    let settled = 0;
    setOnSettle(() => {
      if (++settled === 1) queue.runStep(() => log.push("late step"));
    });
    queue.runStep(() => log.push("step"));
    expect(log).toEqual(["step", "late step"]);
    expect(settled).toBe(2);
  });

  test("reports an error thrown by a step, by settling or by an announcement, and continues", () => {
    const { log, onError, queue, setOnSettle } = setUp();
    setOnSettle(() => {
      throw new Error("settle");
    });
    queue.runStep(() => {
      queue.announce(() => {
        throw new Error("announcement");
      });
      queue.announce(() => log.push("announced"));
      throw new Error("step");
    });
    queue.runStep(() => log.push("next step"));
    expect(onError.mock.calls.map(([error]) => String(error))).toEqual([
      "Error: step",
      "Error: settle",
      "Error: announcement",
      "Error: settle",
    ]);
    expect(log).toEqual(["announced", "next step"]);
  });
});
