import * as v from "valibot";
import { describe, expect, test, vi } from "vitest";
import { z } from "zod";
import type { DiagnosticCode, Report } from "../../../src/core/diagnostics.js";
import { isGatewayError } from "../../../src/errors.js";
import { createEmitter, type Handler } from "../../../src/notify/emitter.js";
import type { Notification } from "../../../src/notify/notification.js";
import type { NotificationSelector } from "../../../src/notify/notificationSource.js";
import { Notifications } from "../../../src/notify/notify.js";
import {
  defineNotification,
  type SchemaResult,
  type StandardSchema,
} from "../../../src/notify/schema.js";
import { manualClock } from "../../support/manualClock.js";
import { rejectionOf } from "../../support/promises.js";

function setup() {
  const clock = manualClock();
  const reports: { code: DiagnosticCode; message: string; detail: unknown }[] = [];
  const report: Report = (_level, code, message, detail) =>
    void reports.push({ code, message, detail });
  const notify = new Notifications(clock, createEmitter(vi.fn()), report);
  const on = (selector: NotificationSelector | string, handler: Handler, options?: object) =>
    notify.on(selector as NotificationSelector, handler, options);
  return {
    clock,
    notify,
    reports,
    on,
    /** Records the payloads that this selector receives, in order. */
    recordPayloads(selector: NotificationSelector | string): unknown[] {
      const received: unknown[] = [];
      on(selector, ({ payload }: Notification) => received.push(payload));
      return received;
    },
    waitFor(selector: NotificationSelector | string, options?: object) {
      const promise = notify.waitFor(selector as NotificationSelector, options);
      promise.catch(() => undefined);
      return promise;
    },
    receive(payload: unknown, subject = "raid-start") {
      const text = typeof payload === "string" ? payload : JSON.stringify(payload);
      notify.receive({ issuer: "", subject, payload: text }, clock.now(), "socket");
    },
  };
}

/** A schema without a library. */
const schemaOf = <Output>(
  validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>,
): StandardSchema<Output> => ({ "~standard": { version: 1, vendor: "test", validate } });

const level = (payload: unknown): unknown => (payload as { level?: unknown }).level;

/** Accepts `{ level: number }`, and outputs twice the level. */
const doubling = schemaOf<number>((value) => {
  const given = level(value);
  return typeof given === "number"
    ? { value: given * 2 }
    : { issues: [{ message: "no number", path: ["level"] }] };
});

const schemas: [string, StandardSchema<{ level: number }>][] = [
  ["zod", z.object({ level: z.string().transform(Number) })],
  ["valibot", v.object({ level: v.pipe(v.string(), v.transform(Number)) })],
  [
    "plain JavaScript",
    schemaOf<{ level: number }>((value) => {
      const given = level(value);
      return typeof given === "string"
        ? { value: { level: Number(given) } }
        : { issues: [{ message: "expected a string", path: [{ key: "level" }] }] };
    }),
  ],
];

describe.each(schemas)("a schema of %s", (_, schema) => {
  test("gives its output to handlers, waiters and where", async () => {
    const { recordPayloads, waitFor, receive } = setup();
    const Raid = defineNotification("raid-start", schema);
    const received = recordPayloads(Raid);
    const where = vi.fn(({ payload }: Notification<{ level: number }>) => payload.level > 7);
    const waiting = waitFor(Raid, { where });
    receive({ level: "7" });
    receive({ level: "8" });
    expect(received).toEqual([{ level: 7 }, { level: 8 }]);
    expect((await waiting).payload).toEqual({ level: 8 });
  });

  test("withholds a mismatch from them, and reports its path and message without the value", () => {
    const { recordPayloads, receive, reports } = setup();
    const received = recordPayloads(defineNotification("raid-start", schema));
    const all = recordPayloads("*");
    receive({ level: 987654, note: "secret-text" });
    expect(received).toEqual([]);
    expect(all).toEqual([{ level: 987654, note: "secret-text" }]);
    expect(reports).toEqual([
      {
        code: "schemaMismatch",
        message: "raid-start",
        detail: {
          key: "raid-start",
          issues: [
            { path: "level", message: expect.stringMatching(/expected (a )?string/i) as string },
          ],
        },
      },
    ]);
    expect(JSON.stringify(reports)).not.toMatch(/987654|secret/);
  });
});

