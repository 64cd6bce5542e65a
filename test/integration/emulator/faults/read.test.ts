import { describe, expect, test } from "vitest";
import {
  faultDefinitions,
  type EmulatorFault,
} from "../../../../src/emulator/faults/definitions.js";
import { knownFaults, parseFaults } from "../../../../src/emulator/faults/parse.js";

const refused: [why: string, list: unknown, said: string][] = [
  ["no list", { fault: "drop" }, "are a list"],
  ["nothing", undefined, "are a list"],
  ["a fault nobody knows", [{ fault: "dorp" }], 'no fault "dorp". It has: refuse, hangBeforeOpen'],
  ["a name of every object", [{ fault: "toString" }], 'no fault "toString"'],
  ["no name", [{ times: 1 }], "named in its field fault: one of refuse"],
  ["no object", ["drop"], "named in its field fault"],
  ["null", [null], "named in its field fault"],
  [
    "a parameter nobody knows",
    [{ fault: "latency", delay: 5 }],
    'The fault latency has no parameter "delay". It has: delayMs, jitterMs, userId',
  ],
  ["a parameter of another fault", [{ fault: "drop", code: 4000 }], 'no parameter "code"'],
  ["a negative delay", [{ fault: "latency", delayMs: -1 }], "latency takes as delayMs"],
  ["an endless delay", [{ fault: "slowLogin", delayMs: Infinity }], "slowLogin takes as delayMs"],
  ["a status of success", [{ fault: "refuseLogin", status: 200 }], "a status from 400 to 599"],
  ["a close code nobody may send", [{ fault: "close", code: 1005 }], "1000 or 3000 to 4999"],
  ["a reason too long to send", [{ fault: "close", reason: "é".repeat(62) }], "123 bytes"],
  ["a moment there is not", [{ fault: "kick", on: "open" }], '"now" or "bind"'],
  ["no times", [{ fault: "drop", times: 0 }], "a whole number of 1 or more"],
  ["a chance above 1", [{ fault: "drop", chance: 1.1 }], "a number from 0 to 1"],
  ["an empty userId", [{ fault: "drop", userId: "" }], "drop takes as userId"],
  ["a user before there is one", [{ fault: "refuse", userId: "alice" }], "nobody knows whose"],
  ["a notification without a key", [{ fault: "notificationBeforeReply" }], "needs a key"],
  [
    "a payload that cannot be written",
    [{ fault: "notificationBeforeReply", key: "k", payload: 1n }],
    "takes as payload",
  ],
];

describe("a list of faults", () => {
  test.each(refused)("with %s is refused by name", (_, list, said) => {
    expect(() => parseFaults(list)).toThrow(said);
  });

  test("one of which is wrong is refused as a whole", () => {
    expect(() => parseFaults([{ fault: "drop" }, { fault: "nothing" }])).toThrow('"nothing"');
  });

  test("gets the defaults that are documented", () => {
    const least: EmulatorFault[] = [
      { fault: "refuse" },
      { fault: "drop" },
      { fault: "close" },
      { fault: "expireTokens" },
      { fault: "latency" },
      { fault: "slowLogin" },
      { fault: "refuseLogin" },
      { fault: "refuseBind" },
      { fault: "repliesOutOfOrder" },
      { fault: "notificationBeforeReply", key: "k" },
      { fault: "malformedFrame" },
    ];
    expect(parseFaults(least).map(({ values }) => values)).toEqual([
      { status: 503 },
      { on: "now" },
      { on: "now", code: 1000, reason: "" },
      { on: "now", tokens: "both" },
      { delayMs: 100, jitterMs: 0 },
      { delayMs: 1_000 },
      { status: 503 },
      { status: 409 },
      { method: "", withinMs: 200 },
      { method: "", key: "k", payload: {} },
      { on: "now", text: "{" },
    ]);
  });

  test("may leave out a parameter by undefined", () => {
    const [fault] = parseFaults([{ fault: "latency", delayMs: undefined, userId: undefined }]);
    expect(fault).toMatchObject({ values: { delayMs: 100 }, userId: undefined, times: Infinity });
  });
});

test("what is known tells of each fault what it does and takes", () => {
  expect(Object.keys(knownFaults)).toEqual(Object.keys(faultDefinitions));
  expect(knownFaults["latency"]).toMatchObject({
    description: "frames are late",
    parameters: {
      delayMs: "a number of milliseconds, 0 or more",
      userId: "a text that is not empty",
    },
  });
  expect(knownFaults["refuse"]!.parameters).not.toHaveProperty("userId");
});
