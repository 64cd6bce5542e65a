import { createContext, runInContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { GatewayError, isGatewayError } from "../../src/errors.js";

describe("a GatewayError", () => {
  test("says of itself what is the rule where nothing else was said", () => {
    const error = new GatewayError({ kind: "aborted", message: "setUserId: aborted" });
    expect(error).toBeInstanceOf(Error);
    expect(String(error)).toBe("GatewayError: setUserId: aborted");
    expect(error.stack).toContain("errors.test");
    const { kind, message, name, status, errors, method, outcome, retryable, cause } = error;
    expect({ kind, message, name, status, errors, method, outcome, retryable, cause }).toEqual({
      kind: "aborted",
      message: "setUserId: aborted",
      name: "GatewayError",
      status: undefined,
      errors: [],
      method: undefined,
      outcome: "notSent",
      retryable: true,
      cause: undefined,
    });
  });

  test("takes undefined for not said, as its type promises", () => {
    const error = new GatewayError({
      kind: "unknown",
      message: "m",
      status: undefined,
      errors: undefined,
      outcome: undefined,
      retryable: undefined,
      cause: undefined,
    });
    const { errors, outcome, retryable } = error;
    expect({ errors, outcome, retryable }).toEqual({
      errors: [],
      outcome: "notSent",
      retryable: true,
    });
    expect("cause" in error).toBe(false);
  });

  test("keeps all that it is told", () => {
    const init = {
      kind: "conflict",
      message: "setUserId: refused",
      status: 409,
      errors: [{ component: "webSocketSession", message: "conflict", code: "c" }],
      method: "setUserId",
      outcome: "refused",
      retryable: true,
      cause: new Error("why"),
    } as const;
    expect(new GatewayError(init)).toMatchObject(init);
  });

  test("may be repeated when nothing was sent, and otherwise only where that is said", () => {
    const retryable = (outcome: GatewayError["outcome"], said?: { retryable: boolean }): boolean =>
      new GatewayError({ kind: "unknown", message: "", outcome, ...said }).retryable;
    expect(retryable("notSent")).toBe(true);
    expect(retryable("refused")).toBe(false);
    expect(retryable("unknown")).toBe(false);
    expect(retryable("unknown", { retryable: true })).toBe(true);
    expect(retryable("notSent", { retryable: false })).toBe(false);
  });

  test("is written as JSON without its cause, which may hold anything", () => {
    const error = new GatewayError({
      kind: "unknown",
      message: "m",
      method: "setUserId",
      cause: { headers: { authorization: "Bearer secret" } },
    });
    expect(JSON.parse(JSON.stringify({ error }))).toEqual({
      error: {
        name: "GatewayError",
        kind: "unknown",
        message: "m",
        errors: [],
        method: "setUserId",
        outcome: "notSent",
        retryable: true,
      },
    });
  });
});

describe("isGatewayError", () => {
  const error = new GatewayError({ kind: "gap", message: "m" });

  test("knows the error, and its kind", () => {
    expect(isGatewayError(error)).toBe(true);
    expect(isGatewayError(error, "gap")).toBe(true);
    expect(isGatewayError(error, "aborted")).toBe(false);
  });

  test("knows the error of a second copy of this package", () => {
    const script = `Object.assign(new Error("m"), { [Symbol.for("gs2-gateway.GatewayError")]: true, kind: "gap" })`;
    const other: unknown = runInContext(script, createContext());
    expect(other instanceof GatewayError).toBe(false);
    expect(isGatewayError(other, "gap")).toBe(true);
  });

  test.each([
    undefined,
    null,
    "gap",
    0,
    {},
    new Error("m"),
    { kind: "gap", name: "GatewayError" },
    JSON.parse(JSON.stringify(error)) as unknown,
  ])("knows that %j is none", (other) => {
    expect(isGatewayError(other)).toBe(false);
  });
});
