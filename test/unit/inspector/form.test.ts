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

const errorsOf = (draft: Partial<Draft>) => {
  const read = readDraft({ ...blank, ...draft });
  return "fieldErrors" in read ? read.fieldErrors : {};
};

describe("the form of a service notification", () => {
  test("has the fields of its type for all 26 keys", () => {
    expect(keys).toHaveLength(26);
    expect(keys).toEqual(Object.keys(serviceNotifications));
    // The type is derived from the list: a key or field that only one of them has does not compile.
    expectTypeOf<keyof ServiceNotifications>().toEqualTypeOf<keyof typeof serviceNotifications>();
    expectTypeOf<ServiceNotifications["Gs2Chat:Post"]>().toEqualTypeOf<{
      readonly namespaceName: string;
      readonly roomName: string;
      readonly userId: string;
      readonly category: number;
      readonly createdAt: number;
    }>();
  });

  test.each(keys)("is filled with valid sample values for %s", (key) => {
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

  test("has the user of the notification in its sample values", () => {
    expect(samplesOf("Gs2Mission:Complete", "alice", 0)).toEqual({
      namespaceName: "namespace-0001",
      groupName: "group-0001",
      userId: "alice",
      taskName: "task-0001",
    });
    expect(samplesOf("Gs2Chat:Post", "", 5)).toMatchObject({ userId: "user-0001", createdAt: "5" });
    expect(samplesOf("Gs2Matchmaking:Join", "alice", 0)).toMatchObject({ joinUserId: "user-0002" });
  });

  test("leaves empty fields out of the payload", () => {
    const fields = { namespaceName: "n", roomName: "", category: " " };
    expect(payloadText({ ...blank, key: "Gs2Chat:Post", fields })).toBe('{"namespaceName":"n"}');
  });
});

describe("readDraft", () => {
  test.each<[title: string, draft: Partial<Draft>, errors: object]>([
    ["no userId", { userId: " " }, { userId: { problem: "missing" } }],
    ["a long name", { userId: "u".repeat(129) }, { userId: { problem: "tooLong", max: 128 } }],
    ["no subject", { subject: "" }, { subject: { problem: "missing" } }],
    ["a long subject", { subject: "s".repeat(129) }, { subject: { problem: "tooLong", max: 128 } }],
    ["a long issuer", { issuer: "i".repeat(257) }, { issuer: { problem: "tooLong", max: 256 } }],
    ["no payload", { payload: "" }, { payload: { problem: "missing" } }],
    [
      "a long payload",
      { payload: "p".repeat(1_025) },
      { payload: { problem: "tooLong", max: 1_024 } },
    ],
    [
      "a long sound",
      { transfer: true, sound: "s".repeat(257) },
      { sound: { problem: "tooLong", max: 256 } },
    ],
    [
      "a fraction for a whole number",
      { key: "Gs2Chat:Post", fields: { category: "1.5" } },
      { "payload.category": { problem: "notWhole" } },
    ],
    [
      "words for a whole number",
      { key: "Gs2Chat:Post", fields: { createdAt: "now" } },
      { "payload.createdAt": { problem: "notWhole" } },
    ],
    [
      "words for a number",
      { key: "Gs2Matchmaking:ChangeRatingNotification", fields: { rateValue: "high" } },
      { "payload.rateValue": { problem: "notNumber" } },
    ],
    [
      "fields that are too long together",
      { key: "Gs2JobQueue:Push", fields: { userId: "u".repeat(1_024) } },
      { payload: { problem: "tooLong", max: 1_024 } },
    ],
  ])("returns an error at the field for %s", (_, draft, errors) => {
    expect(errorsOf(draft)).toEqual(errors);
  });

  test("does not check the sound without the transfer", () => {
    expect(errorsOf({ sound: "s".repeat(300) })).toEqual({});
  });
});

test("draftOf puts a sent notification back into the form", () => {
  const sent = { userId: "alice", namespaceName: "game-0001", issuer: "", subject: "Gs2Chat:Post" };
  expect(draftOf({ ...sent, payload: '{"roomName":"r","category":3}' })).toMatchObject({
    key: "Gs2Chat:Post",
    fields: { roomName: "r", category: "3" },
  });
  for (const payload of ['{"roomName":{}}', '{"unknown":"x"}', "no JSON", "[1]"]) {
    expect(draftOf({ ...sent, payload })).toMatchObject({
      key: "",
      subject: "Gs2Chat:Post",
      payload,
    });
  }
  expect(
    draftOf({ ...sent, subject: "", issuer: "Gs2JobQueue:Push", payload: "{}" }),
  ).toMatchObject({ key: "Gs2JobQueue:Push" });
  expect(draftOf({ ...sent, subject: "own", payload: "{}" })).toMatchObject({ key: "" });
});
