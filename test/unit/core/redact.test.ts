import { describe, expect, test } from "vitest";
import { createRedact, redact, secretsIn } from "../../../src/core/redact.js";

test("redact replaces each secret, a longer secret before a shorter secret it begins with", () => {
  const secrets = ["token-01", "token-01-and-more"];
  expect(redact("token-01-and-more, token-01, token-01", secrets)).toBe("***, ***, ***");
  expect(secrets).toEqual(["token-01", "token-01-and-more"]);
});

test("redact accepts secrets with characters of a regular expression", () => {
  expect(redact("abc a.c$&(a.c ", ["a.c$&(a.c"])).toBe("abc *** ");
});

test("redact leaves secrets of fewer than 8 characters, which occur in other words", () => {
  expect(redact("namespace", ["s", "space", "namespa"])).toBe("namespace");
  expect(redact("namespace", ["namespac"])).toBe("***e");
});

describe("redact finds a secret", () => {
  const secret = 'a"b\\c/+=é\n~0815';
  const json = JSON.stringify(secret).slice(1, -1);
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  const base64Url = (text: string) => Buffer.from(text).toString("base64url");

  test.each([
    ["in JSON", json],
    ["in JSON whose slashes are escaped", json.replaceAll("/", "\\/")],
    ["in JSON within JSON", JSON.stringify(json).slice(1, -1)],
    ["in a URL", encodeURIComponent(secret)],
    ["in Base64", base64(secret)],
    ["in Base64 of URLs", base64Url(secret)],
  ])("%s", (_, quotation) => {
    expect(redact(`before ${quotation} after`, [secret])).toMatch(/^before \*\*\*.?=* after$/);
  });

  test.each(["", "1", "12", "123", "client-0001:"])(
    "in Base64 behind the text '%s', whatever follows",
    (before) => {
      for (const after of ["", "1", "12", "123"]) {
        for (const encode of [base64, base64Url]) {
          const redacted = redact(encode(before + secret + after), [secret]);
          expect(redacted).toContain("***");
          // What is left decodes to what stands beside the secret, and at most one character of it.
          const left = redacted.split("***").map((part) => part.replace(/=+$/, ""));
          expect(left.join("").length).toBeLessThanOrEqual(base64(before + after).length + 4);
        }
      }
    },
  );

  test("with half a character in it, which no URL can hold", () => {
    expect(redact("x \ud800-0815-0815 y", ["\ud800-0815-0815"])).toBe("x *** y");
  });
});

test("a redactor of 200 secrets reads 100,000 characters in less than half a second", () => {
  const secrets = Array.from({ length: 200 }, (_, index) => `secret-${index}-0815`);
  const redactText = createRedact(secrets);
  const start = performance.now();
  expect(redactText("x".repeat(100_000))).toHaveLength(100_000);
  expect(performance.now() - start).toBeLessThan(500);
});

describe("secretsIn", () => {
  test("finds strings whose field name ends in token, secret or password", () => {
    const params = {
      password: "password-0001",
      token: "device-0001",
      accessToken: "access-0001",
      firebaseSecret: "secret-0001",
      tokenCount: "12345678",
      userId: "user-0001",
    };
    expect(secretsIn(params)).toEqual([
      "password-0001",
      "device-0001",
      "access-0001",
      "secret-0001",
    ]);
  });

  test("skips values that are not strings or are shorter than 8 characters", () => {
    expect(
      secretsIn({ token: "1234567", accessToken: 12_345_678, uploadToken: undefined }),
    ).toEqual([]);
  });

  test("finds them in nested objects and lists, also in a cycle and 10,000 levels deep", () => {
    const nested: Record<string, unknown> = { list: [{ apiSecret: "secret-0001" }] };
    nested["cycle"] = nested;
    let deep: object = { token: "device-0001" };
    for (let level = 0; level < 10_000; level++) deep = { deep };
    expect(secretsIn({ nested, deep })).toEqual(["secret-0001", "device-0001"]);
  });
});
