import { describe, expect, test, vi } from "vitest";
import { createEmitter, type Handler } from "../../../src/notify/emitter.js";
import { createDeferred, flushPromises } from "../../support/promises.js";

function setup() {
  const threw = vi.fn<(error: unknown, said: string) => void>();
  return { threw, ...createEmitter(threw) };
}
const everything = (event: unknown): unknown => event;

describe("a handler", () => {
  test("is told each event of its name, with all that is said, in order", () => {
    const { listen, emit } = setup();
    const told = vi.fn();
    listen("status", told);
    emit("status", "now", "before");
    emit("other", 1);
    emit("status", "later", "now");
    expect(told.mock.calls).toEqual([
      ["now", "before"],
      ["later", "now"],
    ]);
  });

  test("is told after the handlers that were there before it", () => {
    const { listen, emit } = setup();
    const order: string[] = [];
    for (const name of ["a", "b", "c"]) listen("x", () => order.push(name));
    emit("x");
    expect(order).toEqual(["a", "b", "c"]);
  });

  test("is not told any more once undone, and undoing twice is undoing once", () => {
    const { listen, emit } = setup();
    const told = vi.fn();
    const undo = listen("x", told);
    undo();
    undo();
    emit("x");
    expect(told).not.toHaveBeenCalled();
    listen("x", told);
    undo();
    emit("x");
    expect(told).toHaveBeenCalledTimes(1);
  });

  test("is told once where it asked for once", () => {
    const { listen, emit } = setup();
    const told = vi.fn();
    listen("x", told, { once: true });
    emit("x", 1);
    emit("x", 2);
    expect(told.mock.calls).toEqual([[1]]);
  });

  test("that asked for once is not told again of an event it causes itself", () => {
    const { listen, emit } = setup();
    const told = vi.fn(() => emit("x"));
    listen("x", told, { once: true });
    emit("x");
    expect(told).toHaveBeenCalledTimes(1);
  });

  test("ends with its signal, and does not begin with one that was aborted", () => {
    const { listen, emit } = setup();
    const told = vi.fn();
    const controller = new AbortController();
    listen("x", told, { signal: controller.signal });
    emit("x", 1);
    controller.abort();
    emit("x", 2);
    listen("x", told, { signal: controller.signal });
    emit("x", 3);
    expect(told.mock.calls).toEqual([[1]]);
  });

  test.each<[string, (undo: () => void, emit: (name: string) => void) => void]>([
    ["undone", (undo) => undo()],
    ["told once", (_, emit) => emit("x")],
  ])("that has been %s leaves nothing at its signal", (how, end) => {
    const { listen, emit } = setup();
    const { signal } = new AbortController();
    const added = vi.spyOn(signal, "addEventListener");
    const removed = vi.spyOn(signal, "removeEventListener");
    const undo = listen("x", () => {}, { signal, once: how === "told once" });
    end(undo, emit);
    expect(added).toHaveBeenCalledTimes(1);
    expect(removed.mock.calls[0]!.slice(0, 2)).toEqual(added.mock.calls[0]!.slice(0, 2));
  });
});

describe("the same handler twice under one name", () => {
  test("is told once, until the last of the two is undone", () => {
    const { listen, emit } = setup();
    const told = vi.fn();
    const first = listen("x", told);
    const second = listen("x", told);
    emit("x", 1);
    first();
    emit("x", 2);
    first();
    emit("x", 3);
    second();
    emit("x", 4);
    expect(told.mock.calls).toEqual([[1], [2], [3]]);
  });

  test("stays when only one of them asked for once", () => {
    const { listen, emit } = setup();
    const told = vi.fn();
    listen("x", told, { once: true });
    const undo = listen("x", told);
    emit("x", 1);
    emit("x", 2);
    undo();
    emit("x", 3);
    expect(told.mock.calls).toEqual([[1], [2]]);
  });

  test("goes when both asked for once", () => {
    const { listen, emit } = setup();
    const told = vi.fn();
    listen("x", told, { once: true });
    listen("x", told, { once: true });
    emit("x", 1);
    emit("x", 2);
    expect(told.mock.calls).toEqual([[1]]);
  });

  test("stays when only one of their signals is aborted", () => {
    const { listen, emit } = setup();
    const told = vi.fn();
    const controller = new AbortController();
    listen("x", told, { signal: controller.signal });
    listen("x", told);
    controller.abort();
    emit("x", 1);
    expect(told.mock.calls).toEqual([[1]]);
  });

  test("is two under two names", () => {
    const { listen, emit } = setup();
    const told = vi.fn();
    const undo = listen("x", told);
    listen("y", told);
    emit("x", 1);
    emit("y", 2);
    undo();
    emit("x", 3);
    emit("y", 4);
    expect(told.mock.calls).toEqual([[1], [2], [4]]);
  });

  test("may come back after the last undo", () => {
    const { listen, emit } = setup();
    const told = vi.fn();
    listen("x", told)();
    listen("x", told);
    emit("x", 1);
    expect(told.mock.calls).toEqual([[1]]);
  });
});

