import { describe, expect, test } from "vitest";
import {
  faultDefinitions,
  type EmulatorFault,
} from "../../../../src/emulator/faults/definitions.js";
import { knownFaults, parseFaults } from "../../../../src/emulator/faults/parse.js";

const rejected: [what: string, list: unknown, field: string, problem: string][] = [
  ["that is not a list", { fault: "drop" }, "faults", "takes a list of faults"],
  ["that is missing", undefined, "faults", "takes a list of faults"],
  [
    "with an unknown fault",
    [{ fault: "dorp" }],
    "faults[0].fault",
    'cannot be "dorp" (did you mean drop?); known are refuse, hangBeforeOpen',
  ],
  ["with an inherited name", [{ fault: "toString" }], "faults[0].fault", 'cannot be "toString"'],
  ["without a name", [{ times: 1 }], "faults[0].fault", "known are refuse"],
  ["with a text as fault", ["drop"], "faults[0]", "takes a JSON object with a field fault"],
  ["with null as fault", [null], "faults[0]", "takes a JSON object with a field fault"],
  [
    "with an unknown parameter",
    [{ fault: "latency", delay: 5 }],
    "faults[0].delay",
    "is unknown to latency (did you mean delayMs?); known are delayMs, jitterMs, userId",
  ],
  [
    "with a parameter that resembles none",
    [{ fault: "latency", milliseconds: 5, delayMs: 5 }],
    "faults[0].milliseconds",
    "is unknown to latency; known are delayMs",
  ],
  ["with a latency of no length", [{ fault: "latency" }], "faults[0].delayMs", "must be supplied"],
  [
    "with a slow login of no length",
    [{ fault: "slowLogin", delayMs: undefined }],
    "faults[0].delayMs",
    "takes a number of milliseconds, 0 or more",
  ],
  [
    "with a parameter of another fault",
    [{ fault: "close" }, { fault: "drop", code: 4000 }],
    "faults[1].code",
    "is unknown to drop",
  ],
  [
    "with a negative delay",
    [{ fault: "latency", delayMs: -1 }],
    "faults[0].delayMs",
    "takes a number of milliseconds, 0 or more",
  ],
  [
    "with an endless delay",
    [{ fault: "slowLogin", delayMs: Infinity }],
    "faults[0].delayMs",
    "takes a number of milliseconds, 0 or more",
  ],
  [
    "with a status of success",
    [{ fault: "refuseLogin", status: 200 }],
    "faults[0].status",
    "takes a status from 400 to 599",
  ],
  [
    "with a close code that cannot be sent",
    [{ fault: "close", code: 1005 }],
    "faults[0].code",
    "takes 1000 or 3000 to 4999",
  ],
  [
    "with a reason too long to send",
    [{ fault: "close", reason: "é".repeat(62) }],
    "faults[0].reason",
    "takes a text of at most 123 bytes",
  ],
  ["with an unknown moment", [{ fault: "kick", on: "open" }], "faults[0].on", '"now" or "bind"'],
  [
    "with times 0",
    [{ fault: "drop", times: 0 }],
    "faults[0].times",
    "takes a whole number of 1 or more",
  ],
  [
    "with a chance above 1",
    [{ fault: "drop", chance: 1.1 }],
    "faults[0].chance",
    "takes a number from 0 to 1",
  ],
  [
    "with an empty userId",
    [{ fault: "drop", userId: "" }],
    "faults[0].userId",
    "takes a text that is not empty",
  ],
  [
    "with a user before a socket opens",
    [{ fault: "refuse", userId: "alice" }],
    "faults[0].userId",
    "cannot be set for refuse: before a socket opens, its user is not known",
  ],
  [
    "with a notification without a key",
    [{ fault: "notificationBeforeReply" }],
    "faults[0].key",
    "must be supplied",
  ],
  [
    "with a payload that has no JSON text",
    [{ fault: "notificationBeforeReply", key: "k", payload: 1n }],
    "faults[0].payload",
    "takes a text or a JSON value",
  ],
];

describe("parseFaults", () => {
  test.each(rejected)("rejects a list %s, and names the field", (_, list, field, problem) => {
    expect(() => parseFaults(list)).toThrow(
      expect.objectContaining({
        kind: "invalidArgument",
        message: expect.stringContaining(`faults.set: ${field} `) as string,
        errors: [{ component: field, message: expect.stringContaining(problem) as string }],
      }) as Error,
    );
  });

  test("rejects the whole list when one fault is wrong", () => {
    expect(() => parseFaults([{ fault: "drop" }, { fault: "nothing" }])).toThrow('"nothing"');
  });

  test("fills in the documented defaults", () => {
    const least: EmulatorFault[] = [
      { fault: "refuse" },
      { fault: "drop" },
      { fault: "close" },
      { fault: "expireTokens" },
      { fault: "latency", delayMs: 100 },
      { fault: "slowLogin", delayMs: 1_000 },
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

  test("takes undefined as left out", () => {
    const [fault] = parseFaults([{ fault: "close", code: undefined, userId: undefined }]);
    expect(fault).toMatchObject({ values: { code: 1000 }, userId: undefined, times: Infinity });
  });
});

test("knownFaults lists each fault with its parameters as data", () => {
  expect(Object.keys(knownFaults)).toEqual(Object.keys(faultDefinitions));
  const common = {
    times: { type: "integer", description: "a whole number of 1 or more", min: 1 },
    chance: {
      type: "number",
      description: "a number from 0 to 1",
      min: 0,
      max: 1,
      default: 1,
    },
  };
  const id = { type: "string", description: "a text that is not empty" };
  expect(knownFaults["expireTokens"]).toEqual({
    description: "tokens expire",
    parameters: {
      on: {
        type: "choice",
        description: '"now" or "bind"',
        choices: ["now", "bind"],
        default: "now",
      },
      tokens: {
        type: "choice",
        description: '"both" or "project" or "access"',
        choices: ["both", "project", "access"],
        default: "both",
      },
      userId: id,
      connectionId: id,
      sessionId: id,
      ...common,
    },
  });
  expect(knownFaults["refuse"]).toEqual({
    description: "the socket is refused before it opens",
    parameters: {
      status: {
        type: "integer",
        description: "a status from 400 to 599",
        min: 400,
        max: 599,
        default: 503,
      },
      ...common,
    },
  });
  expect(knownFaults["notificationBeforeReply"]!.parameters).toMatchObject({
    key: { type: "string", max: 128 },
    payload: { type: "json", default: {} },
  });
  // A parameter that must be given has an example instead of a default.
  const { delayMs } = knownFaults["latency"]!.parameters;
  expect(delayMs).toEqual({
    type: "number",
    description: "a number of milliseconds, 0 or more",
    min: 0,
    example: 100,
  });
});
