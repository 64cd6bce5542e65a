// Read by the compiler alone: what stands here has to compile, and what is marked has to be refused.
import type { GatewayClient, Notification, NotificationMap, NotificationSource } from "gs2-gateway";
import { describe, expectTypeOf, it } from "vitest";

declare module "gs2-gateway" {
  interface NotificationMap {
    "shop:sale": { percent: number };
  }
}

declare const gateway: GatewayClient;

describe("a notification key of GS2", () => {
  it("gives its payload to the handler", () => {
    gateway.on("Gs2Matchmaking:Join", (notification) => {
      expectTypeOf(notification.key).toEqualTypeOf<"Gs2Matchmaking:Join">();
      expectTypeOf(notification.payload.joinUserId).toEqualTypeOf<string>();
    });
    gateway.on("Gs2Chat:Post", ({ payload }) => {
      expectTypeOf(payload.category).toEqualTypeOf<number>();
    });
  });

  it("has no fields but its own", () => {
    gateway.on("Gs2Matchmaking:Join", ({ payload }) => {
      expectTypeOf(payload).not.toHaveProperty("leaveUserId");
      // @ts-expect-error it is a string
      const joined: number = payload.joinUserId;
      return joined;
    });
  });

  it("types what waitFor finds and filters", async () => {
    const done = await gateway.waitFor("Gs2Matchmaking:Complete", {
      since: gateway.mark(),
      where: (notification) => notification.payload.gatheringName === "gathering-0001",
    });
    expectTypeOf(done.payload.gatheringName).toEqualTypeOf<string>();
  });
});

describe("a key of one's own", () => {
  it("gives the payload it was declared with", () => {
    gateway.on("shop:sale", ({ payload }) => {
      expectTypeOf(payload).toEqualTypeOf<{ percent: number }>();
      expectTypeOf(payload).not.toHaveProperty("price");
    });
    expectTypeOf<NotificationMap["shop:sale"]>().toEqualTypeOf<{ percent: number }>();
  });

  it("needs a declaration", () => {
    // @ts-expect-error nobody declared it
    gateway.on("shop:closed", () => undefined);
    // @ts-expect-error nobody declared it
    void gateway.waitFor("shop:closed");
  });
});

describe("the ways around keys", () => {
  it("take everything as it is", () => {
    gateway.on("*", (notification) => {
      expectTypeOf(notification.key).toEqualTypeOf<string>();
      expectTypeOf(notification.payload).toEqualTypeOf<unknown>();
    });
    gateway.on({ subject: "shop:closed" }, (notification) => {
      expectTypeOf(notification).toEqualTypeOf<Notification>();
    });
  });

  it("take a pair of issuer and subject and nothing else", () => {
    gateway.on({ issuer: "Gs2Matchmaking:Join", subject: "" }, () => undefined);
    // @ts-expect-error there is no such part
    gateway.on({ key: "shop:sale" }, () => undefined);
  });
});

describe("on and waitFor", () => {
  it("take a signal and once, and know no other options", () => {
    const { signal } = new AbortController();
    expectTypeOf(gateway.on("shop:sale", () => undefined, { signal, once: true })).toBeFunction();
    // @ts-expect-error misspelled
    gateway.on("shop:sale", () => undefined, { ones: true });
    // @ts-expect-error it is reject or keep
    void gateway.waitFor("shop:sale", { onGap: "ignore" });
  });

  it("are what game code may ask for instead of a client", () => {
    expectTypeOf<GatewayClient>().toExtend<NotificationSource>();
  });
});