describe("a notification whose key has a definition in use", () => {
  test("is checked once for all handlers and waiters", async () => {
    const { notify, on, waitFor, receive } = setup();
    const validate = vi.fn((value: unknown) => ({ value }));
    const Raid = defineNotification("raid-start", schemaOf(validate));
    const received: Notification[] = [];
    for (let n = 0; n < 3; n++)
      on(Raid, (notification: Notification) => received.push(notification));
    on("raid-start", () => undefined);
    const since = notify.mark();
    receive({ level: 1 });
    const found = await waitFor(Raid, { since });
    expect(validate.mock.calls).toEqual([[{ level: 1 }]]);
    expect(received).toHaveLength(3);
    expect(new Set([...received, found]).size, "all get the same object").toBe(1);
  });

  test("differs from an unchecked notification in its payload alone", () => {
    const { on, receive, clock } = setup();
    const handler = vi.fn();
    on(defineNotification("raid-start", doubling), handler);
    receive({ level: 2 });
    expect(handler.mock.calls).toEqual([
      [
        {
          key: "raid-start",
          issuer: "",
          subject: "raid-start",
          payload: 4,
          rawPayload: '{"level":2}',
          receivedAt: clock.now(),
          via: "socket",
        },
      ],
    ]);
  });

  test("reaches other selectors unchanged", async () => {
    const { recordPayloads, waitFor, receive } = setup();
    const checked = recordPayloads(defineNotification("raid-start", doubling));
    const others = ["raid-start", "*", { subject: "raid-start" }].map(recordPayloads);
    const waiting = waitFor("raid-start");
    receive({ level: 2 });
    expect(checked).toEqual([4]);
    expect(others).toEqual([[{ level: 2 }], [{ level: 2 }], [{ level: 2 }]]);
    expect((await waiting).payload).toEqual({ level: 2 });
  });

  test("that fails the schema reaches * and pairs alone, and is reported once", async () => {
    const { recordPayloads, waitFor, receive, reports } = setup();
    const Raid = defineNotification("raid-start", doubling);
    const [checked, again, keyed, all, paired] = [
      Raid,
      Raid,
      "raid-start",
      "*",
      { subject: "raid-start" },
    ].map(recordPayloads);
    const waiting = waitFor(Raid);
    const keyWaiting = waitFor("raid-start");
    const bad = { level: "2" };
    receive(bad);
    expect([checked, again, keyed, all, paired]).toEqual([[], [], [], [bad], [bad]]);
    expect(reports).toHaveLength(1);
    receive({ level: 3 });
    expect((await waiting).payload).toBe(6);
    receive({ level: 4 });
    expect((await keyWaiting).payload).toEqual({ level: 4 });
    expect([checked, again, keyed]).toEqual([
      [6, 8],
      [6, 8],
      [{ level: 3 }, { level: 4 }],
    ]);
  });

  test("that fails the schema resolves a waiter for a pair", async () => {
    const { recordPayloads, waitFor, receive } = setup();
    recordPayloads(defineNotification("raid-start", doubling));
    const waiting = waitFor({ subject: "raid-start" });
    receive(null);
    expect((await waiting).payload).toBeNull();
  });

  test("does not affect other keys", () => {
    const { recordPayloads, receive, reports } = setup();
    recordPayloads(defineNotification("raid-start", doubling));
    const other = recordPayloads("raid-end");
    receive("no number", "raid-end");
    expect(other).toEqual(["no number"]);
    expect(reports.map(({ code }) => code)).toEqual(["payloadNotJson"]);
  });

  test("is delivered in the order of arrival, valid or not, held or not", () => {
    const { notify, on, receive } = setup();
    const received: string[] = [];
    const record =
      (name: string) =>
      ({ payload }: Notification) =>
        received.push(`${name} ${JSON.stringify(payload)}`);
    on(defineNotification("raid-start", doubling), record("checked"));
    on("*", record("any"));
    const release = notify.hold();
    receive({ level: 1 });
    receive("bad");
    receive({ level: 2 });
    release();
    receive({ level: 3 });
    expect(received).toEqual([
      "checked 2",
      'any {"level":1}',
      'any "bad"',
      "checked 4",
      'any {"level":2}',
      "checked 6",
      'any {"level":3}',
    ]);
  });

  test("reaches handlers of the definition and of the key in the order of registration", () => {
    const { on, receive } = setup();
    const order: string[] = [];
    on("raid-start", () => order.push("key"));
    on(defineNotification("raid-start", doubling), () => order.push("definition"));
    on("raid-start", () => order.push("another"));
    receive({ level: 1 });
    expect(order).toEqual(["key", "definition", "another"]);
  });
});

