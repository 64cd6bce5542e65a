
  import { Gs2MatchmakingRestClient, request } from "../../official/node_modules/gs2/matchmaking";
  import { Gs2GatewayWebSocketClient } from "../../official/node_modules/gs2/gateway";
  import { Gs2RestSession, Gs2WebSocketSession, BasicGs2Credential } from "../../../../src/compat/core.js";
  const session = new Gs2RestSession("ap-northeast-1", new BasicGs2Credential("client", "secret"));
  const client = new Gs2MatchmakingRestClient(session);
  export const name: Promise<string | null | undefined> = client
    .getNamespace(new request.GetNamespaceRequest().withNamespaceName("n"))
    .then((result) => result.getItem()?.getName());
