import { describe, expect, it } from "vitest";
import { payloadOf, readPush } from "../../../src/push/message.js";
import { bestLocale, fill, show, type PushTemplates } from "../../../src/push/templates.js";

const data = {
  subject: "Gs2Matchmaking:Join",
  payload: JSON.stringify({ gatheringName: "g-1", joinUserId: "bob" }),
};

const templates: PushTemplates = {
  "Gs2Matchmaking:Join": {
    title: { en: "{joinUserId} joined", ja: "{joinUserId}さんが参加" },
    body: "Gathering {gatheringName}",
    icon: "icons/{gatheringName}.png",
    tag: "match-{gatheringName}",
    link: "?gathering={gatheringName}",
  },
  "*": { title: "News from the game" },
};

const shown = (message: object, given: PushTemplates | undefined = templates, locale = "en") =>
  show(readPush(message), given, locale);

describe("a push", () => {
  it("is shown by the template of its key, filled from the payload", () => {
    expect(shown({ data })).toEqual({
      title: "bob joined",
      body: "Gathering g-1",
      icon: "icons/g-1.png",
      tag: "match-g-1",
      link: "?gathering=g-1",
    });
  });

  it("is shown in the browser's language", () => {
    expect(shown({ data }, templates, "ja-JP").title).toBe("bobさんが参加");
    expect(shown({ data }, templates, "fr").title).toBe("bob joined");
  });

  const mobileNotificationMessages = JSON.stringify([
    { locale: "en", title: "A match", message: "Come and play" },
    { locale: "ja", title: "対戦", message: "遊ぼう" },
    { locale: "de", message: "without a title" },
  ]);
  const own = { subject: "raid", payload: "{}" };

  it("without a template is shown with the server's texts", () => {
    expect(shown({ data: { ...own, mobileNotificationMessages } }, templates, "ja")).toMatchObject({
      title: "対戦",
      body: "遊ぼう",
    });
  });

  it("with a text of its own is shown with that", () => {
    const notification = { title: "Hello", body: "from the console", icon: "i.png" };
    const fcmOptions = { link: "/shop" };
    expect(shown({ notification, fcmOptions })).toMatchObject({
      title: "Hello",
      body: "from the console",
      icon: "i.png",
      link: "/shop",
    });
  });

  it("of any other key is shown by the template *, else with its key as title", () => {
    expect(shown({ data: own }).title).toBe("News from the game");
    expect(shown({ data: own }, {}).title).toBe("raid");
    expect(show(readPush("just text"), undefined).title).toBe("just text");
  });

  it("has a tag of its own, made from its id or its text", () => {
    const tag = (message: object) => shown(message, {}).tag;
    expect(tag({ fcmMessageId: "m-1", data })).not.toBe(tag({ fcmMessageId: "m-2", data }));
    expect(tag({ data })).toBe(tag({ data }));
    expect(tag({ data })).not.toBe(tag({ data: { ...data, payload: "{}" } }));
  });
});

describe("a template", () => {
  it.each([
    ["{a.b} and {a.c.d}", { a: { b: 1, c: { d: true } } }, "1 and true"],
    ["{missing}, {a}", { a: { b: 1 } }, ", "],
    ["{constructor}{__proto__}{a.length}", { a: "text" }, ""],
    ["{a}", "no object", ""],
    ["{ a } {}", { a: 1 }, "{ a } {}"],
  ])("%s is filled", (template, payload, text) => {
    expect(fill(template, payload)).toBe(text);
  });

  it("keeps its link on the same path whatever the payload contains", () => {
    const payload = JSON.stringify({ gatheringName: "../..//evil.test/?a&b" });
    const { link } = shown({ data: { ...data, payload } });
    expect(new URL(link!, "https://game.test/play/").href).toBe(
      "https://game.test/play/?gathering=..%2F..%2F%2Fevil.test%2F%3Fa%26b",
    );
  });
});

it.each([
  ["..", "https://game.test/play/rooms/-/x"],
  [".", "https://game.test/play/rooms/-/x"],
  ["...", "https://game.test/play/rooms/-/x"],
  ["%2e%2e", "https://game.test/play/rooms/%252e%252e/x"],
  ["", "https://game.test/play/rooms/-/x"],
  ["a.b", "https://game.test/play/rooms/a.b/x"],
])("the value '%s' in the path of a template's link never climbs it", (room, href) => {
  const payload = JSON.stringify({ room, dot: "." });
  const templates = { raid: { title: "t", link: "rooms/{room}/x" } };
  const { link } = shown({ data: { ...data, subject: "raid", payload } }, templates);
  expect(new URL(link!, "https://game.test/play/").href).toBe(href);
});

it("two values in one segment of a path never climb it together", () => {
  const payload = JSON.stringify({ a: ".", b: "." });
  const templates = { raid: { title: "t", link: "rooms/{a}{b}/x", icon: "icons/{a}{b}/{c}x.png" } };
  const { link, icon } = shown({ data: { ...data, subject: "raid", payload } }, templates);
  expect([link, icon].map((one) => new URL(one!, "https://game.test/play/").href)).toEqual([
    "https://game.test/play/rooms/--/x",
    "https://game.test/play/icons/--/-x.png",
  ]);
});

it.each([
  [["en", "ja"], "ja", "ja"],
  [["en", "pt-BR", "pt-PT"], "pt_pt", "pt-PT"],
  [["en", "zh-TW"], "zh", "zh-TW"],
  [["ja", "en-US"], "de", "en-US"],
  [["ja", "ko"], "de", "ja"],
  [[], "de", undefined],
])("of %o the locale for %s is %s", (locales, wanted, best) => {
  expect(bestLocale(locales, wanted)).toBe(best);
});

describe("a Firebase message", () => {
  it("is read by the names in `fields`", () => {
    const read = readPush(
      { data: { t: "raid", p: "7", who: "alice" } },
      { subject: "t", payload: "p", userId: "who" },
    );
    expect(read).toMatchObject({ key: "raid", payload: "7", userId: "alice" });
  });

  it("without data has its title as subject and its text as payload", () => {
    expect(readPush({ notification: { title: "raid", body: '{"a":1}' } })).toMatchObject({
      key: "raid",
      payload: '{"a":1}',
    });
  });

  it.each([undefined, null, 7, "text", [], { data: null }, { data: "x", notification: 1 }])(
    "may be any value: %o",
    (message) => {
      expect(readPush(message)).toMatchObject({ key: "", issuer: "", messages: [] });
    },
  );

  it.each([
    ['{"a":1}', { a: 1 }],
    ["null", null],
    ["just text", "just text"],
    ["", ""],
  ])("has the payload %s as a value", (payload, value) => {
    expect(payloadOf({ payload })).toEqual(value);
  });
});