describe("two definitions of one key", () => {
  const short = schemaOf<string>((value) =>
    typeof value === "string" && value.length < 4
      ? { value: `short ${value}` }
      : { issues: [{ message: "too long" }] },
  );

  test("check independently, and the plain key skips what both reject", () => {
    const { recordPayloads, receive, reports } = setup();
    const numbers = recordPayloads(defineNotification("raid-start", doubling));
    const texts = recordPayloads(defineNotification("raid-start", short));
    const keyed = recordPayloads("raid-start");
    const all = recordPayloads("*");
    receive({ level: 1 });
    receive('"abc"');
    receive('"abcdef"');
    expect(numbers).toEqual([2]);
    expect(texts).toEqual(["short abc"]);
    expect(keyed).toEqual([{ level: 1 }, "abc"]);
    expect(all).toEqual([{ level: 1 }, "abc", "abcdef"]);
    expect(reports).toHaveLength(4);
  });

  test("are distinct, even with the same schema", () => {
    const { on, receive } = setup();
    const handler = vi.fn();
    const first = defineNotification("raid-start", doubling);
    on(first, handler);
    on(first, handler);
    on(defineNotification("raid-start", doubling), handler);
    receive({ level: 1 });
    expect(handler).toHaveBeenCalledTimes(2);
  });
});

describe("a definition", () => {
  test("is not in use before its first handler or after its last", () => {
    const { on, recordPayloads, receive, reports } = setup();
    const Raid = defineNotification("raid-start", doubling);
    const keyed = recordPayloads("raid-start");
    receive("before");
    const controller = new AbortController();
    const remove = on(Raid, vi.fn());
    on(Raid, vi.fn(), { signal: controller.signal });
    on(Raid, vi.fn(), { once: true });
    receive({ level: 1 });
    remove();
    receive("during");
    controller.abort();
    receive("after");
    expect(keyed).toEqual(["before", { level: 1 }, "after"]);
    expect(reports.filter(({ code }) => code === "schemaMismatch")).toHaveLength(1);
  });

  test("is in use while a waiter needs it, and no longer", async () => {
    const { recordPayloads, waitFor, receive, clock } = setup();
    const Raid = defineNotification("raid-start", doubling);
    const keyed = recordPayloads("raid-start");
    const waiting = waitFor(Raid, { timeoutMs: 1_000 });
    receive("during");
    clock.advance(1_000);
    expect(await rejectionOf(waiting)).toMatchObject({
      kind: "requestTimeout",
      message: "waitFor raid-start: nothing within 1000 ms",
    });
    await rejectionOf(waitFor(Raid, { signal: AbortSignal.abort() }));
    receive("after");
    expect(keyed).toEqual(["after"]);
  });

  test("with once waits for the first valid notification", () => {
    const { on, receive } = setup();
    const handler = vi.fn();
    on(
      defineNotification("raid-start", doubling),
      ({ payload }: Notification) => handler(payload),
      {
        once: true,
      },
    );
    for (const payload of ["bad", { level: 1 }, { level: 2 }]) receive(payload);
    expect(handler.mock.calls).toEqual([[2]]);
  });

  test("finds the first valid notification with since, and takes it", async () => {
    const { notify, waitFor, receive } = setup();
    const Raid = defineNotification("raid-start", doubling);
    const since = notify.mark();
    for (const payload of ["bad", { level: 1 }, { level: 2 }]) receive(payload);
    const where = ({ payload }: Notification<number>): boolean => payload > 2;
    expect((await waitFor(Raid, { since, where })).payload).toBe(4);
    expect((await waitFor(Raid, { since })).payload).toBe(2);
    expect((await waitFor("*", { since })).payload).toBe("bad");
  });

  test("works for several clients at once", () => {
    const Raid = defineNotification("raid-start", doubling);
    const harnesses = [setup(), setup()];
    const received = harnesses.map(({ recordPayloads }) => recordPayloads(Raid));
    harnesses.forEach(({ receive }, n) => receive({ level: n + 1 }));
    expect(received).toEqual([[2], [4]]);
  });

  test("is frozen", () => {
    expect(Object.isFrozen(defineNotification("raid-start", doubling))).toBe(true);
  });
});

