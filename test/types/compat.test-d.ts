import { describe, expectTypeOf, it } from "vitest";
import Gs2Core, {
  BasicGs2Credential,
  Gs2RestSession,
  Gs2WebSocketSession,
  ProjectTokenGs2Credential,
  type Gs2Error,
  type LoginResult,
} from "../../src/compat/core.js";
import * as Gs2Gateway from "../../src/compat/gateway.js";
import { isGatewayError, type GatewayError, type GatewayErrorDetail } from "../../src/errors.js";

const credential = new BasicGs2Credential("your client id", "your client secret");
declare const client: Gs2Gateway.Gs2GatewayRestClient;
declare const socketClient: Gs2Gateway.Gs2GatewayWebSocketClient;

describe("a session", () => {
  it("accepts its arguments in either order", () => {
    new Gs2Core.Gs2RestSession("ap-northeast-1", credential);
    new Gs2RestSession(new ProjectTokenGs2Credential("client", "token"), Gs2Core.Region.EU_WEST_1);
    new Gs2WebSocketSession("ap-northeast-1", credential);
    new Gs2WebSocketSession(credential, "ap-northeast-1");
    // @ts-expect-error no credential
    new Gs2RestSession("ap-northeast-1");
    // @ts-expect-error the region is missing
    new Gs2WebSocketSession(credential);
    // @ts-expect-error two regions
    new Gs2RestSession("ap-northeast-1", "ap-northeast-1");
    // @ts-expect-error the secret is missing
    new BasicGs2Credential("client");
  });

  it("has the official fields", () => {
    const session = new Gs2RestSession("ap-northeast-1", credential);
    expectTypeOf(session.projectToken).toEqualTypeOf<string | null>();
    expectTypeOf(session.expiresAt).toEqualTypeOf<number | null>();
    expectTypeOf(session.region).toEqualTypeOf<string>();
    expectTypeOf(session.connect()).toEqualTypeOf<Promise<LoginResult> | undefined>();
    session.projectToken = "token";
    expectTypeOf(session).not.toHaveProperty("client");
  });

  it("accepts handlers with the official types, and with none", () => {
    const session = new Gs2WebSocketSession(credential, "ap-northeast-1");
    session.onClose((event: CloseEvent) => event.code);
    session.onClose((event) => expectTypeOf(event).toEqualTypeOf<CloseEvent>());
    session.onError((event: Event) => event.type);
    session.onOpen(() => undefined);
    session.onNotification((message) => {
      expectTypeOf(message.subject).toEqualTypeOf<string>();
      expectTypeOf(message.issuer).toEqualTypeOf<string>();
      return JSON.parse(message.payload) as unknown;
    });
    // @ts-expect-error no such field
    session.onNotification((message) => message.body);
    // @ts-expect-error not a function
    session.onOpen("handler");
  });
});

describe("a request", () => {
  it("keeps its class along a chain of setters", () => {
    const request = new Gs2Gateway.SetUserIdRequest()
      .withNamespaceName("n")
      .withAccessToken("t")
      .withAllowConcurrentAccess(false)
      .withForce(null)
      .withDuplicationAvoider("once")
      .withRequestId("r")
      .withContextStack(null);
    expectTypeOf(request).toEqualTypeOf<Gs2Gateway.SetUserIdRequest>();
    expectTypeOf(request.setSessionId("s")).toEqualTypeOf<Gs2Gateway.SetUserIdRequest>();
    expectTypeOf(request.getNamespaceName()).toEqualTypeOf<string | null>();
    expectTypeOf(request.getAllowConcurrentAccess()).toEqualTypeOf<boolean | null>();
    expectTypeOf(
      Gs2Gateway.SetUserIdRequest.fromDict({}),
    ).toEqualTypeOf<Gs2Gateway.SetUserIdRequest>();
    expectTypeOf(request.toDict()).toEqualTypeOf<Record<string, unknown>>();
    // @ts-expect-error namespaceName is a string
    request.withNamespaceName(1);
    // @ts-expect-error force is a boolean
    request.withForce("true");
    expectTypeOf(request).not.toHaveProperty("withUserId");
    expectTypeOf<Gs2Gateway.GetNamespaceRequest>().not.toHaveProperty("withDuplicationAvoider");
    // @ts-expect-error arguments are set by methods
    new Gs2Gateway.GetNamespaceRequest({ namespaceName: "n" });
  });

  it("accepts models of the right class only", () => {
    const setting = new Gs2Gateway.TransactionSetting().withEnableAutoRun(true);
    const request = new Gs2Gateway.CreateNamespaceRequest()
      .withTransactionSetting(setting)
      .withLogSetting(new Gs2Gateway.model.LogSetting().withLoggingNamespaceId("grn"));
    expectTypeOf(request.getLogSetting()).toEqualTypeOf<Gs2Gateway.LogSetting | null>();
    // @ts-expect-error another model
    request.withLogSetting(setting);
    // @ts-expect-error not a model
    request.withLogSetting("grn");
  });
});

