import { expect, test } from "vitest";
import { redact, secretsIn } from "../../../src/core/redact.js";

test("redact replaces each secret, a longer secret before a shorter secret it begins with", () => {
  const secrets = ["token", "token-and-more"];
  expect(redact("token-and-more, token, token", secrets)).toBe("***, ***, ***");
  expect(secrets).toEqual(["token", "token-and-more"]);
});

test("redact accepts secrets with characters of a regular expression", () => {
  expect(redact("abc a.c$& ", ["a.c$&"])).toBe("abc *** ");
});

test("secretsIn finds strings whose field name ends in token or secret", () => {
  const params = {
    token: "device-0001",
    accessToken: "access-0001",
    firebaseSecret: "secret-0001",
    tokenCount: "12345678",
    userId: "user-0001",
  };
  expect(secretsIn(params)).toEqual(["device-0001", "access-0001", "secret-0001"]);
});

test("secretsIn skips values that are not strings or are shorter than 8 characters", () => {
  expect(secretsIn({ token: "1234567", accessToken: 12_345_678, uploadToken: undefined })).toEqual(
    [],
  );
});
