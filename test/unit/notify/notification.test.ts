import { describe, expect, test, vi } from "vitest";
import { createNotification } from "../../../src/notify/notification.js";
import { named, notificationFrames } from "../../golden/golden.js";

function setup() {
  const onNotJson = vi.fn<(key: string) => void>();
  const parse = vi.spyOn(JSON, "parse");
  parse.mockClear();
  const create = (
    frame: Parameters<typeof createNotification>[0],
    receivedAt: number,
    via: "socket" | "push",
  ) => createNotification(frame, receivedAt, via, onNotJson);
  return { onNotJson, parse, create };
}
const frame = { issuer: "i", subject: "raid-start", payload: '{"raidId":"r-1"}' };
const expected = {
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
    "with %s has its key, and issuer and subject unchanged",
    (_, { issuer, subject, payload, key }) => {
      const { create } = setup();
      const notification = create({ issuer, subject, payload }, 5, "push");
      expect(notification).toMatchObject({
        key,
        issuer,
        subject,
        rawPayload: payload,
        receivedAt: 5,
      });
      expect(notification.via).toBe("push");
    },
  );

  test.each(["null", "false", "0", '""', "[]", '{"raidId":"r-1"}'])(
    "parses %s once, when it is created",
    (payload) => {
      const { create, parse, onNotJson } = setup();
      const notification = create({ ...frame, payload }, 5, "socket");
      expect(parse).toHaveBeenCalledTimes(1);
      expect(JSON.stringify([notification.payload, notification.payload])).toBe(
        `[${payload},${payload}]`,
      );
      expect(parse).toHaveBeenCalledTimes(1);
      expect(onNotJson).not.toHaveBeenCalled();
    },
  );

  test.each(["sale!", "", "{", "undefined"])(
    "keeps a payload that is not JSON (%j) as text, and reports it once, when it is created",
    (payload) => {
      const { create, onNotJson } = setup();
      const notification = create({ ...frame, payload }, 5, "socket");
      expect(onNotJson.mock.calls).toEqual([["raid-start"]]);
      expect(notification.payload).toBe(payload);
      expect({ ...notification }.payload).toBe(payload);
      expect(onNotJson).toHaveBeenCalledTimes(1);
    },
  );

  test("is plain data: copies, JSON and structured clones contain its payload", () => {
    const { create } = setup();
    const notification = () => create(frame, 5, "socket");
    expect(Object.getPrototypeOf(notification())).toBe(Object.prototype);
    expect(Object.getOwnPropertyDescriptor(notification(), "payload")).toMatchObject({
      enumerable: true,
      value: { raidId: "r-1" },
    });
    expect({ ...notification() }).toStrictEqual(expected);
    expect(JSON.parse(JSON.stringify(notification()))).toStrictEqual(expected);
    expect(structuredClone(notification())).toStrictEqual(expected);
    expect(Object.keys(notification()).sort()).toEqual(Object.keys(expected).sort());
    expect(Object.fromEntries(Object.entries(notification()))).toStrictEqual(expected);
  });

  test("shares no payload with the next notification", () => {
    const { create } = setup();
    const first = create(frame, 5, "socket");
    const second = create({ ...frame, payload: "2" }, 6, "socket");
    expect([second.payload, first.payload]).toEqual([2, { raidId: "r-1" }]);
  });
});
