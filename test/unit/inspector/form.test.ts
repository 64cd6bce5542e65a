import { describe, expect, expectTypeOf, test } from "vitest";
import {
  draftOf,
  keysByService,
  limits,
  payloadOf,
  payloadText,
  readDraft,
  samplesOf,
  type Draft,
} from "../../../src/inspector/send/form.js";
import type { ServiceNotifications } from "../../../src/wire/notifications.js";
import { serviceNotifications } from "../../../src/wire/notifications.js";

const keys = Object.values(keysByService).flat();

const blank: Draft = {
  userId: "user-0001",
  namespaceName: "",
  key: "",
  fields: {},
  issuer: "",
  subject: "s",
  payload: "p",
  transfer: false,
  sound: "",
};

const faultsOf = (draft: Partial<Draft>) => {
  const read = readDraft({ ...blank, ...draft });
  return "faults" in read ? read.faults : {};
};

describe("the fields of a payload", () => {
  test("are listed for all 26 keys, as their type says", () => {
    expect(keys).toHaveLength(26);
    expect(keys).toEqual(Object.keys(serviceNotifications));
    // The type is made from the list: a key or field that only one of them has does not compile.
    expectTypeOf<keyof ServiceNotifications>().toEqualTypeOf<keyof typeof serviceNotifications>();
    expectTypeOf<ServiceNotifications["Gs2Chat:Post"]>().toEqualTypeOf<{
      readonly namespaceName: string;
      readonly roomName: string;
      readonly userId: string;
      readonly category: number;
      readonly createdAt: number;
    }>();
  });

  test.each(keys)("of %s are filled with something that can be sent as it is", (key) => {
    const fields = samplesOf(key, "user-0007", 1_700_000_000_000);
    const read = readDraft({ ...blank, key, fields });
    const payload = JSON.parse(
      "notification" in read ? String(read.notification.payload) : "null",
    ) as Record<string, unknown>;
    expect(Object.keys(payload)).toEqual(Object.keys(payloadOf(key)!));
    for (const [name, type] of Object.entries(payloadOf(key)!)) {
      expect([name, typeof payload[name]]).toEqual([name, type === "string" ? "string" : "number"]);
    }
    expect(JSON.stringify(payload).length).toBeLessThan(limits.payload);
  });

  test("are those of the player the notification is for", () => {
    expect(samplesOf("Gs2Mission:Complete", "alice", 0)).toEqual({
      namespaceName: "namespace-0001",
      groupName: "group-0001",
      userId: "alice",
      taskName: "task-0001",
    });
    expect(samplesOf("Gs2Chat:Post", "", 5)).toMatchObject({ userId: "user-0001", createdAt: "5" });
    expect(samplesOf("Gs2Matchmaking:Join", "alice", 0)).toMatchObject({ joinUserId: "user-0002" });
  });

  test("are left out where nothing stands in them", () => {
    const fields = { namespaceName: "n", roomName: "", category: " " };
    expect(payloadText({ ...blank, key: "Gs2Chat:Post", fields })).toBe('{"namespaceName":"n"}');
  });
});

describe("what stands in the way", () => {
  test.each<[what: string, draft: Partial<Draft>, faults: object]>([
    ["nobody to send to", { userId: " " }, { userId: { why: "missing" } }],
    ["a long name", { userId: "u".repeat(129) }, { userId: { why: "tooLong", max: 128 } }],
    ["no subject", { subject: "" }, { subject: { why: "missing" } }],
    ["a long subject", { subject: "s".repeat(129) }, { subject: { why: "tooLong", max: 128 } }],
    ["a long issuer", { issuer: "i".repeat(257) }, { issuer: { why: "tooLong", max: 256 } }],
    ["no payload", { payload: "" }, { payload: { why: "missing" } }],
    ["a long payload", { payload: "p".repeat(1_025) }, { payload: { why: "tooLong", max: 1_024 } }],
    [
      "a long sound",
      { transfer: true, sound: "s".repeat(257) },
      { sound: { why: "tooLong", max: 256 } },
    ],
    [
      "a fraction for a whole number",
      { key: "Gs2Chat:Post", fields: { category: "1.5" } },
      { "payload.category": { why: "notWhole" } },
    ],
    [
      "words for a whole number",
      { key: "Gs2Chat:Post", fields: { createdAt: "now" } },
      { "payload.createdAt": { why: "notWhole" } },
    ],
    [
      "words for a number",
      { key: "Gs2Matchmaking:ChangeRatingNotification", fields: { rateValue: "high" } },
      { "payload.rateValue": { why: "notNumber" } },
    ],
    [
      "fields that are too long together",
      { key: "Gs2JobQueue:Push", fields: { userId: "u".repeat(1_024) } },
      { payload: { why: "tooLong", max: 1_024 } },
    ],
  ])("is named at its field: %s", (_, draft, faults) => {
    expect(faultsOf(draft)).toEqual(faults);
  });

  test("is not a sound nobody asked for", () => {
    expect(faultsOf({ sound: "s".repeat(300) })).toEqual({});
  });
});

test("what was said before comes back into the form", () => {
  const said = { userId: "alice", namespaceName: "game-0001", issuer: "", subject: "Gs2Chat:Post" };
  expect(draftOf({ ...said, payload: '{"roomName":"r","category":3}' })).toMatchObject({
    key: "Gs2Chat:Post",
    fields: { roomName: "r", category: "3" },
  });
  for (const payload of ['{"roomName":{}}', '{"unknown":"x"}', "no JSON", "[1]"]) {
    expect(draftOf({ ...said, payload })).toMatchObject({
      key: "",
      subject: "Gs2Chat:Post",
      payload,
    });
  }
  expect(
    draftOf({ ...said, subject: "", issuer: "Gs2JobQueue:Push", payload: "{}" }),
  ).toMatchObject({ key: "Gs2JobQueue:Push" });
  expect(draftOf({ ...said, subject: "own", payload: "{}" })).toMatchObject({ key: "" });
});
