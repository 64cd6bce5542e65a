import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { kindOfStatus } from "../../../src/wire/failures.js";
import {
  decodeFrame,
  encodeNotification,
  encodeReply,
  encodeRequest,
  errorBody,
  loginTarget,
  readErrors,
  succeeded,
  type Reply,
} from "../../../src/wire/frames.js";
import { notificationKey } from "../../../src/wire/notifications.js";
import {
  named,
  notificationFrames,
  replies,
  requests,
  unreadableFrames,
} from "../../golden/golden.js";

const target = { service: "gateway", component: "namespace", function: "getServiceVersion" };

const asReply = (frame: unknown): Reply => {
  const decoded = decodeFrame(JSON.stringify(frame));
  if (decoded.kind !== "reply") throw new Error(`read as ${decoded.kind}`);
  return decoded;
};

describe("encodeRequest", () => {
  test.each(named(requests))("writes %s", (_, { target: to, params, envelope, frame }) => {
    expect(JSON.parse(encodeRequest(to, params, envelope))).toStrictEqual(frame);
  });

  test("has the login target of GS2-Identifier", () => {
    const login = requests.find(({ frame }) => "client_secret" in frame)!;
    expect(loginTarget).toStrictEqual(login.target);
  });

  test("does not let a parameter override the envelope", () => {
    const params = {
      x_gs2: "mine",
      xGs2ClientId: "mine",
      xGs2ProjectToken: "mine",
      xGs2AccessToken: "mine",
      xGs2DuplicationAvoider: "mine",
    };
    expect(JSON.parse(encodeRequest(target, params, { requestId: "1" }))).toStrictEqual({
      x_gs2: { ...target, contentType: "application/json", requestId: "1" },
    });
  });

  test("prefers the envelope's access token, and else puts that of the parameters there", () => {
    const params = { accessToken: "param" };
    const sent = (accessToken?: string): unknown =>
      JSON.parse(encodeRequest(target, params, { requestId: "1", accessToken }));
    expect(sent("envelope")).toMatchObject({
      accessToken: "envelope",
      xGs2AccessToken: "envelope",
    });
    expect(sent()).toMatchObject({ accessToken: "param", xGs2AccessToken: "param" });
  });

  test("drops nulls inside a model, and keeps false, 0 and the empty text", () => {
    const params = { setting: { a: null, b: false, c: 0, d: "", e: undefined } };
    expect(JSON.parse(encodeRequest(target, params, { requestId: "1" }))).toMatchObject({
      setting: { b: false, c: 0, d: "" },
    });
    expect(encodeRequest(target, params, { requestId: "1" })).not.toContain("null");
  });

  test("sends a parameter named __proto__ like any other", () => {
    const params = JSON.parse('{"__proto__":{"status":1},"limit":2}') as Record<string, unknown>;
    const text = encodeRequest(target, params, { requestId: "1" });
    expect(text).toContain('"__proto__":{"status":1}');
    expect(text).toContain('"limit":2');
  });
});

describe("a reply", () => {
  test.each(named(replies))("of %s is decoded", (_, { frame }) => {
    expect(asReply(frame)).toStrictEqual({
      kind: "reply",
      requestId: frame.requestId,
      status: frame.status === undefined ? NaN : Number(frame.status),
      body: frame.body ?? undefined,
      message: frame.body ? frame.body["message"] : frame.message,
    });
  });

  test.each(named(replies))(
    "of %s is a success or a failure",
    (_, { frame, succeeded: expected }) => {
      expect(succeeded(asReply(frame))).toBe(expected);
    },
  );

  test.each(named(replies.filter(({ kind }) => kind)))(
    "of %s has its kind and its errors",
    (_, { frame, kind, errors }) => {
      const { status, message } = asReply(frame);
      expect(kindOfStatus(status)).toBe(kind);
      expect(readErrors(message)).toStrictEqual(errors);
    },
  );

  test("is unchanged after encodeReply and decodeFrame", () => {
    for (const [title, withCode] of [
      ["404 that names the missing model", false],
      ["404 whose entry has an empty code", true],
    ] as const) {
      const { frame, errors } = replies.find(({ why }) => why === title)!;
      const body = errorBody(errors!, withCode);
      const text = encodeReply(frame.requestId, Number(frame.status), body);
      expect(JSON.parse(text)).toStrictEqual(frame);
    }
  });

  test("has a request ID as text when the server sent a number", () => {
    expect(asReply({ requestId: 10001, status: 200, body: {} })).toMatchObject({
      requestId: "10001",
    });
  });

  test("has no body when the server sent a list or a text", () => {
    expect(asReply({ requestId: "1", status: 200, body: [1] }).body).toBeUndefined();
    expect(asReply({ requestId: "1", status: 200, body: "x" }).body).toBeUndefined();
  });

  test("of 200 with neither body nor message is a success", () => {
    expect(succeeded(asReply({ requestId: "1", status: 200 }))).toBe(true);
    expect(succeeded(asReply({ requestId: "1", status: 200, body: null }))).toBe(true);
  });

  test("has no message when the server sent one that is no text", () => {
    expect(asReply({ requestId: "1", status: 400, body: { message: { a: 1 } } }).message).toBe(
      undefined,
    );
  });
});

