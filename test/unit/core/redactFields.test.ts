import { describe, expect, test } from "vitest";
import { redactFields } from "../../../src/core/redactFields.js";

const secret = 'se"cret/0815+8=';

describe("redactFields", () => {
  test("replaces the values of secret fields, but not the position in a list of pages", () => {
    expect(redactFields({ accessToken: "t", a: [{ clientSecret: 1 }], pageToken: "p" })).toEqual({
      accessToken: "***",
      a: [{ clientSecret: "***" }],
      pageToken: "p",
    });
  });

  test("replaces the password of GS2-Account and the signature of a login", () => {
    expect(redactFields({ password: "p", signature: "s", note: "password=unknown-0815" })).toEqual({
      password: "***",
      signature: "***",
      note: "password=***",
    });
  });

  test("replaces secrets that are known from elsewhere, also in JSON within a text", () => {
    const redactOthers = (text: string) => text.replaceAll("known-0815", "***");
    expect(redactFields({ payload: '{"a":"known-0815"}' }, [], redactOthers)).toEqual({
      payload: '{"a":"***"}',
    });
  });

  test.each([
    ["escaped as JSON", JSON.stringify(secret)],
    ["in a URL", `?q=${encodeURIComponent(secret)}`],
    ["in Base64", Buffer.from(`client:${secret}`).toString("base64")],
  ])("replaces a known secret that another field quotes %s", (_, quoted) => {
    expect(redactFields({ token: secret, note: `note ${quoted}` })["note"]).toMatch(
      /^note .*\*\*\*/,
    );
  });

  test("leaves secrets of fewer than 8 characters, which occur in other words", () => {
    expect(redactFields({ secret: "s", token: "space", note: "namespace" })).toEqual({
      secret: "***",
      token: "***",
      note: "namespace",
    });
  });

  test.each([
    [
      "JSON that breaks off",
      '{"deep":[{"accessToken":"unknown-0815',
      '{"deep":[{"accessToken":"***',
    ],
    [
      "JSON in broken JSON",
      String.raw`{"body":"{\"clientSecret\":\"unknown-0815\"}`,
      String.raw`{"body":"{\"clientSecret\":\"***\"}`,
    ],
    ["a query with a password", "password=unknown-0815&b=2", "password=***&b=2"],
    ["a query", "a=1&access_token=unknown-0815&b=2", "a=1&access_token=***&b=2"],
    ["a header", "Authorization: Bearer unknown-0815", "Authorization: *** ***"],
  ])("replaces an unknown secret in %s", (_, text, redacted) => {
    expect(redactFields({ text })).toEqual({ text: redacted });
  });

  test("replaces every text of a message with more than 100 secrets", () => {
    const secrets = Array.from({ length: 101 }, (_, index) => ({ token: `secret-${index}-0815` }));
    expect(redactFields({ secrets, note: "a longer text", short: "short" })).toMatchObject({
      note: "***",
      short: "short",
    });
  });
});

// 129 KB blocked the emulator for 5 seconds.
test.each([
  ["secrets and texts", '"token":"secret-#-0815","note":"a text of some length"'],
  ["texts of 3 characters", '"#":"abc"'],
  ["texts that quote nothing", '"#":"a text of some length"'],
])("redactFields takes less than 500 ms of the processor for 256 KB of %s", (_, field) => {
  const objects: string[] = [];
  for (let size = 0; size < 256_000;) {
    const text = `{${field.replace("#", String(objects.length))}}`;
    size += objects.push(text) && text.length + 1;
  }
  const list = `[${objects.join(",")}]`;
  for (const values of [{ list: JSON.parse(list) as unknown }, { list }]) {
    // Not by the clock: other programs may have the processor meanwhile.
    const start = process.cpuUsage();
    redactFields(values);
    const { user, system } = process.cpuUsage(start);
    expect((user + system) / 1_000).toBeLessThan(500);
  }
});
