import { describe, expect, test, vi } from "vitest";
import { createEmitter, type Handler } from "../../../src/notify/emitter.js";
import { createDeferred, flushPromises } from "../../support/promises.js";

function setup() {
  const onError = vi.fn<(error: unknown, message: string) => void>();
  return { onError, ...createEmitter(onError) };
}
const acceptAll = (event: unknown): unknown => event;

describe("a handler", () => {
  test("receives each event of its name, with every argument, in order", () => {
    const { listen, emit } = setup();
    const handler = vi.fn();
    listen("status", handler);
    emit("status", "now", "before");
    emit("other", 1);
    emit("status", "later", "now");
    expect(handler.mock.calls).toEqual([
      ["now", "before"],
      ["later", "now"],
    ]);
  });

  test("runs after the handlers registered before it", () => {
    const { listen, emit } = setup();
    const order: string[] = [];
    for (const name of ["a", "b", "c"]) listen("x", () => order.push(name));
    emit("x");
    expect(order).toEqual(["a", "b", "c"]);
  });

  test("does not run after its removal, and a second removal has no effect", () => {
    const { listen, emit } = setup();
    const handler = vi.fn();
    const remove = listen("x", handler);
    remove();
    remove();
    emit("x");
    expect(handler).not.toHaveBeenCalled();
    listen("x", handler);
    remove();
    emit("x");
    expect(handler).toHaveBeenCalledTimes(1);
  });

  test("with once runs once", () => {
    const { listen, emit } = setup();
    const handler = vi.fn();
    listen("x", handler, { once: true });
    emit("x", 1);
    emit("x", 2);
    expect(handler.mock.calls).toEqual([[1]]);
  });

  test("with once does not run for an event that it causes itself", () => {
    const { listen, emit } = setup();
    const handler = vi.fn(() => emit("x"));
    listen("x", handler, { once: true });
    emit("x");
    expect(handler).toHaveBeenCalledTimes(1);
  });

  test("ends with its signal, and is not added with an aborted signal", () => {
    const { listen, emit } = setup();
    const handler = vi.fn();
    const controller = new AbortController();
    listen("x", handler, { signal: controller.signal });
    emit("x", 1);
    controller.abort();
    emit("x", 2);
    listen("x", handler, { signal: controller.signal });
    emit("x", 3);
    expect(handler.mock.calls).toEqual([[1]]);
  });

  test.each<[string, (remove: () => void, emit: (name: string) => void) => void]>([
    ["removed", (remove) => remove()],
    ["run once", (_, emit) => emit("x")],
  ])("that was %s leaves no listener on its signal", (how, end) => {
    const { listen, emit } = setup();
    const { signal } = new AbortController();
    const added = vi.spyOn(signal, "addEventListener");
    const removed = vi.spyOn(signal, "removeEventListener");
    const remove = listen("x", () => {}, { signal, once: how === "run once" });
    end(remove, emit);
    expect(added).toHaveBeenCalledTimes(1);
    expect(removed.mock.calls[0]!.slice(0, 2)).toEqual(added.mock.calls[0]!.slice(0, 2));
  });
});

describe("the same handler twice under one name", () => {
  test("runs once, until the last registration is removed", () => {
    const { listen, emit } = setup();
    const handler = vi.fn();
    const first = listen("x", handler);
    const second = listen("x", handler);
    emit("x", 1);
    first();
    emit("x", 2);
    first();
    emit("x", 3);
    second();
    emit("x", 4);
    expect(handler.mock.calls).toEqual([[1], [2], [3]]);
  });

  test("stays when only one registration has once", () => {
    const { listen, emit } = setup();
    const handler = vi.fn();
    listen("x", handler, { once: true });
    const remove = listen("x", handler);
    emit("x", 1);
    emit("x", 2);
    remove();
    emit("x", 3);
    expect(handler.mock.calls).toEqual([[1], [2]]);
  });

  test("is removed when both registrations have once", () => {
    const { listen, emit } = setup();
    const handler = vi.fn();
    listen("x", handler, { once: true });
    listen("x", handler, { once: true });
    emit("x", 1);
    emit("x", 2);
    expect(handler.mock.calls).toEqual([[1]]);
  });

  test("stays when only one of its signals is aborted", () => {
    const { listen, emit } = setup();
    const handler = vi.fn();
    const controller = new AbortController();
    listen("x", handler, { signal: controller.signal });
    listen("x", handler);
    controller.abort();
    emit("x", 1);
    expect(handler.mock.calls).toEqual([[1]]);
  });

  test("runs for each of two names", () => {
    const { listen, emit } = setup();
    const handler = vi.fn();
    const remove = listen("x", handler);
    listen("y", handler);
    emit("x", 1);
    emit("y", 2);
    remove();
    emit("x", 3);
    emit("y", 4);
    expect(handler.mock.calls).toEqual([[1], [2], [4]]);
  });

  test("may be added again after its last removal", () => {
    const { listen, emit } = setup();
    const handler = vi.fn();
    listen("x", handler)();
    listen("x", handler);
    emit("x", 1);
    expect(handler.mock.calls).toEqual([[1]]);
  });
});

