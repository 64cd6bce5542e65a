import { describe, expectTypeOf, it } from "vitest";
import { GatewayAdmin } from "../../src/admin/index.js";
import type {
  Namespace,
  SendNotificationEntry,
  RunSummary,
  UserResult,
  WebSocketSession,
} from "../../src/admin/index.js";

declare const admin: GatewayAdmin;
declare const anySubject: string;

describe("GatewayAdmin", () => {
  it("accepts the client's options, and rejects misspelled ones", () => {
    const credential = { clientId: "client", clientSecret: "secret" };
    new GatewayAdmin({ credential, fetch: globalThis.fetch });
    new GatewayAdmin({ credential: { clientId: "client", projectToken: () => "token" } });
    // @ts-expect-error no credential
    new GatewayAdmin({ namespaceName: "game-0001" });
    // @ts-expect-error misspelled
    new GatewayAdmin({ credential, nameSpace: "game-0001" });
  });

  it("types the parameters and the result of each method", async () => {
    expectTypeOf((await admin.getNamespace()).item).toEqualTypeOf<Namespace>();
    expectTypeOf((await admin.getServiceVersion()).item).toEqualTypeOf<string>();
    await admin.createNamespace({ name: "n", transactionSetting: { enableAutoRun: true } });
    await admin.disconnectByUserId({ userId: "u" }, { timeoutMs: 1_000 });
    const connectionId = "c";
    await admin.setUserId({ accessToken: "t", connectionId });
    const call = { dryRun: true, requestId: "r-1" };
    await admin.setUserIdByUserId({ userId: "u", connectionId }, call);
    // @ts-expect-error over REST there is no socket that the server could take
    await admin.setUserId({ accessToken: "t" });
    // @ts-expect-error nor for a user
    await admin.setUserIdByUserId({ userId: "u", connectionId: null });
    await admin.getServiceVersion({}, { contextStack: "stack" });
    // @ts-expect-error dryRun is a boolean
    void admin.getServiceVersion({}, { dryRun: "true" });
    // @ts-expect-error userId is required
    void admin.disconnectByUserId();
    // @ts-expect-error name is required
    void admin.createNamespace({ namespaceName: "n" });
    // @ts-expect-error a player's method needs the player's token
    void admin.getFirebaseToken({ userId: "u" });
    // @ts-expect-error milliseconds are a number
    void admin.getNamespace({}, { timeoutMs: "1s" });
  });

  it("has the model of a notification that services send", () => {
    const entry: SendNotificationEntry = { userId: "u", issuer: "i", subject: "s", payload: "p" };
    expectTypeOf(entry.sound).toEqualTypeOf<string | null | undefined>();
  });

  it("types the items of all pages", async () => {
    for await (const namespace of admin.describeNamespaces.all()) {
      expectTypeOf(namespace).toEqualTypeOf<Namespace>();
    }
    for await (const session of admin.describeWebSocketSessionsByUserId.all({ userId: "u" })) {
      expectTypeOf(session).toEqualTypeOf<WebSocketSession>();
    }
    expectTypeOf(admin.getNamespace).not.toHaveProperty("all");
  });

  it("types the payload of a known key", () => {
    const userId = "u";
    const subject = "Gs2Inbox:ReceiveNotification";
    const payload = { namespaceName: "n", userId, messageName: "m" };
    void admin.sendNotification({ userId, subject, payload });
    void admin.sendNotification({ userId, subject, payload: "text" });
    // @ts-expect-error a field is missing
    void admin.sendNotification({ userId, subject, payload: { namespaceName: "n" } });
    void admin.sendNotification({ userId, subject: "raid", payload: { anything: 1 } });
    void admin.sendNotification({ userId, subject: anySubject, payload: [1] });
    // @ts-expect-error no payload
    void admin.sendNotification({ userId, subject: "raid" });
    // @ts-expect-error null is no payload
    void admin.sendMobileNotificationByUserId({ userId, subject: "raid", payload: null });
    // @ts-expect-error a field is missing here too
    void admin.sendNotificationToUsers(["u"], { subject, payload: { namespaceName: "n" } });
  });

  it("types the results of a run", async () => {
    const summary = await admin.sendNotificationToUsers(
      new Set(["u"]),
      { subject: "raid", payload: 1 },
      {
        onResult(result) {
          expectTypeOf(result).toEqualTypeOf<UserResult>();
          if (result.outcome === "failed") expectTypeOf(result.error.kind).toBeString();
        },
      },
    );
    expectTypeOf(summary).toEqualTypeOf<RunSummary>();
    expectTypeOf(await admin.exportUserData({ userId: "u" })).toEqualTypeOf<{ url: string }>();
    await admin.importUserData({ userId: "u", data: new Blob(["{}"]) });
    await admin.importUserData({ userId: "u", data: { a: 1 } });
    // @ts-expect-error nothing to import
    void admin.importUserData({ userId: "u" });
  });
});