describe("a handler for everything", () => {
  test("is told what it picks of every event, and asked with what is said", () => {
    const { listen, emit } = setup();
    const told = vi.fn();
    const pick = vi.fn((n: number) => n > 1 && n * 10);
    listen("*all", told, {}, pick);
    emit("x", 1);
    emit("y", 2);
    expect(told.mock.calls).toEqual([[20]]);
    expect(pick.mock.calls).toEqual([[1], [2]]);
  });

  test("that asked for once waits for one it picks", () => {
    const { listen, emit } = setup();
    const told = vi.fn();
    listen("*all", told, { once: true }, (n: number) => n > 1 && n);
    for (const n of [1, 2, 3]) emit("x", n);
    expect(told.mock.calls).toEqual([[2]]);
  });

  test("is told once of an event whose name is *", () => {
    const { listen, emit } = setup();
    const all = vi.fn();
    const named = vi.fn();
    listen("*all", all, {}, everything);
    listen("x", named);
    emit("*", 1);
    expect(all.mock.calls).toEqual([[1]]);
    expect(named).not.toHaveBeenCalled();
  });

  test("is undone like any other", () => {
    const { listen, emit } = setup();
    const told = vi.fn();
    const first = listen("*all", told, {}, everything);
    const second = listen("*all", told, {}, everything);
    first();
    emit("x", 1);
    second();
    emit("x", 2);
    expect(told.mock.calls).toEqual([[1]]);
  });
});

describe("handlers that misbehave", () => {
  const bad = new Error("bad");
  const kinds: [string, Handler][] = [
    [
      "throws",
      () => {
        throw bad;
      },
    ],
    ["rejects", () => Promise.reject(bad)],
    [
      "answers something whose then throws",
      () => ({
        then() {
          throw bad;
        },
      }),
    ],
  ];

  test.each(kinds)(
    "one that %s is reported, stops nobody, and is told again",
    async (_, handler) => {
      const { listen, emit, threw } = setup();
      const before = vi.fn();
      const after = vi.fn();
      listen("x", before);
      listen("x", handler);
      listen("x", after);
      listen("*all", after, {}, everything);
      expect(() => {
        emit("x", 1);
      }).not.toThrow();
      await flushPromises();
      expect(before).toHaveBeenCalledTimes(1);
      expect(after).toHaveBeenCalledTimes(2);
      expect(threw.mock.calls).toEqual([[bad, String(bad)]]);
      emit("x", 2);
      await flushPromises();
      expect(threw).toHaveBeenCalledTimes(2);
    },
  );

  test("one that throws what cannot be told as text stops nobody either", () => {
    const { listen, emit, threw } = setup();
    const untellable: unknown = Object.create(null);
    const after = vi.fn();
    listen("x", () => {
      throw untellable;
    });
    listen("x", after);
    emit("x");
    expect(after).toHaveBeenCalledTimes(1);
    expect(threw.mock.calls).toEqual([[untellable, ""]]);
  });

  test.each<[string, unknown]>([
    ["nothing", undefined],
    ["null", null],
    ["a number", 5],
    ["an object", {}],
    ["a promise", Promise.resolve(1)],
  ])("one that answers %s is no trouble", async (_, answer) => {
    const { listen, emit, threw } = setup();
    listen("x", () => answer);
    emit("x");
    await flushPromises();
    expect(threw).not.toHaveBeenCalled();
  });

  test("one that undoes itself is not told again", () => {
    const { listen, emit } = setup();
    const told = vi.fn(() => undo());
    const undo = listen("x", told);
    const other = vi.fn();
    listen("x", other);
    emit("x");
    emit("x");
    expect(told).toHaveBeenCalledTimes(1);
    expect(other).toHaveBeenCalledTimes(2);
  });

  test("one that undoes an earlier one does not hide the event from a later one", () => {
    const { listen, emit } = setup();
    const earlier = vi.fn();
    const later = vi.fn();
    const undo = listen("x", earlier);
    listen("x", () => undo());
    listen("x", later);
    emit("x");
    emit("x");
    expect(earlier).toHaveBeenCalledTimes(1);
    expect(later).toHaveBeenCalledTimes(2);
  });

  test("one that undoes a later one has undone it for this event, too", () => {
    const { listen, emit } = setup();
    const later = vi.fn();
    listen("x", () => undo());
    const undo = listen("x", later);
    const undoAll = listen("*all", later, {}, everything);
    listen("x", undoAll);
    emit("x");
    expect(later).not.toHaveBeenCalled();
  });

  test("one that adds another does so for the next event", () => {
    const { listen, emit } = setup();
    const added = vi.fn();
    listen("x", () => void listen("x", added), { once: true });
    emit("x", 1);
    expect(added).not.toHaveBeenCalled();
    emit("x", 2);
    expect(added.mock.calls).toEqual([[2]]);
  });
});

describe("the shield", () => {
  test("hands over what it was given", () => {
    const { callSafely } = setup();
    const run = vi.fn();
    callSafely(run, [1, "two"]);
    expect(run.mock.calls).toEqual([[1, "two"]]);
  });

  test("settles when what it runs has settled, and never rejects", async () => {
    const { callSafely: shield, threw } = setup();
    const work = createDeferred();
    const over = vi.fn();
    const done = Promise.resolve(shield(() => work.promise, [])).then(over);
    await flushPromises();
    expect(over).not.toHaveBeenCalled();
    work.reject(new Error("late"));
    await done;
    expect(threw).toHaveBeenCalledTimes(1);
    expect(String(threw.mock.calls[0]![0])).toContain("late");
  });
});

test("forgetting the handlers forgets all of them", () => {
  const { listen, emit, forgetHandlers } = setup();
  const told = vi.fn();
  const undo = listen("x", told);
  listen("*all", told, {}, everything);
  forgetHandlers();
  emit("x");
  expect(told).not.toHaveBeenCalled();
  listen("x", told);
  undo();
  emit("x");
  expect(told).toHaveBeenCalledTimes(1);
});
