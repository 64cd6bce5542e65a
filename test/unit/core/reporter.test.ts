import { expect, test } from "vitest";
import type { Diagnostic } from "../../../src/core/diagnostics.js";
import { createReporter } from "../../../src/core/reporter.js";

function reported(send: (report: ReturnType<typeof createReporter>) => void): Diagnostic {
  const emitted: Diagnostic[] = [];
  const redact = (text: string): string => text.replaceAll("secret-1", "***");
  send(createReporter(false, redact, (diagnostic) => emitted.push(diagnostic)));
  return emitted[0]!;
}

test("a diagnostic's texts are cut at 500 characters", () => {
  const { message, detail } = reported((report) =>
    report("info", "socketEnded", "x".repeat(600), {
      code: 1000,
      reason: "y".repeat(600),
      clean: true,
    }),
  );
  expect(message).toBe(`[gs2-gateway] socketEnded: ${"x".repeat(500)}`);
  expect(detail).toMatchObject({ reason: "y".repeat(500) });
});

test("secrets in a diagnostic's texts are redacted before they are cut", () => {
  const text = `${"x".repeat(496)}secret-1`;
  const { message, detail } = reported((report) =>
    report("info", "socketEnded", text, { code: 1000, reason: text, clean: true }),
  );
  expect(message).toBe(`[gs2-gateway] socketEnded: ${"x".repeat(496)}***`);
  expect(detail).toMatchObject({ reason: `${"x".repeat(496)}***` });
});

test("paths and messages of a schema's issues are redacted and cut", () => {
  const { detail } = reported((report) =>
    report("warn", "schemaMismatch", "raid", {
      key: "raid",
      issues: [{ path: `by.secret-1.${"x".repeat(600)}`, message: "no secret-1" }],
    }),
  );
  expect(detail).toEqual({
    key: "raid",
    issues: [{ path: `by.***.${"x".repeat(493)}`, message: "no ***" }],
  });
});
