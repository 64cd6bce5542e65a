import { describe, expect, test } from "vitest";
import { faultOf, refusedParameter, stillActive } from "../../../src/inspector/panels/faultForm.js";

const parameters = {
  on: { type: "choice", description: "", choices: ["now", "bind"], default: "now" },
  code: { type: "integer", description: "" },
  payload: { type: "json", description: "" },
  reason: { type: "string", description: "" },
} as const;

describe("the form of a fault", () => {
  test("reads typed texts by the type of their parameter, and leaves empty ones out", () => {
    const typed = { on: "bind", code: " 4000 ", payload: '{"a":1}', reason: "4000" };
    expect(faultOf("close", parameters, typed)).toEqual({
      fault: "close",
      on: "bind",
      code: 4000,
      payload: { a: 1 },
      reason: "4000",
    });
    expect(faultOf("close", parameters, { code: "many", on: " " })).toEqual({
      fault: "close",
      code: "many",
    });
  });

  test("names the parameter of its fault that was refused", () => {
    const errors = [{ field: "faults[1].code", message: "takes 1000 or 3000 to 4999" }];
    expect(refusedParameter(errors, 1, parameters)).toBe("code");
    expect(refusedParameter(errors, 0, parameters)).toBeUndefined();
    expect(refusedParameter([], 1, parameters)).toBeUndefined();
  });

  test("sets active faults again with what is left of their times", () => {
    expect(
      stillActive([
        { fault: "drop", hits: 1, exhausted: true },
        { fault: "refuse", times: 3, hits: 1, exhausted: false },
        { fault: "latency", delayMs: 5, userId: "alice", hits: 9, exhausted: false },
      ]),
    ).toEqual([
      { fault: "refuse", times: 2 },
      { fault: "latency", delayMs: 5, userId: "alice" },
    ]);
  });
});
