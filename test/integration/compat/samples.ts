import Gs2Core from "../../../src/compat/coreNode.js";
import * as Gs2Gateway from "../../../src/compat/gateway.js";

/** Region first, then the credential, as in the samples of the GS2 reference. */
async function connected(): Promise<Gs2Gateway.Gs2GatewayRestClient> {
  const session = new Gs2Core.Gs2RestSession(
    "ap-northeast-1",
    new Gs2Core.BasicGs2Credential("your client id", "your client secret"),
  );
  await session.connect();
  return new Gs2Gateway.Gs2GatewayRestClient(session);
}

const logSetting = () =>
  new Gs2Gateway.LogSetting().withLoggingNamespaceId(
    "grn:gs2:ap-northeast-1:YourOwnerId:log:namespace-0001",
  );

/**
 * The calls of the 28 samples of the GS2 reference, with their values. Each returns what the sample
 * reads by getters.
 */
export const samples = {
  async describeNamespaces() {
    const client = await connected();
    const result = await client.describeNamespaces(
      new Gs2Gateway.DescribeNamespacesRequest()
        .withNamePrefix(null)
        .withPageToken(null)
        .withLimit(null),
    );
    return { items: result.getItems(), nextPageToken: result.getNextPageToken() };
  },

  async createNamespace() {
    const client = await connected();
    const result = await client.createNamespace(
      new Gs2Gateway.CreateNamespaceRequest()
        .withName("namespace-0001")
        .withDescription(null)
        .withTransactionSetting(null)
        .withFirebaseSecret(null)
        .withLogSetting(logSetting()),
    );
    return { item: result.getItem() };
  },

  async getNamespaceStatus() {
    const client = await connected();
    const result = await client.getNamespaceStatus(
      new Gs2Gateway.GetNamespaceStatusRequest().withNamespaceName("namespace-0001"),
    );
    return { status: result.getStatus() };
  },

  async getNamespace() {
    const client = await connected();
    const result = await client.getNamespace(
      new Gs2Gateway.GetNamespaceRequest().withNamespaceName("namespace-0001"),
    );
    return { item: result.getItem() };
  },

  async updateNamespace() {
    const client = await connected();
    const result = await client.updateNamespace(
      new Gs2Gateway.UpdateNamespaceRequest()
        .withNamespaceName("namespace-0001")
        .withDescription("description1")
        .withTransactionSetting(null)
        .withFirebaseSecret("firebase-secret2")
        .withLogSetting(logSetting()),
    );
    return { item: result.getItem() };
  },

  async deleteNamespace() {
    const client = await connected();
    const result = await client.deleteNamespace(
      new Gs2Gateway.DeleteNamespaceRequest().withNamespaceName("namespace-0001"),
    );
    return { item: result.getItem() };
  },

  async getServiceVersion() {
    const client = await connected();
    const result = await client.getServiceVersion(new Gs2Gateway.GetServiceVersionRequest());
    return { item: result.getItem() };
  },

  async dumpUserDataByUserId() {
    const client = await connected();
    await client.dumpUserDataByUserId(
      new Gs2Gateway.DumpUserDataByUserIdRequest()
        .withUserId("user-0001")
        .withTimeOffsetToken(null),
    );
    return {};
  },

  async checkDumpUserDataByUserId() {
    const client = await connected();
    const result = await client.checkDumpUserDataByUserId(
      new Gs2Gateway.CheckDumpUserDataByUserIdRequest()
        .withUserId("user-0001")
        .withTimeOffsetToken(null),
    );
    return { url: result.getUrl() };
  },

  async cleanUserDataByUserId() {
    const client = await connected();
    await client.cleanUserDataByUserId(
      new Gs2Gateway.CleanUserDataByUserIdRequest()
        .withUserId("user-0001")
        .withTimeOffsetToken(null),
    );
    return {};
  },

  async checkCleanUserDataByUserId() {
    const client = await connected();
    await client.checkCleanUserDataByUserId(
      new Gs2Gateway.CheckCleanUserDataByUserIdRequest()
        .withUserId("user-0001")
        .withTimeOffsetToken(null),
    );
    return {};
  },

  async prepareImportUserDataByUserId() {
    const client = await connected();
    const result = await client.prepareImportUserDataByUserId(
      new Gs2Gateway.PrepareImportUserDataByUserIdRequest()
        .withUserId("user-0001")
        .withTimeOffsetToken(null),
    );
    return { uploadToken: result.getUploadToken(), uploadUrl: result.getUploadUrl() };
  },

  async importUserDataByUserId() {
    const client = await connected();
    await client.importUserDataByUserId(
      new Gs2Gateway.ImportUserDataByUserIdRequest()
        .withUserId("user-0001")
        .withUploadToken("upload-0001")
        .withTimeOffsetToken(null),
    );
    return {};
  },

  async checkImportUserDataByUserId() {
    const client = await connected();
    const result = await client.checkImportUserDataByUserId(
      new Gs2Gateway.CheckImportUserDataByUserIdRequest()
        .withUserId("user-0001")
        .withUploadToken("upload-0001")
        .withTimeOffsetToken(null),
    );
    return { url: result.getUrl() };
  },

  async describeWebSocketSessions() {
    const client = await connected();
    const result = await client.describeWebSocketSessions(
      new Gs2Gateway.DescribeWebSocketSessionsRequest()
        .withNamespaceName("namespace-0001")
        .withAccessToken("accessToken-0001")
        .withPageToken(null)
        .withLimit(null),
    );
    return { items: result.getItems(), nextPageToken: result.getNextPageToken() };
  },

  async describeWebSocketSessionsByUserId() {
    const client = await connected();
    const result = await client.describeWebSocketSessionsByUserId(
      new Gs2Gateway.DescribeWebSocketSessionsByUserIdRequest()
        .withNamespaceName("namespace-0001")
        .withUserId("user-0001")
        .withPageToken(null)
        .withLimit(null)
        .withTimeOffsetToken(null),
    );
    return { items: result.getItems(), nextPageToken: result.getNextPageToken() };
  },

  async setUserId() {
    const client = await connected();
    const result = await client.setUserId(
      new Gs2Gateway.SetUserIdRequest()
        .withNamespaceName("namespace-0001")
        .withAccessToken("accessToken-0001")
        .withAllowConcurrentAccess(null)
        .withSessionId(null)
        .withForce(null),
    );
    return { item: result.getItem() };
  },

  async setUserIdByUserId() {
    const client = await connected();
    const result = await client.setUserIdByUserId(
      new Gs2Gateway.SetUserIdByUserIdRequest()
        .withNamespaceName("namespace-0001")
        .withUserId("user-0001")
        .withAllowConcurrentAccess(true)
        .withSessionId(null)
        .withForce(null)
        .withTimeOffsetToken(null),
    );
    return { item: result.getItem() };
  },

  async sendNotification() {
    const client = await connected();
    const result = await client.sendNotification(
      new Gs2Gateway.SendNotificationRequest()
        .withNamespaceName("namespace-0001")
        .withUserId("user-0001")
        .withSubject("subject")
        .withPayload("payload")
        .withEnableTransferMobileNotification(true)
        .withSound("sound.wav")
        .withTimeOffsetToken(null),
    );
    return { protocol: result.getProtocol(), sendConnectionIds: result.getSendConnectionIds() };
  },

  async disconnectByUserId() {
    const client = await connected();
    const result = await client.disconnectByUserId(
      new Gs2Gateway.DisconnectByUserIdRequest()
        .withNamespaceName("namespace-0001")
        .withUserId("user-0001")
        .withTimeOffsetToken(null),
    );
    return { items: result.getItems() };
  },

  async disconnectAll() {
    const client = await connected();
    await client.disconnectAll(
      new Gs2Gateway.DisconnectAllRequest().withNamespaceName("namespace-0001"),
    );
    return {};
  },

  async setFirebaseToken() {
    const client = await connected();
    const result = await client.setFirebaseToken(
      new Gs2Gateway.SetFirebaseTokenRequest()
        .withNamespaceName("namespace-0001")
        .withAccessToken("accessToken-0001")
        .withToken("firebase-token-0001"),
    );
    return { item: result.getItem() };
  },

  async setFirebaseTokenByUserId() {
    const client = await connected();
    const result = await client.setFirebaseTokenByUserId(
      new Gs2Gateway.SetFirebaseTokenByUserIdRequest()
        .withNamespaceName("namespace-0001")
        .withUserId("user-0001")
        .withToken("firebase-token-0001")
        .withTimeOffsetToken(null),
    );
    return { item: result.getItem() };
  },

  async getFirebaseToken() {
    const client = await connected();
    const result = await client.getFirebaseToken(
      new Gs2Gateway.GetFirebaseTokenRequest()
        .withNamespaceName("namespace-0001")
        .withAccessToken("accessToken-0001"),
    );
    return { item: result.getItem() };
  },

  async getFirebaseTokenByUserId() {
    const client = await connected();
    const result = await client.getFirebaseTokenByUserId(
      new Gs2Gateway.GetFirebaseTokenByUserIdRequest()
        .withNamespaceName("namespace-0001")
        .withUserId("user-0001")
        .withTimeOffsetToken(null),
    );
    return { item: result.getItem() };
  },

  async deleteFirebaseToken() {
    const client = await connected();
    const result = await client.deleteFirebaseToken(
      new Gs2Gateway.DeleteFirebaseTokenRequest()
        .withNamespaceName("namespace-0001")
        .withAccessToken("accessToken-0001"),
    );
    return { item: result.getItem() };
  },

  async deleteFirebaseTokenByUserId() {
    const client = await connected();
    const result = await client.deleteFirebaseTokenByUserId(
      new Gs2Gateway.DeleteFirebaseTokenByUserIdRequest()
        .withNamespaceName("namespace-0001")
        .withUserId("user-0001")
        .withTimeOffsetToken(null),
    );
    return { item: result.getItem() };
  },

  async sendMobileNotificationByUserId() {
    const client = await connected();
    await client.sendMobileNotificationByUserId(
      new Gs2Gateway.SendMobileNotificationByUserIdRequest()
        .withNamespaceName("namespace-0001")
        .withUserId("user-0001")
        .withSubject("subject")
        .withPayload("payload")
        .withSound("sound.wav")
        .withTimeOffsetToken(null),
    );
    return {};
  },
};

export type SampleName = keyof typeof samples;
