// Compiled, not run: every line compiles, except those marked with @ts-expect-error.
import {
  defineNotification,
  type GatewayClient,
  type Notification,
  type NotificationDefinition,
  type NotificationKey,
  type NotificationMap,
  type NotificationOf,
  type NotificationPair,
  type NotificationSource,
  type StandardSchema,
} from "gs2-gateway";
import * as v from "valibot";
import { z } from "zod";
import { describe, expectTypeOf, it } from "vitest";

declare module "gs2-gateway" {
  interface NotificationMap {
    "shop:sale": { percent: number };
    [room: `room:${string}`]: { seats: number };
  }
}

declare const gateway: GatewayClient;

describe("a notification key of GS2", () => {
  it("types the payload in the handler", () => {
    gateway.on("Gs2Matchmaking:Join", (notification) => {
      expectTypeOf(notification.key).toEqualTypeOf<"Gs2Matchmaking:Join">();
      expectTypeOf(notification.payload.joinUserId).toEqualTypeOf<string>();
    });
    gateway.on("Gs2Chat:Post", ({ payload }) => {
      expectTypeOf(payload.category).toEqualTypeOf<number>();
    });
  });

  it("has only its own fields", () => {
    gateway.on("Gs2Matchmaking:Join", ({ payload }) => {
      expectTypeOf(payload).not.toHaveProperty("leaveUserId");
      // @ts-expect-error joinUserId is a string
      const joined: number = payload.joinUserId;
      return joined;
    });
  });

  it("types the result and the filter of waitFor", async () => {
    const done = await gateway.waitFor("Gs2Matchmaking:Complete", {
      since: gateway.mark(),
      where: (notification) => notification.payload.gatheringName === "gathering-0001",
    });
    expectTypeOf(done.payload.gatheringName).toEqualTypeOf<string>();
  });
});

describe("a custom key", () => {
  it("has the declared payload", () => {
    gateway.on("shop:sale", ({ payload }) => {
      expectTypeOf(payload).toEqualTypeOf<{ percent: number }>();
      expectTypeOf(payload).not.toHaveProperty("price");
    });
    expectTypeOf<NotificationMap["shop:sale"]>().toEqualTypeOf<{ percent: number }>();
  });

  it("may be a pattern", () => {
    gateway.on("room:7", ({ payload }) => {
      expectTypeOf(payload).toEqualTypeOf<{ seats: number }>();
    });
  });

  it("needs a declaration", () => {
    // @ts-expect-error undeclared key
    gateway.on("shop:closed", () => undefined);
    // @ts-expect-error undeclared key
    void gateway.waitFor("shop:closed");
    const text: string = "shop:sale";
    // @ts-expect-error a text that may be any key
    gateway.on(text, () => undefined);
  });
});

describe("a definition", () => {
  interface Raid {
    raidId: string;
    startsAt: Date;
  }
  const byZod = defineNotification(
    "raid-start",
    z.object({ raidId: z.string(), startsAt: z.number().transform((ms) => new Date(ms)) }),
  );
  const byValibot = defineNotification(
    "raid-start",
    v.object({
      raidId: v.string(),
      startsAt: v.pipe(
        v.number(),
        v.transform((ms) => new Date(ms)),
      ),
    }),
  );
  const byHand = defineNotification("raid-start", {
    "~standard": {
      version: 1,
      vendor: "game",
      validate: (value): { value: Raid } | { issues: { message: string }[] } =>
        value ? { value: value as Raid } : { issues: [{ message: "nothing" }] },
    },
  });

  it("has the output type of its schema, from any schema library", () => {
    gateway.on(byZod, (notification) => {
      expectTypeOf(notification).toEqualTypeOf<Notification<Raid, "raid-start">>();
    });
    gateway.on(byValibot, (notification) => {
      expectTypeOf(notification).toEqualTypeOf<Notification<Raid, "raid-start">>();
    });
    gateway.on(byHand, (notification) => {
      expectTypeOf(notification).toEqualTypeOf<Notification<Raid, "raid-start">>();
    });
  });

  it("has only the fields of the output", () => {
    gateway.on(byZod, ({ payload }) => {
      expectTypeOf(payload).not.toHaveProperty("bossId");
      // @ts-expect-error number is the input type
      const startsAt: number = payload.startsAt;
      return startsAt;
    });
  });

  it("types the result, the filter and the key of waitFor", async () => {
    const found = await gateway.waitFor(byZod, {
      where: ({ payload }) => payload.startsAt.getTime() > 0,
    });
    expectTypeOf(found).toEqualTypeOf<Notification<Raid, "raid-start">>();
    const ofAnotherKey = ({ key }: Notification<Raid, "raid-end">) => key.length > 0;
    // @ts-expect-error another key
    void gateway.waitFor(byZod, { where: ofAnotherKey });
    // @ts-expect-error the key itself is undeclared
    void gateway.waitFor("raid-start");
    void gateway.waitFor(byZod, {
      // @ts-expect-error the schema has no such field
      where: ({ payload }) => payload.bossId === "",
    });
  });

  it("needs a key and a schema", () => {
    const schema: StandardSchema<Raid> = byHand.schema;
    expectTypeOf(defineNotification("raid-start", schema)).toExtend<
      NotificationDefinition<Raid, "raid-start">
    >();
    // @ts-expect-error schema is required
    defineNotification("raid-start");
    // @ts-expect-error a function is no Standard Schema
    defineNotification("raid-start", (value: unknown) => value as Raid);
    // @ts-expect-error the key is a string
    defineNotification(7, schema);
    // @ts-expect-error a definition comes from defineNotification
    gateway.on({ key: "raid-start", schema }, () => undefined);
  });

  it("does not change a declared key", () => {
    const Sale = defineNotification("shop:sale", z.object({ percent: z.coerce.string() }));
    gateway.on(Sale, ({ payload }) => {
      expectTypeOf(payload).toEqualTypeOf<{ percent: string }>();
    });
    gateway.on("shop:sale", ({ payload }) => {
      expectTypeOf(payload).toEqualTypeOf<{ percent: number }>();
    });
  });
});