describe("an unusable schema", () => {
  const reject = vi.fn();
  const cases: [string, StandardSchema, string][] = [
    ["is asynchronous", schemaOf((value) => Promise.resolve({ value })), "it is asynchronous"],
    ["rejects", schemaOf(() => Promise.reject(new Error("secret-text"))), "it is asynchronous"],
    [
      "is made asynchronous by a refinement",
      z.any().refine(async () => true),
      "it is asynchronous",
    ],
    [
      "throws",
      schemaOf(() => {
        throw new Error("secret-text");
      }),
      "it threw",
    ],
    ["returns nothing", schemaOf(() => undefined as never), "it threw"],
    ["returns unreadable issues", schemaOf(() => ({ issues: 1 }) as never), "it threw"],
  ];
  test.each(cases)(
    "that %s is reported as a mismatch with its cause",
    async (_, schema, message) => {
      const { recordPayloads, receive, reports } = setup();
      process.once("unhandledRejection", reject);
      const checked = recordPayloads(defineNotification("raid-start", schema));
      const all = recordPayloads("*");
      receive({ text: "secret-text" });
      receive("2");
      await new Promise((resolve) => setTimeout(resolve));
      process.off("unhandledRejection", reject);
      expect(reject).not.toHaveBeenCalled();
      expect(checked).toEqual([]);
      expect(all).toEqual([{ text: "secret-text" }, 2]);
      expect(reports.map(({ detail }) => detail)).toEqual(
        Array(2).fill({ key: "raid-start", issues: [{ path: "", message }] }),
      );
    },
  );

  test("causes one report for a payload too deep to be walked", () => {
    const { recordPayloads, receive, reports } = setup();
    recordPayloads(defineNotification("raid-start", doubling));
    receive("[".repeat(100_000) + "]".repeat(100_000));
    expect(reports).toHaveLength(1);
  });
});

describe("issue messages", () => {
  test("contain no word of the payload, in any quotes and script", () => {
    const { recordPayloads, receive, reports } = setup();
    const payload = { user: { name: "山田太郎 alpha-1234" }, score: 123456.75 };
    recordPayloads(
      defineNotification(
        "raid-start",
        schemaOf(() => ({
          issues: [
            {
              message: "got '山田太郎 alpha-1234' of \"123456.75\"",
              path: ["user", 0, Symbol("x")],
            },
          ],
        })),
      ),
    );
    receive(payload);
    expect(reports[0]!.detail).toEqual({
      key: "raid-start",
      issues: [{ path: "user.0.Symbol(x)", message: "got '*** ***-***' of \"***.75\"" }],
    });
  });
});

describe("defineNotification", () => {
  test.each<[string, unknown, unknown]>([
    ['key other than "*"', "", doubling],
    ['key other than "*"', "*", doubling],
    ['key other than "*"', 7, doubling],
    ["Standard Schema", "raid-start", undefined],
    ["Standard Schema", "raid-start", { parse: () => 1 }],
    ["Standard Schema", "raid-start", { "~standard": { version: 1 } }],
  ])("throws without a %s: %j", (missing, key, schema) => {
    let thrown: unknown;
    try {
      defineNotification(key as string, schema as StandardSchema);
    } catch (error) {
      thrown = error;
    }
    expect(isGatewayError(thrown, "invalidArgument") && thrown.message).toBe(
      `defineNotification: ${missing} must be supplied`,
    );
  });

  test("accepts a schema that is a function", () => {
    const { recordPayloads, receive } = setup();
    const schema = Object.assign(() => undefined, doubling);
    const received = recordPayloads(defineNotification("raid-start", schema));
    receive({ level: 1 });
    expect(received).toEqual([2]);
  });
});

test("20 issues are reported at most, whatever the schema finds", () => {
  const { on, receive, reports } = setup();
  const issue = { message: "too long", path: ["list", 0] };
  on(
    defineNotification(
      "raid-start",
      schemaOf(() => ({ issues: Array(100_000).fill(issue) })),
    ),
    vi.fn(),
  );
  receive({ list: [] });
  expect((reports[0]!.detail as { issues: unknown[] }).issues).toHaveLength(20);
});