describe("a handler for every event", () => {
  test("receives what its filter returns for each event", () => {
    const { listen, emit } = setup();
    const handler = vi.fn();
    const filter = vi.fn((n: number) => n > 1 && n * 10);
    listen("*all", handler, {}, filter);
    emit("x", 1);
    emit("y", 2);
    expect(handler.mock.calls).toEqual([[20]]);
    expect(filter.mock.calls).toEqual([[1], [2]]);
  });

  test("with once waits for the first event that its filter accepts", () => {
    const { listen, emit } = setup();
    const handler = vi.fn();
    listen("*all", handler, { once: true }, (n: number) => n > 1 && n);
    for (const n of [1, 2, 3]) emit("x", n);
    expect(handler.mock.calls).toEqual([[2]]);
  });

  test("runs once for an event named *", () => {
    const { listen, emit } = setup();
    const all = vi.fn();
    const named = vi.fn();
    listen("*all", all, {}, acceptAll);
    listen("x", named);
    emit("*", 1);
    expect(all.mock.calls).toEqual([[1]]);
    expect(named).not.toHaveBeenCalled();
  });

  test("is removed like any other handler", () => {
    const { listen, emit } = setup();
    const handler = vi.fn();
    const first = listen("*all", handler, {}, acceptAll);
    const second = listen("*all", handler, {}, acceptAll);
    first();
    emit("x", 1);
    second();
    emit("x", 2);
    expect(handler.mock.calls).toEqual([[1]]);
  });
});

describe("a handler among others", () => {
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
      "returns a thenable that throws",
      () => ({
        then() {
          throw bad;
        },
      }),
    ],
  ];

  test.each(kinds)(
    "that %s is reported, runs again, and does not stop the others",
    async (_, handler) => {
      const { listen, emit, onError } = setup();
      const before = vi.fn();
      const after = vi.fn();
      listen("x", before);
      listen("x", handler);
      listen("x", after);
      listen("*all", after, {}, acceptAll);
      expect(() => {
        emit("x", 1);
      }).not.toThrow();
      await flushPromises();
      expect(before).toHaveBeenCalledTimes(1);
      expect(after).toHaveBeenCalledTimes(2);
      expect(onError.mock.calls).toEqual([[bad, String(bad)]]);
      emit("x", 2);
      await flushPromises();
      expect(onError).toHaveBeenCalledTimes(2);
    },
  );

  test("that throws a value without a string form does not stop the others", () => {
    const { listen, emit, onError } = setup();
    const withoutString: unknown = Object.create(null);
    const after = vi.fn();
    listen("x", () => {
      throw withoutString;
    });
    listen("x", after);
    emit("x");
    expect(after).toHaveBeenCalledTimes(1);
    expect(onError.mock.calls).toEqual([[withoutString, ""]]);
  });

  test.each<[string, unknown]>([
    ["nothing", undefined],
    ["null", null],
    ["a number", 5],
    ["an object", {}],
    ["a promise", Promise.resolve(1)],
  ])("that returns %s causes no report", async (_, result) => {
    const { listen, emit, onError } = setup();
    listen("x", () => result);
    emit("x");
    await flushPromises();
    expect(onError).not.toHaveBeenCalled();
  });

  test("that removes itself does not run again", () => {
    const { listen, emit } = setup();
    const handler = vi.fn(() => remove());
    const remove = listen("x", handler);
    const other = vi.fn();
    listen("x", other);
    emit("x");
    emit("x");
    expect(handler).toHaveBeenCalledTimes(1);
    expect(other).toHaveBeenCalledTimes(2);
  });

  test("that removes an earlier handler does not hide the event from a later handler", () => {
    const { listen, emit } = setup();
    const earlier = vi.fn();
    const later = vi.fn();
    const remove = listen("x", earlier);
    listen("x", () => remove());
    listen("x", later);
    emit("x");
    emit("x");
    expect(earlier).toHaveBeenCalledTimes(1);
    expect(later).toHaveBeenCalledTimes(2);
  });

  test("that removes a later handler removes it for this event, too", () => {
    const { listen, emit } = setup();
    const later = vi.fn();
    listen("x", () => remove());
    const remove = listen("x", later);
    const removeAll = listen("*all", later, {}, acceptAll);
    listen("x", removeAll);
    emit("x");
    expect(later).not.toHaveBeenCalled();
  });

  test("that adds a handler adds it for the next event", () => {
    const { listen, emit } = setup();
    const added = vi.fn();
    listen("x", () => void listen("x", added), { once: true });
    emit("x", 1);
    expect(added).not.toHaveBeenCalled();
    emit("x", 2);
    expect(added.mock.calls).toEqual([[2]]);
  });
});

describe("callSafely", () => {
  test("passes the given arguments", () => {
    const { callSafely } = setup();
    const run = vi.fn();
    callSafely(run, [1, "two"]);
    expect(run.mock.calls).toEqual([[1, "two"]]);
  });

  test("settles after its function, and never rejects", async () => {
    const { callSafely, onError } = setup();
    const work = createDeferred();
    const onSettled = vi.fn();
    const done = Promise.resolve(callSafely(() => work.promise, [])).then(onSettled);
    await flushPromises();
    expect(onSettled).not.toHaveBeenCalled();
    work.reject(new Error("late"));
    await done;
    expect(onError).toHaveBeenCalledTimes(1);
    expect(String(onError.mock.calls[0]![0])).toContain("late");
  });
});

test("forgetHandlers removes every handler", () => {
  const { listen, emit, forgetHandlers } = setup();
  const handler = vi.fn();
  const remove = listen("x", handler);
  listen("*all", handler, {}, acceptAll);
  forgetHandlers();
  emit("x");
  expect(handler).not.toHaveBeenCalled();
  listen("x", handler);
  remove();
  emit("x");
  expect(handler).toHaveBeenCalledTimes(1);
});