describe("untyped selectors", () => {
  it("give the payload as unknown", () => {
    gateway.on("*", (notification) => {
      expectTypeOf(notification.key).toEqualTypeOf<string>();
      expectTypeOf(notification.payload).toEqualTypeOf<unknown>();
    });
    gateway.on({ subject: "shop:closed" }, (notification) => {
      expectTypeOf(notification).toEqualTypeOf<Notification>();
    });
  });

  it("accept issuer and subject only", () => {
    gateway.on({ issuer: "Gs2Matchmaking:Join", subject: "" }, () => undefined);
    // @ts-expect-error a selector has no key
    gateway.on({ key: "shop:sale" }, () => undefined);
    // @ts-expect-error misspelled
    gateway.on({ issuer: "Gs2Matchmaking:Join", subjct: "" }, () => undefined);
    expectTypeOf<NotificationPair>().toHaveProperty("subject");
  });
});

describe("a function over selectors", () => {
  it("may be generic over keys, or over payloads of definitions", () => {
    function onKey<K extends NotificationKey>(
      key: K,
      handler: (notification: NotificationOf<K>) => void,
    ): void {
      gateway.on(key, handler);
      void gateway.waitFor(key).then(handler);
    }
    onKey("shop:sale", ({ payload }) => payload.percent);

    function onDefinition<Payload, K extends string>(
      definition: NotificationDefinition<Payload, K>,
      handler: (notification: Notification<Payload, K>) => void,
    ): void {
      gateway.on(definition, handler);
      void gateway.waitFor(definition).then(handler);
    }
    expectTypeOf(onDefinition).toBeFunction();
  });

  it("may take any selector", () => {
    const source: NotificationSource = {
      on: (selector, handler, options) => gateway.on(selector, handler, options),
      waitFor: (selector, options) => gateway.waitFor(selector, options),
    };
    expectTypeOf(source.on).toEqualTypeOf<GatewayClient["on"]>();
    const register = (...given: Parameters<GatewayClient["on"]>) => gateway.on(...given);
    register("*", ({ payload }) => payload);
  });

  it("gets one of several keys with their payloads", () => {
    for (const key of ["Gs2Matchmaking:Join", "Gs2Matchmaking:Leave"] as const) {
      gateway.on(key, (notification) => {
        expectTypeOf(notification).toEqualTypeOf<
          NotificationOf<"Gs2Matchmaking:Join"> | NotificationOf<"Gs2Matchmaking:Leave">
        >();
      });
    }
  });
});

describe("on and waitFor", () => {
  it("accept a signal and once, and no other options", () => {
    const { signal } = new AbortController();
    expectTypeOf(gateway.on("shop:sale", () => undefined, { signal, once: true })).toBeFunction();
    // @ts-expect-error misspelled
    gateway.on("shop:sale", () => undefined, { ones: true });
    // @ts-expect-error onGap is reject or keep
    void gateway.waitFor("shop:sale", { onGap: "ignore" });
  });

  it("are a NotificationSource, so that game code needs no client", () => {
    expectTypeOf<GatewayClient>().toExtend<NotificationSource>();
  });
});
