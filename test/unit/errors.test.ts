import { createContext, runInContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { GatewayError, isGatewayError } from "../../src/errors.js";

describe("a GatewayError", () => {
  test("has defaults", () => {
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

  test("treats undefined as absent", () => {
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

  test("has all given values", () => {
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

  test("is retryable when nothing was sent, else only where retryable is given", () => {
    const retryable = (outcome: GatewayError["outcome"], given?: { retryable: boolean }): boolean =>
      new GatewayError({ kind: "unknown", message: "", outcome, ...given }).retryable;
    expect(retryable("notSent")).toBe(true);
    expect(retryable("refused")).toBe(false);
    expect(retryable("unknown")).toBe(false);
    expect(retryable("unknown", { retryable: true })).toBe(true);
    expect(retryable("notSent", { retryable: false })).toBe(false);
  });

  test("has no cause in its JSON", () => {
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

  test("recognises the error and its kind", () => {
    expect(isGatewayError(error)).toBe(true);
    expect(isGatewayError(error, "gap")).toBe(true);
    expect(isGatewayError(error, "aborted")).toBe(false);
  });

  test("recognises the error of a second copy of this package", () => {
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
  ])("rejects %j", (other) => {
    expect(isGatewayError(other)).toBe(false);
  });
});