describe("readErrors", () => {
  test.each<[why: string, message: string | undefined, errors: unknown[]]>([
    ["nothing", undefined, []],
    ["an empty text", "", []],
    ["a text", "Forbidden", []],
    ["an object", '{"component":"a","message":"b"}', []],
    ["null", "null", []],
    ["entries that are none", '[null,1,"a",[],{"component":"a"}]', []],
    ["an entry without component", '[{"message":"b"}]', [{ component: "", message: "b" }]],
    [
      "a numeric code",
      '[{"component":"a","message":"b","code":7}]',
      [{ component: "a", message: "b", code: "7" }],
    ],
    [
      "a code of null",
      '[{"component":"a","message":"b","code":null}]',
      [{ component: "a", message: "b" }],
    ],
    [
      "unknown fields",
      '[{"component":"a","message":"b","more":true}]',
      [{ component: "a", message: "b" }],
    ],
  ])("reads %s", (_, message, errors) => {
    expect(readErrors(message)).toStrictEqual(errors);
  });

  test("redacts all parts, also a secret that JSON escapes", () => {
    const secret = 'a"b\\c';
    const [error] = readErrors(
      JSON.stringify([{ component: `x${secret}`, message: `${secret}!`, code: secret }]),
      (text) => text.replaceAll(secret, "***"),
    );
    expect(error).toEqual({ component: "x***", message: "***!", code: "***" });
  });

  test("never throws", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (message) => {
        expect(Array.isArray(readErrors(message))).toBe(true);
      }),
    );
  });
});

describe("a notification", () => {
  test.each(named(notificationFrames))(
    "with %s is decoded",
    (_, { frame, issuer, subject, payload }) => {
      expect(decodeFrame(JSON.stringify(frame))).toStrictEqual({
        kind: "notification",
        issuer,
        subject,
        payload,
      });
    },
  );

  test.each(named(notificationFrames))("with %s has its key", (_, { issuer, subject, key }) => {
    expect(notificationKey(issuer, subject)).toBe(key);
  });

  test("is unchanged after encodeNotification and decodeFrame, with a type and no requestId", () => {
    const { frame, issuer, subject, payload } = notificationFrames[0]!;
    expect(JSON.parse(encodeNotification({ issuer, subject, payload }))).toStrictEqual(frame);
  });

  test("may have only one of issuer and subject", () => {
    expect(JSON.parse(encodeNotification({ subject: "a", payload: "{}" }))).toStrictEqual({
      type: "notification",
      body: { subject: "a", payload: "{}" },
    });
  });

  test.each<[why: string, issuer: string, subject: string, key: string]>([
    ["an issuer of GS2-Gateway is never the key", "Gs2Gateway:SendNotification", "", ""],
    [
      "a service that begins like GS2-Gateway has keys",
      "Gs2GatewayX:Post",
      "x",
      "Gs2GatewayX:Post",
    ],
    ["letters count", "", "gs2chat:post", "gs2chat:post"],
    [
      "the whole subject counts, not its beginning",
      "Gs2Chat:Post",
      "Gs2Chat:Post!",
      "Gs2Chat:Post",
    ],
    ["the whole issuer counts, not its end", "xGs2Chat:Post", "s", "s"],
    ["a line break is no end", "", "Gs2Chat:Post\n", "Gs2Chat:Post\n"],
    ["a line break does not hide the issuer", "Gs2Chat:Post", "Gs2Chat:Post\n", "Gs2Chat:Post"],
    ["a service needs a name", "Gs2:Post", "s", "s"],
    ["an action needs a name", "Gs2Chat:", "s", "s"],
  ])("of which %s", (_, issuer, subject, key) => {
    expect(notificationKey(issuer, subject)).toBe(key);
  });
});