describe("a client", () => {
  it("returns the result class of each method", async () => {
    const listed = await client.describeNamespaces(
      new Gs2Gateway.DescribeNamespacesRequest().withNamePrefix(null).withLimit(10),
    );
    expectTypeOf(listed).toEqualTypeOf<Gs2Gateway.DescribeNamespacesResult>();
    expectTypeOf(listed.getItems()).toEqualTypeOf<Gs2Gateway.Namespace[] | null>();
    expectTypeOf(listed.getNextPageToken()).toEqualTypeOf<string | null>();
    const version = await client.getServiceVersion(new Gs2Gateway.GetServiceVersionRequest());
    expectTypeOf(version.getItem()).toEqualTypeOf<string | null>();
    const sent = await client.sendNotification(new Gs2Gateway.SendNotificationRequest());
    expectTypeOf(sent.getSendConnectionIds()).toEqualTypeOf<string[] | null>();
    const got = await client.getNamespace(
      new Gs2Gateway.request.GetNamespaceRequest().withNamespaceName("n"),
    );
    expectTypeOf(got.getItem()?.getTransactionSetting()?.getEnableAutoRun()).toEqualTypeOf<
      boolean | null | undefined
    >();
    expectTypeOf(got.getItem()!.getCreatedAt()).toEqualTypeOf<number | null>();
    const bound = await socketClient.setUserId(new Gs2Gateway.SetUserIdRequest());
    expectTypeOf(bound.getItem()).toEqualTypeOf<Gs2Gateway.WebSocketSession | null>();
    expectTypeOf(client.session).toEqualTypeOf<Gs2RestSession>();
    expectTypeOf(bound).not.toHaveProperty("getItems");
    expectTypeOf<Gs2Gateway.WebSocketSession>().not.toHaveProperty("getName");
  });

  it("accepts the request class of the method only", () => {
    type Accepted = Parameters<typeof client.getNamespace>[0];
    expectTypeOf<Accepted>().toEqualTypeOf<Gs2Gateway.GetNamespaceRequest>();
    // The request of another method with the same fields.
    expectTypeOf<Gs2Gateway.DeleteNamespaceRequest>().not.toExtend<Accepted>();
    expectTypeOf<{ namespaceName: string }>().not.toExtend<Accepted>();
    // @ts-expect-error no request
    void client.getNamespace();
    // @ts-expect-error a socket session
    new Gs2Gateway.Gs2GatewayWebSocketClient(new Gs2RestSession(credential, "ap-northeast-1"));
    new Gs2Gateway.Gs2GatewayRestClient(new Gs2RestSession("ap-northeast-1", credential));
    new Gs2Gateway.Gs2GatewayWebSocketClient(new Gs2WebSocketSession("ap-northeast-1", credential));
  });
});

describe("a model", () => {
  it("parses and creates GRNs from its parts", () => {
    expectTypeOf(Gs2Gateway.Namespace.getNamespaceName("grn")).toEqualTypeOf<string | null>();
    expectTypeOf(Gs2Gateway.Namespace.createGrn("r", "o", null)).toEqualTypeOf<string>();
    Gs2Gateway.WebSocketSession.createGrn("r", "o", "n", "u", "c");
    expectTypeOf(Gs2Gateway.Namespace.fromDict(null)).toEqualTypeOf<Gs2Gateway.Namespace | null>();
    expectTypeOf(Gs2Gateway.Namespace).not.toHaveProperty("getUserId");
    expectTypeOf(Gs2Gateway.LogSetting).not.toHaveProperty("getRegion");
    // @ts-expect-error a part is missing
    Gs2Gateway.Namespace.createGrn("r", "o");
  });
});

describe("an error", () => {
  it("is an array and a GatewayError", () => {
    const inspectError = (error: Gs2Error) => {
      expectTypeOf(error).toExtend<GatewayError>();
      expectTypeOf(error[0]).toEqualTypeOf<GatewayErrorDetail | undefined>();
      expectTypeOf(error.map(({ message }) => message)).toEqualTypeOf<string[]>();
      if (isGatewayError(error, "conflict")) expectTypeOf(error.kind).toEqualTypeOf<"conflict">();
    };
    expectTypeOf(inspectError).toBeFunction();
  });
});
