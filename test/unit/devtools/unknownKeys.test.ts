import { describe, expect, onTestFinished, test } from "vitest";
import { GatewayClient } from "../../../src/client/client.js";
import { internalsOf } from "../../../src/core/internals.js";
import { createKeyCheck } from "../../../src/devtools/unknownKeys.js";
import { defineNotification } from "../../../src/notify/schema.js";
import type { NotificationKey } from "../../../src/wire/notifications.js";
import { faultNetwork, optionsFor } from "../../support/faultSocket.js";

function setUp() {
  const client = new GatewayClient(optionsFor(faultNetwork()));
  onTestFinished(() => client.dispose());
  const reported: [key: string, nearest: string | undefined, problem: string][] = [];
  const check = createKeyCheck(internalsOf(client)!, (...report) => reported.push(report));
  return {
    client,
    check,
    reported,
    /** As a game in plain JavaScript does. */
    on: (key: string) => client.on(key as NotificationKey, () => undefined),
  };
}

describe("a handler of a mistyped key", () => {
  test.each([
    ["Gs2Matchmaking:Joined", "Gs2Matchmaking:Join"],
    ["gs2matchmaking:join", "Gs2Matchmaking:Join"],
    ["Gs2Matchmaking.Join", "Gs2Matchmaking:Join"],
    ["Gs2Matchmaking", "Gs2Matchmaking:Join"],
    ["G2Chat:Post", "Gs2Chat:Post"],
    ["Gs2Inbox:ReceiveNotifcation", "Gs2Inbox:ReceiveNotification"],
  ])("is reported with the nearest key: %s", (key, nearest) => {
    const { on, check, reported } = setUp();
    on(key);
    check();
    expect(reported).toEqual([[key, nearest, `did you mean "${nearest}"?`]]);
  });

  test("is reported once, whenever it was registered", () => {
    const { on, check, reported } = setUp();
    on("Gs2Matchmaking:Joined");
    check();
    on("Gs2Matchmaking:Joined");
    on("Gs2Chat:Posted");
    check();
    check();
    expect(reported.map(([key]) => key)).toEqual(["Gs2Matchmaking:Joined", "Gs2Chat:Posted"]);
  });
});

test("a key that a known issuer is not known to send is reported without a guess", () => {
  const { on, check, reported } = setUp();
  on("Gs2Chat:ThisIsNothingLikeIt");
  check();
  expect(reported).toEqual([
    ["Gs2Chat:ThisIsNothingLikeIt", undefined, "its issuer is not known to send it"],
  ]);
});

test("a handler of an event of the connection is led to lifecycle", () => {
  const { on, check, reported } = setUp();
  on("status");
  check();
  expect(reported).toEqual([
    ["status", undefined, 'events of the connection are those of lifecycle.on("status")'],
  ]);
});

test("keys of GS2 and of the game, definitions, pairs and all notifications are not reported", () => {
  const { client, on, check, reported } = setUp();
  const schema = {
    "~standard": { version: 1, vendor: "game", validate: (value: unknown) => ({ value }) },
  } as const;
  for (const key of ["Gs2Matchmaking:Join", "shop:sale", "raid-start", "matchmaking:join"]) on(key);
  client.on("*", () => undefined);
  client.on({ issuer: "Gs2Matchmaking:Joined" }, () => undefined);
  client.on(defineNotification("Gs2Chat:Posted", schema), () => undefined);
  on("Gs2Chat:Posted");
  check();
  expect(reported).toEqual([]);
});
