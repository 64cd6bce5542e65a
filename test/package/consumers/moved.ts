// A project for the official SDK, of which only these two imports were changed.
import Gs2Core from "gs2-gateway/compat/core";
import * as Gs2Gateway from "gs2-gateway/compat/gateway";

export async function send(userId: string): Promise<string[]> {
  const credential = new Gs2Core.BasicGs2Credential("your client id", "your client secret");
  const session = new Gs2Core.Gs2RestSession("ap-northeast-1", credential);
  await session.connect();
  const client = new Gs2Gateway.Gs2GatewayRestClient(session);
  try {
    const result = await client.sendNotification(
      new Gs2Gateway.SendNotificationRequest()
        .withNamespaceName("namespace-0001")
        .withUserId(userId)
        .withSubject("subject")
        .withPayload("payload"),
    );
    const protocol: string | null = result.getProtocol();
    return protocol === null ? [] : (result.getSendConnectionIds() ?? []);
  } catch (errors) {
    return (errors as { message: string }[]).map(({ message }) => message);
  }
}

export async function listen(accessToken: string): Promise<string | null> {
  const session = new Gs2Core.Gs2WebSocketSession(
    new Gs2Core.BasicGs2Credential("your client id", "your client secret"),
    Gs2Core.Region.AP_NORTHEAST_1,
  );
  session.onNotification(({ subject, payload }) => `${subject}: ${payload}`);
  session.onClose(() => undefined);
  await session.connect();
  const request: Gs2Gateway.request.SetUserIdRequest = new Gs2Gateway.request.SetUserIdRequest()
    .withNamespaceName("namespace-0001")
    .withAccessToken(accessToken);
  // @ts-expect-error namespaceName is a string
  request.withNamespaceName(1);
  const result = await new Gs2Gateway.Gs2GatewayWebSocketClient(session).setUserId(request);
  const item: Gs2Gateway.WebSocketSession | null = result.getItem();
  return item === null ? null : item.getUserId();
}
