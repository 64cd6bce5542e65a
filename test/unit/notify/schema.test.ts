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
  const reports: { code: DiagnosticCode; said: string; detail: unknown }[] = [];
  const report: Report = (_level, code, said, detail) => void reports.push({ code, said, detail });
  const notify = new Notifications(clock, createEmitter(vi.fn()), report);
  const on = (selector: NotificationSelector | string, handler: Handler, options?: object) =>
    notify.on(selector as NotificationSelector, handler, options);
  return {
    clock,
    notify,
    reports,
    on,
    /** Payloads in the order in which this selector hears them. */
    hear(selector: NotificationSelector | string): unknown[] {
      const heard: unknown[] = [];
      on(selector, ({ payload }: Notification) => heard.push(payload));
      return heard;
    },
    waitFor(selector: NotificationSelector | string, options?: object) {
      const promise = notify.waitFor(selector as NotificationSelector, options);
      promise.catch(() => undefined);
      return promise;
    },
    take(payload: unknown, subject = "raid-start") {
      const text = typeof payload === "string" ? payload : JSON.stringify(payload);
      notify.receive({ issuer: "", subject, payload: text }, clock.now(), "socket");
    },
  };
}

/** A schema by hand. */
const schemaOf = <Output>(
  validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>,
): StandardSchema<Output> => ({ "~standard": { version: 1, vendor: "test", validate } });

const level = (payload: unknown): unknown => (payload as { level?: unknown }).level;