describe("an unreadable frame", () => {
  test.each(unreadableFrames.map(({ text, why }) => [text, why]))(
    "such as %j has the reason %s",
    (text, why) => {
      expect(decodeFrame(text)).toStrictEqual({ kind: "unreadable", why });
    },
  );

  test.each<[string, unknown]>([
    ["an ArrayBuffer", new ArrayBuffer(8)],
    ["a view", new Uint8Array([123, 125])],
    ["a Blob", new Blob(["{}"])],
    ["nothing", undefined],
    ["an object", { type: "notification", body: { subject: "a", payload: "{}" } }],
  ])("such as %s has the reason notText", (_, data) => {
    expect(decodeFrame(data)).toStrictEqual({ kind: "unreadable", why: "notText" });
  });

  test("may have any length", () => {
    expect(decodeFrame("x".repeat(1 << 20))).toStrictEqual({ kind: "unreadable", why: "notJson" });
    const padded = JSON.stringify({ type: "other", padding: "x".repeat(1 << 20) });
    expect(decodeFrame(padded)).toStrictEqual({ kind: "unreadable", why: "unknownType" });
  });
});

describe("decodeFrame", () => {
  const whys = ["notText", "notJson", "notAnObject", "unknownType"];
  /** One of the three kinds, with exactly its fields; `why` is one of four reasons. */
  const isFrame = (data: unknown): void => {
    const frame = decodeFrame(data);
    switch (frame.kind) {
      case "reply":
        expect(frame.requestId).not.toBe("");
        expect(typeof frame.requestId).toBe("string");
        expect(typeof frame.status).toBe("number");
        expect(["string", "undefined"]).toContain(typeof frame.message);
        break;
      case "notification":
        expect([frame.issuer, frame.subject, frame.payload].map((part) => typeof part)).toEqual(
          Array(3).fill("string"),
        );
        break;
      case "unreadable":
        expect(Object.keys(frame)).toEqual(["kind", "why"]);
        expect(whys).toContain(frame.why);
    }
  };
  const value = fc.jsonValue();
  const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

  test("decodes any text without an error, and does not quote it", () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), isFrame));
  });

  test("decodes any other value without an error", () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.uint8Array()), (data) => {
        fc.pre(typeof data !== "string");
        expect(decodeFrame(data)).toEqual({ kind: "unreadable", why: "notText" });
      }),
    );
  });

  test("decodes any object like those of GS2 without an error", () => {
    const frame = fc.record({
      type: maybe(fc.oneof(fc.constant("notification"), value)),
      requestId: maybe(fc.oneof(fc.string(), value)),
      status: maybe(fc.oneof(fc.integer(), value)),
      message: maybe(value),
      body: maybe(
        fc.oneof(
          value,
          fc.record({
            issuer: maybe(fc.oneof(fc.string(), value)),
            subject: maybe(fc.oneof(fc.string(), value)),
            payload: maybe(fc.oneof(fc.string(), value)),
            message: maybe(fc.oneof(fc.string(), value)),
          }),
        ),
      ),
    });
    fc.assert(
      fc.property(frame, (data) => isFrame(JSON.stringify(data))),
      { numRuns: 1_000 },
    );
  });

  const deep = "[".repeat(100_000) + "]".repeat(100_000);
  test.each([
    ["a status that cannot become a number", '{"requestId":"1","status":{"toString":1}}'],
    ["a request ID nested too deeply to be written", `{"requestId":${deep},"status":200}`],
    ["a payload nested too deeply", `{"body":{"subject":"a","payload":${deep}}}`],
    ["a body nested too deeply", `{"requestId":"1","status":200,"body":{"a":${deep}}}`],
    ["nothing but depth", deep],
    ["a prototype", '{"__proto__":{"requestId":"1"},"status":200}'],
  ])("decodes %s without an error", (_, data) => {
    isFrame(data);
  });

  test("reads nothing from a __proto__ in a frame", () => {
    const data = '{"requestId":"1","status":200,"body":{"__proto__":{"message":"[]"}}}';
    expect(asReply(JSON.parse(data)).message).toBeUndefined();
    expect(decodeFrame(data)).toMatchObject({ kind: "reply", message: undefined });
    expect(({} as Record<string, unknown>)["message"]).toBeUndefined();
  });
});
