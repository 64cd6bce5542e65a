import { describe, expect, test, vi } from "vitest";
import { notificationMaker } from "../../../src/notify/notification.js";
import { named, notificationFrames } from "../../golden/golden.js";

function setup() {
  const notJson = vi.fn<(key: string) => void>();
  const parse = vi.spyOn(JSON, "parse");
  parse.mockClear();
  return { notJson, parse, make: notificationMaker(notJson) };
}
const frame = { issuer: "i", subject: "raid-start", payload: '{"raidId":"r-1"}' };
const whole = {
  key: "raid-start",
  issuer: "i",
  subject: "raid-start",
  payload: { raidId: "r-1" },
  rawPayload: '{"raidId":"r-1"}',
  receivedAt: 5,
  via: "socket",
};

describe("a notification", () => {
  test.each(named(notificationFrames))(
    "with %s has its key, and both fields as they came",
    (_, { issuer, subject, payload, key }) => {
      const { make } = setup();
      const one = make({ issuer, subject, payload }, 5, "push");
      expect(one).toMatchObject({ key, issuer, subject, rawPayload: payload, receivedAt: 5 });
      expect(one.via).toBe("push");
    },
  );

  test("is not parsed before somebody reads its payload, and then once", () => {
    const { make, parse } = setup();
    const one = make(frame, 5, "socket");
    expect(one.key + one.rawPayload).toContain("raid");
    expect(parse).not.toHaveBeenCalled();
    const { payload } = one;
    expect(payload).toEqual({ raidId: "r-1" });
    expect(one.payload).toBe(payload);
    expect(parse).toHaveBeenCalledTimes(1);
  });

  test.each(["null", "false", "0", '""', "[]"])("parses %s once, too", (payload) => {
    const { make, parse, notJson } = setup();
    const one = make({ ...frame, payload }, 5, "socket");
    expect(JSON.stringify([one.payload, one.payload])).toBe(`[${payload},${payload}]`);
    expect(parse).toHaveBeenCalledTimes(1);
    expect(notJson).not.toHaveBeenCalled();
  });

  test.each(["sale!", "", "{", "undefined"])(
    "keeps a payload that is no JSON (%j) as text, and reports it once",
    (payload) => {
      const { make, notJson } = setup();
      const one = make({ ...frame, payload }, 5, "socket");
      expect(notJson).not.toHaveBeenCalled();
      expect(one.payload).toBe(payload);
      expect(one.payload).toBe(payload);
      expect({ ...one }.payload).toBe(payload);
      expect(notJson.mock.calls).toEqual([["raid-start"]]);
    },
  );

  test("shows its payload to everybody who copies it", () => {
    const { make } = setup();
    const one = () => make(frame, 5, "socket");
    expect({ ...one() }).toStrictEqual(whole);
    expect(JSON.parse(JSON.stringify(one()))).toStrictEqual(whole);
    expect(structuredClone(one())).toStrictEqual(whole);
    expect(Object.keys(one()).sort()).toEqual(Object.keys(whole).sort());
    expect(Object.hasOwn(one(), "payload")).toBe(true);
    expect(Object.fromEntries(Object.entries(one()))).toStrictEqual(whole);
  });

  test("shares nothing with the next one", () => {
    const { make } = setup();
    const first = make(frame, 5, "socket");
    const second = make({ ...frame, payload: "2" }, 6, "socket");
    expect([second.payload, first.payload]).toEqual([2, { raidId: "r-1" }]);
  });
});