/** Takes `{ level: number }`, gives the double of it. */
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
    "by hand",
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
    const { hear, waitFor, take } = setup();
    const Raid = defineNotification("raid-start", schema);
    const heard = hear(Raid);
    const where = vi.fn(({ payload }: Notification<{ level: number }>) => payload.level > 7);
    const waiting = waitFor(Raid, { where });
    take({ level: "7" });
    take({ level: "8" });
    expect(heard).toEqual([{ level: 7 }, { level: 8 }]);
    expect((await waiting).payload).toEqual({ level: 8 });
  });

  test("keeps from them what does not fit, and says where and why, but not what came", () => {
    const { hear, take, reports } = setup();
    const heard = hear(defineNotification("raid-start", schema));
    const all = hear("*");
    take({ level: 987654, note: "secret-text" });
    expect(heard).toEqual([]);
    expect(all).toEqual([{ level: 987654, note: "secret-text" }]);
    expect(reports).toEqual([
      {
        code: "schemaMismatch",
        said: "raid-start",
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

describe("a notification of a key with a definition in use", () => {
  test("is checked once, however many handlers and waiters there are", async () => {
    const { notify, on, waitFor, take } = setup();
    const validate = vi.fn((value: unknown) => ({ value }));
    const Raid = defineNotification("raid-start", schemaOf(validate));
    const told: Notification[] = [];
    for (let n = 0; n < 3; n++) on(Raid, (one: Notification) => told.push(one));
    on("raid-start", () => undefined);
    const since = notify.mark();
    take({ level: 1 });
    const found = await waitFor(Raid, { since });
    expect(validate.mock.calls).toEqual([[{ level: 1 }]]);
    expect(told).toHaveLength(3);
    expect(new Set([...told, found]).size, "all get the same object").toBe(1);
  });

  test("has all it has without one, but for the payload", () => {
    const { on, take, clock } = setup();
    const told = vi.fn();
    on(defineNotification("raid-start", doubling), told);
    take({ level: 2 });
    expect(told.mock.calls).toEqual([
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

  test("goes to everybody else as it came", async () => {
    const { hear, waitFor, take } = setup();
    const checked = hear(defineNotification("raid-start", doubling));
    const others = ["raid-start", "*", { subject: "raid-start" }].map(hear);
    const waiting = waitFor("raid-start");
    take({ level: 2 });
    expect(checked).toEqual([4]);
    expect(others).toEqual([[{ level: 2 }], [{ level: 2 }], [{ level: 2 }]]);
    expect((await waiting).payload).toEqual({ level: 2 });
  });

  test("that does not fit goes to * and pairs alone, and is told of once", async () => {
    const { hear, waitFor, take, reports } = setup();
    const Raid = defineNotification("raid-start", doubling);
    const [checked, again, keyed, all, paired] = [
      Raid,
      Raid,
      "raid-start",
      "*",
      { subject: "raid-start" },
    ].map(hear);
    const waiting = waitFor(Raid);
    const keyWaiting = waitFor("raid-start");
    const bad = { level: "2" };
    take(bad);
    expect([checked, again, keyed, all, paired]).toEqual([[], [], [], [bad], [bad]]);
    expect(reports).toHaveLength(1);
    take({ level: 3 });
    expect((await waiting).payload).toBe(6);
    take({ level: 4 });
    expect((await keyWaiting).payload).toEqual({ level: 4 });
    expect([checked, again, keyed]).toEqual([
      [6, 8],
      [6, 8],
      [{ level: 3 }, { level: 4 }],
    ]);
  });

  test("that does not fit may still be waited for by * and a pair", async () => {
    const { hear, waitFor, take } = setup();
    hear(defineNotification("raid-start", doubling));
    const waiting = waitFor({ subject: "raid-start" });
    take(null);
    expect((await waiting).payload).toBeNull();
  });

  test("leaves other keys alone", () => {
    const { hear, take, reports } = setup();
    hear(defineNotification("raid-start", doubling));
    const other = hear("raid-end");
    take("no number", "raid-end");
    expect(other).toEqual(["no number"]);
    expect(reports.map(({ code }) => code)).toEqual(["payloadNotJson"]);
  });

  test("comes in the order of arrival, fitting or not, held or not", () => {
    const { notify, on, take } = setup();
    const heard: string[] = [];
    const hear =
      (name: string) =>
      ({ payload }: Notification) =>
        heard.push(`${name} ${JSON.stringify(payload)}`);
    on(defineNotification("raid-start", doubling), hear("checked"));
    on("*", hear("any"));
    const release = notify.hold();
    take({ level: 1 });
    take("bad");
    take({ level: 2 });
    release();
    take({ level: 3 });
    expect(heard).toEqual([
      "checked 2",
      'any {"level":1}',
      'any "bad"',
      "checked 4",
      'any {"level":2}',
      "checked 6",
      'any {"level":3}',
    ]);
  });

  test("reaches handlers of the definition and of the key in the order of their coming", () => {
    const { on, take } = setup();
    const order: string[] = [];
    on("raid-start", () => order.push("key"));
    on(defineNotification("raid-start", doubling), () => order.push("definition"));
    on("raid-start", () => order.push("another"));
    take({ level: 1 });
    expect(order).toEqual(["key", "definition", "another"]);
  });
});

describe("two definitions of one key", () => {
  const short = schemaOf<string>((value) =>
    typeof value === "string" && value.length < 4
      ? { value: `short ${value}` }
      : { issues: [{ message: "too long" }] },
  );

  test("each judge for themselves, and the plain key goes without what fits neither", () => {
    const { hear, take, reports } = setup();
    const numbers = hear(defineNotification("raid-start", doubling));
    const texts = hear(defineNotification("raid-start", short));
    const keyed = hear("raid-start");
    const all = hear("*");
    take({ level: 1 });
    take('"abc"');
    take('"abcdef"');
    expect(numbers).toEqual([2]);
    expect(texts).toEqual(["short abc"]);
    expect(keyed).toEqual([{ level: 1 }, "abc"]);
    expect(all).toEqual([{ level: 1 }, "abc", "abcdef"]);
    expect(reports).toHaveLength(4);
  });

  test("are two, be their schema the same", () => {
    const { on, take } = setup();
    const told = vi.fn();
    const first = defineNotification("raid-start", doubling);
    on(first, told);
    on(first, told);
    on(defineNotification("raid-start", doubling), told);
    take({ level: 1 });
    expect(told).toHaveBeenCalledTimes(2);
  });
});

describe("a definition", () => {
  test("does nothing before it is listened to, and nothing after the last has left", () => {
    const { on, hear, take, reports } = setup();
    const Raid = defineNotification("raid-start", doubling);
    const keyed = hear("raid-start");
    take("before");
    const controller = new AbortController();
    const undo = on(Raid, vi.fn());
    on(Raid, vi.fn(), { signal: controller.signal });
    on(Raid, vi.fn(), { once: true });
    take({ level: 1 });
    undo();
    take("during");
    controller.abort();
    take("after");
    expect(keyed).toEqual(["before", { level: 1 }, "after"]);
    expect(reports.filter(({ code }) => code === "schemaMismatch")).toHaveLength(1);
  });

  test("is in use while somebody waits for it, and no longer", async () => {
    const { hear, waitFor, take, clock } = setup();
    const Raid = defineNotification("raid-start", doubling);
    const keyed = hear("raid-start");
    const waiting = waitFor(Raid, { timeoutMs: 1_000 });
    take("during");
    clock.advance(1_000);
    expect(await rejectionOf(waiting)).toMatchObject({
      kind: "requestTimeout",
      message: "waitFor raid-start: nothing within 1000 ms",
    });
    await rejectionOf(waitFor(Raid, { signal: AbortSignal.abort() }));
    take("after");
    expect(keyed).toEqual(["after"]);
  });

  test("that asks for once waits for one that fits", () => {
    const { on, take } = setup();
    const told = vi.fn();
    on(defineNotification("raid-start", doubling), ({ payload }: Notification) => told(payload), {
      once: true,
    });
    for (const payload of ["bad", { level: 1 }, { level: 2 }]) take(payload);
    expect(told.mock.calls).toEqual([[2]]);
  });

  test("finds with since the first that fits, and takes it from everybody else", async () => {
    const { notify, waitFor, take } = setup();
    const Raid = defineNotification("raid-start", doubling);
    const since = notify.mark();
    for (const payload of ["bad", { level: 1 }, { level: 2 }]) take(payload);
    const where = ({ payload }: Notification<number>): boolean => payload > 2;
    expect((await waitFor(Raid, { since, where })).payload).toBe(4);
    expect((await waitFor(Raid, { since })).payload).toBe(2);
    expect((await waitFor("*", { since })).payload).toBe("bad");
  });

  test("works for several clients at once", () => {
    const Raid = defineNotification("raid-start", doubling);
    const worlds = [setup(), setup()];
    const heard = worlds.map(({ hear }) => hear(Raid));
    worlds.forEach(({ take }, n) => take({ level: n + 1 }));
    expect(heard).toEqual([[2], [4]]);
  });

  test("cannot be changed", () => {
    expect(Object.isFrozen(defineNotification("raid-start", doubling))).toBe(true);
  });
});

describe("a schema that cannot be used", () => {
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
    ["answers nothing", schemaOf(() => undefined as never), "it threw"],
    ["has issues nobody can read", schemaOf(() => ({ issues: 1 }) as never), "it threw"],
  ];
  test.each(cases)("because it %s is a mismatch that says so", async (_, schema, message) => {
    const { hear, take, reports } = setup();
    process.once("unhandledRejection", reject);
    const checked = hear(defineNotification("raid-start", schema));
    const all = hear("*");
    take({ text: "secret-text" });
    take("2");
    await new Promise((resolve) => setTimeout(resolve));
    process.off("unhandledRejection", reject);
    expect(reject).not.toHaveBeenCalled();
    expect(checked).toEqual([]);
    expect(all).toEqual([{ text: "secret-text" }, 2]);
    expect(reports.map(({ detail }) => detail)).toEqual(
      Array(2).fill({ key: "raid-start", issues: [{ path: "", message }] }),
    );
  });

  test("says nothing of a payload too deep to be walked", () => {
    const { hear, take, reports } = setup();
    hear(defineNotification("raid-start", doubling));
    take("[".repeat(100_000) + "]".repeat(100_000));
    expect(reports).toHaveLength(1);
  });
});

describe("messages of issues", () => {
  test("lose every word of the payload, in whatever quotes and script", () => {
    const { hear, take, reports } = setup();
    const payload = { user: { name: "山田太郎 alpha-1234" }, score: 123456.75 };
    hear(
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
    take(payload);
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
  ])("refuses to go without a %s: %j", (missing, key, schema) => {
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

  test("takes a schema that is a function", () => {
    const { hear, take } = setup();
    const schema = Object.assign(() => undefined, doubling);
    const heard = hear(defineNotification("raid-start", schema));
    take({ level: 1 });
    expect(heard).toEqual([2]);
  });
});
